import type { Engine } from './engine.ts';
import { CryptoError } from './error.ts';
import { knownAnswers } from './known-answers.ts';
import { portableEngine } from './portable.ts';

let current: Engine = portableEngine;

/** The engine of this process: the portable one until `useEngine` has put another in its place. */
export function engine(): Engine {
  return current;
}

/**
 * Proves `candidate` equal to the reference on known answers, and only then makes it this process's engine.
 * Throws CryptoError('engine') otherwise, and leaves the engine in use as it was.
 */
export async function useEngine(candidate: Engine): Promise<void> {
  for (const [name, holds] of knownAnswers) {
    if (!(await attempt(holds, candidate))) {
      throw new CryptoError('engine', `the engine ${candidate.name} fails the known answer "${name}"`);
    }
  }
  current = candidate;
}

async function attempt(holds: (engine: Engine) => Promise<boolean>, candidate: Engine): Promise<boolean> {
  try {
    return await holds(candidate);
  } catch {
    return false;
  }
}

export function randomBytes(length: number): Uint8Array {
  return current.randomBytes(length);
}
