/** One figure. Fields that do not apply are left out. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What the machine itself needs for the work that cannot be left out, in the same unit, measured in the same run. */
  readonly floor?: number;
  /** How many times the floor's cost: above 1 is dearer, whatever the unit. */
  readonly ratio?: number;
  readonly roundTrips?: number;
  readonly requests?: number;
  readonly bytes?: number;
  readonly rssMiB?: number;
}

export interface Cost {
  readonly rounds: number;
  readonly requests: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

export const MIB = 2 ** 20;

export function costOf({ rounds, requests, bytesSent, bytesReceived }: Cost): Pick<Figure, 'roundTrips' | 'requests' | 'bytes'> {
  return { roundTrips: rounds, requests, bytes: bytesSent + bytesReceived };
}

/** A rate in MiB/s and its floor's, from seconds. */
export function rate(name: string, bytes: number, seconds: number, floorSeconds: number, cost: Cost): Figure {
  return { name, value: round(bytes / MIB / seconds), unit: 'MiB/s', floor: round(bytes / MIB / floorSeconds), ratio: round(seconds / floorSeconds), ...costOf(cost) };
}

/** A time in seconds and its floor. */
export function time(name: string, seconds: number, floorSeconds: number, cost: Cost): Figure {
  return { name, value: round(seconds), unit: 's', floor: round(floorSeconds), ratio: round(seconds / floorSeconds), ...costOf(cost) };
}

export function round(value: number): number {
  return Number(value.toPrecision(4));
}

/** The middle of several measurements: one is at the mercy of whatever else the machine does. */
export async function median(times: number, measure: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let run = 0; run < times; run++) values.push(await measure());
  return values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

export function show(figure: Figure): string {
  const { name, value, unit, floor, ratio, roundTrips, requests, bytes } = figure;
  const parts = [
    name.padEnd(22),
    `${value} ${unit}`.padStart(16),
    floor === undefined ? '' : `floor ${floor} ${unit}`,
    ratio === undefined ? '' : `× ${ratio}`,
    roundTrips === undefined ? '' : `${roundTrips} round trips`,
    requests === undefined ? '' : `${requests} requests`,
    bytes === undefined ? '' : `${(bytes / MIB).toFixed(2)} MiB`,
  ];
  return parts.filter((part) => part !== '').join('   ');
}
