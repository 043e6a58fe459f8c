/** The Promise twin of the façade, derived by one generic function, never written twice. */
import * as Cause from "effect/Cause";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import * as Result from "effect/Result";

/** What the Promise twin rejects with: the rejection or failure, flat. */
export class FettleError extends Error {
  override readonly name = "FettleError";
  readonly code: string;
  readonly rule: string | null;
  readonly details: unknown;
  readonly isRetryable: boolean;
  constructor(failure: {
    readonly code: string;
    readonly rule: string | null;
    readonly message: string;
    readonly details: unknown;
    readonly isRetryable: boolean;
  }) {
    super(failure.message);
    this.code = failure.code;
    this.rule = failure.rule;
    this.details = failure.details;
    this.isRetryable = failure.isRetryable;
  }
}

/** An object of Effect-returning functions, as the same object of Promise-returning ones. */
export type Promised<T> = {
  readonly [K in keyof T]: T[K] extends (...args: infer Args) => Effect.Effect<infer A, infer _E>
    ? (...args: Args) => Promise<A>
    : Promised<T[K]>;
};

/** The Promise twin of a Fettle, or of any object of its shape. */
export const promises = <T extends object>(api: T): Promised<T> => {
  const entries = Object.entries(api).map(([name, member]) => {
    if (typeof member !== "function") return [name, promises(member as object)] as const;
    const call = member as (...args: readonly unknown[]) => Effect.Effect<unknown, unknown>;
    return [name, (...args: readonly unknown[]) => run(call(...args))] as const;
  });
  return Object.fromEntries(entries) as Promised<T>;
};

const run = async <A>(effect: Effect.Effect<A, unknown>): Promise<A> => {
  const exit = await Effect.runPromiseExit(effect);
  if (Exit.isSuccess(exit)) return exit.value;
  const failed = Cause.findError(exit.cause);
  throw Result.isSuccess(failed) ? toError(failed.success) : Cause.squash(exit.cause);
};

interface Tagged {
  readonly _tag: string;
  readonly message: string;
  readonly isRetryable?: boolean;
  readonly reason?: string;
  readonly rejections?: readonly { readonly rule: string | null; readonly code: string }[];
}

// Failures are data and become FettleErrors; a defect is a bug and stays what it is.
const toError = (failure: unknown): unknown => {
  if (typeof failure !== "object" || failure === null || !("_tag" in failure)) return failure;
  const tagged = failure as Tagged;
  const first = tagged.rejections?.[0];
  return new FettleError({
    code: first?.code ?? [tagged._tag, ...(tagged.reason === undefined ? [] : [tagged.reason])].join("/"),
    rule: first?.rule ?? null,
    message: tagged.message,
    details: tagged.rejections ?? tagged,
    isRetryable: tagged.isRetryable ?? false,
  });
};
