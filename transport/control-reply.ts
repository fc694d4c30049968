import { TransportError } from './errors.ts';

/** One line of a reply: its text, and the block of data that follows a `+` line. */
export interface ControlLine {
  readonly text: string;
  readonly data?: string;
}

/** A whole reply, or an event (code 650). */
export interface ControlReply {
  readonly code: number;
  readonly lines: readonly ControlLine[];
}

// Far above what any command of ours is answered with; a peer that exceeds it is not tor.
const REPLY_CHARACTERS_MAX = 16 * 1024 * 1024;

const ESCAPES = new Map([['n', '\n'], ['r', '\r'], ['t', '\t']]);

/** Cuts what tor sends in replies (control-spec, section 2.3). No I/O: `push` takes the bytes as they come. */
export class ControlReplyParser {
  readonly #decoder = new TextDecoder();
  #text = '';
  #held = 0;
  #lines: ControlLine[] = [];
  #data: string[] | undefined;
  #code = 0;

  /** The replies that these bytes complete. Throws TransportError('tor-control') for what is no reply of tor's. */
  push(bytes: Uint8Array): ControlReply[] {
    this.#text += this.#decoder.decode(bytes, { stream: true });
    const replies: ControlReply[] = [];
    let start = 0;
    for (let end = this.#text.indexOf('\r\n'); end >= 0; end = this.#text.indexOf('\r\n', start)) {
      const reply = this.#line(this.#text.slice(start, end));
      if (reply !== undefined) replies.push(reply);
      start = end + 2;
    }
    this.#text = this.#text.slice(start);
    if (this.#text.length + this.#held > REPLY_CHARACTERS_MAX) throw malformed();
    return replies;
  }

  #line(line: string): ControlReply | undefined {
    this.#held += line.length;
    if (this.#data !== undefined) return this.#dataLine(line, this.#data);
    const match = /^([1-6]\d\d)([-+ ])(.*)$/.exec(line);
    const code = Number(match?.[1]);
    const text = match?.[3];
    if (match === null || text === undefined || (this.#lines.length > 0 && code !== this.#code)) throw malformed();
    this.#code = code;
    if (match[2] === '+') {
      this.#data = [];
      this.#lines.push({ text });
      return undefined;
    }
    this.#lines.push({ text });
    return match[2] === ' ' ? this.#complete() : undefined;
  }

  #dataLine(line: string, data: string[]): undefined {
    if (line !== '.') {
      data.push(line.startsWith('.') ? line.slice(1) : line);
      return;
    }
    const opening = this.#lines.pop();
    this.#lines.push({ text: opening?.text ?? '', data: data.join('\n') });
    this.#data = undefined;
  }

  #complete(): ControlReply {
    const reply = { code: this.#code, lines: this.#lines };
    this.#lines = [];
    this.#held = 0;
    return reply;
  }
}

/** Reads `KEY=value KEY="quoted \" value"` pairs (and skips bare words) out of a line. */
export function keyValues(text: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const match of text.matchAll(/(?<=^|\s)([A-Za-z][A-Za-z0-9_/-]*)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g)) {
    const [, key, quoted, bare] = match;
    if (key !== undefined) pairs.set(key, quoted === undefined ? (bare ?? '') : unescape(quoted));
  }
  return pairs;
}

/** Undoes C escapes: tor writes each byte outside of ASCII as three octal digits. */
function unescape(text: string): string {
  const bytes = text.replace(/\\(?:([0-7]{1,3})|([\s\S]))/g, (_, octal: string | undefined, plain: string | undefined) =>
    octal === undefined ? (ESCAPES.get(plain ?? '') ?? plain ?? '') : String.fromCharCode(parseInt(octal, 8) & 0xff));
  return text.includes('\\') ? Buffer.from(bytes, 'latin1').toString('utf8') : text;
}

function malformed(): TransportError {
  return new TransportError('tor-control', "What answers at Tor's control socket does not speak Tor's control protocol; see that the right socket was given.");
}
