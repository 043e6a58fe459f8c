/** How a domain's rejection travels through Effect: lifted once, as it is, with all that was wrong. */
import * as Data from "effect/Data";
import * as Effect from "effect/Effect";
import type { Rejection } from "../domain/shared/Rejection.ts";
import * as R from "../domain/shared/Rejection.ts";
import type { Result } from "../domain/shared/Result.ts";

export class Rejected extends Data.TaggedError("Rejected")<{
  /** At least one; the first is the one to show when there is room for one. */
  readonly rejections: readonly Rejection[];
}> {
  override get message(): string {
    return this.rejections.map((r) => (r.rule === null ? r.message : `${r.rule}: ${r.message}`)).join("; ");
  }
}

/** Fails with one rejection. */
export const reject = (
  rule: string | null,
  code: R.RejectionCode,
  message: string,
  path: string | null = null,
): Effect.Effect<never, Rejected> => Effect.fail(new Rejected({ rejections: [R.make(rule, code, message, path)] }));

/** Fails with rejections that the domain made: one, or all that is wrong at once. */
export const refuse = (error: Rejection | readonly Rejection[]): Effect.Effect<never, Rejected> =>
  Effect.fail(new Rejected({ rejections: asList(error) }));

/** A pure decision as an Effect. */
export const lift = <A>(result: Result<A, Rejection | readonly Rejection[]>): Effect.Effect<A, Rejected> =>
  result.ok ? Effect.succeed(result.value) : refuse(result.error);

const asList = (error: Rejection | readonly Rejection[]): readonly Rejection[] => ("_tag" in error ? [error] : error);
