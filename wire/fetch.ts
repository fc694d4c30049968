/** What a carrier gives and `node/` uses: the shape of `fetch`, cut down to what every carrier can do. */
export interface CarrierRequest {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
  /** Bytes that an iterable body will yield; sent as Content-Length. */
  readonly bodyLength?: number;
  readonly signal?: AbortSignal;
}

export interface CarrierResponse {
  readonly status: number;
  header(name: string): string | null;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Carries one HTTP request to `url`. Rejects with a `TransportError` when there is no way there. */
export type CarrierFetch = (url: string, request: CarrierRequest) => Promise<CarrierResponse>;
