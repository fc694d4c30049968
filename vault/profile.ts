import { decodeCbor, encodeCbor, schema } from '../wire/index.ts';
import type { StateCodec } from './state.ts';

/** What the account knows of itself. */
export interface Profile {
  /** The generation of the newest header of the visible vault; older ones are refused. 0 before sign-up is done. */
  readonly generation: number;
  /** Unix milliseconds. */
  readonly created: number;
}

const profileSchema = schema.record({ v: schema.literal(1), generation: schema.uint(), created: schema.uint() });

export const profileCodec: StateCodec<Profile> = {
  encode: (profile) => encodeCbor({ v: 1, ...profile }),
  decode: (bytes) => {
    const { generation, created } = profileSchema(decodeCbor(bytes, 'profile'), 'profile');
    return { generation, created };
  },
  empty: { generation: 0, created: 0 },
};
