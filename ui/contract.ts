/** How the node that served this page reaches others. */
export interface Connection {
  readonly carrier: 'tor' | 'none' | 'direct';
  readonly percent: number;
  /** One sentence, in English, as the node gives it. */
  readonly summary: string;
  readonly advice?: string;
  readonly onion: string | null;
  readonly reachable: boolean | null;
  /** Whether the node itself answers. */
  readonly online: boolean;
  /** false: the node was started anew since this page was opened (or never let it in): `underkeep open` opens another. */
  readonly admitted: boolean;
  /** Whether this page came through an onion service: the node may be somebody else's then. */
  readonly guest: boolean;
  /** Whether an account on this node needs an invitation. */
  readonly invitation: boolean;
}

export type TransferState = 'waiting' | 'running' | 'paused' | 'done' | 'failed' | 'cancelled';

export type UiEvent =
  | { readonly type: 'connection'; readonly connection: Connection }
  /** Of an upload or download as a whole (`file` null), or of one file in it. Bytes. */
  | { readonly type: 'progress'; readonly id: string; readonly kind: 'upload' | 'download'; readonly name: string; readonly file: string | null; readonly done: number; readonly total: number; readonly state: TransferState; readonly error?: { readonly code: string; readonly message: string } }
  /** Seconds are an estimate of what is left; null where there is none yet. */
  | { readonly type: 'login'; readonly step: 'stretching' | 'opening'; readonly fraction: number; readonly seconds: number | null }
  | { readonly type: 'people' }
  | { readonly type: 'locked'; readonly reason: string }
  | { readonly type: 'changed'; readonly path: string };

export interface Item {
  readonly id: string;
  readonly name: string;
  readonly kind: 'file' | 'folder';
  /** Bytes; 0 for folders. */
  readonly size: number;
  /** Unix milliseconds. */
  readonly modified: number;
  readonly created: number;
  readonly shared: { readonly people: readonly string[]; readonly links: number } | null;
  /** A former reader still knows this item's secret; it is being encrypted anew. */
  readonly exposed: boolean;
  readonly readOnly: boolean;
}

export interface TrashItem {
  readonly id: string;
  readonly item: Item;
  /** The path that it was removed from, and when. */
  readonly from: string;
  readonly removed: number;
}

export interface Person {
  readonly name: string;
  readonly petname: string | null;
  readonly words: readonly string[];
  readonly fingerprint: string;
  /** incoming: asks to be a friend; requested: was asked, has not answered; unverified: answered or known, the words not compared. */
  readonly state: 'incoming' | 'requested' | 'unverified' | 'confirmed';
  /** This person's words were compared, by whoever uses this account. */
  readonly verified: boolean;
  /** The keys are other ones than those that were verified. */
  readonly changed: boolean;
  readonly note: string | null;
}

export interface LinkInfo {
  readonly id: string;
  readonly url: string;
  readonly path: string;
  readonly password: boolean;
  /** Unix milliseconds. */
  readonly expires: number | null;
  /** How often it may be opened in all. */
  readonly opens: number | null;
  readonly created: number;
}

export interface LinkOptions {
  readonly password?: string;
  /** Unix milliseconds. */
  readonly expires?: number;
  readonly opens?: number;
}

export interface Preferences {
  readonly language: string | null;
  readonly theme: 'light' | 'dark' | null;
  readonly view: 'list' | 'grid' | null;
  readonly idleMinutes: number;
}

export interface UploadFile {
  readonly file: File;
  /** Relative path inside the drop: 'a.txt', 'Holiday/1.jpg'. */
  readonly path: string;
}

export interface Whoami {
  readonly login: string;
  readonly name: string | null;
  readonly words: readonly string[];
  readonly contactLink: string | null;
  readonly created: number;
  readonly used: number | null;
  readonly quota: number | null;
}

/** Everything that the page can ask of its worker. Refusals are `UiError`s with a stable code. */
export interface Api {
  connection(): Promise<Connection>;
  subscribe(listener: (event: UiEvent) => void): () => void;

  /** locked: an account was used in this page, or there is one to unlock (on a node of one's own that has any; for guests always). */
  state(): Promise<'new' | 'locked' | 'open'>;
  lastLogin(): Promise<string | null>;
  strength(password: string, login: string): Promise<{ readonly score: 0 | 1 | 2 | 3 | 4; readonly hint: string }>;
  generatePassphrase(words: number): Promise<string>;
  signUp(init: { readonly name: string; readonly login?: string; readonly password: string; readonly invitation?: string }): Promise<void>;
  unlock(login: string, password: string): Promise<void>;
  lock(reason?: string): Promise<void>;
  /** As lock, and clears all that this site keeps in the browser. The caller leaves the page at once, without waiting. */
  panic(): Promise<void>;
  whoami(): Promise<Whoami>;
  changePassword(current: string, next: string): Promise<void>;
  preferences(): Promise<Preferences>;
  setPreferences(change: Partial<Preferences>): Promise<Preferences>;
  setIdleMinutes(minutes: number): Promise<void>;
  /** Somebody is there: the idle clock starts anew. */
  touch(): Promise<void>;

  list(path: string): Promise<readonly Item[]>;
  stat(path: string): Promise<Item>;
  mkdir(path: string): Promise<void>;
  move(from: string, to: string): Promise<void>;
  copy(from: string, to: string): Promise<void>;
  /** Moves to the trash; the id is what `restore` takes. */
  remove(path: string): Promise<{ readonly id: string }>;
  trash(): Promise<readonly TrashItem[]>;
  restore(id: string): Promise<void>;
  /** Removes for good: one item, or all of the trash. */
  purge(id?: string): Promise<void>;
  upload(files: readonly UploadFile[], folder: string): Promise<{ readonly id: string }>;
  pause(id: string): Promise<void>;
  resume(id: string): Promise<void>;
  cancel(id: string): Promise<void>;
  read(path: string, offset?: number, length?: number): Promise<Uint8Array>;
  /** Call it from a click: where the browser can, it first asks where to save. */
  download(paths: readonly string[]): Promise<void>;
  search(text: string, from?: string): Promise<readonly { readonly path: string; readonly item: Item }[]>;

  people(): Promise<readonly Person[]>;
  follow(nameOrLink: string, note?: string): Promise<void>;
  accept(name: string): Promise<void>;
  decline(name: string): Promise<void>;
  setPetname(name: string, petname: string | null): Promise<void>;
  markVerified(name: string, verified: boolean): Promise<void>;
  collect(): Promise<void>;
  share(path: string, withName: string): Promise<void>;
  unshare(path: string, withName: string): Promise<void>;
  access(path: string): Promise<{ readonly people: readonly string[]; readonly links: readonly LinkInfo[] }>;
  sharedByMe(): Promise<readonly { readonly path: string; readonly item: Item | null; readonly people: readonly string[]; readonly links: readonly LinkInfo[] }[]>;
  sharedWithMe(): Promise<readonly { readonly from: string; readonly items: readonly Item[] }[]>;
  link(path: string, options: LinkOptions): Promise<string>;
  unlink(id: string): Promise<void>;
  /** `fragment` is the location's hash, with or without '#'. Throws 'password-needed', 'wrong-password', 'link-expired', 'bad-link'. */
  openLink(fragment: string, password?: string): Promise<Item>;
  /** Paths inside what `openLink` opened: '/' is the item itself. */
  listLink(path: string): Promise<readonly Item[]>;
  readLink(path: string, offset?: number, length?: number): Promise<Uint8Array>;
  downloadLink(paths: readonly string[]): Promise<void>;
}
