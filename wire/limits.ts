/** The sizes that every format agrees on, in bytes unless said otherwise. */
export const BLOCK_MAX = 1024 * 1024;
/** A sealed cell is at most five fragments. */
export const CELL_MAX = 5 * BLOCK_MAX;
export const FRAGMENTS_MAX = 5;
/** Labels and keys in one request that may be proven. */
export const PROOFS_MAX = 64;
/** A commit record is the first block of its CAR. */
export const COMMIT_RECORD_MAX = BLOCK_MAX;
export const COMMIT_MAX_LOCAL = 64 * BLOCK_MAX;
/** Over a carrier: one cell and its cover, so that what an interruption costs stays small. */
export const COMMIT_MAX_CARRIED = 6 * BLOCK_MAX;
/** What a node takes in one commit: the record, the blocks and their cover (one eighth), with headers. */
export const COMMIT_BODY_MAX = COMMIT_MAX_LOCAL + COMMIT_MAX_LOCAL / 8 + 2 * BLOCK_MAX;
export const COMMIT_SPACES_MAX = 16;
/** Changes in one commit, over all its spaces. */
export const COMMIT_CHANGES_MAX = 8192;
export const HEADER_ITEM = 256;
export const COVER_ENTRY = 4096;
/** Cover entries in one raw block. */
export const COVER_SEGMENT_ENTRIES = BLOCK_MAX / COVER_ENTRY;
/** Complete segments of a log, of 256 entries each: 2^26 entries are 256 GiB of cover. */
export const LOG_SEGMENTS_MAX = 262_144;
/** What a node answers at most for one read of cells. */
export const CELLS_ANSWER_MAX = 64 * BLOCK_MAX;
export const NAME_MAX = 32;
