import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { utf8 } from '../crypto/index.ts';
import { WireError } from '../wire/index.ts';

/** Where a request came in. The listener decides it, nothing in the request does. */
export interface Door {
  readonly name: 'local' | 'socket' | 'onion';
  /** Whether status and invitations are served, and new accounts need none. */
  readonly own: boolean;
  readonly headers: Readonly<Record<string, string>>;
  /** Throws `forbidden`. */
  readonly admit: (request: IncomingMessage) => void;
}

export const KEY_HEADER = 'x-underkeep-key';
const PLAIN = { 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };

/** `local.sock`: who can open it (0600) is let in. */
export const socketDoor: Door = { name: 'socket', own: true, headers: PLAIN, admit: () => undefined };

/** `onion.sock`, which tor alone is pointed at: public, and readable by pages from anywhere that send simple requests. */
export const onionDoor: Door = { name: 'onion', own: false, headers: { ...PLAIN, 'access-control-allow-origin': '*' }, admit: () => undefined };

/** The local TCP door: exact `Host`, own `Origin`, and the secret of this start, so that no web page can use it. */
export function localDoor(port: number, key: string): Door {
  const hosts = new Set([`localhost:${port}`, `127.0.0.1:${port}`]);
  return {
    name: 'local',
    own: true,
    headers: PLAIN,
    admit: ({ headers }) => {
      const { host = '', origin } = headers;
      if (!hosts.has(host)) throw new WireError('forbidden', 'The local door answers to localhost and 127.0.0.1 with its own port only.');
      if (origin !== undefined && origin !== `http://${host}`) throw new WireError('forbidden', 'The local door does not answer to pages from elsewhere.');
      const given = headers[KEY_HEADER];
      if (typeof given !== 'string' || !sameText(given, key)) {
        throw new WireError('forbidden', `The local door needs the key of this start in ${KEY_HEADER}: it is in local.key in the data folder.`);
      }
    },
  };
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [utf8(a), utf8(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
