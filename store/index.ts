/** Untrusted bytes at rest: blocks, rows, quotas and collection. */
export type { Blocks } from './blocks.ts';
export type { CarAnswer } from './cell-reads.ts';
export { coverEntries } from './commit-plan.ts';
export { StoreError } from './errors.ts';
export type { StoreErrorCode } from './errors.ts';
export { FileBlocks } from './file-blocks.ts';
export { ENVELOPE_SECONDS, INLINE_MAX, KEPT_SECONDS } from './rows.ts';
export type { Account, Advance, CommitBatch, Envelope, NewAccount, Rows, Space, StoredBlock } from './rows.ts';
export { SqliteRows } from './sqlite-rows.ts';
export { Store } from './store.ts';
export type { LoginData, StoreOptions } from './store.ts';
