/** A problem document (RFC 9457): what a refused request gets, the same over every transport. */
import * as Json from "./Json.ts";
import type { WireReply } from "./SignedRequest.ts";

/** Why a request was refused, as a machine reads it. */
export type ProblemCode =
  | "not-found"
  | "method-not-allowed"
  | "too-large"
  | "malformed"
  | "unsigned"
  | "unknown-agent"
  | "out-of-sequence"
  | "clock-skew"
  | "key-refused"
  | "not-entitled"
  | "unavailable"
  | "defect";

const statuses: { readonly [C in ProblemCode]: number } = {
  "not-found": 404,
  "method-not-allowed": 405,
  "too-large": 413,
  malformed: 400,
  unsigned: 401,
  "unknown-agent": 401,
  "out-of-sequence": 409,
  "clock-skew": 401,
  "key-refused": 403,
  "not-entitled": 403,
  unavailable: 503,
  defect: 500,
};

export interface Problem {
  readonly code: ProblemCode;
  readonly title: string;
  readonly detail: string;
  /** The rule that refused, where one did. */
  readonly rule?: string;
  /** Milliseconds, where the caller's clock is the trouble. */
  readonly serverTime?: number;
}

/** Whether the same request may pass later, unchanged. */
export const isRetryable = (status: number): boolean => status === 429 || status >= 500;

/** The problem as a reply. Title and detail may quote what a stranger sent. */
export const reply = (problem: Problem): WireReply => ({
  status: statuses[problem.code],
  headers: { "content-type": "application/problem+json", "cache-control": "no-store" },
  body: Json.canonicalBytes({
    type: `urn:fettle:problem:${problem.code}`,
    status: statuses[problem.code],
    ...problem,
    title: Json.wellFormed(problem.title),
    detail: Json.wellFormed(problem.detail),
  }),
});
