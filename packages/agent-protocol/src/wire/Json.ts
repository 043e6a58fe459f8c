/**
 * JSON from outside, and JSON that is signed or hashed.
 *
 * Invariants: nothing is parsed before its size and depth were counted on the bytes (V8's parser has no depth limit of
 * its own); what is signed or hashed has one spelling: keys sorted, no white space, integers only, no lone surrogate.
 * A signed document that is not spelt so is refused, which also refuses duplicate keys.
 */
import { fail, ok, type Result } from "../Result.ts";

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Why bytes were not taken as JSON. */
export interface JsonError {
  readonly _tag: "JsonError";
  readonly reason: "too-large" | "too-deep" | "not-utf8" | "syntax" | "not-canonical";
  readonly message: string;
}

const error = (reason: JsonError["reason"], message: string): Result<never, JsonError> =>
  fail({ _tag: "JsonError", reason, message });

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Reads bytes as JSON within a size (bytes) and a depth (nested arrays and objects). */
export const decode = (
  bytes: Uint8Array,
  limits: { readonly bytes: number; readonly depth: number },
): Result<unknown, JsonError> => {
  if (bytes.length > limits.bytes) return error("too-large", `${bytes.length} bytes; at most ${limits.bytes}`);
  if (depthOf(bytes) > limits.depth) return error("too-deep", `nested deeper than ${limits.depth}`);
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return error("not-utf8", "the bytes are not UTF-8");
  }
  try {
    return ok(JSON.parse(text) as unknown);
  } catch (cause) {
    return error("syntax", cause instanceof Error ? cause.message : "not JSON");
  }
};

/** Reads bytes that must be canonical JSON: what was signed is then exactly what was read. */
export const decodeCanonical = (
  bytes: Uint8Array,
  limits: { readonly bytes: number; readonly depth: number },
): Result<unknown, JsonError> => {
  const decoded = decode(bytes, limits);
  if (!decoded.ok) return decoded;
  const again = canonical(decoded.value);
  if (!again.ok) return again;
  return sameBytes(encoder.encode(again.value), bytes)
    ? decoded
    : error("not-canonical", "keys must be sorted and unique, without white space");
};

/** The one spelling of a value. Refuses what has none: fractions, unsafe integers, lone surrogates, functions. */
export const canonical = (value: unknown): Result<string, JsonError> => {
  const writing: Writing = { problem: null };
  const text = write(value, writing, 0);
  return writing.problem === null ? ok(text) : error("not-canonical", writing.problem);
};

/** {@link canonical} as bytes, for a value that the code itself built: anything else is a bug. */
export const canonicalBytes = (value: unknown): Uint8Array => {
  const text = canonical(value);
  if (!text.ok) throw new Error(`not canonical JSON: ${text.error.message}`);
  return Buffer.from(text.value);
};

/**
 * {@link canonicalBytes} piece by piece, for a value that is too large to be spelt in one go: others may have their turn
 * between them.
 */
export function* canonicalPieces(value: unknown): Generator<string, void> {
  const writing: Writing = { problem: null };
  let piece = "";
  for (const part of parts(value, writing, 0)) {
    if (writing.problem !== null) throw new Error(`not canonical JSON: ${writing.problem}`);
    piece += part;
    if (piece.length < PIECE_LENGTH) continue;
    yield piece;
    piece = "";
  }
  yield piece;
}

/**
 * The text with each lone surrogate replaced by U+FFFD, of the same length: for text that others made or that was cut, which
 * may end in half a character and would have no canonical spelling.
 */
export const wellFormed = (text: string): string => utf8.decode(encoder.encode(text));

/** The canonical writer's own depth limit, far above any document's. */
export const CANONICAL_DEPTH_MAX = 64;

// The deepest nesting, counted outside strings.
const depthOf = (bytes: Uint8Array): number => {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let i = 0; i < bytes.length; i += 1) {
    const byte = bytes[i];
    if (inString) {
      if (byte === 0x5c) i += 1;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return deepest;
};

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** A writing under way, which stops at its first problem. */
interface Writing {
  problem: string | null;
}

const write = (value: unknown, writing: Writing, depth: number): string => {
  if (typeof value === "string") return writeString(value, "a string", writing);
  if (typeof value === "number") {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) return String(value);
    return stop(writing, `${value} is not a safe integer`);
  }
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value !== "object") return stop(writing, `a ${typeof value} has no JSON`);
  if (depth >= CANONICAL_DEPTH_MAX) return stop(writing, `nested deeper than ${CANONICAL_DEPTH_MAX}`);
  return Array.isArray(value) ? writeArray(value, writing, depth) : writeObject(value, writing, depth);
};

const stop = (writing: Writing, problem: string): string => {
  writing.problem ??= problem;
  return "";
};

// Printable ASCII without quote and backslash, which is nearly all that travels, is its own spelling.
const PLAIN = /^[ !#-[\]-~]*$/;

const writeString = (text: string, what: string, writing: Writing): string => {
  if (PLAIN.test(text)) return `"${text}"`;
  return LONE_SURROGATE.test(text) ? stop(writing, `${what} has a lone surrogate`) : JSON.stringify(text);
};

const writeArray = (items: readonly unknown[], writing: Writing, depth: number): string => {
  let out = "[";
  for (let i = 0; i < items.length && writing.problem === null; i += 1) {
    if (i > 0) out += ",";
    out += write(items[i], writing, depth + 1);
  }
  return `${out}]`;
};

const writeObject = (object: object, writing: Writing, depth: number): string => {
  let out = "{";
  for (const key of sortedKeys(object)) {
    const item: unknown = (object as { readonly [key: string]: unknown })[key];
    if (item === undefined) continue;
    if (out !== "{") out += ",";
    out += `${writeString(key, "a key", writing)}:${write(item, writing, depth + 1)}`;
    if (writing.problem !== null) return "";
  }
  return `${out}}`;
};

/** Pieces are about as long, in UTF-16 units: a millisecond's work. */
const PIECE_LENGTH = 32 * 1024;

/** From this depth on a value is one part: what is nested so deep in a large document is small, and going into it dear. */
const PARTED_DEPTH_MAX = 4;

function* parts(value: unknown, writing: Writing, depth: number): Generator<string, void> {
  if (typeof value !== "object" || value === null || depth >= PARTED_DEPTH_MAX) yield write(value, writing, depth);
  else if (Array.isArray(value)) {
    yield "[";
    for (let i = 0; i < value.length; i += 1) {
      if (i > 0) yield ",";
      yield* parts(value[i], writing, depth + 1);
    }
    yield "]";
  } else yield* partsOfObject(value, writing, depth);
}

function* partsOfObject(object: object, writing: Writing, depth: number): Generator<string, void> {
  let opening = "{";
  for (const key of sortedKeys(object)) {
    const item: unknown = (object as { readonly [key: string]: unknown })[key];
    if (item === undefined) continue;
    yield `${opening}${writeString(key, "a key", writing)}:`;
    yield* parts(item, writing, depth + 1);
    opening = ",";
  }
  yield opening === "{" ? "{}" : "}";
}

// By UTF-16 units. Looking first costs less than sorting what the code wrote down in order.
const sortedKeys = (object: object): readonly string[] => {
  const keys = Object.keys(object);
  return keys.every((key, i) => i === 0 || (keys[i - 1] ?? "") < key) ? keys : keys.sort();
};

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
