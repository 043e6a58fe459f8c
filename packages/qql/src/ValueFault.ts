/** Why a literal can't be read as a value of its token: an error that doesn't know its place yet. */
import * as Diagnostic from "./Diagnostic.ts";
import * as Result from "./Result.ts";
import type * as Span from "./Span.ts";

export interface ValueFault {
  readonly at: (span: Span.Span) => Diagnostic.Diagnostic;
}

/** A fault as the result of reading. */
export const fault = <C extends Diagnostic.ErrorCode>(
  code: C,
  details: Diagnostic.Details[C],
): Result.Result<never, ValueFault> => Result.err({ at: (span) => Diagnostic.error(code, span, details) });

/** A fault of a code without details. */
export const plainFault = (
  code: Extract<
    Diagnostic.ErrorCode,
    | `invalid-${string}`
    | "number-too-large"
    | "date-out-of-calendar"
    | "unsupported-rounding"
    | "no-searchable-words"
    | "search-wildcard"
  >,
): Result.Result<never, ValueFault> => fault(code, Diagnostic.none);
