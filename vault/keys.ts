import { cellKey, hkdf, Secret, signingKey, utf8, type SigningKey } from '../crypto/index.ts';
import type { CellPlace, FolderSecret } from '../files/index.ts';
import { label } from '../wire/index.ts';

const NOTHING = new Uint8Array(0);

/** 32 random bytes from which everything of one vault derives. */
export type VaultSecret = Secret<'vault-secret'>;

export function vaultSecret(bytes: Uint8Array): VaultSecret {
  return Secret.of(bytes, 'vault-secret');
}

/** The account's own key: unlinked to any public identity. It owns spaces, quota and login data. */
export function accountKey(secret: VaultSecret): SigningKey {
  return signingKey(hkdf(secret.expose(), 'underkeep/account-seed/1', NOTHING, 32));
}

/** The writer key of the home space. */
export function homeWriter(secret: VaultSecret): SigningKey {
  return signingKey(hkdf(secret.expose(), 'underkeep/home-writer/1', NOTHING, 32));
}

/** The secret of the folder '/'. */
export function rootFolder(secret: VaultSecret): FolderSecret {
  return hkdf(secret.expose(), 'underkeep/home-folder/1', NOTHING, 32) as FolderSecret;
}

/** The cells by which a listing of '/' begins: the folder's root and its 16 children. */
export function rootCells(root: FolderSecret): CellPlace[] {
  const prefixes = [NOTHING, ...Array.from({ length: 16 }, (_, nibble) => Uint8Array.of(nibble))];
  return prefixes.map((prefix) => ({
    label: label(hkdf(root, 'underkeep/folder-label/1', prefix, 32)),
    key: cellKey(hkdf(root, 'underkeep/folder-key/1', prefix, 32)),
  }));
}

/** Where the state of that name lies in the home space, and what seals it. */
export function stateCell(secret: VaultSecret, name: string): CellPlace {
  const context = utf8(name);
  return {
    label: label(hkdf(secret.expose(), 'underkeep/state-label/1', context, 32)),
    key: cellKey(hkdf(secret.expose(), 'underkeep/state-key/1', context, 32)),
  };
}
