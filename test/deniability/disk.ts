/** A device's folder as somebody sees it who copies the disk, now and again later. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { Device } from '../../vault/index.ts';

export type Image = ReadonlyMap<string, Uint8Array>;

/** Every file below a folder, by its path. */
export async function imageOf(folder: string): Promise<Image> {
  const image = new Map<string, Uint8Array>();
  const paths = await readdir(folder, { recursive: true }).catch(() => []);
  for (const path of paths.toSorted((a, b) => (a < b ? -1 : 1))) {
    const at = join(folder, path);
    if ((await stat(at)).isFile()) image.set(path, new Uint8Array(await readFile(at)));
  }
  return image;
}

/** Paths and sizes. */
export function outlineOf(image: Image): string[] {
  return [...image].map(([path, bytes]) => `${path} ${bytes.length}`);
}

/** What changed within the part that two images of one file have in common, and what is gone. */
export function changesBetween(before: Image, after: Image): { bytes: number; gone: number; ofKind: Map<string, number> } {
  const ofKind = new Map<string, number>();
  let total = 0;
  let gone = 0;
  for (const [path, old] of before) {
    const fresh = after.get(path);
    if (fresh === undefined) {
      gone++;
      continue;
    }
    let bytes = 0;
    for (let at = 0; at < Math.min(old.length, fresh.length); at++) if (old[at] !== fresh[at]) bytes++;
    ofKind.set(extname(path), (ofKind.get(extname(path)) ?? 0) + bytes);
    total += bytes;
  }
  return { bytes: total, gone, ofKind };
}

/** The device with everything that it does told apart as under way, so that the simulator's clock waits for it. */
export function counted<T extends Device>(device: T, working: { count: number }): T {
  const wrap = (value: unknown, owner: object): unknown => {
    if (typeof value !== 'function') return value;
    return (...args: unknown[]): unknown => {
      const result: unknown = Reflect.apply(value as (...args: unknown[]) => unknown, owner, args);
      if (!(result instanceof Promise)) return result;
      working.count++;
      return result.then((got: unknown) => (typeof got === 'object' && got !== null && isService(got) ? proxied(got) : got)).finally(() => { working.count--; });
    };
  };
  const proxied = <O extends object>(object: O): O => new Proxy(object, { get: (target, name) => wrap(Reflect.get(target, name, target), target) });
  return proxied(device);
}

/** An object that does things, rather than data. */
function isService(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (value instanceof Uint8Array || Array.isArray(value) || prototype === Object.prototype) return Object.values(value).some((member) => typeof member === 'function');
  return true;
}
