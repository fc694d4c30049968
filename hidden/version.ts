import type { Place } from './place.ts';
import type { Span, VersionId } from './record.ts';

/** Where a layer's bytes are: in memory until they are in the log, in the log from then on. */
export interface Content {
  bytes: Uint8Array | null;
  places: readonly Place[];
}

/** What one write added: all bytes of the content, or changes of the layer below. */
export interface Layer {
  readonly id: VersionId;
  /** Bytes of the whole content with this layer on top. */
  readonly size: number;
  /** Bytes of its own. */
  readonly length: number;
  /** null for all bytes (without the zeros at the end). */
  readonly splices: readonly Span[] | null;
  readonly content: Content;
}

/** One value of a cell. Normally a cell has one that counts; sessions that wrote at the same time leave one each. */
export interface Version {
  readonly id: VersionId;
  /** 32 bytes. */
  readonly label: Uint8Array;
  /** Bytes. */
  readonly size: number;
  /** All of it is in the log; until then it ends with the session. */
  readonly durable: boolean;
}

/** Whether a version still counts: 'waiting' once a batch that waits replaces it, 'log' once that batch is in the log. */
export type Replaced = 'no' | 'waiting' | 'log';

/** A version as this room holds it. */
export interface HeldVersion extends Version {
  readonly name: string;
  /** Its label in hex. */
  readonly cell: string;
  durable: boolean;
  replaced: Replaced;
  /** The names of those that it replaced. */
  readonly replaces: readonly string[];
  /** Lowest first. */
  layers: readonly Layer[];
  /** The version under the lowest layer, where that one holds changes and its base was not at hand. */
  base: VersionId | null;
}

/** What a version takes of the log. */
export function weightOf({ layers }: HeldVersion): number {
  return layers.reduce((sum, { length }) => sum + length, 0);
}
