// serial
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OnionKey, startTor, torCarrier } from '../../transport/index.ts';
import { sharedTorNetwork } from '../rig/tor-shared.ts';
import { behave, compliance } from './compliance.ts';
import { close, listen } from './peer.ts';

compliance('tor carrier', async () => {
  const network = await sharedTorNetwork();
  const folder = await mkdtemp(join(tmpdir(), 'uk-'));
  const tor = await startTor({ dataDir: join(folder, 'tor'), socksPath: join(folder, 'tor/socks'), controlPath: join(folder, 'tor/control'), torrcExtra: network.torrcExtraPath });
  const server = await listen(behave, { path: join(folder, 'door') });
  const onion = await tor.publish({ key: OnionKey.generate(), socketPath: join(folder, 'door') });
  await onion.published();
  return {
    carrier: torCarrier({ socks: tor.socks }),
    base: `http://${onion.address}`,
    refusing: `http://${OnionKey.generate().address}`,
    close: async () => {
      await tor.stop();
      await close(server);
      await network.stop();
      await rm(folder, { recursive: true });
    },
  };
}).run();
