import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CryptoError, padToStep, padme } from '../../crypto/index.ts';
import { seededRandom } from '../rig/random.ts';

const random = seededRandom('padding');
/** Lengths of every magnitude, so that short and long ones are tried alike. */
const anyLength = (): number => Math.floor((random.int(2 ** 32) / 2 ** 32) * 2 ** random.int(53));
const lengths = [...Array.from({ length: 5000 }, (_, n) => n), ...Array.from({ length: 3000 }, anyLength)];

/** Algorithm 1 of the paper, on big integers. */
function paper(length: bigint): bigint {
  const exponent = length.toString(2).length - 1;
  const kept = exponent.toString(2).length;
  const mask = (1n << BigInt(exponent - kept)) - 1n;
  return (length + mask) & ~mask;
}

test('Padmé is the paper\'s algorithm', () => {
  for (const length of lengths.filter((n) => n >= 4)) assert.is(padme(length), Number(paper(BigInt(length))), String(length));
});

test('Padmé never shortens, never adds more than 12 %, keeps the order, and leaves padded lengths alone', () => {
  for (const length of lengths) {
    const padded = padme(length);
    assert.ok(padded >= length && padded <= length * 1.12, String(length));
    assert.ok(padme(length + 1) >= padded, String(length));
    assert.is(padme(padded), padded, String(length));
  }
});

test('Padmé leaves few lengths to tell apart', () => {
  const seen = new Set(Array.from({ length: 100_000 }, (_, n) => padme(n)));
  assert.ok(seen.size < 300, String(seen.size));
});

test('what is not a length is refused', () => {
  for (const length of [-1, 0.5, Number.NaN, 2 ** 53, Number.MAX_SAFE_INTEGER]) {
    assert.throws(() => padme(length), (error: unknown) => error instanceof CryptoError && error.code === 'malformed');
  }
});

test('a step is never empty', () => {
  assert.equal([0, 1, 4096, 4097].map((length) => padToStep(length)), [4096, 4096, 4096, 8192]);
  assert.is(padToStep(5, 3), 6);
});

test.run();
