/**
 * A scenario of the simulator: plain data, from a seed or by hand, that is kept as JSON, played again, and made smaller when it
 * fails. Times are minutes from its start, durations are named by their unit; the seed decides what chance decides while it is played.
 */

import type { JobDraft } from "../../domain/job/Job.ts";
import type { JobEdit } from "../../domain/job/JobEdit.ts";
import type { Limits } from "../../domain/shared/Limits.ts";
import type * as SimulatedNetwork from "../simulation/SimulatedNetwork.ts";
import type { PackageFault, Strike } from "../simulation/SimulatedOs.ts";
import type { SimulatedUser } from "../simulation/SimulatedUser.ts";

/** A half-open stretch of time, in minutes from the scenario's start. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A machine with an agent. */
export interface AssetSpec {
  readonly name: string;
  readonly timeZone: string;
  /** Of the key that it joins by; `lab` gets no licence, `outside` is not in the owner's scope. */
  readonly group: Group;
  /** EVRs by package name. */
  readonly packages: { readonly [name: string]: string };
  readonly faults: { readonly [name: string]: PackageFault };
  /** How long an installation of a package takes, in seconds, by its name; left out: no time at all. */
  readonly installSeconds?: { readonly [name: string]: number };
  /** What befalls its installer at its first works, one after the other; chance decides only about those after them. */
  readonly strikes?: readonly Strike[];
  /** Packages whose versions take effect at the next boot; left out: the machine can't tell of any need for one. */
  readonly rebootsFor?: readonly string[];
  /** Whether one is needed can't be told there, ever. */
  readonly isProbeBroken?: true;
  /** When the machine's own policy allows no reboot. */
  readonly noReboot?: readonly Span[];
  /** Who sits there; left out: nobody. Its times are epoch milliseconds. */
  readonly user?: SimulatedUser;
  /** When its agent is started first. */
  readonly joinsAt: number;
  /** The network is gone, and the agent works on. */
  readonly offline: readonly Span[];
  /** The machine is asleep: nothing happens on it. */
  readonly asleep: readonly Span[];
  /** How far its clock is from true time, in seconds, from each minute on. */
  readonly clock: readonly { readonly at: number; readonly seconds: number }[];
}

export const groups = ["servers", "desks", "lab", "outside"] as const;
export type Group = (typeof groups)[number];

/** Whose jobs they may be: Mara has made all of them. */
export type Owner = "mara" | "otto";

/** A patch of the catalogue, of one package. */
export interface PatchSpec {
  readonly id: string;
  readonly package: string;
  readonly evr: string;
  readonly category: "security" | "bugfix";
  /** When its feed brings it. */
  readonly publishedAt: number;
  readonly mustBeAcquired?: true;
}

/** A job, made at a minute, and enabled at another; null: not by itself. */
export interface JobSpec {
  readonly name: string;
  readonly at: number;
  readonly enableAt: number | null;
  readonly draft: JobDraft;
}

/** What somebody does, or what happens outside of the system. */
export type Edit =
  | { readonly _tag: "Enable" | "Disable" | "Delete"; readonly at: number; readonly job: string }
  | { readonly _tag: "Change"; readonly at: number; readonly job: string; readonly change: JobEdit }
  | { readonly _tag: "EnableMany" | "DisableMany"; readonly at: number; readonly jobs: readonly string[] }
  /** What failed in the job's latest run is run again (JOB-19). */
  | { readonly _tag: "Rerun"; readonly at: number; readonly job: string }
  | { readonly _tag: "Owner"; readonly at: number; readonly job: string; readonly owner: Owner }
  /** A group's key is deleted, once there is another one for those who join later. */
  | { readonly _tag: "NewKey"; readonly at: number; readonly group: Group }
  | { readonly _tag: "Tag" | "Untag"; readonly at: number; readonly asset: string; readonly tag: string }
  | { readonly _tag: "Seats"; readonly at: number; readonly seats: number }
  | { readonly _tag: "Plan"; readonly at: number; readonly plan: "Free" | "Full" }
  | { readonly _tag: "Scope"; readonly at: number; readonly tags: readonly string[] }
  | { readonly _tag: "Freeze"; readonly at: number; readonly name: string; readonly hours: number }
  | { readonly _tag: "Thaw"; readonly at: number; readonly name: string }
  /** Every day, on each asset's own clock; null: none any more. */
  | { readonly _tag: "Blackout"; readonly at: number; readonly minutes: readonly [from: number, to: number] | null }
  | { readonly _tag: "Hold" | "Release" | "Withdraw"; readonly at: number; readonly patch: string }
  | { readonly _tag: "Purge"; readonly at: number; readonly asset: string }
  | { readonly _tag: "Reboot"; readonly at: number; readonly asset: string }
  | {
      readonly _tag: "ByHand";
      readonly at: number;
      readonly asset: string;
      readonly package: string;
      readonly evr: string;
    };

