import { utf8 } from '../../crypto/index.ts';
import type { Drive, PutSource } from '../../files/index.ts';

/** A file, or with `content` null a folder, to be put. */
export function source(name: string, content: string | readonly PutSource[]): PutSource {
  if (typeof content !== 'string') {
    return {
      name, kind: 'folder', size: 0, modified: 0, read: async () => new Uint8Array(),
      children: async function* () { yield* content; },
    };
  }
  const bytes = utf8(content);
  return { name, kind: 'file', size: bytes.length, modified: 0, read: async (offset, length) => bytes.slice(offset, offset + length) };
}

export async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of bytes) text += decoder.decode(chunk, { stream: true });
  return text;
}

export async function readText(drive: Drive, path: string): Promise<string> {
  return textOf((await drive.read(path)).bytes);
}
