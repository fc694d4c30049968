/** The two functions of libsodium that are used; both throw on wrong lengths. */
declare module 'sodium-native' {
  export function crypto_secretbox_easy(box: Uint8Array, message: Uint8Array, nonce: Uint8Array, key: Uint8Array): void;
  export function crypto_secretbox_open_easy(message: Uint8Array, box: Uint8Array, nonce: Uint8Array, key: Uint8Array): boolean;
}
