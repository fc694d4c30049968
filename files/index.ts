/** Chunks, folders and capabilities: a drive over the cells of a node. */
export { CellCache } from './cache.ts';
export { Drive, type CheckOptions, type CheckReport, type Mounts, type PutOptions, type PutResult, type ReadFileOptions, type Rotated } from './drive.ts';
export { decodeEntry, encodeEntry, readOnly, type Entry, type SpaceCapability } from './entry.ts';
export { FilesError, type FilesErrorCode } from './error.ts';
export { fileSecret, folderSecret, generateFileSecret, generateFolderSecret, type CellPlace, type FileSecret, type FolderSecret } from './keys.ts';
export { checkFileName, safeFileName } from './name.ts';
export type { Progress, PutSource } from './put-source.ts';
export type { DriveSession } from './session.ts';
export { transact, Transaction, type TransactOptions } from './transaction.ts';
