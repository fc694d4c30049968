/** The raw module of libsodium's WebAssembly build: what of it is used here. */
declare module 'libsodium' {
  interface Sodium {
    readonly HEAPU8: Uint8Array;
    _sodium_init(): number;
    _malloc(bytes: number): number;
    _crypto_secretbox_easy(box: number, message: number, lengthLow: number, lengthHigh: number, nonce: number, key: number): number;
    _crypto_secretbox_open_easy(message: number, box: number, lengthLow: number, lengthHigh: number, nonce: number, key: number): number;
  }
  export default function load(options?: object): Promise<Sodium>;
}
