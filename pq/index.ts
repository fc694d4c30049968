export { PqError } from './error.ts';
export { mlKem768, x25519 } from './parts.ts';
export { XWING_CIPHERTEXT_BYTES, XWING_PUBLIC_KEY_BYTES, holdXWing } from './xwing.ts';
export type { XWingHolder } from './xwing.ts';
export { generateKemKey, kemKey, parseKemPublicKey } from './key.ts';
export type { KemKey, KemPublicKey } from './key.ts';
export { hpkeOpen, hpkeSeal } from './hpke.ts';
export { ENVELOPE_BODY_MAX, ENVELOPE_BYTES, coverEnvelope, openEnvelopes, sealEnvelope } from './envelope.ts';
export type { Drop, Message, Recipient } from './envelope.ts';
