import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { OnionAddress } from './addresses.ts';
import { parseOnionAddress } from './addresses.ts';
import { authenticate } from './control-auth.ts';
import { ControlCommand, pair, token } from './control-command.ts';
import type { Argument } from './control-command.ts';
import { ControlReplyParser } from './control-reply.ts';
import type { ControlReply } from './control-reply.ts';
import { TransportError } from './errors.ts';
import type { OnionKey } from './onion-key.ts';
import { checkSocketPath } from './socket-path.ts';
import type { SocksEndpoint } from './socket-path.ts';

/** An onion service to publish: its port 80 leads to a Unix socket. */
export interface OnionRequest {
  readonly key: OnionKey;
  /** Absolute; at most 107 bytes of visible ASCII without spaces (tor's ADD_ONION takes no quotes here). */
  readonly socketPath: string;
  /** Public keys of the only clients that may connect (generateClientAuthorization). Everyone may when left out. */
  readonly clients?: readonly string[];
  /** Lets tor ask for proof of work while it is flooded. */
  readonly proofOfWork?: boolean;
  /** Streams that one circuit may hold open at once; further ones are refused. */
  readonly maxStreams?: number;
}

export type TorSignal = 'NEWNYM' | 'HALT' | 'SHUTDOWN' | 'RELOAD' | 'ACTIVE';
export type TorEvent = 'STATUS_CLIENT' | 'STATUS_GENERAL' | 'HS_DESC' | 'CIRC' | 'STREAM' | 'SIGNAL';

/** An authenticated connection to tor's control port. Commands may be sent at once; each waits for its own reply. */
export interface TorControl {
  /** The value of one key. Throws TransportError('tor-control') when tor does not know it. */
  getInfo(key: string): Promise<string>;
  /** Publishes the service, for as long as this connection lives. */
  addOnion(request: OnionRequest): Promise<OnionAddress>;
  delOnion(address: OnionAddress): Promise<void>;
  /** Lets this tor connect to a service with client authorization; `privateKey` is base64 of an X25519 key. */
  onionClientAuthAdd(address: OnionAddress, privateKey: string): Promise<void>;
  /** Makes tor end itself when this connection closes. */
  takeOwnership(): Promise<void>;
  signal(signal: TorSignal): Promise<void>;
  /** Sends these events' lines (`HS_DESC UPLOADED …`) to the listener, in place of any set before. */
  setEvents(names: readonly TorEvent[], listener: (line: string) => void): Promise<void>;
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;
  close(): void;
}

/**
 * Connects and authenticates by cookie (SAFECOOKIE, control-spec 3.24) or without, where tor asks for nothing.
 * Throws TransportError('tor-control' or 'socket-path').
 */
export async function connectControl(endpoint: SocksEndpoint, options: { readonly timeoutMs?: number } = {}): Promise<TorControl> {
  const { timeoutMs = 30_000 } = options;
  const connection = new ControlConnection(await open(endpoint, timeoutMs), timeoutMs);
  try {
    await authenticate((command) => connection.send(command));
  } catch (error) {
    connection.close();
    throw error;
  }
  return connection;
}

