/** The port to the machine that the agent runs on: what it is, when it booted. */
import * as Context from "effect/Context";
import * as Data from "effect/Data";
import type { Effect } from "effect/Effect";
import type { HostReport } from "../wire/HostReport.ts";

export class HostError extends Data.TaggedError("HostError")<{
  readonly message: string;
  readonly isRetryable: boolean;
  readonly cause?: unknown;
}> {}

export interface HostFacts {
  readonly name: string;
  readonly platform: "Windows" | "Linux" | "Mac" | "Other";
  readonly osFamily: string;
  readonly osName: string;
  readonly arch: string;
  /** An IANA zone name. */
  readonly timeZone: string;
}

/** What a machine tells of itself that may be unknown (AST-02, AST-10); see {@link HostReport}. */
export type HostDetails = Omit<HostReport, "name" | "osFamily" | "osName" | "arch" | "packageFormat">;

/** Nothing told. */
export const noDetails: HostDetails = {
  release: null,
  osVersion: null,
  modules: null,
  manufacturer: null,
  model: null,
  serialNumber: null,
  interfaces: [],
  loggedInUser: null,
  bootedAt: null,
  location: null,
};

export interface HostShape {
  readonly facts: () => Effect<HostFacts, HostError>;
  /** A source that is missing gives null, never a failure. Without this method nothing is told. */
  readonly details?: () => Effect<HostDetails, HostError>;
  /** A UUID that changes with each boot, and only then. */
  readonly bootId: () => Effect<string, HostError>;
  /**
   * Asks the operating system for a reboot, and answers once it has taken the order: the machine goes down soon after. Without
   * this method the agent reboots nothing, and what needs a reboot waits as if it were suppressed.
   */
  readonly reboot?: (about: { readonly reason: string }) => Effect<void, HostError>;
  /** Until when the machine's own policy allows no reboot that began now; null: it does. Without this method it always does. */
  readonly noRebootUntil?: (now: number) => Effect<number | null, HostError>;
}

export class Host extends Context.Service<Host, HostShape>()("fettle/agent/Host") {}
