import type { Engine } from './engine.ts';

export type KnownAnswer = readonly [name: string, holds: (engine: Engine) => Promise<boolean>];

export const knownAnswers: readonly KnownAnswer[] = [];
