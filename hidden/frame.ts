import { concat, fromHex, randomBytes, toHex, u32be, type Brand } from '../crypto/index.ts';
import { COVER_ENTRY } from '../wire/index.ts';
import { corrupt } from './error.ts';

/** What one entry holds: nonce 24, HMAC 16 and tag 16 bytes are the entry's. */
export const FRAME = COVER_ENTRY - 56;
const HEAD = 14;
/** Bytes of a writer's stream that one frame carries. */
export const FRAME_DATA = FRAME - HEAD;
/** `nonce 24 ‖ HMAC 16`: all of an entry that telling it takes. */
export const ENTRY_HEAD = 40;

/** 8 random bytes in hex that name one stream: a session's, or a checkpoint's. */
export type WriterId = Brand<string, 'WriterId'>;
const WRITER_BYTES = 8;

export function newWriter(): WriterId {
  return toHex(randomBytes(WRITER_BYTES)) as WriterId;
}

export function writerId(bytes: Uint8Array): WriterId {
  if (bytes.length !== WRITER_BYTES) throw corrupt('writer');
  return toHex(bytes) as WriterId;
}

export function writerBytes(writer: WriterId): Uint8Array {
  return fromHex(writer);
}

/** A piece of one writer's stream; the pieces in the order of their sequence are the stream, whatever order they lie in. */
export interface Frame {
  readonly writer: WriterId;
  /** From 0, one more for each frame. */
  readonly sequence: number;
  /** The stream is a checkpoint, not a session's operations. */
  readonly checkpoint: boolean;
  /** 1 to `FRAME_DATA` bytes. */
  readonly data: Uint8Array;
}

const CHECKPOINT_BIT = 0x8000;

/** `writer 8 ‖ sequence u32be ‖ used u16be, its highest bit set for a checkpoint ‖ data ‖ zeros`, 4040 bytes. */
export function encodeFrame({ writer, sequence, checkpoint, data }: Frame): Uint8Array {
  if (data.length < 1 || data.length > FRAME_DATA) throw new RangeError(`a frame carries 1 to ${FRAME_DATA} bytes`);
  const used = data.length | (checkpoint ? CHECKPOINT_BIT : 0);
  const out = new Uint8Array(FRAME);
  out.set(concat(writerBytes(writer), u32be(sequence), Uint8Array.of(used >> 8, used & 255)));
  out.set(data, HEAD);
  return out;
}

/** The data is a view. Throws HiddenError('corrupt') for anything that `encodeFrame` does not make. */
export function decodeFrame(bytes: Uint8Array): Frame {
  if (bytes.length !== FRAME) throw corrupt('entry');
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEAD);
  const used = view.getUint16(12) & ~CHECKPOINT_BIT;
  const end = HEAD + used;
  if (used < 1 || used > FRAME_DATA || bytes.subarray(end).some((byte) => byte !== 0)) throw corrupt('entry');
  return {
    writer: writerId(bytes.subarray(0, WRITER_BYTES)),
    sequence: view.getUint32(8),
    checkpoint: (view.getUint16(12) & CHECKPOINT_BIT) !== 0,
    data: bytes.subarray(HEAD, end),
  };
}
