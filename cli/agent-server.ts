import { chmodSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { Args } from './agent-args.ts';
import { CliError, reportOf } from './exit.ts';
import { privateFolder } from './paths.ts';
import type { ProgressReport } from './progress.ts';

/** One request to the agent, as its handler sees it. */
export interface Call {
  readonly args: Args;
  /** Aborts when whoever asked is gone. */
  readonly signal: AbortSignal;
  progress(report: ProgressReport): void;
  warn(message: string): void;
  /** For `cat`: raw bytes instead of a result. */
  bytes(chunk: Uint8Array): Promise<void>;
}

export type Result = Readonly<Record<string, unknown>>;
export type Handler = (call: Call) => Promise<Result>;

const BODY_MAX = 1024 * 1024;
const PROGRESS_MS = 100;

/**
 * The agent's door: HTTP on a 0600 Unix socket in a 0700 folder, so that only its owner gets in. Each request is
 * answered by lines of JSON, `{progress}`, `{warning}` and at the end `{result}` or `{error}`; or by raw bytes.
 */
export class AgentServer {
  readonly #server: Server;
  readonly #path: string;

  constructor(path: string, handler: (name: string) => Handler | null) {
    this.#path = path;
    this.#server = createServer((request, response) => void this.#answer(request, response, handler));
    this.#server.requestTimeout = 0;
    this.#server.keepAliveTimeout = 1000;
  }

  async listen(): Promise<void> {
    privateFolder(dirname(this.#path));
    rmSync(this.#path, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ path: this.#path }, resolve);
    });
    chmodSync(this.#path, 0o600);
  }

  close(): void {
    rmSync(this.#path, { force: true });
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse, handler: (name: string) => Handler | null): Promise<void> {
    const gone = new AbortController();
    const answer = new Answer(response);
    response.on('close', () => {
      if (!response.writableFinished) gone.abort(new CliError('interrupted', 'Whoever asked is gone.'));
    });
    try {
      const run = handler(/^\/v1\/([a-z-]+)$/.exec(request.url ?? '')?.[1] ?? '');
      if (run === null || request.method !== 'POST') throw new CliError('malformed', 'This agent does not know that command; it runs another version: run "underkeep lock", then unlock again.');
      const args = new Args(JSON.parse(await readBody(request)));
      const result = await run({
        args,
        signal: gone.signal,
        progress: (report) => answer.progress(report),
        warn: (warning) => answer.line({ warning }),
        bytes: (chunk) => answer.bytes(chunk),
      });
      answer.end({ result });
    } catch (error) {
      answer.end({ error: reportOf(error) });
    }
  }
}

/** Lines until the first raw byte; what comes after those goes into a trailer. */
class Answer {
  readonly #response: ServerResponse;
  #raw = false;
  #told = 0;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.on('error', () => undefined);
  }

  progress(report: ProgressReport): void {
    const now = Date.now();
    if (now - this.#told < PROGRESS_MS) return;
    this.#told = now;
    this.line({ progress: report });
  }

  line(value: unknown): void {
    if (this.#raw || this.#response.writableEnded) return;
    if (!this.#response.headersSent) this.#response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    this.#response.write(`${JSON.stringify(value)}\n`);
  }

  async bytes(chunk: Uint8Array): Promise<void> {
    if (!this.#raw) {
      this.#raw = true;
      this.#response.writeHead(200, { 'content-type': 'application/octet-stream', trailer: 'x-underkeep-end' });
    }
    if (this.#response.destroyed) throw new CliError('interrupted', 'Whoever asked is gone.');
    if (!this.#response.write(chunk)) {
      await new Promise<void>((resolve) => {
        const go = (): void => {
          this.#response.off('drain', go).off('close', go);
          resolve();
        };
        this.#response.on('drain', go).on('close', go);
      });
    }
  }

  end(value: unknown): void {
    if (this.#raw) this.#response.addTrailers({ 'x-underkeep-end': Buffer.from(JSON.stringify(value)).toString('base64url') });
    else this.line(value);
    this.#response.end();
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    length += bytes.length;
    if (length > BODY_MAX) throw new CliError('malformed', 'The agent was asked with too much at once.');
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}
