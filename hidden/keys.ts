import { hkdf } from '../crypto/index.ts';

/** The secret of one hidden vault is 32 bytes; a header holds it. All else derives from it. */
export interface HiddenKeys {
  /** Tells the vault's entries from all others: `tag = HMAC(tag key, nonce)[:16]`. */
  readonly tag: Uint8Array;
  /** Opens them. */
  readonly entry: Uint8Array;
}

const NONE = new Uint8Array(0);

export function hiddenKeys(secret: Uint8Array): HiddenKeys {
  return { tag: hkdf(secret, 'underkeep/hidden-tag/1', NONE, 32), entry: hkdf(secret, 'underkeep/hidden-entry/1', NONE, 32) };
}

/** The secret of the vault's root folder, 32 bytes. */
export function hiddenFolder(secret: Uint8Array): Uint8Array {
  return hkdf(secret, 'underkeep/hidden-folder/1', NONE, 32);
}

export function wipeKeys(keys: HiddenKeys): void {
  keys.tag.fill(0);
  keys.entry.fill(0);
}
