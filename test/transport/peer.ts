import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { HttpBindings } from '@hono/node-server';
import type { Behaviour } from './compliance.ts';

/** A real HTTP server that behaves as told; each socket gets a name, so that tests see which requests share one. */
export async function listen(behaviour: Behaviour, where: { readonly path: string } | { readonly port: number; readonly host: string }): Promise<Server> {
  const names = new WeakMap<Socket, string>();
  let sockets = 0;
  const listener = getRequestListener((request, env) => {
    const { incoming } = env as HttpBindings;
    return behaviour(request, names.get(incoming.socket) ?? '');
  });
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  server.on('connection', (socket) => names.set(socket, String(++sockets)));
  server.keepAliveTimeout = 300_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, resolve);
  });
  return server;
}

export async function close(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
