import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loopbackCarrier, parseNodeUrl } from '../../transport/index.ts';
import { behave, compliance } from './compliance.ts';
import { close, listen } from './peer.ts';

compliance('loopback carrier over TCP', async () => {
  const server = await listen(behave, { host: '127.0.0.1', port: 0 });
  const { port } = server.address() as AddressInfo;
  return {
    carrier: loopbackCarrier(),
    base: `http://localhost:${port}`,
    refusing: 'http://127.0.0.1:1',
    close: () => close(server),
  };
}).run();

compliance('loopback carrier over a Unix socket', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'uk-'));
  const server = await listen(behave, { path: join(folder, 'door') });
  return {
    carrier: loopbackCarrier(),
    base: parseNodeUrl(`unix:${folder}/door`).base,
    refusing: `unix:${folder}/nobody:`,
    close: async () => {
      await close(server);
      await rm(folder, { recursive: true });
    },
  };
}).run();
