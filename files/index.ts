/** Chunks, folders and capabilities: a drive over the cells of a node. */
export { CellCache } from './cache.ts';
export type { CheckOptions, CheckReport } from './check.ts';
export type { Also } from './detach.ts';
export type { ReadFileOptions } from './download.ts';
export { Drive } from './drive.ts';
export { decodeEntry, encodeEntry, readOnly, type Entry, type SpaceCapability } from './entry.ts';
export { FilesError, type FilesErrorCode } from './error.ts';
export { rootPlaces, type Folder } from './folder.ts';
export { fileSecret, folderSecret, generateFileSecret, generateFolderSecret, pendingPlace, type CellPlace, type FileSecret, type FolderSecret } from './keys.ts';
export type { Mounts } from './mounts.ts';
export { checkFileName, freeName, safeFileName } from './name.ts';
export type { Progress, PutSource } from './put-source.ts';
export type { PutOptions, PutResult } from './put.ts';
export type { RefreshOptions } from './refresh.ts';
export type { AlsoRotated, Rotated } from './rotate.ts';
export type { DriveSession } from './session.ts';
export { transact, Transaction, type TransactOptions } from './transaction.ts';
export type { Walked } from './walk.ts';
