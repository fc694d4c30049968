import { concat, DEFAULT_SCRYPT, hkdf, oprfBlind, oprfFinalize, scrypt, utf8, type ScryptParams } from '../crypto/index.ts';
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

/** One attempt at the login key: the request's element, and what makes the key of the answer. */
export interface Attempt {
  readonly blinded: Uint8Array;
  finish(evaluated: Uint8Array, cost: ScryptCost): Promise<Uint8Array>;
}

function sameCost(a: ScryptCost, b: ScryptCost): boolean {
  return a.N === b.N && a.r === b.r && a.p === b.p;
}

/** Starts scrypt at once, at the default cost; an account that chose a harder one makes `finish` run it again. */
export function beginAttempt(password: string, login: Name): Attempt {
  const early = stretch(password, login, DEFAULT_SCRYPT);
  early.catch(() => undefined);
  const input = oprfInput(password, login);
  const { blind, blinded } = oprfBlind(input);
  return {
    blinded,
    async finish(evaluated, cost) {
      // While scrypt still runs.
      const output = oprfFinalize(input, blind, evaluated);
      blind.fill(0);
      const stretched = sameCost(cost, DEFAULT_SCRYPT) ? await early : await stretch(password, login, cost);
      const key = loginKey(stretched, output);
      stretched.fill(0);
      output.fill(0);
      return key;
    },
  };
}
