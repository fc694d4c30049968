/** Hidden vaults: cells in the entries of the cover log that only their keys tell from filler. */
export { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from './checkpoint.ts';
export { HiddenCells, type HiddenCell, type Merge } from './cells.ts';
export type { HiddenWrite } from './compose.ts';
export { recognise } from './entries.ts';
export { HiddenError, type HiddenErrorCode } from './error.ts';
export { decodeFrame, encodeFrame, FRAME, FRAME_DATA, newWriter, type Frame, type WriterId } from './frame.ts';
export { hiddenKeys, type HiddenKeys } from './keys.ts';
export { LIMITS, type Limits } from './limits.ts';
export { LocalNode } from './local-node.ts';
export { holds, MemoryLog, withRange, type LogCopy, type Range } from './log-copy.ts';
export type { Fate } from './packer.ts';
export { decodeBatch, encodeBatch, encodeRecord, type BatchHead, type VersionId, type WriteHead } from './record.ts';
export { applySplices, splicesOf, type Splice } from './splice.ts';
export { takeTurns } from './turns.ts';
export { HiddenVault, type CellVersions, type HiddenEntry, type HiddenStatus } from './vault.ts';
export type { Version } from './version.ts';
