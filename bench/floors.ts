import { createHash, randomBytes, scrypt } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sodium from 'sodium-native';

/**
 * What the machine itself needs for the work that cannot be left out, measured in the same run as what it is compared
 * with. All times in seconds.
 */
const CHUNK = 5 * 2 ** 20;

function seconds(began: number): number {
  return (performance.now() - began) / 1000;
}

/** Native sha256 + secretbox + write + fsync of `bytes` bytes, 5 MiB at a time. */
export async function sealAndStore(folder: string, bytes: number): Promise<number> {
  const plain = randomBytes(CHUNK);
  const box = Buffer.alloc(CHUNK + 16);
  const key = randomBytes(32);
  const nonce = randomBytes(24);
  const path = join(folder, 'floor.bin');
  const began = performance.now();
  const file = await open(path, 'w');
  for (let done = 0; done < bytes; done += CHUNK) {
    sodium.crypto_secretbox_easy(box, plain, nonce, key);
    createHash('sha256').update(box).digest();
    await file.write(box);
  }
  await file.sync();
  await file.close();
  const took = seconds(began);
  await rm(path);
  return took;
}

/** Read + native sha256 + secretbox open + write + fsync of `bytes` bytes. */
export async function fetchAndOpen(folder: string, bytes: number): Promise<number> {
  const key = randomBytes(32);
  const nonce = randomBytes(24);
  const box = Buffer.alloc(CHUNK + 16);
  sodium.crypto_secretbox_easy(box, randomBytes(CHUNK), nonce, key);
  const [from, to] = [join(folder, 'floor.box'), join(folder, 'floor.plain')];
  const source = await open(from, 'w+');
  for (let done = 0; done < bytes; done += CHUNK) await source.write(box);
  await source.sync();
  const plain = Buffer.alloc(CHUNK);
  const began = performance.now();
  const target = await open(to, 'w');
  for (let at = 0, done = 0; done < bytes; done += CHUNK, at += box.length) {
    await source.read(box, 0, box.length, at);
    createHash('sha256').update(box).digest();
    if (!sodium.crypto_secretbox_open_easy(plain, box, nonce, key)) throw new Error('the floor does not open its own box');
    await target.write(plain);
  }
  await target.sync();
  await target.close();
  await source.close();
  const took = seconds(began);
  await Promise.all([rm(from), rm(to)]);
  return took;
}

/** Seals and hashes `count` small pieces and makes them durable together. */
export async function storeSmall(folder: string, count: number, size: number): Promise<number> {
  const pieces = Array.from({ length: count }, () => randomBytes(size));
  const path = join(folder, 'floor.small');
  const key = randomBytes(32);
  const began = performance.now();
  const boxes = pieces.map((piece) => {
    const box = Buffer.alloc(size + 16);
    sodium.crypto_secretbox_easy(box, piece, randomBytes(24), key);
    createHash('sha256').update(box).digest();
    return box;
  });
  const file = await open(path, 'w');
  await file.write(Buffer.concat(boxes));
  await file.sync();
  await file.close();
  const took = seconds(began);
  await rm(path);
  return took;
}

/** Node's own scrypt at the default cost. */
export async function nativeScrypt(): Promise<number> {
  const run = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(scrypt);
  const salt = randomBytes(16);
  const began = performance.now();
  await run('correct horse battery staple', salt, 96, { N: 2 ** 17, r: 8, p: 1, maxmem: 2 ** 28 });
  return seconds(began);
}

/** `rounds` bare HTTP requests, one after the other, each answered with `bytes` bytes over a Unix socket. */
export async function roundTrips(folder: string, rounds: number, bytes: number): Promise<number> {
  const body = randomBytes(bytes);
  const socketPath = join(folder, 'floor.sock');
  const server = createServer((_, response) => response.end(body));
  server.listen(socketPath);
  await once(server, 'listening');
  const ask = (): Promise<void> => new Promise((resolve, reject) => {
    const sent = request({ socketPath, path: '/', agent: false }, (response) => {
      response.resume();
      response.once('end', resolve);
    });
    sent.once('error', reject);
    sent.end();
  });
  await ask();
  const began = performance.now();
  for (let round = 0; round < rounds; round++) await ask();
  const took = seconds(began);
  server.closeAllConnections();
  server.close();
  return took;
}
