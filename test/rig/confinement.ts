/**
 * Proof that a process reaches nothing but what it was given: it runs in namespaces of its own (bubblewrap) with no network
 * but an empty loopback and no files but the named ones, and strace writes down every network call, so that an attempt is
 * seen even though it cannot succeed.
 */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Wrap } from './command.ts';

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

// The system's programs and settings, resolv.conf among them: a program that would ask a resolver must get as far as asking.
const SYSTEM = ['/usr', '/bin', '/sbin', '/lib', '/lib64', '/etc'];

export interface Confinement {
  /** Files, folders and sockets that may be read (a socket: connected to). The checkout is always among them. */
  readonly readOnly?: readonly string[];
  /** Files and folders that may also be written. */
  readonly writable?: readonly string[];
  /** Where strace writes the network calls. Left out, nothing is traced. */
  readonly trace?: string;
}

/** Puts the confinement before a command line. Paths keep their names within; whatever is not listed is not there. */
export function confine({ readOnly = [], writable = [], trace }: Confinement): Wrap {
  const tracing = trace === undefined ? [] : ['strace', '-f', '-qq', '--seccomp-bpf', '-e', 'trace=%network', '-e', 'signal=none', '-o', trace];
  const folder = trace === undefined ? [] : [dirname(trace)];
  return (command) => [
    'bwrap', '--unshare-all', '--die-with-parent', '--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp', '--dir', '/run',
    ...[...SYSTEM.filter((path) => existsSync(path)), CHECKOUT, ...readOnly].flatMap((path) => ['--ro-bind', path, path]),
    ...[...writable, ...folder].flatMap((path) => ['--bind', path, path]),
    '--chdir', CHECKOUT, '--', ...tracing, ...command,
  ];
}

/** An internet address that a process tried to send something to. */
export interface Destination {
  readonly call: string;
  readonly address: string;
  readonly port: number;
}

export interface NetworkCalls {
  /** All network calls in the trace: none at all means that tracing did not work. */
  readonly calls: number;
  readonly destinations: readonly Destination[];
  /** Attempts to have a name resolved: packets to a resolver, or a connection to a resolver's socket on this machine. */
  readonly nameLookups: readonly string[];
  /** Unix sockets that were connected to. */
  readonly unixSockets: readonly string[];
}

const SENDING = /\b(connect|sendto|sendmsg|sendmmsg)\(/;
const DNS_PORTS = new Set([53, 853, 5353, 5355]);
// Where glibc and others hand names to a service of this machine's.
const RESOLVER_SOCKETS = /\/nscd\/socket|\/systemd\/resolve|\/avahi-daemon\/socket|\/system_bus_socket/;

/** Reads what strace wrote. */
export function readTrace(text: string): NetworkCalls {
  const lines = text.split('\n').filter((line) => /\b[a-z0-9_]+\(/.test(line));
  const destinations: Destination[] = [];
  const unixSockets: string[] = [];
  for (const line of lines) {
    const call = SENDING.exec(line)?.[1];
    if (call === undefined) continue;
    destinations.push(...destinationsOf(call, line));
    for (const [, path = ''] of line.matchAll(/sa_family=AF_UNIX, sun_path=@?"([^"]*)"/g)) unixSockets.push(path);
  }
  const packets = destinations.filter(({ port }) => DNS_PORTS.has(port)).map(({ address, port }) => `${address}:${port}`);
  return { calls: lines.length, destinations, nameLookups: [...packets, ...unixSockets.filter((path) => RESOLVER_SOCKETS.test(path))], unixSockets };
}

function destinationsOf(call: string, line: string): Destination[] {
  const v4 = line.matchAll(/sin_port=htons\((\d+)\), sin_addr=inet_addr\("([^"]+)"\)/g);
  const v6 = line.matchAll(/sin6_port=htons\((\d+)\),.*?inet_pton\(AF_INET6, "([^"]+)"/g);
  return [...v4, ...v6].map(([, port, address = '']) => ({ call, address, port: Number(port) }));
}

/** What must not be there: name look-ups, and destinations other than this machine's loopback. One line each. */
export function leaksOf({ destinations, nameLookups }: NetworkCalls): string[] {
  const outside = destinations.filter(({ address }) => !/^127\.|^::1$|^::ffff:127\./.test(address));
  return [...outside.map(({ call, address, port }) => `${call} to ${address}, port ${port}`), ...nameLookups.map((lookup) => `a name look-up at ${lookup}`)];
}
