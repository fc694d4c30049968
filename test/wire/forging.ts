import * as assert from 'uvu/assert';
import { decodeCbor, encodeCbor } from '../../wire/index.ts';
import type { Random } from '../rig/random.ts';

/** A copy with one bit changed. */
export function bitFlipped<T extends Uint8Array>(random: Random, bytes: T): T {
  const changed = bytes.slice();
  const at = random.int(bytes.length);
  changed[at] = (changed[at] ?? 0) ^ (1 << random.int(8));
  return changed as T;
}

/** An encoded record with one of its fields replaced. */
export function withField(encoded: Uint8Array, field: string, value: unknown): Uint8Array {
  const record = decodeCbor(encoded);
  assert.instance(record, Map);
  const fields = record as Map<string, unknown>;
  assert.ok(fields.has(field));
  return encodeCbor(new Map([...fields, [field, value]]));
}
