import { engine, fromHex, hkdfExpand, hkdfExtract, oprfBlind, oprfEvaluate, oprfFinalize, oprfKeyFromSeed, signingKey, utf8 } from '../../crypto/index.ts';
import type { Claim } from './claim.ts';
import { orNull } from './claim.ts';
import { ED25519, OPRF, SCRYPT, SECRETBOX } from './printed.ts';
import { wycheproof } from './wycheproof.ts';

const scrypt: Claim = {
  name: 'RFC 7914: scrypt',
  async hold(_load, record) {
    for (const { password, salt, N, r, p, key } of SCRYPT) {
      const params = { N, r, p, length: 64 };
      record.same(password, await engine().scrypt(utf8(password), utf8(salt), params), fromHex(key));
    }
  },
};

const ed25519: Claim = {
  name: 'RFC 8032: Ed25519',
  async hold(_load, record) {
    for (const { seed, publicKey, message, signature } of ED25519) {
      record.same('public key', signingKey(fromHex(seed)).publicKey, fromHex(publicKey));
      record.same('signature', engine().ed25519Sign(fromHex(seed), fromHex(message)), fromHex(signature));
      record.verdict('verdict', engine().ed25519Verify(fromHex(publicKey), fromHex(message), fromHex(signature)), true);
    }
  },
};

const ed25519Verdicts: Claim = {
  name: 'Wycheproof: Ed25519 verdicts',
  async hold(load, record) {
    for (const { id, valid, publicKey, bytes } of await wycheproof(load, 'ed25519')) {
      record.verdict(id, engine().ed25519Verify(publicKey, bytes('msg'), bytes('sig')), valid);
    }
  },
};

const hkdf: Claim = {
  name: 'RFC 5869 and Wycheproof: HKDF-SHA256',
  async hold(load, record) {
    for (const { id, valid, size, bytes } of await wycheproof(load, 'hkdf_sha256')) {
      const output = orNull(() => hkdfExpand(hkdfExtract(bytes('salt'), bytes('ikm')), bytes('info'), size));
      record.same(id, output, valid ? bytes('okm') : null);
    }
  },
};

const secretbox: Claim = {
  name: 'NaCl: secretbox',
  async hold(_load, record) {
    const key = fromHex(SECRETBOX.key);
    const nonce = fromHex(SECRETBOX.nonce);
    const [sealed = null] = await engine().seal([{ key, nonce, plaintext: fromHex(SECRETBOX.plaintext), prefix: new Uint8Array(0) }]);
    const [opened = null] = await engine().open([{ key, nonce, box: fromHex(SECRETBOX.box) }]);
    record.same('sealed', sealed, fromHex(SECRETBOX.box));
    record.same('opened', opened, fromHex(SECRETBOX.plaintext));
  },
};

const oprf: Claim = {
  name: 'RFC 9497: oblivious PRF over ristretto255',
  async hold(_load, record) {
    const key = oprfKeyFromSeed(fromHex(OPRF.seed), fromHex(OPRF.keyInfo));
    record.same('key', key, fromHex(OPRF.key));
    for (const { input, blinded, evaluated, output } of OPRF.cases) {
      record.same('evaluated', oprfEvaluate(key, fromHex(blinded)), fromHex(evaluated));
      record.same('output', oprfFinalize(fromHex(input), fromHex(OPRF.blind), fromHex(evaluated)), fromHex(output));
      const own = oprfBlind(fromHex(input));
      record.same('output under a blind of its own', oprfFinalize(fromHex(input), own.blind, oprfEvaluate(key, own.blinded)), fromHex(output));
    }
  },
};

/** The published vectors that crypto/ must meet on every engine and platform. */
export const cryptoClaims: readonly Claim[] = [scrypt, ed25519, ed25519Verdicts, hkdf, secretbox, oprf];
