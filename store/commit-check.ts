import { checkScryptParams, CryptoError, DEFAULT_SCRYPT, equalBytes, toHex } from '../crypto/index.ts';
import {
  checkAuthority, checkCreate, checkRetire, cidCodec, COMMIT_CHANGES_MAX, COVER_SEGMENT_ENTRIES, decodeCommit, openPointer, rootHash, WireError,
  type Block, type Cid, type CommitRecord, type CoverAppend, type CreateAccount, type Pointer, type SpaceCommit,
} from '../wire/index.ts';

export interface CheckedSpace {
  readonly commit: SpaceCommit;
  readonly pointer: Pointer;
}

/** A record that holds by itself: every signature verifies, and it says nothing twice. */
export interface CheckedCommit {
  readonly cid: Cid;
  readonly record: CommitRecord;
  readonly spaces: readonly CheckedSpace[];
  /** Blocks that may come with it. */
  readonly fragments: ReadonlySet<Cid>;
  readonly segments: ReadonlySet<Cid>;
}

/** Checks all that needs no stored state. Throws `malformed`, `bad-signature`, `bad-proof`, `forbidden`. */
export function checkRecord(block: Block): CheckedCommit {
  const record = decodeCommit(block.bytes);
  if (record.spaces.length + record.retire.length === 0) throw malformed('it changes nothing');
  const changes = record.spaces.reduce((sum, space) => sum + space.changes.length, 0);
  if (changes > COMMIT_CHANGES_MAX) throw new WireError('too-large', `A commit has at most ${COMMIT_CHANGES_MAX} changes: send it as several.`);
  if (record.create !== null) checkCreation(record, record.create);
  const spaces = record.spaces.map((space) => checkSpace(record, space));
  for (const retire of record.retire) if (!checkRetire(record.account, retire)) throw badSignature('a withdrawal');
  const touched = [...spaces.map(({ pointer }) => pointer.writer), ...record.retire.map(({ space }) => space)];
  if (new Set(touched.map(toHex)).size !== touched.length) throw malformed('it names a space twice');
  return { cid: block.cid, record, spaces, ...namedBlocks(record) };
}

function checkCreation(record: CommitRecord, create: CreateAccount): void {
  if (!checkCreate(record.account, create)) throw badSignature('the new account');
  try {
    checkScryptParams({ ...create.scrypt, length: DEFAULT_SCRYPT.length });
  } catch (error) {
    if (!(error instanceof CryptoError)) throw error;
    throw new WireError('forbidden', 'The scrypt cost of the account is softer than the default, or harder than a device can be asked for.');
  }
  if (record.spaces.filter((space) => space.authority?.home === true).length !== 1) throw malformed('a new account makes exactly one home space');
}

function checkSpace(record: CommitRecord, commit: SpaceCommit): CheckedSpace {
  const pointer = openPointer(commit.pointer);
  const { authority, root, cover, changes } = commit;
  if (!equalBytes(rootHash(root), pointer.root)) throw new WireError('bad-proof', 'The commit shows another root than its pointer names.');
  if ((pointer.sequence === 1) !== (authority !== null)) throw malformed('the authority goes with the first pointer of a space');
  if (authority !== null) {
    if (!checkAuthority(record.account, pointer.writer, authority)) throw badSignature('the authority of a new space');
    if (authority.home && record.create === null) throw new WireError('forbidden', 'A home space is made with its account only.');
    if (authority.home !== (cover !== null)) throw malformed('the cover log belongs to home spaces');
    if (authority.home && authority.terms !== null) throw malformed('a home space has no terms');
  }
  if ((root.cover !== null) !== (cover !== null)) throw malformed('the cover log belongs to home spaces');
  if (new Set(changes.map(([key]) => toHex(key))).size !== changes.length) throw malformed('it changes a key twice');
  if (cover !== null && cover.segments.length !== Math.ceil(cover.entries / COVER_SEGMENT_ENTRIES)) throw malformed('its cover is not cut as it must be');
  return { commit, pointer };
}

function namedBlocks(record: CommitRecord): { fragments: Set<Cid>; segments: Set<Cid> } {
  const fragments = new Set(record.spaces.flatMap(({ changes }) => changes.flatMap(([, cids]) => cids ?? [])));
  const named = record.spaces.flatMap(({ cover }) => coverCids(cover));
  const segments = new Set(named);
  if (segments.size !== named.length || named.some((cid) => fragments.has(cid))) throw malformed('it names a cover block twice');
  for (const cid of [...fragments, ...segments]) if (cidCodec(cid) !== 'raw') throw malformed('its blocks are raw');
  return { fragments, segments };
}

function coverCids(cover: CoverAppend | null): readonly Cid[] {
  return cover?.segments ?? [];
}

function malformed(what: string): WireError {
  return new WireError('malformed', `Malformed commit: ${what}.`);
}

function badSignature(what: string): WireError {
  return new WireError('bad-signature', `The signature of ${what} does not verify.`);
}
