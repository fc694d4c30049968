import { compareBytes, concat, equalBytes, hkdf, hmacSha256, Secret } from '../crypto/index.ts';
import { encodeCbor, type Name, type RecordHash } from '../wire/index.ts';

const NOTHING = new Uint8Array(0);

/** What two people share who have confirmed each other: a key, and the records under which they did. */
export interface Pair {
  readonly key: Secret<'pair-key'>;
  readonly mine: RecordHash;
  readonly theirs: RecordHash;
}

/** `hkdf(asker's secret ‖ answerer's secret, both record hashes in byte order)`: the same 32 bytes on both sides. */
export function pairKey(asked: Uint8Array, answered: Uint8Array, records: readonly [RecordHash, RecordHash]): Secret<'pair-key'> {
  const [first, second] = records;
  const context = compareBytes(first, second) <= 0 ? concat(first, second) : concat(second, first);
  const key = hkdf(concat(asked, answered), 'underkeep/pair/1', context, 32);
  const secret = Secret.of(key, 'pair-key');
  key.fill(0);
  return secret;
}

/** What a request's secret authenticates: the answer to it, or its decline. */
export function requestKey(secret: Uint8Array): Secret<'pair-key'> {
  return Secret.of(hkdf(secret, 'underkeep/request-key/1', NOTHING, 32), 'pair-key');
}

/**
 * The secret with which one request is answered, always the same for it: so the answerer need not keep it, and nobody
 * can crowd it out by sending more requests. It comes from the answerer's own seed and from all that the request said.
 */
export function answerSecret(seed: Secret<'identity-seed'>, request: { readonly id: Uint8Array; readonly secret: Uint8Array }, asker: { readonly name: Name; readonly record: RecordHash }, own: RecordHash): Uint8Array {
  const context = encodeCbor([request.id, request.secret, asker.name, asker.record, own]);
  return hkdf(seed.expose(), 'underkeep/answer-secret/1', context, 32);
}

/** Who sends to whom: the hashes of their records when they paired. */
export interface Direction {
  readonly sender: RecordHash;
  readonly recipient: RecordHash;
}

/**
 * Authenticates a message between two who share `key`: HMAC-SHA256 over its fields, under a key for this type and
 * direction. Each side can compute it, so it convinces the other and proves nothing to a third. 32 bytes.
 */
export function messageMac(key: Secret<'pair-key'>, type: number, { sender, recipient }: Direction, fields: Uint8Array): Uint8Array {
  const macKey = hkdf(key.expose(), 'underkeep/message/1', concat(Uint8Array.of(type), sender, recipient), 32);
  return hmacSha256(macKey, fields);
}

export function checkMac(key: Secret<'pair-key'>, type: number, direction: Direction, fields: Uint8Array, mac: Uint8Array): boolean {
  return equalBytes(messageMac(key, type, direction, fields), mac);
}
