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
  const out: string[] = [];
  const problem = write(value, out, 0);
  return problem === null ? ok(out.join("")) : error("not-canonical", problem);
};

/** {@link canonical} as bytes, for a value that the code itself built: anything else is a bug. */
export const canonicalBytes = (value: unknown): Uint8Array => {
  const text = canonical(value);
  if (!text.ok) throw new Error(`not canonical JSON: ${text.error.message}`);
  return encoder.encode(text.value);
};

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

const write = (value: unknown, out: string[], depth: number): string | null => {
  if (value === null || typeof value === "boolean") {
    out.push(String(value));
    return null;
  }
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) return `${value} is not a safe integer`;
    out.push(String(value));
    return null;
  }
  if (typeof value === "string") {
    if (LONE_SURROGATE.test(value)) return "a string has a lone surrogate";
    out.push(JSON.stringify(value));
    return null;
  }
  if (typeof value === "object" && depth >= CANONICAL_DEPTH_MAX) return `nested deeper than ${CANONICAL_DEPTH_MAX}`;
  if (Array.isArray(value)) return writeArray(value, out, depth);
  if (typeof value === "object") return writeObject(value, out, depth);
  return `a ${typeof value} has no JSON`;
};

const writeArray = (items: readonly unknown[], out: string[], depth: number): string | null => {
  out.push("[");
  for (let i = 0; i < items.length; i += 1) {
    if (i > 0) out.push(",");
    const problem = write(items[i], out, depth + 1);
    if (problem !== null) return problem;
  }
  out.push("]");
  return null;
};

const writeObject = (object: object, out: string[], depth: number): string | null => {
  let before = "{";
  // Without a comparator, sort goes by UTF-16 units.
  for (const key of Object.keys(object).sort()) {
    const item: unknown = (object as { readonly [key: string]: unknown })[key];
    if (item === undefined) continue;
    if (LONE_SURROGATE.test(key)) return "a key has a lone surrogate";
    out.push(before, JSON.stringify(key), ":");
    before = ",";
    const problem = write(item, out, depth + 1);
    if (problem !== null) return problem;
  }
  out.push(before === "{" ? "{}" : "}");
  return null;
};

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
