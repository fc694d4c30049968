import { keyValues } from './control-reply.ts';

/** How far tor is. `advice` is a sentence for the person when something is wrong: what it is and what to do. */
export interface TorStatus {
  readonly phase: 'starting' | 'bootstrapping' | 'ready' | 'stuck' | 'down' | 'stopped';
  /** 0 to 100. */
  readonly percent: number;
  /** Tor's own words for what it does. */
  readonly summary: string;
  readonly advice?: string;
}

export const STARTING: TorStatus = { phase: 'starting', percent: 0, summary: 'Starting tor' };

/** The status after a line of `GETINFO status/bootstrap-phase` or of a STATUS_* event; the same one when it says nothing new. */
export function afterStatusLine(status: TorStatus, line: string): TorStatus {
  const action = /^(?:STATUS_(?:CLIENT|GENERAL) )?(?:NOTICE|WARN|ERR) ([A-Z_]+)/.exec(line)?.[1];
  const pairs = keyValues(line);
  if (action === 'BOOTSTRAP') return afterBootstrap(status, pairs);
  if (action === 'CIRCUIT_ESTABLISHED' && status.percent === 100) return { phase: 'ready', percent: 100, summary: 'Connected' };
  if (action === 'CIRCUIT_NOT_ESTABLISHED') return { ...status, phase: 'bootstrapping', summary: 'Building circuits again' };
  if (action === 'CLOCK_SKEW') return { ...status, advice: clockAdvice(Number(pairs.get('SKEW'))) };
  return status;
}

/** The status when nothing has changed for `seconds`: stuck, unless tor is done or gone. */
export function afterSilence(status: TorStatus, seconds: number): TorStatus {
  if (status.phase !== 'bootstrapping' && status.phase !== 'starting') return status;
  const stuck = `Tor has been stuck at ${status.percent} % (${status.summary.toLowerCase()}) for ${Math.round(seconds)} seconds`;
  const known = status.advice === undefined ? '' : ` ${status.advice}`;
  return {
    ...status,
    phase: 'stuck',
    advice: `${stuck}; check this machine's internet connection and clock, or add bridges with --torrc-extra; it keeps trying.${known}`,
  };
}

function afterBootstrap(status: TorStatus, pairs: ReadonlyMap<string, string>): TorStatus {
  const percent = Number(pairs.get('PROGRESS'));
  if (!(percent >= 0 && percent <= 100)) return status;
  const summary = pairs.get('SUMMARY') ?? status.summary;
  if (percent === 100) return { phase: 'ready', percent, summary };
  // DONE is tor's word for a connection that the other end closed.
  const warning = pairs.get('WARNING')?.replace(/^DONE$/, 'the connection was closed');
  const phase = status.phase === 'stuck' && percent === status.percent ? 'stuck' : 'bootstrapping';
  if (warning === undefined) return phase === 'stuck' ? status : { phase, percent, summary };
  // Advice on the clock or on being stuck says more than the next refused connection.
  return { phase, percent, summary, advice: status.advice ?? `Tor reports: ${warning}.` };
}

function clockAdvice(skewSeconds: number): string {
  const minutes = Math.round(Math.abs(skewSeconds) / 60);
  const direction = skewSeconds < 0 ? 'behind' : 'ahead';
  const amount = Number.isFinite(minutes) ? `about ${minutes} minutes ${direction}` : 'wrong';
  return `This machine's clock is ${amount}, and Tor cannot work with it; set the clock right.`;
}
