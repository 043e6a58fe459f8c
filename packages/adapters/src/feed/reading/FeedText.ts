/**
 * The text of a feed, from strings or bytes, decompressed where it begins with gzip's magic.
 *
 * Invariants: nothing is read past its limits; bytes are UTF-8 or refused; a piece handed on is at most
 * SLICE_CHARACTERS long (it may end inside a surrogate pair; the parser puts those together again).
 */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { TextDecoder } from "node:util";
import { createGunzip } from "node:zlib";
import { FeedAbort, NOWHERE } from "./FeedError.ts";

/** How much text may come in. */
export interface TextLimits {
  /** Bytes as they come in, still compressed where they are. */
  readonly inputBytes: number;
  /** UTF-16 units of text after decompression. */
  readonly documentCharacters: number;
  /** Decoded bytes for each compressed byte, counted once {@link GZIP_RATIO_FLOOR_BYTES} are decoded. */
  readonly gzipRatio: number;
}

/** A small file may compress better than any real one, and can't hurt. */
export const GZIP_RATIO_FLOOR_BYTES = 1024 * 1024;

/** How much text a parser is given at once: what it holds beyond a token's limit, in UTF-16 units. */
export const SLICE_CHARACTERS = 16 * 1024;

/** A feed as a caller has it: a whole text, or pieces that are all bytes or all strings. */
export type FeedInput = string | AsyncIterable<Uint8Array | string>;

/** Compressions that createrepo writes too, told by their first bytes, to say so instead of "not XML". */
const foreignMagic: readonly (readonly [name: string, magic: readonly number[]])[] = [
  ["xz", [0xfd, 0x37, 0x7a, 0x58]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["bzip2", [0x42, 0x5a, 0x68]],
];
const GZIP_MAGIC = [0x1f, 0x8b] as const;
const MAGIC_BYTES_MAX = 4;

/** Whether text came as bytes, whose declared encoding then has to be UTF-8. */
export interface FeedText {
  readonly isFromBytes: () => boolean;
  readonly pieces: AsyncIterable<string>;
}

/** Reads an input as pieces of text. Throws {@link FeedAbort} while iterated. */
export const read = (input: FeedInput, limits: TextLimits): FeedText => {
  let isBytes = false;
  async function* pieces(): AsyncGenerator<string> {
    if (typeof input === "string") {
      yield* sliced(counted([input], limits));
      return;
    }
    const rest = input[Symbol.asyncIterator]();
    try {
      const first = await begin(rest);
      isBytes = typeof first !== "string" && first.length > 0;
      yield* sliced(counted(typeof first === "string" ? strings(first, rest) : decoded(first, rest, limits), limits));
    } finally {
      // A feed that is refused half-way closes its source, and doesn't wait for one that hangs.
      rest.return?.()?.catch(() => undefined);
    }
  }
  return { isFromBytes: () => isBytes, pieces: pieces() };
};

type Pieces = AsyncIterator<Uint8Array | string>;

// The first piece, long enough to show its magic where it is bytes.
const begin = async (rest: Pieces): Promise<Uint8Array | string> => {
  let head: Uint8Array = new Uint8Array(0);
  for (;;) {
    const next = await rest.next();
    if (next.done === true) return head;
    if (typeof next.value === "string") {
      if (head.length === 0) return next.value;
      throw mixedPieces();
    }
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
    if (head.length >= MAGIC_BYTES_MAX) return head;
  }
};

async function* remaining(rest: Pieces): AsyncGenerator<Uint8Array | string> {
  for (;;) {
    const next = await rest.next();
    if (next.done === true) return;
    yield next.value;
  }
}

async function* strings(first: string, rest: Pieces): AsyncGenerator<string> {
  yield first;
  for await (const piece of remaining(rest)) {
    if (typeof piece !== "string") throw mixedPieces();
    yield piece;
  }
}

async function* decoded(first: Uint8Array, rest: Pieces, limits: TextLimits): AsyncGenerator<string> {
  const foreign = foreignMagic.find(([, magic]) => startsWith(first, magic));
  if (foreign !== undefined) {
    throw new FeedAbort("compression", `the feed is compressed by ${foreign[0]}; give it plain or by gzip`, NOWHERE);
  }
  const raw = received(first, rest, limits);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for await (const bytes of startsWith(first, GZIP_MAGIC) ? gunzipped(raw, limits) : raw) yield decode(decoder, bytes);
  yield decode(decoder, null);
}

const decode = (decoder: TextDecoder, bytes: Uint8Array | null): string => {
  try {
    return bytes === null ? decoder.decode() : decoder.decode(bytes, { stream: true });
  } catch {
    throw new FeedAbort("not-utf8", "the feed is not UTF-8", NOWHERE);
  }
};

async function* received(first: Uint8Array, rest: Pieces, limits: TextLimits): AsyncGenerator<Uint8Array> {
  let total = first.length;
  if (total > limits.inputBytes) throw tooManyBytes(limits);
  yield first;
  for await (const piece of remaining(rest)) {
    total += bytesOnly(piece).length;
    if (total > limits.inputBytes) throw tooManyBytes(limits);
    yield bytesOnly(piece);
  }
}

async function* gunzipped(raw: AsyncIterable<Uint8Array>, limits: TextLimits): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  // Byte buffers need their own object mode: a stream of bytes would refuse an empty one as the end.
  const flow = pipeline(Readable.from(raw, { objectMode: true }), gunzip);
  flow.catch(() => undefined);
  let total = 0;
  try {
    for await (const piece of gunzip as AsyncIterable<Buffer>) {
      total += piece.length;
      if (total > GZIP_RATIO_FLOOR_BYTES && total > gunzip.bytesWritten * limits.gzipRatio) {
        throw new FeedAbort("too-large", `unpacks to more than ${limits.gzipRatio} times its size`, NOWHERE);
      }
      yield piece;
    }
    await flow;
  } catch (cause) {
    throw zlibFailure(cause);
  }
}

const zlibFailure = (cause: unknown): unknown => {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return code.startsWith("Z_") && cause instanceof Error
    ? new FeedAbort("compression", `the gzip data is broken (${cause.message})`, NOWHERE)
    : cause;
};

async function* counted(texts: Iterable<string> | AsyncIterable<string>, limits: TextLimits): AsyncGenerator<string> {
  let total = 0;
  for await (const text of texts) {
    total += text.length;
    if (total > limits.documentCharacters) {
      throw new FeedAbort("too-large", `the document is longer than ${limits.documentCharacters} characters`, NOWHERE);
    }
    yield text;
  }
}

async function* sliced(texts: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const text of texts) {
    for (let at = 0; at < text.length; at += SLICE_CHARACTERS) yield text.slice(at, at + SLICE_CHARACTERS);
  }
}

const bytesOnly = (piece: Uint8Array | string): Uint8Array => {
  if (typeof piece === "string") throw mixedPieces();
  return piece;
};

const mixedPieces = (): FeedAbort => new FeedAbort("unreadable", "pieces must be all bytes or all strings", NOWHERE);

const tooManyBytes = (limits: TextLimits): FeedAbort =>
  new FeedAbort("too-large", `the feed is longer than ${limits.inputBytes} bytes`, NOWHERE);

const startsWith = (bytes: Uint8Array, magic: readonly number[]): boolean => magic.every((b, i) => bytes[i] === b);
