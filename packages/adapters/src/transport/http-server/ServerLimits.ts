/** What the server takes at most, besides the bodies' own limits (WireLimits). A test stands at each one's max + 1. */
export interface ServerLimits {
  /** Request line and headers together. */
  readonly headerBytes: number;
  readonly headers: number;
  readonly pathCharacters: number;
  /** From a request's first byte to the end of its headers. */
  readonly headersSeconds: number;
  /** From a request's first byte to its last. */
  readonly requestSeconds: number;
  /** How long a connection may lie idle between requests. */
  readonly keepAliveSeconds: number;
  /** How long neither side may send a byte while a reply is awaited or read. */
  readonly silenceSeconds: number;
  readonly connections: number;
  /** Requests begun and not answered; further ones get 503. */
  readonly requestsInFlight: number;
  /** Bodies held in memory, all requests together; what would pass it gets 503. */
  readonly bufferedBytes: number;
  /** Read and thrown away of a refused body, so that the client sees the answer before the connection is cut. */
  readonly discardedBytes: number;
  /** How long running requests may go on once the server closes. */
  readonly closeGraceSeconds: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

export const serverLimits: ServerLimits = {
  // reliability 2.11: headers of at most 8 KiB.
  headerBytes: 8 * KIB,
  headers: 64,
  pathCharacters: 1_024,
  headersSeconds: 20,
  // A snapshot of 16 MiB over a slow line.
  requestSeconds: 300,
  keepAliveSeconds: 65,
  silenceSeconds: 120,
  connections: 10_000,
  requestsInFlight: 1_024,
  bufferedBytes: 256 * MIB,
  // As much as the largest body that is let in: a client that is refused costs no more than one that isn't.
  discardedBytes: 16 * MIB,
  closeGraceSeconds: 10,
};

/** How often slow connections are looked for: a timeout is late by this much at most, in milliseconds. */
export const TIMEOUT_CHECK_MILLISECONDS_MAX = 5_000;
