import { TransportError } from './errors.ts';

/** Bytes that a Unix socket's path may have on Linux: `sun_path` holds 108, one of them the closing zero. */
export const SOCKET_PATH_MAX = 107;

/**
 * Throws TransportError('socket-path') when no socket can be opened at `path`: too long (the kernel would cut it or
 * refuse with a riddle), not absolute, or with characters that break a line of the control protocol or of a torrc.
 * `what` begins the sentence, as in "The local door's socket path".
 */
export function checkSocketPath(path: string, what: string): void {
  const bytes = new TextEncoder().encode(path).length;
  if (bytes > SOCKET_PATH_MAX) {
    throw new TransportError('socket-path', `${what} is ${bytes} bytes long and the system allows ${SOCKET_PATH_MAX}; choose a folder with a shorter path.`);
  }
  if (!path.startsWith('/')) throw new TransportError('socket-path', `${what} is not absolute; begin it with "/".`);
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(path)) throw new TransportError('socket-path', `${what} holds a control character; choose another folder.`);
}

/** Where tor's SOCKS or control port listens: a Unix socket, or a port on this machine. */
export type SocksEndpoint = { readonly path: string } | { readonly host: '127.0.0.1' | '::1'; readonly port: number };

/**
 * Reads an endpoint as people write it: `/path`, `unix:/path`, `127.0.0.1:9050`, `[::1]:9050`, `localhost:9050` or `9050`.
 * Throws TransportError('bad-address' or 'socket-path').
 */
export function parseSocksEndpoint(text: string): SocksEndpoint {
  const path = text.startsWith('unix:') ? text.slice('unix:'.length) : text;
  if (path.startsWith('/')) {
    checkSocketPath(path, "Tor's socket path");
    return { path };
  }
  const match = /^(?:(127\.0\.0\.1|localhost|\[::1\]):)?([1-9]\d{0,4})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || !(port <= 65535)) {
    throw new TransportError('bad-address', "Tor's socket must be on this machine: give a path that begins with \"/\", or 127.0.0.1:PORT.");
  }
  return { host: match[1] === '[::1]' ? '::1' : '127.0.0.1', port };
}
