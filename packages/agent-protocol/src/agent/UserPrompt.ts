/**
 * The port to whoever sits at the machine: whether anybody does, and what they are shown and answer about a reboot (RBT-03,
 * RBT-04, RBT-11). Nothing here waits: a prompt is put up, and its answer asked for at every cycle. A host whose user answers
 * calls `cycle` at once.
 */
import * as Context from "effect/Context";
import * as Data from "effect/Data";
import * as Effect from "effect/Effect";

export class UserPromptError extends Data.TaggedError("UserPromptError")<{
  readonly message: string;
  readonly isRetryable: boolean;
  readonly cause?: unknown;
}> {}

/** What is put up. Times are epoch milliseconds; `runId` and `number` name it, so that it is put up once. */
export type Notice =
  /** The user may reboot now or defer; unanswered at `until`, it counts as deferred. */
  | {
      readonly _tag: "Prompt";
      readonly runId: string;
      readonly number: number;
      readonly deferralsLeft: number;
      readonly until: number;
    }
  /** The machine reboots at `until`, unless the user has it reboot now. */
  | { readonly _tag: "Countdown"; readonly runId: string; readonly until: number };

export type Answer = "reboot-now" | "defer";

export interface UserPromptShape {
  /** Whether anybody is logged in now. What can't be told is an error, and taken for somebody. */
  readonly isAnyoneThere: () => Effect.Effect<boolean, UserPromptError>;
  /** Puts a notice up, or leaves it as it is when it is up already. Answers once somebody can see it. */
  readonly show: (notice: Notice) => Effect.Effect<void, UserPromptError>;
  /** What was answered to the notice since it was put up; null: nothing yet. A countdown can't be deferred. */
  readonly answer: (notice: Notice) => Effect.Effect<Answer | null, UserPromptError>;
  /** Takes down whatever is up for the run. */
  readonly dismiss: (runId: string) => Effect.Effect<void, UserPromptError>;
}

/** A machine at which nobody sits, as a server. */
export const nobody: UserPromptShape = {
  isAnyoneThere: () => Effect.succeed(false),
  show: () => Effect.void,
  answer: () => Effect.succeed(null),
  dismiss: () => Effect.void,
};

/** Nobody sits at the machine, unless a host says otherwise. */
export const UserPrompt = Context.Reference<UserPromptShape>("fettle/agent/UserPrompt", { defaultValue: () => nobody });
