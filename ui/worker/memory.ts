import type { Preferences } from '../contract.ts';
import { encodeCbor, schema } from '../../wire/index.ts';
import type { StateCodec } from '../../vault/index.ts';

const { list, literal, nullable, oneOf, record, text, uint } = schema;
const PEOPLE_MAX = 1024;
const TRASH_MAX = 8192;
const PATH_MAX = 64 * 1024;

/** What the page remembers of an account, in the account: how it looks, and what its people are called here. */
export interface Remembered extends Preferences {
  /** Name -> what this person calls them. */
  readonly petnames: ReadonlyMap<string, string>;
  /** Name -> the contact link that was compared. */
  readonly verified: ReadonlyMap<string, string>;
}

const DEFAULTS: Remembered = { language: null, theme: null, view: null, idleMinutes: 15, petnames: new Map(), verified: new Map() };
const pairs = list(schema.pair(text(64, 1), text(256, 1)), PEOPLE_MAX);
const remembered = record({
  v: literal(1), language: nullable(text(16, 2)), theme: nullable(oneOf('light', 'dark')), view: nullable(oneOf('list', 'grid')), idleMinutes: uint(24 * 60, 1),
  petnames: pairs, verified: pairs,
});

export const rememberedCodec: StateCodec<Remembered> = {
  encode: ({ petnames, verified, ...rest }) => encodeCbor({ v: 1, ...rest, petnames: [...petnames], verified: [...verified] }),
  decode: (bytes) => {
    const { v: _, petnames, verified, ...rest } = schema.parse(remembered, bytes, 'page state');
    return { ...rest, petnames: new Map(petnames), verified: new Map(verified) };
  },
  empty: DEFAULTS,
};

/** What went to the trash: by the item's id, from where and when. */
export interface Discarded {
  readonly id: string;
  readonly from: string;
  /** Unix milliseconds. */
  readonly removed: number;
}

const discarded = record({ v: literal(1), items: list(record({ id: text(32, 32), from: text(PATH_MAX, 1), removed: uint() }), TRASH_MAX) });

export const trashCodec: StateCodec<readonly Discarded[]> = {
  encode: (items) => encodeCbor({ v: 1, items: items.slice(-TRASH_MAX) }),
  decode: (bytes) => schema.parse(discarded, bytes, 'trash').items,
  empty: [],
};
