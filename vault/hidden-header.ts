import { decodeCbor, encodeCbor, schema } from '../wire/index.ts';
import type { HiddenDrive } from './hidden-drive.ts';
import { stateCell, vaultSecret } from './keys.ts';
import { StateCell, type StateCodec } from './state.ts';

const generationSchema = schema.record({ v: schema.literal(1), generation: schema.uint() });

const codec: StateCodec<number> = {
  encode: (generation) => encodeCbor({ v: 1, generation }),
  decode: (bytes) => generationSchema(decodeCbor(bytes, 'header state'), 'header state').generation,
  empty: 0,
};

/** The generation of the newest header of a hidden vault, in a cell of the vault itself; 0 as long as its password was not changed. */
export function headerCell(drive: HiddenDrive, secret: Uint8Array): StateCell<number> {
  return new StateCell(drive, stateCell(vaultSecret(secret), 'header'), codec);
}
