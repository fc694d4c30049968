import { concat, padToStep, u32be } from '../crypto/index.ts';
import { FilesError } from './error.ts';

const STEP = 4096;
const LENGTH_BYTES = 4;

/** `length u32be ‖ bytes ‖ zeros` to a multiple of 4096 bytes, so that a structure's size tells little of what it holds. */
export function padded(bytes: Uint8Array): Uint8Array {
  const whole = padToStep(LENGTH_BYTES + bytes.length, STEP);
  return concat(u32be(bytes.length), bytes, new Uint8Array(whole - LENGTH_BYTES - bytes.length));
}

/** The inverse of `padded`, and of nothing else. Throws FilesError('corrupt'). */
export function unpadded(plaintext: Uint8Array): Uint8Array {
  const length = plaintext.length < LENGTH_BYTES ? 0 : new DataView(plaintext.buffer, plaintext.byteOffset).getUint32(0);
  const end = LENGTH_BYTES + length;
  if (plaintext.length !== padToStep(end, STEP) || plaintext.subarray(end).some((byte) => byte !== 0)) {
    throw new FilesError('corrupt', 'A cell does not hold what its writer should have put there.');
  }
  return plaintext.subarray(LENGTH_BYTES, end);
}
