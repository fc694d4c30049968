import type { Api, Connection, Item, LinkInfo, Person, Preferences, UiEvent, UploadFile } from '../../ui/contract.ts';
import { MemoryDrive, refusal } from './memory-drive.ts';

/** What a picture or a check begins with. */
export interface Scene {
  readonly state?: 'new' | 'locked' | 'open';
  readonly connection?: Partial<Connection>;
  readonly people?: readonly Person[];
  readonly preferences?: Partial<Preferences>;
  readonly used?: number;
  readonly quota?: number | null;
  /** Every call for files is refused so. */
  readonly failing?: string;
  readonly link?: { readonly password: string | null; readonly item: Item; readonly bytes: Uint8Array; readonly inside?: readonly Item[] } | { readonly refused: string };
  /** An upload stands still after this share of its bytes. */
  readonly uploadStopsAt?: number;
}

export const myWords = ['lantern', 'orbit', 'velvet', 'harvest', 'copper', 'meadow', 'signal', 'tundra', 'ribbon', 'walnut', 'ember', 'quarry'];
const phrase = 'marble otter lantern drizzle quartz hammock';

const calm: Connection = { carrier: 'tor', percent: 100, summary: 'Done', onion: 'uk6sx3lqzmc4vpl2d7v7nylfjrnnk5xcwqv3bfjyfwq6vte2tzk7wzqd.onion', reachable: true, online: true, admitted: true, guest: false, invitation: false };

const pause = (ms: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, ms); });

/**
 * The page's Api without a worker, a node or a key: for pictures and for checks of the page alone. What the product does
 * is shown against a real node, never against this.
 */
