/** Hidden vaults: cells in the entries of the cover log that only their keys tell from filler. */
export type { HiddenWrite } from './compose.ts';
export { HiddenError, type HiddenErrorCode } from './error.ts';
export { FRAME, FRAME_DATA } from './frame.ts';
export { LIMITS, type Limits } from './limits.ts';
export { holds, MemoryLog, withRange, type LogCopy, type Range } from './log-copy.ts';
export type { Fate } from './packer.ts';
export { takeTurns } from './turns.ts';
export { HiddenVault, type CellVersions, type HiddenEntry, type HiddenStatus } from './vault.ts';
export type { Version } from './version.ts';
