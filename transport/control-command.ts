import { TransportError } from './errors.ts';

/**
 * One line for tor's control port. It can be made from checked parts alone, so no value can end the line, open a second
 * command, or leave its quotes.
 */
export class ControlCommand {
  readonly #line: string;

  private constructor(line: string) {
    this.#line = line;
  }

  /** A command of the keyword and its arguments, each made by `token`, `pair` or `quoted`. */
  static of(keyword: Keyword, ...parts: readonly Argument[]): ControlCommand {
    return new ControlCommand([keyword, ...parts].join(' '));
  }

  /** The bytes to send, with the line's end. */
  encode(): string {
    return `${this.#line}\r\n`;
  }
}

export type Keyword =
  | 'PROTOCOLINFO' | 'AUTHCHALLENGE' | 'AUTHENTICATE' | 'GETINFO' | 'SETEVENTS' | 'SIGNAL' | 'TAKEOWNERSHIP'
  | 'ADD_ONION' | 'DEL_ONION' | 'ONION_CLIENT_AUTH_ADD' | 'ONION_CLIENT_AUTH_REMOVE';

declare const argument: unique symbol;
export type Argument = string & { readonly [argument]: true };

/** A bare word: visible ASCII but quotes and backslash. Throws TransportError('tor-control') for anything else. */
export function token(text: string): Argument {
  if (!/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(text)) {
    throw new TransportError('tor-control', 'A value for Tor holds a space, a quote, a line break or another character that Tor would misread; use plain letters and digits (for a folder too).');
  }
  return text as Argument;
}

/** `name=value`, both bare words. */
export function pair(name: string, value: string): Argument {
  return token(`${name}=${value}`);
}

/** A value in quotes. Throws TransportError('tor-control') when it holds a control character. */
export function quoted(text: string): Argument {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(text)) throw new TransportError('tor-control', 'A value for Tor holds a control character; leave it out.');
  return `"${text.replace(/["\\]/g, '\\$&')}"` as Argument;
}
