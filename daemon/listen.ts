import { createAdaptorServer } from '@hono/node-server';
import { chmod, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { checkSocketPath } from '../transport/index.ts';
import { makeApp } from './app.ts';
import type { Door } from './door.ts';
import type { Services } from './services.ts';

const MINUTE = 60_000;

export class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly code: 'port-in-use' | 'no-listener';
  constructor(code: 'port-in-use' | 'no-listener', message: string) {
    super(message);
    this.code = code;
  }
}

/** One door, open. */
export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/** Binds 127.0.0.1; the door is made once the port is known. Throws ListenError. */
export async function listenLocal(port: number, services: Services, door: (port: number) => Door): Promise<Listener> {
  let app: ReturnType<typeof makeApp> | null = null;
  const server = makeServer((request, env) => app?.fetch(request, env) ?? new Response(null, { status: 503 }));
  await listening(server, { host: '127.0.0.1', port }, port);
  const { port: bound } = server.address() as AddressInfo;
  app = makeApp(services, door(bound));
  return { port: bound, close: async () => closed(server) };
}

/** Binds a Unix socket, in place of one that a crash left: the folder's lock is ours. Throws ListenError, TransportError('socket-path'). */
export async function listenSocket(path: string, mode: number, services: Services, door: Door): Promise<Listener> {
  checkSocketPath(path, 'The path of a door in the data folder');
  await rm(path, { force: true });
  const app = makeApp(services, door);
  const server = makeServer((request, env) => app.fetch(request, env));
  await listening(server, { path }, 0);
  await chmod(path, mode);
  return { port: 0, close: async () => closed(server) };
}

type Fetch = Parameters<typeof createAdaptorServer>[0]['fetch'];

function makeServer(fetch: Fetch): Server {
  const server = createAdaptorServer({ fetch, overrideGlobalObjects: false }) as Server;
  // A slow circuit may need long for one upload; a silent one is given up.
  server.requestTimeout = 120 * MINUTE;
  server.headersTimeout = MINUTE;
  server.keepAliveTimeout = 6 * MINUTE;
  server.setTimeout(6 * MINUTE);
  server.maxHeadersCount = 64;
  return server;
}

async function listening(server: Server, where: { host: string; port: number } | { path: string }, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE'
        ? new ListenError('port-in-use', `Port ${port} is in use by another program: choose another with --port.`)
        : new ListenError('no-listener', 'A door of the node could not be opened: see that the data folder is yours to write in.'));
    });
    server.listen(where, resolve);
  });
}

async function closed(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => { resolve(); });
    server.closeIdleConnections();
    // An upload that is under way has until then; its sender repeats it.
    setTimeout(() => { server.closeAllConnections(); }, 2000).unref();
  });
}