/** What may go wrong, as probabilities per occasion. */
export interface Faults {
  readonly network: SimulatedNetwork.NetworkFaults;
  /** An agent dies at a call of one of its ports. */
  readonly agentCrash: number;
  /** An append to a journal fails, before it is durable or after. */
  readonly journal: number;
  /** The control plane dies just before or just after a commit. */
  readonly serverCrash: number;
  /** An installer is struck: it dies, finds the lock taken, or claims a success that it didn't have. */
  readonly strike: number;
  /** Whether a reboot is needed can't be told. */
  readonly probe: number;
}

export interface Scenario {
  readonly format: 1;
  readonly seed: string;
  /** Epoch milliseconds. */
  readonly startsAt: number;
  readonly days: number;
  /** Between two check-ins of an agent (AGT-04). */
  readonly statusSeconds: number;
  readonly tickSeconds: number;
  /** How many tick at once, their calls of the storage mingled. */
  readonly tickers: number;
  readonly seats: number;
  /** The tenant's, as far as they differ from those of a new one. */
  readonly limits?: Partial<Limits>;
  readonly assets: readonly AssetSpec[];
  readonly catalogue: readonly PatchSpec[];
  readonly jobs: readonly JobSpec[];
  readonly edits: readonly Edit[];
  readonly faults: Faults;
  /** The control plane neither ticks nor answers. */
  readonly outages: readonly Span[];
  /** The control plane is put back to what it was at `of`, one after the other; left out: it never is. */
  readonly restores?: readonly Restore[];
}

/** A restore from a backup, in minutes from the scenario's start; of one that was taken since the restore before it. */
export interface Restore {
  readonly of: number;
  readonly at: number;
}

export const MINUTE_MS = 60_000;
export const DAY_MINUTES = 1_440;

/** The instant of a minute. */
export const instant = (scenario: Scenario, minute: number): number => scenario.startsAt + minute * MINUTE_MS;

/** Whether a minute lies in one of the spans. */
export const isIn = (spans: readonly Span[], minute: number): boolean =>
  spans.some((s) => minute >= s.from && minute < s.to);

/** The end of the span that a minute lies in, or that minute. */
export const endOf = (spans: readonly Span[], minute: number): number =>
  spans.find((s) => minute >= s.from && minute < s.to)?.to ?? minute;

/** How far an asset's clock is off at a minute, in milliseconds. */
export const offsetAt = (asset: AssetSpec, minute: number): number =>
  1_000 * (asset.clock.findLast((step) => step.at <= minute)?.seconds ?? 0);

/** As it is kept and sent. */
export const toJson = (scenario: Scenario): string => JSON.stringify(scenario);

/** Reads what {@link toJson} wrote; throws on anything that is no scenario of this format. */
export const fromJson = (text: string): Scenario => {
  const read = JSON.parse(text) as Partial<Scenario> | null;
  if (read?.format !== 1 || !Array.isArray(read.assets) || !Array.isArray(read.jobs)) {
    throw new Error("not a scenario of format 1");
  }
  return read as Scenario;
};
