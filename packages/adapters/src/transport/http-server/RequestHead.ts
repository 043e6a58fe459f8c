/**
 * A request's headers, read once and before anything else: counted, each with one value, names in lower case.
 *
 * Invariant: a header that something is decided by stands once or the request is refused; of others the first holds.
 */
import type { Problem, Result } from "@fettle/agent-protocol";

export interface RequestHead {
  readonly headers: { readonly [name: string]: string };
  /** Bytes, as declared; null when the body comes in chunks of no declared sum. */
  readonly contentLength: number | null;
}

/** Headers that something is decided by, besides every `fettle-…`. */
const decisive: ReadonlySet<string> = new Set([
  "authorization",
  "content-encoding",
  "content-length",
  "content-type",
  "expect",
  "host",
  "transfer-encoding",
]);

const CONTENT_LENGTH = /^\d{1,15}$/;

/** Reads `[name, value, name, value, …]` as it came with a request of that version of HTTP. */
export const read = (
  raw: readonly string[],
  version: string,
  headersMax: number,
): Result<RequestHead, Problem.Problem> => {
  if (raw.length > headersMax * 2) {
    return refused("too-large", "Too many headers", `${raw.length / 2} headers; at most ${headersMax}`);
  }
  // Names come from outside: an object with a prototype would have `__proto__` already.
  const headers: { [name: string]: string } = Object.create(null);
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = (raw[i] ?? "").toLowerCase();
    if (headers[name] === undefined) headers[name] = raw[i + 1] ?? "";
    else if (name.startsWith("fettle-") || decisive.has(name)) {
      return refused("malformed", "A header stands twice", `${name} stands twice`);
    }
  }
  const problem = versionProblem(headers, version);
  return problem === null ? framed(headers) : refused("malformed", "Not HTTP/1.1", problem);
};

// 1.0 is what some proxies still speak to the server behind them.
const versionProblem = (headers: { readonly [name: string]: string }, version: string): string | null => {
  if (version === "1.1") return headers.host === undefined ? "a host header is needed" : null;
  if (version !== "1.0") return "use HTTP/1.1";
  return headers["transfer-encoding"] === undefined ? null : "chunks need HTTP/1.1";
};

const framed = (headers: { readonly [name: string]: string }): Result<RequestHead, Problem.Problem> => {
  const { "content-encoding": encoding, "content-length": length, "transfer-encoding": transfer } = headers;
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
    return refused("malformed", "Encoded body", "content-encoding must be identity: bodies are sent as they are");
  }
  if (transfer !== undefined) {
    const isSound = length === undefined && transfer.toLowerCase() === "chunked";
    return isSound
      ? { ok: true, value: { headers, contentLength: null } }
      : refused("malformed", "Unclear length", "send content-length, or transfer-encoding: chunked, never both");
  }
  if (length === undefined) return { ok: true, value: { headers, contentLength: 0 } };
  return CONTENT_LENGTH.test(length)
    ? { ok: true, value: { headers, contentLength: Number(length) } }
    : refused("malformed", "Unclear length", "content-length must be a number of bytes");
};

const refused = (code: Problem.ProblemCode, title: string, detail: string): Result<never, Problem.Problem> => ({
  ok: false,
  error: { code, title, detail },
});
