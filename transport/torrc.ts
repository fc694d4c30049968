import { TransportError } from './errors.ts';

export interface TorrcParts {
  readonly dataDir: string;
  readonly socksPath: string;
  readonly controlPath: string;
  readonly ownerPid: number;
  /** Lines of the person's own (bridges, a private network), put last so that they win. */
  readonly extra: string;
}

/** The torrc of the node's own tor: Unix sockets alone, onion traffic alone, nothing that names an address in a log. */
export function torrc(parts: TorrcParts): string {
  return [
    `DataDirectory ${quote(parts.dataDir)}`,
    // OnionTrafficOnly: tor itself refuses clearnet destinations and DNS, whoever asks.
    `SocksPort unix:${quote(parts.socksPath)} IsolateSOCKSAuth OnionTrafficOnly`,
    `ControlPort unix:${quote(parts.controlPath)}`,
    'CookieAuthentication 1',
    'ClientOnly 1',
    'SafeLogging 1',
    'Log warn stdout',
    `__OwningControllerProcess ${parts.ownerPid}`,
    '',
    parts.extra,
    '',
  ].join('\n');
}

function quote(path: string): string {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(path)) throw new TransportError('socket-path', 'The data folder\'s path holds a control character, which a torrc cannot express; choose another folder.');
  return `"${path.replace(/["\\]/g, '\\$&')}"`;
}
