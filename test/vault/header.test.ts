import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { concat, randomBytes, sealBoxes } from '../../crypto/index.ts';
import { decodeHeader, encodeHeader, findHeader, sealHeader, VaultError, type Header } from '../../vault/index.ts';
import { seededRandom } from '../rig/random.ts';

const key = randomBytes(32);
const secrets = (count: number): Uint8Array[] => Array.from({ length: count }, () => randomBytes(32));
const lane = async (...items: (Header | null)[]): Promise<Uint8Array> => concat(...await Promise.all(items.map((header) => sealHeader(header ?? { generation: 9, secrets: secrets(1) }, header === null ? randomBytes(32) : key))));

test('a header comes back as it was written, whatever it holds', () => {
  for (let count = 1; count <= 6; count++) {
    const header = { generation: 2 ** 40 + count, secrets: secrets(count) };
    assert.equal(decodeHeader(encodeHeader(header)), header);
  }
});

test('a header holds one to six secrets and no other', () => {
  assert.throws(() => encodeHeader({ generation: 1, secrets: [] }));
  assert.throws(() => encodeHeader({ generation: 1, secrets: secrets(7) }));
  assert.throws(() => encodeHeader({ generation: 1, secrets: [randomBytes(31)] }));
});

test('any other bytes are refused as corrupt, never taken for a header', () => {
  const random = seededRandom('header mutations');
  const good = encodeHeader({ generation: 3, secrets: secrets(2) });
  for (let run = 0; run < 2000; run++) {
    const bytes = good.slice();
    for (let times = 0; times <= random.int(3); times++) bytes[random.int(bytes.length)] = random.int(256);
    const cut = random.int(10) === 0 ? bytes.subarray(0, random.int(bytes.length)) : bytes;
    try {
      const header = decodeHeader(cut);
      assert.equal(encodeHeader(header), cut);
    } catch (error) {
      assert.instance(error, VaultError);
    }
  }
});

test('the highest generation that opens is taken, wherever it lies', async () => {
  const [old, newest, other] = [{ generation: 1, secrets: secrets(1) }, { generation: 7, secrets: secrets(2) }, { generation: 3, secrets: secrets(1) }];
  const found = await findHeader(await lane(null, old, newest, null, other, null), key);
  assert.equal(found?.header, newest);
});

test('nothing is found in a lane of other people\'s items', async () => {
  assert.is(await findHeader(await lane(null, null, null), key), null);
  assert.is(await findHeader(new Uint8Array(0), key), null);
});

test('items that hold something else under the right key are refused', async () => {
  const [item] = await sealBoxes([{ key, plaintext: randomBytes(216) }]);
  try {
    await findHeader(item as Uint8Array, key);
    assert.unreachable();
  } catch (error) {
    assert.instance(error, VaultError);
  }
});

test.run();
