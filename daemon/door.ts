import type { IncomingMessage } from 'node:http';
import { WireError } from '../wire/index.ts';
import { sameText, type PageSessions } from './page-sessions.ts';

/** Where a request came in. The listener decides it, nothing in the request does. */
export interface Door {
  readonly name: 'local' | 'socket' | 'onion';
  /** Whether status and invitations are served, and new accounts need none. */
  readonly own: boolean;
  readonly headers: Readonly<Record<string, string>>;
  /** What the page and its files need. Throws `forbidden`. */
  readonly admitPage: (request: IncomingMessage) => void;
  /** What everything else needs besides. Throws `forbidden`. */
  readonly admit: (request: IncomingMessage) => void;
}

export const KEY_HEADER = 'x-underkeep-key';
/** With every answer; the page's own files put a policy of theirs in its place. */
const PLAIN = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
};
const anyone = (): void => undefined;

/** `local.sock`: who can open it (0600) is let in. */
export const socketDoor: Door = { name: 'socket', own: true, headers: PLAIN, admitPage: anyone, admit: anyone };

/** `onion.sock`, which tor alone is pointed at: public, and readable by pages from anywhere that send simple requests. */
export const onionDoor: Door = { name: 'onion', own: false, headers: { ...PLAIN, 'access-control-allow-origin': '*' }, admitPage: anyone, admit: anyone };

/**
 * The local TCP door: exact `Host` (against DNS rebinding), own `Origin`, nothing that a page from elsewhere set off but a
 * plain visit, and the secret of this start, or the key and cookie of a page that `underkeep open` opened.
 */
export function localDoor(port: number, key: string, pages: PageSessions): Door {
  const hosts = new Set([`localhost:${port}`, `127.0.0.1:${port}`]);
  return {
    name: 'local',
    own: true,
    headers: PLAIN,
    admitPage: ({ method, headers }) => {
      const { host = '', origin } = headers;
      if (!hosts.has(host)) throw new WireError('forbidden', 'The local door answers to localhost and 127.0.0.1 with its own port only.');
      if (origin === undefined ? method === 'POST' && 'sec-fetch-site' in headers : origin !== `http://${host}`) throw fromElsewhere();
      if (!isOwnFetch(headers)) throw fromElsewhere();
    },
    admit: ({ headers }) => {
      const given = headers[KEY_HEADER];
      if (typeof given === 'string' && (sameText(given, key) || pages.admits(given, headers.cookie ?? ''))) return;
      throw new WireError('forbidden', `The local door needs the key of this start in ${KEY_HEADER}: it is in local.key in the data folder. A page gets in by "underkeep open".`);
    },
  };
}

/** What browsers say of where a request comes from (Fetch Metadata); a link from elsewhere may open the page, and do nothing more. */
function isOwnFetch(headers: IncomingMessage['headers']): boolean {
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return true;
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}

function fromElsewhere(): WireError {
  return new WireError('forbidden', 'The local door does not answer to pages from elsewhere.');
}
