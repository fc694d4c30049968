import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js';
import { concat, equalBytes, fromHex } from '../../crypto/index.ts';
import { holdXWing, hpkeOpen, kemKey, mlKem768, parseKemPublicKey, x25519 } from '../../pq/index.ts';
import type { Claim } from './claim.ts';
import { orNull } from './claim.ts';
import { wycheproof } from './wycheproof.ts';

interface XWingVector {
  readonly seed: string;
  readonly ss: string;
  readonly pk: string;
  readonly ct: string;
}

const xwing: Claim = {
  name: 'draft-connolly-cfrg-xwing-kem: X-Wing',
  async hold(load, record) {
    for (const { seed, ss, pk, ct } of await load('xwing-draft.json') as readonly XWingVector[]) {
      record.same('public key', kemKey(fromHex(seed)).publicKey, fromHex(pk));
      record.same('shared secret', holdXWing(fromHex(seed)).decapsulate(fromHex(ct)), fromHex(ss));
    }
  },
};

interface HpkeVector {
  readonly kem_id: number;
  readonly kdf_id: number;
  readonly aead_id: number;
  readonly info: string;
  readonly skRm: string;
  readonly pkRm: string;
  readonly enc: string;
  readonly shared_secret: string;
  readonly encryptions: readonly { readonly aad: string; readonly ct: string; readonly pt: string }[];
}

const hpke: Claim = {
  name: 'draft-ietf-hpke-pq: HPKE base mode over X-Wing',
  async hold(load, record) {
    const vectors = await load('hpke-pq.json') as readonly HpkeVector[];
    for (const vector of vectors.filter(({ kem_id, kdf_id, aead_id }) => kem_id === 0x647a && kdf_id === 1 && aead_id === 3)) {
      const key = kemKey(fromHex(vector.skRm));
      record.same('public key', key.publicKey, fromHex(vector.pkRm));
      record.same('shared secret', holdXWing(fromHex(vector.skRm)).decapsulate(fromHex(vector.enc)), fromHex(vector.shared_secret));
      const [first, second] = vector.encryptions;
      if (first === undefined || second === undefined) throw new Error('a vector without messages');
      const open = (aad: string, ct: string): Promise<Uint8Array | null> =>
        hpkeOpen(key, fromHex(vector.enc), fromHex(vector.info), fromHex(aad), fromHex(ct));
      record.same('first message', await open(first.aad, first.ct), fromHex(first.pt));
      record.same('first message under the second one\'s data', await open(second.aad, first.ct), null);
      record.same('second message as the first', await open(second.aad, second.ct), null);
    }
  },
};

const chacha: Claim = {
  name: 'Wycheproof: ChaCha20-Poly1305',
  async hold(load, record) {
    for (const { id, valid, bytes } of await wycheproof(load, 'chacha20_poly1305')) {
      const sealed = concat(bytes('ct'), bytes('tag'));
      const opened = orNull(() => chacha20poly1305(bytes('key'), bytes('iv'), bytes('aad')).decrypt(sealed));
      record.same(id, opened, valid ? bytes('msg') : null);
      if (valid) record.same(id, chacha20poly1305(bytes('key'), bytes('iv'), bytes('aad')).encrypt(bytes('msg')), sealed);
    }
  },
};

const exchange: Claim = {
  name: 'Wycheproof: X25519, with shares of low order refused',
  async hold(load, record) {
    for (const { id, bytes } of await wycheproof(load, 'x25519')) {
      const shared = bytes('shared');
      const lowOrder = equalBytes(shared, new Uint8Array(32));
      record.same(id, orNull(() => x25519().sharedSecret(bytes('private'), bytes('public'))), lowOrder ? null : shared);
    }
  },
};

const mlkem: Claim = {
  name: 'Wycheproof: ML-KEM-768 decapsulation',
  async hold(load, record) {
    for (const { id, valid, bytes } of await wycheproof(load, 'mlkem_768')) {
      const secret = orNull(() => mlKem768().fromSeed(bytes('seed')).decapsulate(bytes('c')));
      record.same(id, secret, valid ? bytes('K') : null);
      if (valid) record.same(id, mlKem768().fromSeed(bytes('seed')).publicKey, bytes('ek'));
    }
  },
};

/** Encapsulation draws its own randomness, so that noble's is what meets the vectors; both refuse the same keys. */
const mlkemKeys: Claim = {
  name: 'Wycheproof: ML-KEM-768 encapsulation and the modulus check',
  async hold(load, record) {
    for (const { id, valid, bytes } of await wycheproof(load, 'mlkem_768_encaps')) {
      const parsed = orNull(() => parseKemPublicKey(concat(bytes('ek'), new Uint8Array(32))));
      record.verdict(id, parsed !== null, valid);
      record.verdict(id, orNull(() => mlKem768().encapsulate(bytes('ek')).ciphertext) !== null, valid);
      if (valid) record.same(id, ml_kem768.encapsulate(bytes('ek'), bytes('m')).sharedSecret, bytes('K'));
    }
  },
};

/** The published vectors that pq/ must meet on every engine and platform. */
export const pqClaims: readonly Claim[] = [xwing, hpke, chacha, exchange, mlkem, mlkemKeys];
