import { cellKey, concat, expectLength, hkdf, hmacSha256, randomBytes, u64be, utf8, type Brand, type CellKey, type DomainLabel } from '../crypto/index.ts';
import { label, type Label } from '../wire/index.ts';

/**
 * The cryptree (Grolimund et al., SRDS 2006): a folder's secret opens its cells, whose entries hold the secrets of what is
 * below; nothing leads upward. 32 bytes each.
 */
export type FileSecret = Brand<Uint8Array, 'FileSecret'>;
export type FolderSecret = Brand<Uint8Array, 'FolderSecret'>;

/** Where a cell stands and what opens it. */
export interface CellPlace {
  readonly label: Label;
  readonly key: CellKey;
}

const NOTHING = new Uint8Array();

/** Throws CryptoError('malformed') for anything but 32 bytes. The array is kept, not copied. */
export const fileSecret = (bytes: Uint8Array): FileSecret => expectLength(bytes, 32, 'a file secret') as FileSecret;
export const folderSecret = (bytes: Uint8Array): FolderSecret => expectLength(bytes, 32, 'a folder secret') as FolderSecret;
export const generateFileSecret = (): FileSecret => fileSecret(randomBytes(32));
export const generateFolderSecret = (): FolderSecret => folderSecret(randomBytes(32));

function place(secret: Uint8Array, labels: DomainLabel, keys: DomainLabel, context: Uint8Array): CellPlace {
  return { label: label(hkdf(secret, labels, context, 32)), key: cellKey(hkdf(secret, keys, context, 32)) };
}

/** Chunk `index` of a file: any offset is one look-up away. */
export function chunkPlace(secret: FileSecret, index: number): CellPlace {
  return place(secret, 'underkeep/chunk-label/1', 'underkeep/chunk-key/1', u64be(index));
}

/** The cell of a folder's tree at `prefix`, one nibble a byte; the root's prefix is empty. */
export function folderPlace(secret: FolderSecret, prefix: Uint8Array = NOTHING): CellPlace {
  return place(secret, 'underkeep/folder-label/1', 'underkeep/folder-key/1', prefix);
}

/** The home space's record of interrupted work. */
export function pendingPlace(root: FolderSecret): CellPlace {
  return place(root, 'underkeep/pending-label/1', 'underkeep/pending-key/1', NOTHING);
}

/** What spreads a folder's entries over its cells; keyed, so that nobody can aim names at one cell. */
export function nameHash(secret: FolderSecret, name: string): Uint8Array {
  return hmacSha256(hkdf(secret, 'underkeep/folder-names/1', NOTHING, 32), utf8(name));
}

/** Opens the writer seeds that entries of a space hold: for whoever may write the space, and not for its readers. */
export function innerWriterKey(writerSeed: Uint8Array, space: Uint8Array): CellKey {
  return cellKey(hkdf(writerSeed, 'underkeep/inner-writer/1', space, 32));
}

/** Under which a source's fingerprint is filed, so that no device reads another's local paths. */
export function fingerprintHash(root: FolderSecret, fingerprint: string): Uint8Array {
  return hmacSha256(hkdf(root, 'underkeep/fingerprints/1', NOTHING, 32), concat(utf8(fingerprint)));
}
