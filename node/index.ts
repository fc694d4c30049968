/** The typed client of a node: requests, verified spaces, commits. */
export { NodeClient, type NodeClientInit } from './client.ts';
export { commit, ConflictError, COVER_SHARE, coverEntries, type CellWrite, type CommitPlan, type CoverFate, type CoverSource, type SpaceWrite } from './commit.ts';
export { Meter } from './meter.ts';
export { Mutex } from './mutex.ts';
export { Space, type ReadOptions, type SpaceHead, type SpaceInit, type SpacePin, type Spine, type StoredCell } from './space.ts';
export { striped, STRIPES } from './stripes.ts';
