/**
 * Buffers stay in this room: their `slice` and `toString` differ from every other Uint8Array's. The view keeps the
 * memory, which node:crypto never takes from the shared pool.
 */
export function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** Memory that is not zeroed first, for results that are written whole before anyone sees them. */
export function unwritten(length: number): Uint8Array {
  return plain(Buffer.allocUnsafeSlow(length));
}
