import { inspect } from 'node:util';
import { generateKeyPairSync } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { fromBase64url, randomBytes, toBase32 } from '../crypto/index.ts';
import { onionAddress } from './addresses.ts';
import type { OnionAddress } from './addresses.ts';
import { TransportError } from './errors.ts';

const PREFIX = 'ED25519-V3:';

/**
 * The key of an onion service, kept by the caller (0600) so that the address stays. It is tor's expanded form: 32 bytes of
 * clamped scalar and 32 bytes of hash prefix (control-spec, ADD_ONION). Printing it shows nothing.
 */
export class OnionKey {
  readonly address: OnionAddress;
  readonly #text: string;

  private constructor(text: string, address: OnionAddress) {
    this.#text = text;
    this.address = address;
  }

  static generate(): OnionKey {
    const expanded = sha512(randomBytes(32));
    expanded[0] = (expanded[0] ?? 0) & 248;
    expanded[31] = ((expanded[31] ?? 0) & 63) | 64;
    return OnionKey.#of(expanded);
  }

  /** Reads `ED25519-V3:<base64 of 64 bytes>`, as `expose` gives it. Throws TransportError('bad-address') for anything else. */
  static parse(text: string): OnionKey {
    const match = /^ED25519-V3:([A-Za-z0-9+/]{86}==)$/.exec(text.trim());
    if (match?.[1] === undefined) throw malformed();
    const expanded = new Uint8Array(Buffer.from(match[1], 'base64'));
    const clamped = ((expanded[0] ?? 0) & 7) === 0 && ((expanded[31] ?? 0) & 192) === 64;
    if (expanded.length !== 64 || !clamped || encode(expanded) !== match[0]) throw malformed();
    return OnionKey.#of(expanded);
  }

  static #of(expanded: Uint8Array): OnionKey {
    const scalar = ed25519.Point.Fn.create(littleEndian(expanded.subarray(0, 32)));
    const publicKey = ed25519.Point.BASE.multiply(scalar).toBytes();
    return new OnionKey(encode(expanded), onionAddress(publicKey));
  }

  /** The key's text, for `parse` and for tor. Store it readable by its owner alone. */
  expose(): string {
    return this.#text;
  }

  toString(): string {
    return '[redacted onion-key]';
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** A key pair for client authorization: the service is given the public key, the client the private one. */
export interface ClientAuthorization {
  /** X25519, base32 without padding, for OnionRequest.clients. */
  readonly publicKey: string;
  /** X25519, base64, for TorService.authorize; a secret. */
  readonly privateKey: string;
}

export function generateClientAuthorization(): ClientAuthorization {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  const { x } = publicKey.export({ format: 'jwk' });
  const { d } = privateKey.export({ format: 'jwk' });
  if (x === undefined || d === undefined) throw new TransportError('tor-failed', 'This Node cannot make X25519 keys; run Underkeep with the Node that it comes with.');
  return { publicKey: toBase32(fromBase64url(x)), privateKey: Buffer.from(fromBase64url(d)).toString('base64') };
}

function encode(expanded: Uint8Array): string {
  return PREFIX + Buffer.from(expanded).toString('base64');
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function malformed(): TransportError {
  return new TransportError('bad-address', 'The onion key is damaged; restore its file from a backup, or remove it to get a new address.');
}
