export type FilesErrorCode =
  | 'not-found'
  | 'exists'
  | 'not-a-folder'
  | 'not-a-file'
  | 'not-empty'
  | 'bad-name'
  | 'bad-path'
  | 'read-only'
  /** What came from a writer of the space is not what such a cell holds. */
  | 'corrupt'
  /** The item was changed or removed while it was read. */
  | 'changed'
  | 'too-deep'
  | 'too-large'
  | 'busy';

/** The one error of this room: a stable `code`, and a sentence for a person that holds no name, path or key. */
export class FilesError extends Error {
  override readonly name = 'FilesError';
  readonly code: FilesErrorCode;

  constructor(code: FilesErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
