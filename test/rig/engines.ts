import { portableEngine, referenceEngine } from '../../crypto/index.ts';
import type { Engine } from '../../crypto/index.ts';
import { nodeEngine } from '../../engines/index.ts';

/** Every engine there is; each must be indistinguishable from the others but in speed. */
export const everyEngine: readonly Engine[] = [portableEngine, referenceEngine, nodeEngine()];
