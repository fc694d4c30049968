/** The untrusted side. It runs as a process of its own, `daemon/main.ts`; this door is for tests. */
export { dropBits, pageBits } from './answer-people.ts';
export { DEFAULTS, parseConfig } from './config.ts';
export type { DaemonConfig } from './config.ts';
export { startDaemon } from './daemon.ts';
export type { Daemon, DaemonEvent } from './daemon.ts';
export { KEY_HEADER } from './door.ts';
export { GuessLimit } from './guess-limit.ts';
export { SpentWork } from './spent-work.ts';
