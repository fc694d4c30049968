import { encodeCbor, label, name, schema, type Label, type Name, type Schema, type Terms } from '../wire/index.ts';
import { cellKey, parsePublicKey, sha256, type CellKey, type PublicKey, type Secret } from '../crypto/index.ts';
import { encodeEntry, readOnly, type Entry } from '../files/index.ts';
import type { ShareId } from './message.ts';
import { secretSchema } from './state-codec.ts';

/** What was told of an entry last. Of a file that includes its secret, which each new version changes. */
export interface EntryMark {
  readonly kind: Entry['kind'];
  /** sha256 of the entry as it was sent, its host left out. */
  readonly hash: Uint8Array;
}

export function markOf(entry: Entry): EntryMark {
  return { kind: entry.kind, hash: sha256(encodeEntry(readOnly({ ...entry, exposed: false }, null))) };
}

/** An item that this person shares: it has a space of its own. */
export interface SharedItem {
  /** The entry's id, which stays through moving. */
  readonly entry: string;
  /** Where it was when it was shared last. */
  readonly path: string;
  readonly space: PublicKey;
  readonly share: ShareId;
  readonly sequence: number;
  readonly with: readonly Name[];
  /** What the others know of it. */
  readonly told: EntryMark;
}

/** A public link, and all that it takes to write its cell anew when the item's keys change. */
export interface LinkedItem {
  /** 8 random bytes in hexadecimal: what this person calls the link by. */
  readonly id: string;
  readonly entry: string;
  readonly path: string;
  /** The item's space. */
  readonly item: PublicKey;
  /** Writer of the link's own small space. */
  readonly writer: Secret<'signing-seed'>;
  readonly space: PublicKey;
  readonly linkKey: Secret<'link-key'>;
  readonly label: Label;
  readonly cell: CellKey;
  readonly password: boolean;
  readonly terms: Terms;
  readonly told: EntryMark;
  /** Unix milliseconds. */
  readonly created: number;
}

export const SHARES_MAX = 1024;
export const LINKS_MAX = 512;
/** A rotation writes all links of an item anew in one commit. */
export const LINKS_OF_ONE = 8;

const { bool, bytes, list, literal, nullable, oneOf, record, text, uint } = schema;
const PATH_MAX = 64 * 1024;

const space: Schema<PublicKey> = (value, at) => parsePublicKey(bytes(32)(value, at));
const hexId = (length: number): Schema<string> => (value, at) => {
  const found = text(2 * length, 2 * length)(value, at);
  if (!/^[0-9a-f]*$/.test(found)) throw schema.malformed(at, 'hexadecimal');
  return found;
};
const told: Schema<EntryMark> = record({ kind: oneOf('file', 'folder'), hash: bytes(32) });
const sharedItem: Schema<SharedItem> = record({
  entry: hexId(16), path: text(PATH_MAX), space, share: bytes<ShareId>(16), sequence: uint(), with: list(name, 512), told,
});
const linkedItem: Schema<LinkedItem> = record({
  id: hexId(8), entry: hexId(16), path: text(PATH_MAX), item: space, writer: secretSchema('signing-seed'), space, linkKey: secretSchema('link-key'),
  label: (value, at) => label(bytes(32)(value, at)), cell: (value, at) => cellKey(bytes(32)(value, at)),
  password: bool, terms: record({ expires: nullable(uint()), opens: nullable(uint(2 ** 32, 1)) }), told, created: uint(),
});
const sharesSchema = record({ v: literal(1), items: list(sharedItem, SHARES_MAX) });
const linksSchema = record({ v: literal(1), items: list(linkedItem, LINKS_MAX) });

/** The account's state 'shares'. `decode` throws WireError('malformed'). */
export const sharesCodec = {
  encode: (items: readonly SharedItem[]): Uint8Array => encodeCbor({ v: 1, items }),
  decode: (bytes: Uint8Array): readonly SharedItem[] => schema.parse(sharesSchema, bytes, 'shares').items,
  empty: [] as readonly SharedItem[],
};

/** The account's state 'links'. `decode` throws WireError('malformed'). */
export const linksCodec = {
  encode: (items: readonly LinkedItem[]): Uint8Array => encodeCbor({
    v: 1, items: items.map((item) => ({ ...item, writer: item.writer.expose(), linkKey: item.linkKey.expose() })),
  }),
  decode: (bytes: Uint8Array): readonly LinkedItem[] => schema.parse(linksSchema, bytes, 'links').items,
  empty: [] as readonly LinkedItem[],
};
