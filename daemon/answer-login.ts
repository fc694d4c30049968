import { DEFAULT_SCRYPT, hkdf, oprfEvaluate, oprfKeyFromSeed, utf8 } from '../crypto/index.ts';
import { decodeLogin, encodeLoginAnswer, encodeWorkDetail, hashBits, loginChallenge, WireError, type LoginRequest } from '../wire/index.ts';
import type { Services } from './services.ts';

/** The PRF key of a login name, known or not: it cannot be told from the answer whether it exists. */
export function prfKey(secret: Uint8Array, login: string): Uint8Array {
  return oprfKeyFromSeed(hkdf(secret, 'underkeep/oprf-seed/1', utf8(login), 32), utf8('underkeep/oprf/1'));
}

/** `POST /v1/login`. Throws `malformed`, `work-required`. */
export async function answerLogin(services: Services, body: Uint8Array): Promise<Uint8Array> {
  const request = decodeLogin(body);
  checkWork(services, request);
  const evaluated = oprfEvaluate(prfKey(services.secret, request.login), request.blinded);
  services.guesses.count(request.login, services.now());
  const account = await services.store.login(request.login, request.lane);
  const { N, r, p } = account?.scrypt ?? DEFAULT_SCRYPT;
  return encodeLoginAnswer({
    v: 1, known: account !== null, evaluated, scrypt: { N, r, p }, lane: account?.lane ?? new Uint8Array(), size: account?.size ?? 0,
  });
}

function checkWork({ guesses, spent, now }: Services, request: LoginRequest): void {
  const bits = guesses.bits(request.login, now());
  if (bits === 0) return;
  const challenge = loginChallenge(request);
  if (request.work !== null && hashBits(challenge, request.work) >= bits && spent.take(challenge, now())) return;
  throw new WireError('work-required', 'There were many log-ins to this name: this one costs some seconds of computing first.', encodeWorkDetail(bits));
}
