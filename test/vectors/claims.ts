import type { Claim } from './claim.ts';
import { cryptoClaims } from './crypto.ts';
import { pqClaims } from './pq.ts';

/** What holds in Node and in a browser alike, with the same transcripts. A room with vectors of its own adds them here. */
export const everyClaim: readonly Claim[] = [...cryptoClaims, ...pqClaims];
