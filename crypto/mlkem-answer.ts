import { fromBase64url } from './text.ts';

/**
 * ML-KEM-768 (FIPS 203) for the seed and the encapsulation randomness `i * 7 mod 256`, made with noble-post-quantum:
 * written out, so that a process need not load a second implementation to prove its first.
 */
export const PUBLIC_KEY_SHA256 = '0b2c54cd3a483166b711df7e440d25217aa07860133f79bf172f83bd11a7238c';
export const SHARED_SECRET = '0167b3dc2bc1045fed0eb0710e125b453e3de909b9caf8421f2d1bc9b4b76fd1';
/** What the ciphertext gives with the last bit of byte 1000 changed. */
export const REJECTION_SECRET = '2af9e9c460f75d90c63a3b7845920d7469deed89ab5ca2a4bbffdba7e42380cd';
export const CIPHERTEXT = fromBase64url([
  'nAeMfSjNhDux9E_7cb1S4uhggfQNoThCL-6VJiStR4bL-CIGewU-Vsde-5WxuNHlsR8cvJNtqZ3wHm0-OPEwf1thgNnQo15OUcjI1cyH8NnOQLreySv8vNsG',
  '4kuhvz4yc-PmeaDmpauWVds9001D0Mm2axkvobdNcGdztlH-6NyIRMqf_g9N8qK7k9mFkd_xHa8CTHQahQ_2xCHq3aKziIp9di1q0Mo1Iep0invGgfy1F7hN',
  'i_CVOxjjgonvliXDuOaFw0YXDdC5l8f2ETCgZIFof9MVHLs1aluns903PrFdLk6ClEKinwm8-jndxA3zCPIjFdpapeUam-Z0LRhUMPndDNOiFn1zNNdf_QHx',
  'mY49lFCCh7kE19CQfOYxaRjEkjJVFbiHwoDpWf_JGmtXYkSF2lpi3J-3uhi90zos0GwMap5FSu826k1IhYok5GA_X3Wp4s53YaAgAqmOQPfCNmU7HnHtfH_g',
  'XuwZvvSLQtwtienwFx5BZlcUhuA-uAhnIMun-ML6CKMyrIjfFiSajxP1I8EC3LHFhVnSbdodWdKTEkLs_q2IPtaKp9qlhh-fsUKx2Wi_lcA3N00ZpvHNqAxz',
  'Ed5XeU-Ne6uzS5Pk0a05m8CCsoJ7k4qjNmW5s7DeHN7aBy9yaKCsTAmgw6T_qctO265kzTM5sucB6x9iAlr5hkRfyM0WcTEY6yG2KI52pCHfuhvzwhRPRox4',
  'Tivn6GrO_xiIn1x6cUueryFATrclBaHDRzIYQoS1JCDZURWfgWOZpMFK5t9rz1TniF2kfi6vhoOSJRZPXfUhpvbtLMQlspStyc8cVR0aLGTjsncU_pNJWKJY',
  'H58yPcLGLFlDj3n4mxt6xAbKD9RlrKhfZ0pkC0AFJI-r2F06WIfsmnOXJanXcBO26lW86VkwHpYH96D1wfAp9drvF5TIxVvTtJ_k_YzZsnlmd2vFyOxYjsVu',
  'ZgJKgO2DuCTFMCVF7oMX7kMifWqvRJ5ConHvinNkD-S58zShGeAPb4hno3572-zZF07fYCOCuqSUzHCTKA5hotm9WTyrvJu5sC2ZFbUm_cbiaDQ_fRT7lOHT',
  '_vLPTCYb8MgUeE4liR6eyle8QpeCu448rHoF7xjWDE33ubCT6853mOYXAjvMEiY_VcFKoToCyloq54s7gzu6qkLiWwO-UkzSguPIHymZjbDPr-UkeTjPAL9U',
  'ILeEJ4TJQgwmuE1PXuPC8pa9qyyJhHfrw6goRZ1nM_CV0qln8Ybm2viNz3rTH9xJhYNBBnMZi-pRUTRdDevYHEBX6LlD8lLI9Yg-lp54OM6QW0GTdVot9yp8',
  'NSzC7bWG9UjSyplAPBkw4ZiNj8SI2NYtoa-lVFAj8HUk6ih85uBMJx9LqVDIDT3WvqZHk5bHGXRSqF5lERI_VTxVaeEbGSgYOlMDwhpQ25WOXAjjv2nc3Hsu',
  'B3UI6UZy3zg',
].join(''));
