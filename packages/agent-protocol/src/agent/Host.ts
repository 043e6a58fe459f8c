/** The port to the machine that the agent runs on: what it is, when it booted. */
import * as Context from "effect/Context";
import * as Data from "effect/Data";
import type { Effect } from "effect/Effect";

export class HostError extends Data.TaggedError("HostError")<{
  readonly message: string;
  readonly isRetryable: boolean;
  readonly cause?: unknown;
}> {}

export interface HostFacts {
  readonly name: string;
  readonly platform: "Windows" | "Linux" | "Mac";
  readonly osFamily: string;
  readonly osName: string;
  readonly arch: string;
  /** An IANA zone name. */
  readonly timeZone: string;
}

export interface HostShape {
  readonly facts: () => Effect<HostFacts, HostError>;
  /** A UUID that changes with each boot, and only then. */
  readonly bootId: () => Effect<string, HostError>;
}

export class Host extends Context.Service<Host, HostShape>()("fettle/agent/Host") {}
