import { createRequire } from 'node:module';
import type * as Sodium from 'sodium-native';
import { portableEngine } from '../crypto/index.ts';
import type { Engine, OpenJob, SealJob } from '../crypto/index.ts';
import { unwritten } from './bytes.ts';

/** XSalsa20-Poly1305 for bulk data, and what does it. */
export interface Secretbox {
  readonly name: string;
  readonly seal: Engine['seal'];
  readonly open: Engine['open'];
}

const TAG_BYTES = 16;

function load(): typeof Sodium | null {
  try {
    return createRequire(import.meta.url)('sodium-native') as typeof Sodium;
  } catch {
    return null;
  }
}

function sealWith(sodium: typeof Sodium, { key, nonce, plaintext, prefix }: SealJob): Uint8Array {
  const sealed = unwritten(prefix.length + TAG_BYTES + plaintext.length);
  sealed.set(prefix);
  sodium.crypto_secretbox_easy(sealed.subarray(prefix.length), plaintext, nonce, key);
  return sealed;
}

function openWith(sodium: typeof Sodium, { key, nonce, box }: OpenJob): Uint8Array | null {
  if (box.length < TAG_BYTES) return null;
  const plaintext = unwritten(box.length - TAG_BYTES);
  return sodium.crypto_secretbox_open_easy(plaintext, box, nonce, key) ? plaintext : null;
}

/** libsodium through its N-API add-on; noble on platforms that the add-on has no build for. */
export function secretbox(): Secretbox {
  const sodium = load();
  if (sodium === null) return { name: 'noble', seal: portableEngine.seal, open: portableEngine.open };
  return {
    name: 'sodium-native',
    seal: async (jobs) => jobs.map((job) => sealWith(sodium, job)),
    open: async (jobs) => jobs.map((job) => openWith(sodium, job)),
  };
}
