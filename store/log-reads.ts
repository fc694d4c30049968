import { concat } from '../crypto/index.ts';
import {
  COVER_ENTRY, COVER_SEGMENT_ENTRIES, encodeSegmentAnswer, encodeSpineAnswer, leavesOf, rootOfLeaves, WireError, type LogHash, type LogRequest,
} from '../wire/index.ts';
import type { HeldBlocks } from './held-blocks.ts';
import type { Rows, Space } from './rows.ts';

/** Segments that are hashed before what came of it is kept. */
const KEPT_AT_ONCE = 64;

/** Answers `POST /v1/log` for a home space that can be read. Throws `not-found`, `corrupt-block`. */
export async function readLog(rows: Rows, held: HeldBlocks, space: Space, request: LogRequest): Promise<Uint8Array> {
  const { frontiers } = space;
  if (frontiers === null) throw new WireError('not-found', 'Only home spaces have a cover log.');
  const size = frontiers.entries.size;
  if (request.op === 'spine') {
    const whole = Math.floor(size / COVER_SEGMENT_ENTRIES);
    const segments = await spineOf(rows, held, space, whole);
    const tail = leavesOf(await entriesOf(rows, held, space, whole * COVER_SEGMENT_ENTRIES, size));
    return encodeSpineAnswer({ v: 1, pointer: space.pointer, root: space.root, frontiers, proof: [], segments, tail });
  }
  const start = request.index * COVER_SEGMENT_ENTRIES;
  const from = start + request.from;
  if (from >= size) throw new WireError('not-found', 'The log has no such entries.');
  return encodeSegmentAnswer({ v: 1, entries: await entriesOf(rows, held, space, from, Math.min(size, start + COVER_SEGMENT_ENTRIES)) });
}

/** The roots of the first `whole` segments; those that nobody asked for yet are made now, and kept. */
async function spineOf(rows: Rows, held: HeldBlocks, space: Space, whole: number): Promise<LogHash[]> {
  const spine = [...await rows.spine(space.id)].slice(0, whole);
  let made: LogHash[] = [];
  while (spine.length < whole) {
    const from = spine.length * COVER_SEGMENT_ENTRIES;
    const root = rootOfLeaves(leavesOf(await entriesOf(rows, held, space, from, from + COVER_SEGMENT_ENTRIES)));
    spine.push(root);
    made.push(root);
    if (made.length < KEPT_AT_ONCE && spine.length < whole) continue;
    await rows.keepSpine(space.id, spine.length - made.length, made);
    made = [];
  }
  return spine;
}

async function entriesOf(rows: Rows, held: HeldBlocks, space: Space, from: number, to: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for (const { at, entries, block } of await rows.coverWithin(space.id, from, to)) {
    const bytes = await held.read(block);
    if (bytes === null) throw new WireError('corrupt-block', 'A block of the cover log is missing from the node.');
    pieces.push(bytes.subarray(Math.max(0, from - at) * COVER_ENTRY, Math.min(entries, to - at) * COVER_ENTRY));
  }
  const all = concat(...pieces);
  if (all.length !== (to - from) * COVER_ENTRY) throw new WireError('corrupt-block', 'The cover log on the node has a gap.');
  return all;
}
