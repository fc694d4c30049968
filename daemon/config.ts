/** How a node is started: one line of JSON on its standard input. */
export interface DaemonConfig {
  /** Absolute path of the data folder. */
  readonly dataDir: string;
  /** Of the local door on 127.0.0.1; 0 takes a free one. */
  readonly port: number;
  /** The onion URL of the node whose directory and buckets this one uses; null makes this one the directory. */
  readonly join: string | null;
  readonly carrier: 'tor' | 'none';
  /** A file of lines that are added to the generated torrc. */
  readonly torrcExtra: string | null;
  /** Use a tor that runs already: its SOCKS and control endpoints. */
  readonly systemTor: { readonly socks: string; readonly control: string } | null;
  /** Bytes for each new account. */
  readonly quota: number;
  /** How many bits of a name's hash choose a bucket: 0 is one bucket for all. */
  readonly bucketBits: number;
  /** Envelopes that a bucket keeps at most. */
  readonly bucketCap: number;
  /** Log-ins to one name before work is asked; one more becomes free each `guessSeconds`. */
  readonly freeGuesses: number;
  readonly guessSeconds: number;
  readonly workBitsMax: number;
  /** Absolute path of a built page; null is this checkout's own. */
  readonly page: string | null;
}

export const DEFAULTS = {
  port: 8642,
  join: null,
  carrier: 'tor',
  torrcExtra: null,
  systemTor: null,
  quota: 64 * 1024 ** 3,
  bucketBits: 0,
  bucketCap: 4096,
  freeGuesses: 20,
  guessSeconds: 30,
  workBitsMax: 20,
  page: null,
} as const satisfies Omit<DaemonConfig, 'dataDir'>;

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'bad-config';
}

type Check<T> = (value: unknown) => T | undefined;
const text: Check<string> = (value) => (typeof value === 'string' && value.length > 0 ? value : undefined);
const orNull = <T>(check: Check<T>): Check<T | null> => (value) => (value === null ? null : check(value));
const integer = (min: number, max: number): Check<number> => (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max ? value : undefined;

const systemTor: Check<{ socks: string; control: string }> = (value) => {
  if (typeof value !== 'object' || value === null || !('socks' in value) || !('control' in value)) return undefined;
  const socks = text(value.socks);
  const control = text(value.control);
  return socks === undefined || control === undefined ? undefined : { socks, control };
};

const CHECKS: { readonly [K in keyof DaemonConfig]: Check<DaemonConfig[K]> } = {
  dataDir: (value) => (text(value)?.startsWith('/') === true ? text(value) : undefined),
  port: integer(0, 65_535),
  join: orNull(text),
  carrier: (value) => (value === 'tor' || value === 'none' ? value : undefined),
  torrcExtra: orNull(text),
  systemTor: orNull(systemTor),
  quota: integer(1, Number.MAX_SAFE_INTEGER),
  bucketBits: integer(0, 16),
  bucketCap: integer(1, 1_000_000),
  freeGuesses: integer(1, 1_000_000),
  guessSeconds: integer(1, 86_400),
  workBitsMax: integer(0, 24),
  page: orNull((value) => (text(value)?.startsWith('/') === true ? text(value) : undefined)),
};

/** Fills in the defaults. Throws ConfigError naming the setting, never its value. */
export function parseConfig(line: string): DaemonConfig {
  let given: unknown;
  try {
    given = JSON.parse(line);
  } catch {
    throw new ConfigError('The configuration is not JSON.');
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) throw new ConfigError('The configuration is not an object.');
  const settings = new Map<string, unknown>([...Object.entries(DEFAULTS), ...Object.entries(given)]);
  const read = <K extends keyof DaemonConfig>(name: K): DaemonConfig[K] => {
    const value = CHECKS[name](settings.get(name));
    settings.delete(name);
    if (value === undefined) throw new ConfigError(`The setting ${name} is missing or not valid.`);
    return value;
  };
  const config: DaemonConfig = {
    dataDir: read('dataDir'), port: read('port'), join: read('join'), carrier: read('carrier'), torrcExtra: read('torrcExtra'), systemTor: read('systemTor'),
    quota: read('quota'), bucketBits: read('bucketBits'), bucketCap: read('bucketCap'),
    freeGuesses: read('freeGuesses'), guessSeconds: read('guessSeconds'), workBitsMax: read('workBitsMax'), page: read('page'),
  };
  const [unknown] = settings.keys();
  if (unknown !== undefined) throw new ConfigError('The configuration holds a setting that does not exist.');
  return config;
}
