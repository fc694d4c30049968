import { decodeCbor, encodeCbor, schema } from '../wire/index.ts';
import type { StateCodec } from './state.ts';

/** What the account knows of itself. */
export interface Profile {
  /** The generation of the newest header of the visible vault; older ones are refused. 0 before sign-up is done. */
  readonly generation: number;
  /** Unix milliseconds. */
  readonly created: number;
  /** One byte of cover for so many visible ones: 8 by default, or 4, 2, 1. */
  readonly coverOneIn: number;
}

/** What cover can be set to. */
export const COVERS = [8, 4, 2, 1] as const;

const profileSchema = schema.record({ v: schema.literal(1), generation: schema.uint(), created: schema.uint(), coverOneIn: schema.uint(8, 1) });

export const profileCodec: StateCodec<Profile> = {
  encode: (profile) => encodeCbor({ v: 1, ...profile }),
  decode: (bytes) => {
    const { generation, created, coverOneIn } = profileSchema(decodeCbor(bytes, 'profile'), 'profile');
    return { generation, created, coverOneIn };
  },
  empty: { generation: 0, created: 0, coverOneIn: 8 },
};
