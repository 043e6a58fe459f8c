/**
 * When the next scan is due, and whether one may be asked for meanwhile (CFG-04).
 *
 * The countdown runs from the end of a scan, its transfer and processing included, so scans never pile up, however long they
 * take. One that was asked for starts it anew if it succeeded, and else leaves it as it was.
 */
import type * as Duration from "./Duration.ts";
import * as Instant from "./Instant.ts";
import { fail, ok, type Result } from "./Result.ts";

/** A scan that is over. */
export type Ended = {
  /** Its transfer and processing included. */
  readonly at: Instant.Instant;
  readonly isOnDemand: boolean;
  readonly hasSucceeded: boolean;
};

/** What an agent has of a module. */
export type Module = {
  readonly isActive: boolean;
  readonly isManifestPresent: boolean;
  readonly isScanRunning: boolean;
};

/** No scan can be asked for now, and why: the first reason there is. */
export type ScanRefused = {
  readonly _tag: "ScanRefused";
  readonly rule: "CFG-04";
  readonly reason: "module-inactive" | "manifest-missing" | "scan-running";
  readonly message: string;
};

/** Where the countdown begins after a scan, from where it began before. */
export const restarted = (former: Instant.Instant, ended: Ended): Instant.Instant =>
  ended.isOnDemand && !ended.hasSucceeded ? former : Instant.max(former, ended.at);

/** When the next scan is due. */
export const due = (begunAt: Instant.Instant, interval: Duration.Duration): Instant.Instant =>
  Instant.add(begunAt, interval);

/** Whether a scan of a module may be asked for. */
export const askFor = (module: Module): Result<Module, ScanRefused> => {
  if (!module.isActive) return refuse("module-inactive", "Its module isn't active on the agent: activate it first.");
  if (!module.isManifestPresent) {
    return refuse("manifest-missing", "The agent holds no manifest of the module yet: wait until it has been there.");
  }
  return module.isScanRunning
    ? refuse("scan-running", "A scan is running: wait for its end, it brings what is asked for.")
    : ok(module);
};

const refuse = (reason: ScanRefused["reason"], message: string): Result<never, ScanRefused> =>
  fail({ _tag: "ScanRefused", rule: "CFG-04", reason, message });
