import { hkdf, randomBytes, toHex, utf8 } from '../crypto/index.ts';

/** Who a request is for, what for, and whom it goes to. Requests that differ in any of the three never share a circuit. */
export interface Isolation {
  readonly account: string;
  readonly purpose: string;
  readonly peer: string;
}

/** What tor keeps circuits apart by (`IsolateSOCKSAuth`): 32 hexadecimal characters each. */
export interface SocksCredentials {
  readonly username: string;
  readonly password: string;
}

// Drawn anew in each process: credentials of two runs cannot be linked, and nobody can test guesses of an account on them.
const salt = randomBytes(32);

/** The credentials of a triple: equal for equal triples in this process, and telling nothing of what is in them. */
export function socksCredentials(isolation: Isolation): SocksCredentials {
  const context = utf8(JSON.stringify([isolation.account, isolation.purpose, isolation.peer]));
  const derived = toHex(hkdf(salt, 'underkeep/isolation/1', context, 32));
  return { username: derived.slice(0, 32), password: derived.slice(32) };
}
