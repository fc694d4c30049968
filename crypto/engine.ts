/** One secretbox to make, behind `prefix`, so that what belongs before a box costs no second copy of it. */
export interface SealJob {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly plaintext: Uint8Array;
  readonly prefix: Uint8Array;
}

/** One secretbox to open: Poly1305 tag (16 bytes), then ciphertext, as NaCl's `crypto_secretbox` has it. */
export interface OpenJob {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly box: Uint8Array;
}

/** scrypt (RFC 7914): cost, block size, parallelism, and output length in bytes. */
export interface ScryptParams {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly length: number;
}

/** A decapsulation key held in the engine's own form. */
export interface KemHolder {
  readonly publicKey: Uint8Array;
  /** The shared secret; an implicitly rejected ciphertext gives a pseudorandom one (FIPS 203). */
  decapsulate(ciphertext: Uint8Array): Uint8Array;
}

/** ML-KEM-768 (FIPS 203): seed `d ‖ z` 64, public key 1184, ciphertext 1088, shared secret 32 bytes. */
export interface MlKem768 {
  fromSeed(seed: Uint8Array): KemHolder;
  /** Throws where the public key is malformed. */
  encapsulate(publicKey: Uint8Array): { readonly ciphertext: Uint8Array; readonly sharedSecret: Uint8Array };
}

/** X25519 (RFC 7748) over raw 32-byte keys. */
export interface X25519 {
  publicKey(secret: Uint8Array): Uint8Array;
  /** Throws where the peer's share has low order, which would make the result zero. */
  sharedSecret(secret: Uint8Array, peer: Uint8Array): Uint8Array;
}

/**
 * The primitives of one process, chosen at its composition root and proven by `useEngine`. Bulk work is async and
 * batched, so that an engine may spread it over threads. Callers want the functions of this room; an engine takes
 * nonces from outside and derives nothing.
 */
export interface Engine {
  readonly name: string;
  randomBytes(length: number): Uint8Array;
  /** For short inputs; bulk data goes through `digest`. */
  sha256(data: Uint8Array): Uint8Array;
  /** SHA-256 of each input. */
  digest(data: readonly Uint8Array[]): Promise<Uint8Array[]>;
  hmac(key: Uint8Array, data: Uint8Array): Uint8Array;
  /** HMAC of each input under one key, whose own part of the work is done once. */
  hmacs(key: Uint8Array, data: readonly Uint8Array[]): Promise<Uint8Array[]>;
  /** XSalsa20-Poly1305: `prefix ‖ tag 16 ‖ ciphertext` of each job, in a new array. */
  seal(jobs: readonly SealJob[]): Promise<Uint8Array[]>;
  /** null where the tag is wrong or the box is shorter than a tag. */
  open(jobs: readonly OpenJob[]): Promise<(Uint8Array | null)[]>;
  /** Bytes in: nothing is normalised. */
  scrypt(password: Uint8Array, salt: Uint8Array, params: ScryptParams): Promise<Uint8Array>;
  ed25519PublicKey(seed: Uint8Array): Uint8Array;
  ed25519Sign(seed: Uint8Array, message: Uint8Array): Uint8Array;
  /** Strict, see `admissibleSignature`: all engines give one verdict on every input. */
  ed25519Verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  /** Native KEM parts for pq/; without them it uses noble's, with the same bytes. */
  readonly mlkem768?: MlKem768;
  readonly x25519?: X25519;
}
