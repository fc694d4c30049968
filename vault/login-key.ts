import { concat, DEFAULT_SCRYPT, hkdf, oprfBlind, oprfFinalize, randomBytes, scrypt, utf8, type ScryptParams } from '../crypto/index.ts';
import type { Name, ScryptCost } from '../wire/index.ts';
import { normalizePassword } from './password.ts';

const NOTHING = new Uint8Array(0);

/** What the PRF of the node is asked about, blinded: never the password itself. */
export function oprfInput(password: string, login: Name): Uint8Array {
  return hkdf(utf8(normalizePassword(password)), 'underkeep/oprf-input/1', utf8(login), 32);
}

/** scrypt of the password alone: what a device does while the node answers. */
export function stretch(password: string, login: Name, cost: ScryptCost): Promise<Uint8Array> {
  const salt = concat(utf8('underkeep/scrypt/1'), Uint8Array.of(0), utf8(login));
  const params: ScryptParams = { N: cost.N, r: cost.r, p: cost.p, length: DEFAULT_SCRYPT.length };
  return scrypt(utf8(normalizePassword(password)), salt, params);
}

/** The 32-byte key that opens header items of this password. */
export function loginKey(stretched: Uint8Array, oprfOutput: Uint8Array): Uint8Array {
  return hkdf(concat(stretched, oprfOutput), 'underkeep/login/1', NOTHING, 32);
}

/** By which a session tells the password that it was opened with, at the price of one scrypt; it opens nothing. */
function recognition(stretched: Uint8Array): Uint8Array {
  return hkdf(stretched, 'underkeep/recognise/1', NOTHING, 32);
}

/** As `LoginSecrets.check`, of any password. */
export async function recognitionOf(password: string, login: Name, cost: ScryptCost): Promise<Uint8Array> {
  const stretched = await stretch(password, login, cost);
  const check = recognition(stretched);
  stretched.fill(0);
  return check;
}

export interface LoginSecrets {
  readonly key: Uint8Array;
  readonly check: Uint8Array;
}

/** One attempt at the login key: the request's element, and what makes the key of the answer. */
export interface Attempt {
  readonly blinded: Uint8Array;
  /** Resolves when scrypt is done. */
  readonly stretched: Promise<unknown>;
  finish(evaluated: Uint8Array, cost: ScryptCost): Promise<LoginSecrets>;
}

function sameCost(a: ScryptCost, b: ScryptCost): boolean {
  return a.N === b.N && a.r === b.r && a.p === b.p;
}

/** Starts scrypt at once, at this cost; an account that turns out to have chosen another makes `finish` run it again. */
export function beginAttempt(password: string, login: Name, expected: ScryptCost = DEFAULT_SCRYPT): Attempt {
  const early = stretch(password, login, expected);
  early.catch(() => undefined);
  return attemptOf(oprfInput(password, login), early, (cost) => (sameCost(cost, expected) ? early : stretch(password, login, cost)));
}

/** What looks like an attempt and costs the same once scrypt is done, and makes a key of nothing. */
export function idleAttempt(): Attempt {
  const stretched = randomBytes(DEFAULT_SCRYPT.length);
  return attemptOf(randomBytes(32), Promise.resolve(stretched), async () => stretched);
}

function attemptOf(input: Uint8Array, early: Promise<Uint8Array>, stretchedAt: (cost: ScryptCost) => Promise<Uint8Array>): Attempt {
  const { blind, blinded } = oprfBlind(input);
  return {
    blinded,
    stretched: early,
    async finish(evaluated, cost) {
      // While scrypt still runs.
      const output = oprfFinalize(input, blind, evaluated);
      blind.fill(0);
      const stretched = await stretchedAt(cost);
      const secrets = { key: loginKey(stretched, output), check: recognition(stretched) };
      stretched.fill(0);
      output.fill(0);
      return secrets;
    },
  };
}
