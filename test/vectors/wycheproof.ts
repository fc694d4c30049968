import { fromHex } from '../../crypto/index.ts';
import type { LoadVectors } from './claim.ts';

/** A test as Wycheproof has it; which of the fields are there depends on the file. All but `result` are hexadecimal. */
type Field = 'msg' | 'sig' | 'ikm' | 'salt' | 'info' | 'okm' | 'key' | 'iv' | 'aad' | 'ct' | 'tag' | 'public' | 'private' | 'shared' | 'seed' | 'm' | 'ek' | 'c' | 'K';

interface Raw {
  readonly testGroups: readonly {
    readonly publicKey?: { readonly pk: string };
    readonly tests: readonly (Partial<Readonly<Record<Field, string>>> & {
      readonly tcId: number;
      readonly size?: number;
      readonly result: 'valid' | 'invalid' | 'acceptable';
    })[];
  }[];
}

export interface WycheproofTest {
  readonly id: string;
  readonly valid: boolean;
  readonly size: number;
  /** The Ed25519 key of the test's group. */
  readonly publicKey: Uint8Array;
  readonly bytes: (field: Field) => Uint8Array;
}

/** The tests of one file. */
export async function wycheproof(load: LoadVectors, name: string): Promise<WycheproofTest[]> {
  const { testGroups } = await load(`wycheproof-${name}_test.json`) as Raw;
  return testGroups.flatMap(({ publicKey, tests }) => tests.map((test): WycheproofTest => ({
    id: `${name} ${test.tcId}`,
    valid: test.result !== 'invalid',
    size: test.size ?? 0,
    publicKey: fromHex(publicKey?.pk ?? ''),
    bytes: (field) => fromHex(test[field] ?? ''),
  })));
}
