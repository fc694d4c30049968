import { randomBytes } from '../../crypto/index.ts';
import { checkNewPassword, PASSWORD_MIN, VaultError } from '../../vault/index.ts';

export type Score = 0 | 1 | 2 | 3 | 4;

/** A message of the page: too-short, common, name, repeats, sequence, add-words, good, strong. */
export type Hint = 'too-short' | 'common' | 'name' | 'repeats' | 'sequence' | 'add-words' | 'good' | 'strong';

export interface Strength {
  readonly score: Score;
  readonly hint: Hint;
}

/** Guesses that scrypt and the node's limits leave nobody time for, as powers of ten: what each score means. */
const GUESSES_LOG10 = [6, 9, 12, 16] as const;

interface Estimate {
  readonly guessesLog10: number;
  readonly pattern: string;
}
type Estimator = (password: string, login: string) => Estimate;

/** Lists and estimator come in bundles of their own, when somebody first types a new passphrase. */
let loading: Promise<{ estimate: Estimator; words: readonly string[] }> | null = null;

async function load(): Promise<{ estimate: Estimator; words: readonly string[] }> {
  loading ??= Promise.all([import('@zxcvbn-ts/core'), import('@zxcvbn-ts/language-common')]).then(([{ ZxcvbnFactory }, { adjacencyGraphs, dictionary }]) => {
    const factory = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength: 128 });
    return {
      estimate: (password: string, login: string): Estimate => {
        const { guessesLog10, sequence } = factory.check(password, [login, 'underkeep']);
        const longest = sequence.reduce((best, match) => ((match.token?.length ?? 0) > (best?.token?.length ?? 0) ? match : best), sequence[0]);
        return { guessesLog10, pattern: longest?.pattern ?? 'bruteforce' };
      },
      words: dictionary['diceware-common'],
    };
  });
  loading.catch(() => { loading = null; });
  return loading;
}

/** How well a new passphrase stands; what the vault refuses is at most 1. Nothing of it leaves this thread. */
export async function strength(password: string, login: string): Promise<Strength> {
  const refused = isRefused(password, login);
  if (Array.from(password.normalize('NFC')).length < PASSWORD_MIN) return { score: 0, hint: 'too-short' };
  const { estimate } = await load();
  const { guessesLog10, pattern } = estimate(password, login);
  const score = GUESSES_LOG10.filter((needed) => guessesLog10 >= needed).length as Score;
  if (login.length >= 3 && password.toLowerCase().includes(login.toLowerCase())) return { score: refused || score < 2 ? 1 : 2, hint: 'name' };
  if (refused) return { score: Math.min(score, 1) as Score, hint: 'common' };
  return { score, hint: hintOf(score, pattern) };
}

function isRefused(password: string, login: string): boolean {
  try {
    checkNewPassword(password, login);
    return false;
  } catch (error) {
    if (error instanceof VaultError) return true;
    throw error;
  }
}

function hintOf(score: Score, pattern: string): Hint {
  if (score === 4) return 'strong';
  if (score === 3) return 'good';
  if (pattern === 'repeat') return 'repeats';
  if (pattern === 'sequence' || pattern === 'spatial' || pattern === 'date') return 'sequence';
  return pattern === 'dictionary' && score < 2 ? 'common' : 'add-words';
}

/** Words drawn from a list of 7776: 12.9 bits each, so that six are 77. */
export async function passphrase(count: number): Promise<string> {
  if (!Number.isSafeInteger(count) || count < 4 || count > 20) throw new RangeError('a passphrase has 4 to 20 words');
  const { words } = await load();
  return Array.from({ length: count }, () => words[below(words.length)]).join(' ');
}

/** A number under `limit` (at most 65536), each equally likely. */
function below(limit: number): number {
  for (;;) {
    const [high = 0, low = 0] = randomBytes(2);
    const drawn = high * 256 + low;
    if (drawn < 65_536 - (65_536 % limit)) return drawn % limit;
  }
}