function open(endpoint: SocksEndpoint, timeoutMs: number): Promise<Socket> {
  if ('path' in endpoint) checkSocketPath(endpoint.path, "Tor's control socket path");
  return new Promise((resolve, reject) => {
    const socket = connect(endpoint);
    const fail = (): void => {
      socket.destroy();
      reject(new TransportError('tor-control', "Tor's control socket does not answer; see whether tor runs, has a ControlPort there, and lets this user open it."));
    };
    socket.setTimeout(timeoutMs, fail);
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

interface Waiting {
  readonly resolve: (reply: ControlReply) => void;
  readonly reject: (error: TransportError) => void;
  readonly timer: NodeJS.Timeout;
}

class ControlConnection implements TorControl {
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #timeoutMs: number;
  readonly #parser = new ControlReplyParser();
  // Tor answers in order, so replies belong to the commands in the order they were written.
  readonly #waiting: Waiting[] = [];
  #listener: ((line: string) => void) | undefined;

  constructor(socket: Socket, timeoutMs: number) {
    this.#socket = socket;
    this.#timeoutMs = timeoutMs;
    socket.on('data', (bytes) => this.#receive(bytes));
    socket.on('error', () => {}); // 'close' follows
    this.closed = new Promise((resolve) => socket.on('close', () => {
      this.#failAll(gone());
      resolve();
    }));
  }

  send(command: ControlCommand): Promise<ControlReply> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(gone());
        return;
      }
      // A lost reply would shift all later ones by one: nothing but a new connection mends that.
      const timer = setTimeout(() => this.close(), this.#timeoutMs);
      this.#waiting.push({ resolve, reject, timer });
      this.#socket.write(command.encode());
    });
  }

  async getInfo(key: string): Promise<string> {
    const reply = await this.#ask(ControlCommand.of('GETINFO', token(key)));
    const [line] = reply.lines;
    if (line === undefined || !line.text.startsWith(`${key}=`)) throw unexpected();
    return line.data ?? line.text.slice(key.length + 1);
  }

  async addOnion(request: OnionRequest): Promise<OnionAddress> {
    const reply = await this.#ask(addOnionCommand(request));
    const line = reply.lines.find(({ text }) => text.startsWith('ServiceID='));
    const address = parseOnionAddress(`${line?.text.slice('ServiceID='.length) ?? ''}.onion`);
    if (address !== request.key.address) throw unexpected();
    return address;
  }

  async delOnion(address: OnionAddress): Promise<void> {
    await this.#ask(ControlCommand.of('DEL_ONION', token(serviceId(address))));
  }

  async onionClientAuthAdd(address: OnionAddress, privateKey: string): Promise<void> {
    await this.#ask(ControlCommand.of('ONION_CLIENT_AUTH_ADD', token(serviceId(address)), token(`x25519:${privateKey}`)));
  }

  async takeOwnership(): Promise<void> {
    await this.#ask(ControlCommand.of('TAKEOWNERSHIP'));
  }

  async signal(signal: TorSignal): Promise<void> {
    await this.#ask(ControlCommand.of('SIGNAL', token(signal)));
  }

  async setEvents(names: readonly TorEvent[], listener: (line: string) => void): Promise<void> {
    this.#listener = listener;
    await this.#ask(ControlCommand.of('SETEVENTS', ...names.map((name) => token(name))));
  }

  close(): void {
    this.#socket.destroy();
  }

  async #ask(command: ControlCommand): Promise<ControlReply> {
    const reply = await this.send(command);
    if (reply.code >= 400) throw new TransportError('tor-control', `Tor refused a command with its code ${reply.code}; see whether this tor is 0.4.9 or newer and lets this user control it.`);
    return reply;
  }

  #receive(bytes: Uint8Array): void {
    try {
      for (const reply of this.#parser.push(bytes)) this.#deliver(reply);
    } catch {
      this.close();
    }
  }

  #deliver(reply: ControlReply): void {
    if (reply.code >= 600) {
      for (const line of reply.lines) this.#listener?.(line.text);
      return;
    }
    const waiting = this.#waiting.shift();
    if (waiting === undefined) throw unexpected();
    clearTimeout(waiting.timer);
    waiting.resolve(reply);
  }

  #failAll(error: TransportError): void {
    for (const { reject, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      reject(error);
    }
  }
}

function addOnionCommand(request: OnionRequest): ControlCommand {
  checkSocketPath(request.socketPath, "The onion door's socket path");
  const clients = request.clients ?? [];
  const parts: Argument[] = [token(request.key.expose())];
  if (clients.length > 0) parts.push(pair('Flags', 'V3Auth'));
  if (request.maxStreams !== undefined) parts.push(pair('MaxStreams', String(request.maxStreams)));
  if (request.proofOfWork === true) parts.push(pair('PoWDefensesEnabled', '1'));
  parts.push(pair('Port', `80,unix:${request.socketPath}`));
  for (const client of clients) parts.push(pair('ClientAuthV3', client));
  return ControlCommand.of('ADD_ONION', ...parts);
}

function serviceId(address: OnionAddress): string {
  return address.slice(0, -'.onion'.length);
}

function gone(): TransportError {
  return new TransportError('tor-control', "The connection to Tor's control socket is gone; tor may be restarting: try again in a moment.");
}

function unexpected(): TransportError {
  return new TransportError('tor-control', 'Tor gave an answer that does not fit the question; see that it is version 0.4.9 or newer.');
}
