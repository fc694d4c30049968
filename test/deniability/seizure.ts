/** What a coercer sees who has the visible password, the device's disk at several times, and the operator's records. */
import { concat, openBoxes } from '../../crypto/index.ts';
import { hiddenKeys, recognise } from '../../hidden/index.ts';
import type { Session } from '../../vault/index.ts';
import { requestKeys } from '../../vault/login.ts';
import { HEADER_ITEM, type Name } from '../../wire/index.ts';
import { profileCodec } from '../../vault/profile.ts';
import { cut, isCommit, readCommit } from './commits.ts';
import { changesBetween, type Image } from './disk.ts';
import { ciphertext, type Features } from './features.ts';
import type { Transcript } from './transcript.ts';

/** Nonce and tag of an entry. */
const ENTRY_HEAD = 40;
const KINDS = ['.lane', '.pin', '.log', '.heads', '.new', 'other'] as const;
const kindOf = (path: string): (typeof KINDS)[number] => KINDS.find((kind) => path.endsWith(kind)) ?? 'other';

/** Images of the disk, oldest first. */
export function featuresOfImages(images: readonly Image[], into: Features): void {
  const last = images.at(-1) ?? new Map<string, Uint8Array>();
  into.add('disk: files', last.size);
  for (const kind of KINDS) {
    const files = [...last].filter(([path]) => kindOf(path) === kind).map(([, bytes]) => bytes);
    into.spread(`disk: ${kind}`, files.map(({ length }) => length));
    if (kind !== '.pin' && kind !== '.new') ciphertext(`disk: ${kind}`, files, into);
  }
  into.spread('disk: sizes over time', images.map((image) => [...image.values()].reduce((sum, { length }) => sum + length, 0)));
  const changes = images.slice(1).map((image, index) => changesBetween(images[index] ?? image, image));
  into.add('disk: bytes written over', changes.reduce((sum, { bytes }) => sum + bytes, 0));
  into.add('disk: files that went', changes.reduce((sum, { gone }) => sum + gone, 0));
  for (const kind of KINDS) into.add(`disk: bytes written over in ${kind}`, changes.reduce((sum, { ofKind }) => sum + (ofKind.get(kind) ?? 0), 0));
}

export interface Coerced {
  /** Opened with the visible password. */
  readonly session: Session;
  readonly login: Name;
  readonly password: string;
  readonly transcript: Transcript;
}

/** What the visible password's keys open, and whether they explain everything that the account has. */
export async function featuresOfKeys({ session, login, password, transcript }: Coerced, into: Features): Promise<void> {
  const { key, lane } = await requestKeys(session.client, login, password, new Uint8Array(0));
  const items = cut(lane, HEADER_ITEM);
  const opened = await openBoxes(items.map((box) => ({ key, box })));
  into.add('keys: items', items.length);
  into.add('keys: items that open', opened.filter((plaintext) => plaintext !== null).length);
  into.add('keys: first that opens', opened.findIndex((plaintext) => plaintext !== null));
  into.add('keys: vaults in headers', opened.reduce((sum, plaintext) => sum + (plaintext?.[9] ?? 0), 0));
  const entries = transcript.exchanges.flatMap((exchange) => (isCommit(exchange) && exchange.request !== null ? readCommit(exchange.request).entries : []));
  const heads = concat(...entries.map((entry) => entry.subarray(0, ENTRY_HEAD)));
  const secrets = [key, session.rootSecret, session.account.seed.expose(), ...opened.flatMap((plaintext) => (plaintext === null ? [] : cut(plaintext.subarray(10), 32).slice(0, plaintext[9])))];
  const recognised = await Promise.all(secrets.map(async (secret) => recognise(hiddenKeys(secret), heads)));
  into.add('keys: entries recognised', recognised.reduce((sum, found) => sum + found.length, 0));
  const { folders, files, cells, bytes, orphans, problems } = await session.drive.check({ known: session.stateLabels() });
  for (const [name, value] of Object.entries({ folders, files, cells, bytes, orphans, problems: problems.length })) into.add(`keys: ${name}`, value);
  const profile = await session.state('profile', profileCodec).get();
  into.add('keys: generation', profile.generation);
  into.add('keys: pointer', session.home.head?.pointer?.sequence ?? 0);
}
