import type { Api, Preferences, UiEvent, Whoami } from '../contract.ts';
import type { Start } from '../protocol.ts';
import { Circle } from './circle.ts';
import { Files } from './files.ts';
import { Keeper } from './keeper.ts';
import { OpenedLink } from './link.ts';
import type { Remembered } from './memory.ts';
import { OwnDoor } from './own-door.ts';
import { passphrase, strength } from './passphrase.ts';
import { Transfers } from './transfers.ts';
import { Watch } from './watch.ts';

/** What the page cannot do without its worker, and what it does itself (`../rpc.ts`). */
type PageSide = 'subscribe' | 'panic' | 'download' | 'downloadLink' | 'lastLogin';
type Answers = { readonly [M in Exclude<keyof Api, PageSide>]: (...args: Parameters<Api[M]>) => Awaited<ReturnType<Api[M]>> | ReturnType<Api[M]> };

export type Handlers = ReadonlyMap<string, (...args: never[]) => unknown>;

export interface Out {
  event(event: UiEvent): void;
  key(key: string | null): void;
}

/** The parts of a worker that answer the page. */
interface Parts {
  readonly start: Start;
  readonly keeper: Keeper;
  readonly watch: Watch;
  readonly files: Files;
  readonly circle: Circle;
  readonly transfers: Transfers;
  readonly link: OpenedLink;
}

export function makeHandlers(start: Start, out: Out): Handlers {
  const event = (one: UiEvent): void => { out.event(one); };
  const door = new OwnDoor({ ...start, keep: (key) => { out.key(key); } });
  const keeper = new Keeper(door, event);
  const parts: Parts = {
    start, keeper, watch: new Watch(door, event), files: new Files(keeper), circle: new Circle(keeper), transfers: new Transfers(keeper), link: new OpenedLink(door),
  };
  const answers: Answers = { ...accountAnswers(parts), ...fileAnswers(parts), ...peopleAnswers(parts), ...linkAnswers(parts) };
  return new Map<string, (...args: never[]) => unknown>([...Object.entries(answers), ...Object.entries(savingAnswers(parts))]);
}

function accountAnswers({ start, keeper, watch, files }: Parts) {
  return {
    connection: () => watch.connection(),
    state: async () => (keeper.isOpen ? 'open' : start.used || await hasAccounts(keeper.door) ? 'locked' : 'new'),
    strength: (password, login) => strength(password, login),
    generatePassphrase: (words) => passphrase(words),
    signUp: (init) => keeper.signUp(init),
    unlock: (login, password) => keeper.unlock(login, password),
    lock: async (reason = 'asked') => {
      files.clear();
      await keeper.lock(reason);
    },
    whoami: () => whoami(keeper),
    changePassword: (current, next) => keeper.working(() => keeper.live.session.changePassword(current, next)),
    preferences: async () => preferencesOf(await keeper.live.remembered.get()),
    setPreferences: (change) => setPreferences(keeper, change),
    setIdleMinutes: async (idleMinutes) => { await setPreferences(keeper, { idleMinutes }); },
    touch: async () => { keeper.touch(); },
  } satisfies Partial<Answers>;
}

function fileAnswers({ files, transfers }: Parts) {
  return {
    list: (path) => files.list(path),
    stat: (path) => files.stat(path),
    mkdir: (path) => files.mkdir(path),
    move: (from, to) => files.move(from, to),
    copy: (from, to) => files.copy(from, to),
    remove: (path) => files.remove(path),
    trash: () => files.trash(),
    restore: (id) => files.restore(id),
    purge: (id) => files.purge(id),
    upload: async (dropped, folder) => transfers.upload(dropped, folder),
    pause: async (id) => { transfers.pause(id); },
    resume: async (id) => { transfers.resume(id); },
    cancel: async (id) => { transfers.cancel(id); },
    read: (path, offset, length) => files.read(path, offset, length),
    search: (text, from) => files.search(text, from),
  } satisfies Partial<Answers>;
}

function peopleAnswers({ circle }: Parts) {
  return {
    people: () => circle.list(),
    follow: (nameOrLink, note) => circle.follow(nameOrLink, note),
    accept: (name) => circle.accept(name),
    decline: (name) => circle.decline(name),
    setPetname: (name, petname) => circle.setPetname(name, petname),
    markVerified: (name, yes) => circle.markVerified(name, yes),
    collect: () => circle.collect(),
    share: (path, name) => circle.share(path, name),
    unshare: (path, name) => circle.unshare(path, name),
    access: (path) => circle.access(path),
    sharedByMe: () => circle.sharedByMe(),
    sharedWithMe: () => circle.sharedWithMe(),
    link: (path, options) => circle.link(path, options),
    unlink: (id) => circle.unlink(id),
  } satisfies Partial<Answers>;
}

function linkAnswers({ keeper, link }: Parts) {
  return {
    openLink: async (fragment, password) => {
      await keeper.ready();
      return link.open(fragment, password);
    },
    listLink: (path) => link.list(path),
    readLink: (path, offset, length) => link.read(path, offset, length),
  } satisfies Partial<Answers>;
}

/** What the page's own `download` is made of: a name to save under, then the saving. */
function savingAnswers({ transfers, link }: Parts) {
  return {
    downloadName: (paths: readonly string[]) => transfers.downloadName(paths),
    download: (paths: readonly string[], target: FileSystemFileHandle | null) => transfers.download(paths, target),
    downloadLinkName: async (paths: readonly string[]) => transfers.nameOf(await link.sources(paths)),
    downloadLink: async (paths: readonly string[], target: FileSystemFileHandle | null) => transfers.save(await link.sources(paths), target),
  };
}

async function whoami(keeper: Keeper): Promise<Whoami> {
  const { session } = keeper.live;
  const [identity, space] = await Promise.all([(await keeper.people()).identity(), room(keeper)]);
  return {
    login: session.login, name: identity?.name ?? null, words: identity?.words ?? [], contactLink: identity?.link ?? null, created: await session.created(),
    ...space,
  };
}

/** Whether somebody who comes here has an account, most likely: a guest brings one, and a node of one's own says how many it has. */
async function hasAccounts(door: OwnDoor): Promise<boolean> {
  if (!door.local) return true;
  const status = await door.status().catch(() => null);
  return (status?.accounts ?? 0) > 0;
}

/** A node tells no account's usage to anybody, but on one's own node, with one account, all is that account's. */
async function room({ door }: Keeper): Promise<{ used: number | null; quota: number | null }> {
  const status = door.local ? await door.status() : null;
  const alone = status?.accounts === 1;
  return { used: alone ? status.bytes : null, quota: alone ? status.quota : null };
}

function preferencesOf({ language, theme, view, idleMinutes }: Remembered): Preferences {
  return { language, theme, view, idleMinutes };
}

async function setPreferences(keeper: Keeper, change: Partial<Preferences>): Promise<Preferences> {
  const next = await keeper.live.remembered.edit((value) => ({ ...value, ...change }));
  keeper.idleMinutes = next.idleMinutes;
  return preferencesOf(next);
}
