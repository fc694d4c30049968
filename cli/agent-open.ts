import { randomBytes, toHex, useEngine } from '../crypto/index.ts';
import { nodeEngine } from '../engines/index.ts';
import { Drive } from '../files/index.ts';
import { openLink } from '../social/index.ts';
import { Guest } from '../vault/index.ts';
import { Ways, type ConnectConfig } from './agent-connect.ts';
import { getItem, itemOf, type GetOptions } from './agent-get.ts';

/** Fetches what a link leads to, in this process, without an account: over circuits that nothing else uses. */
export async function openHere(config: ConnectConfig, link: string, local: string, password: string | null, options: GetOptions): Promise<Record<string, unknown>> {
  await useEngine(nodeEngine());
  const started = performance.now();
  const ways = new Ways(config, `guest ${toHex(randomBytes(16))}`);
  try {
    const entry = await openLink(link, ways, { host: ways.homeNode.base, signal: options.signal, ...(password === null ? {} : { password }) });
    const got = await getItem(itemOf(new Drive(new Guest(ways)), entry), local, options);
    return { ...got, cost: { ...ways.meter.snapshot(), ms: Math.round(performance.now() - started) } };
  } finally {
    await ways.close();
  }
}
