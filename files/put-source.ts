/** Something to be put: a local file or folder, or an item of a drive. */
export interface PutSource {
  readonly name: string;
  readonly kind: 'file' | 'folder';
  /** Unix milliseconds. */
  readonly modified: number;
  /** Bytes; 0 for folders. */
  readonly size: number;
  /** The same text means the same content (path, size, time of change, inode): lets an interrupted put go on. */
  readonly fingerprint?: string;
  /** Exactly `length` bytes from `offset`; rejects where the source has become shorter. */
  read(offset: number, length: number): Promise<Uint8Array>;
  /** As `read`, into memory that is used again: saves a put a copy's worth of garbage. Fills `target`. */
  readInto?(offset: number, target: Uint8Array): Promise<void>;
  children?(): AsyncIterable<PutSource>;
}

/** Bytes of content, done and to be done as far as is known. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly name?: string;
}
