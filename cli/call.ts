import { request, type IncomingMessage } from 'node:http';
import { CliError } from './exit.ts';
import type { ProgressReport } from './progress.ts';

export interface CallOptions {
  readonly progress?: (report: ProgressReport) => void;
  readonly warning?: (message: string) => void;
  /** Takes raw bytes; resolves when more may come. */
  readonly bytes?: (chunk: Buffer) => Promise<void>;
}

export type Fields = Readonly<Record<string, unknown>>;

/** Asks the agent behind `socket`. Throws CliError with the code that the agent gave, or 'no-agent'. */
export async function callAgent(socket: string, command: string, args: Fields, options: CallOptions = {}): Promise<Fields> {
  const response = await send(socket, command, args);
  if (response.headers['content-type'] === 'application/octet-stream') return rawAnswer(response, options);
  let rest = '';
  let final: Fields | null = null;
  for await (const chunk of response.setEncoding('utf8')) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) final = takeLine(JSON.parse(line), options) ?? final;
  }
  if (final === null) throw brokenOff();
  return final;
}

function takeLine(line: unknown, { progress, warning }: CallOptions): Fields | null {
  if (typeof line !== 'object' || line === null) return null;
  if ('progress' in line) progress?.(line.progress as ProgressReport);
  if ('warning' in line) warning?.(String(line.warning));
  if ('error' in line) throw errorOf(line.error);
  return 'result' in line ? line.result as Fields : null;
}

/** An error as a process of ours reported it. */
export function errorOf(report: unknown, otherwise = 'The agent failed without a reason.'): CliError {
  const fields = new Map<string, unknown>(Object.entries(typeof report === 'object' && report !== null ? report : {}));
  const [code, message] = [fields.get('code'), fields.get('message')];
  return new CliError(typeof code === 'string' ? code : 'failed', typeof message === 'string' ? message : otherwise);
}

async function rawAnswer(response: IncomingMessage, options: CallOptions): Promise<Fields> {
  for await (const chunk of response) await options.bytes?.(chunk as Buffer);
  const end = response.trailers['x-underkeep-end'];
  if (end === undefined) throw brokenOff();
  const final = takeLine(JSON.parse(Buffer.from(end, 'base64url').toString('utf8')), options);
  if (final === null) throw brokenOff();
  return final;
}

function brokenOff(): CliError {
  return new CliError('failed', 'The agent ended in the middle of the command; unlock again and run the command again, it goes on where it stopped.');
}

function send(socketPath: string, command: string, args: Fields): Promise<IncomingMessage> {
  const body = JSON.stringify(args);
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, host: 'localhost', method: 'POST', path: `/v1/${command}`, agent: false, headers: { 'content-length': Buffer.byteLength(body) } }, resolve);
    sent.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED') reject(new CliError('no-agent', 'No account is unlocked on this data folder; run "underkeep unlock NAME" first.'));
      else if (error.code === 'EACCES') reject(new CliError('forbidden', 'This user may not use the agent of this data folder.'));
      else reject(brokenOff());
    });
    sent.end(body);
  });
}