export class MemoryApi {
  readonly drive = new MemoryDrive();
  readonly calls: string[] = [];
  /** What was read: where from, and how much. */
  readonly reads: (readonly [offset: number, length: number])[] = [];
  readonly #listeners = new Set<(event: UiEvent) => void>();
  readonly #scene: Scene;
  #connection: Connection;
  #people: readonly Person[];
  #preferences: Preferences;
  #state: 'new' | 'locked' | 'open';
  #links = new Map<string, LinkInfo[]>();
  #uploads = 0;
  #opened: string | null = null;
  readonly #paused = new Set<string>();
  readonly #cancelled = new Set<string>();

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#connection = { ...calm, ...scene.connection };
    this.#people = scene.people ?? [];
    this.#preferences = { language: null, theme: null, view: null, idleMinutes: 10, ...scene.preferences };
    this.#state = scene.state ?? 'open';
  }

  emit(event: UiEvent): void {
    if (event.type === 'connection') this.#connection = event.connection;
    for (const listener of this.#listeners) listener(event);
  }

  /** The Api itself: the methods of this object under their names in the contract. */
  api(): Api {
    const { drive } = this;
    const change = (path: string): void => { this.emit({ type: 'changed', path }); };
    const files = <T>(work: () => T): Promise<T> => (this.#scene.failing === undefined ? Promise.resolve().then(work) : Promise.reject(refusal(this.#scene.failing)));
    return {
      connection: async () => this.#connection,
      subscribe: (listener) => {
        this.#listeners.add(listener);
        return () => { this.#listeners.delete(listener); };
      },
      state: async () => this.#state,
      lastLogin: async () => (this.#state === 'new' ? null : 'mira'),
      strength: async (password) => ({ score: Math.min(4, Math.floor(password.length / 5)) as 0 | 1 | 2 | 3 | 4, hint: password.length < 12 ? 'too-short' : 'good' }),
      generatePassphrase: async () => phrase,
      signUp: () => this.#enter(),
      unlock: async (_, password) => {
        if (password === 'wrong') throw refusal('wrong-password');
        await this.#enter();
      },
      lock: async (reason = 'user') => {
        this.#state = 'locked';
        this.emit({ type: 'locked', reason });
      },
      panic: async () => { this.calls.push('panic'); },
      whoami: async () => ({ login: 'mira', name: 'mira', words: myWords, contactLink: 'mira#k5xcwqv3bfjyfwq6vte2tzk7wzqduk6sx3lqzmc4vpl2d7v7nylf', created: Date.parse('2026-03-04'), used: this.#scene.used ?? 3_214_000_000, quota: this.#scene.quota === undefined ? 10_000_000_000 : this.#scene.quota }),
      changePassword: async (current) => {
        await pause(50);
        if (current === 'wrong') throw refusal('wrong-password');
      },
      preferences: async () => this.#preferences,
      setPreferences: async (next) => (this.#preferences = { ...this.#preferences, ...next }),
      setIdleMinutes: async (idleMinutes) => { this.#preferences = { ...this.#preferences, idleMinutes }; },
      touch: async () => undefined,
      list: (path) => files(() => drive.list(path)),
      stat: (path) => files(() => drive.get(path).item),
      mkdir: (path) => files(() => {
        if (drive.has(path)) throw refusal('exists');
        drive.add(path, { kind: 'folder' });
        change(path);
      }),
      move: (from, to) => files(() => {
        drive.move(from, to);
        change(from);
        change(to);
      }),
      copy: (from, to) => files(() => {
        drive.move(from, to, true);
        change(to);
      }),
      remove: (path) => files(() => {
        const id = drive.remove(path);
        change(path);
        return { id };
      }),
      trash: () => files(() => drive.trash),
      restore: (id) => files(() => {
        const { from } = drive.trash.find((item) => item.id === id) ?? { from: '/' };
        drive.restore(id);
        change(from);
      }),
      purge: (id) => files(() => { drive.purge(id); }),
      upload: (list, folder) => this.#upload(list, folder),
      pause: async (id) => { this.#paused.add(id); },
      resume: async (id) => { this.#paused.delete(id); },
      cancel: async (id) => { this.#cancelled.add(id); },
      read: (path, offset = 0, length) => files(() => {
        const { item, bytes } = drive.get(path);
        const whole = bytes ?? new Uint8Array(Math.min(item.size, 1000));
        this.reads.push([offset, length ?? whole.length - offset]);
        return whole.slice(offset, length === undefined ? undefined : offset + length);
      }),
      download: async (paths) => { this.calls.push(`download ${paths.join(' ')}`); },
      search: (text) => files(() => drive.search(text)),
      people: async () => this.#people,
      follow: async (name) => {
        await pause(30);
        if (name === 'nobody') throw refusal('unknown-name');
        this.#setPeople([...this.#people, { name: name.split('#')[0] ?? name, petname: null, words: [], fingerprint: '', state: 'requested', verified: false, changed: false, note: null }]);
      },
      accept: async (name) => { this.#changePerson(name, { state: 'unverified', note: null }); },
      decline: async (name) => { this.#setPeople(this.#people.filter((person) => person.name !== name)); },
      setPetname: async (name, petname) => { this.#changePerson(name, { petname }); },
      markVerified: async (name, verified) => { this.#changePerson(name, { verified, changed: false, state: verified ? 'confirmed' : 'unverified' }); },
      collect: () => pause(200),
      share: (path, name) => files(() => {
        const { shared } = drive.get(path).item;
        drive.change(path, { shared: { people: [...shared?.people ?? [], name], links: shared?.links ?? 0 } });
        change(path);
      }),
      unshare: (path, name) => files(() => {
        const { shared } = drive.get(path).item;
        drive.change(path, { shared: { people: (shared?.people ?? []).filter((one) => one !== name), links: shared?.links ?? 0 }, exposed: true });
        change(path);
      }),
      access: (path) => files(() => ({ people: drive.get(path).item.shared?.people ?? [], links: this.#links.get(path) ?? [] })),
      sharedByMe: () => files(() => drive.all().filter(({ item, path }) => item.shared !== null && !path.startsWith('/@')).map(({ path, item }) => ({ path, item, people: item.shared?.people ?? [], links: this.#links.get(path) ?? [] }))),
      sharedWithMe: () => files(() => this.#people.filter(({ state }) => state === 'confirmed' || state === 'unverified').map(({ name }) => ({ from: name, items: drive.list(`/@${name}`) }))),
      link: (path, options) => files(() => this.addLink(path, options)),
      unlink: (id) => files(() => {
        for (const [path, links] of this.#links) this.#links.set(path, links.filter((link) => link.id !== id));
        change('/');
      }),
      openLink: async (_, password) => {
        const { link } = this.#scene;
        await pause(50);
        if (link === undefined || 'refused' in link) throw refusal(link?.refused ?? 'bad-link');
        if (link.password !== null && password === undefined) throw refusal('password-needed');
        if (link.password !== null && password !== link.password) throw refusal('wrong-password');
        this.#opened = link.item.name;
        return link.item;
      },
      listLink: async () => {
        const { link } = this.#scene;
        return link !== undefined && 'inside' in link ? link.inside ?? [] : [];
      },
      readLink: async (_, offset = 0, length) => {
        const { link } = this.#scene;
        if (link === undefined || 'refused' in link) throw refusal('bad-link');
        return link.bytes.slice(offset, length === undefined ? undefined : offset + length);
      },
      downloadLink: async (paths) => { this.calls.push(`downloadLink ${this.#opened ?? ''} ${paths.join(' ')}`); },
    };
  }

  addLink(path: string, options: { password?: string; expires?: number; opens?: number }): string {
    const links = this.#links.get(path) ?? [];
    const url = `http://${calm.onion ?? ''}/#v1.a7c2mzq5xj4wv6ntkl3r2f5d.${links.length}`;
    const link: LinkInfo = { id: `l${path}${links.length}`, url, path, password: options.password !== undefined, expires: options.expires ?? null, opens: options.opens ?? null, created: Date.now() };
    this.#links.set(path, [...links, link]);
    const { shared } = this.drive.get(path).item;
    this.drive.change(path, { shared: { people: shared?.people ?? [], links: links.length + 1 } });
    this.emit({ type: 'changed', path });
    return url;
  }

  #setPeople(people: readonly Person[]): void {
    this.#people = people;
    this.emit({ type: 'people' });
  }

  #changePerson(name: string, change: Partial<Person>): void {
    this.#setPeople(this.#people.map((person) => (person.name === name ? { ...person, ...change } : person)));
  }

  async #enter(): Promise<void> {
    for (let step = 0; step <= 4; step++) {
      this.emit({ type: 'login', step: 'stretching', fraction: step / 4, seconds: 4 - step });
      await pause(20);
    }
    this.#state = 'open';
  }

  async #upload(files: readonly UploadFile[], folder: string): Promise<{ readonly id: string }> {
    if (this.#scene.failing !== undefined) throw refusal(this.#scene.failing);
    const id = `u${this.#uploads++}`;
    void this.#send(id, files, folder);
    return { id };
  }

  async #send(id: string, files: readonly UploadFile[], folder: string): Promise<void> {
    const total = files.reduce((sum, { file }) => sum + file.size, 0);
    const name = files[0]?.path.split('/')[0] ?? '';
    const tell = (file: string | null, done: number, of: number, state: 'running' | 'done' | 'paused' | 'waiting' | 'cancelled'): void => { this.emit({ type: 'progress', id, kind: 'upload', name, file, done, total: of, state }); };
    let sent = 0;
    for (const { path, file } of files) tell(path, 0, file.size, 'waiting');
    for (const { path, file } of files) {
      for (let step = 1; step <= 5; step++) {
        await pause(40);
        if (this.#cancelled.has(id)) {
          tell(null, sent, total, 'cancelled');
          return;
        }
        while (this.#paused.has(id)) {
          tell(null, sent, total, 'paused');
          await pause(50);
        }
        const done = Math.round(file.size * step / 5);
        tell(path, done, file.size, step === 5 ? 'done' : 'running');
        tell(null, sent + done, total, 'running');
        if (this.#scene.uploadStopsAt !== undefined && (sent + done) / total >= this.#scene.uploadStopsAt) return;
      }
      sent += file.size;
      const parts = path.split('/');
      for (let depth = 1; depth < parts.length; depth++) {
        const parent = `${folder === '/' ? '' : folder}/${parts.slice(0, depth).join('/')}`;
        if (!this.drive.has(parent)) this.drive.add(parent, { kind: 'folder' });
      }
      this.drive.add(`${folder === '/' ? '' : folder}/${path}`, { size: file.size }, new Uint8Array(await file.arrayBuffer()));
    }
    tell(null, total, total, 'done');
    this.emit({ type: 'changed', path: folder });
  }
}
