/** Everything that a plan depends on, and why something of it is left out: what planning and explaining share. */
import type { Package } from "@fettle/agent-protocol/vocabulary";
import type { Blackout, Freeze } from "@fettle/scheduler";
import type { Assessment, MissingPackage } from "../assessment/Assessment.ts";
import type { Asset } from "../asset/Asset.ts";
import type { Job } from "../job/Job.ts";
import type { SeatVerdict } from "../license/Licence.ts";
import type { Hold } from "../patch/Hold.ts";
import type { Patch } from "../patch/Patch.ts";
import type { VendorFile } from "../patch/VendorFile.ts";
import type { Limits } from "../shared/Limits.ts";
import type { TagScope } from "../tag/TagScope.ts";
import type { TagTree } from "../tag/TagTree.ts";

/** As of one moment. */
export interface PlanInputs {
  readonly job: Job;
  /** The owner's scope of this moment (TAG-06). */
  readonly scope: TagScope;
  readonly tree: TagTree;
  readonly assets: readonly Asset[];
  readonly seats: ReadonlyMap<string, SeatVerdict>;
  /** Assets whose profile turns the patch module off, with the profile's name (CFG-09). */
  readonly turnedOff: ReadonlyMap<string, string>;
  readonly assessments: ReadonlyMap<string, Assessed>;
  readonly patches: readonly Patch[];
  /** Files that people supplied, by patch (PAT-04). */
  readonly supplied: ReadonlyMap<string, VendorFile>;
  /** Holds, by patch (PLN-05). */
  readonly held: ReadonlyMap<string, Hold>;
  /** Scanners' numbers of vulnerabilities, by CVE (PAT-05). */
  readonly qids: ReadonlyMap<string, readonly number[]>;
  /** For a rollback: by asset and patch, the versions that stood there before Fettle installed the patch. */
  readonly former: FormerVersions;
  /** For a rollback: by asset and patch, the names of packages whose place Fettle's installation of it took there. */
  readonly replaced: ReplacedPackages;
  /** Of a job that takes the list of another: that list (JOB-21). */
  readonly linked?: readonly string[];
  /** What holds that job's start back: the other's success, as far as it has come (JOB-21). No part of the plan. */
  readonly linkWait?: Obstacle;
  /** When it is about; left out: now, in UTC, without blackouts or freezes. */
  readonly occasion?: Occasion;
  readonly limits: Limits;
  /** What relative dates in a query count from. */
  readonly now: number;
  /** Versions that the answer depends on: inputs of the hash. */
  readonly versions: { readonly tzdata: string; readonly tokenizer: string };
}

/** What of an assessment a plan depends on. */
export interface Assessed extends Pick<Assessment, "installed" | "unknown"> {
  readonly missing: readonly MissingHere[];
}

/** A patch that an asset lacks, by these packages; which versions stand there makes no difference to what is brought. */
export interface MissingHere {
  readonly patchId: string;
  readonly packages: readonly Omit<MissingPackage, "installed">[];
}

export type FormerVersions = ReadonlyMap<string, ReadonlyMap<string, readonly Package.Package[]>>;

export type ReplacedPackages = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

/** The time that a plan is for, and what keeps work off assets then. */
export interface Occasion {
  /** The slot of a recurring job; null: the next one that is in time. */
  readonly slot: number | null;
  /** The next slot starts then or later, in some zone; left out: whatever was enabled in time counts. */
  readonly notBefore?: number;
  /** When the job was enabled, or would be. Epoch milliseconds. */
  readonly enabledAt: number;
  /** SCH-08. */
  readonly leadMilliseconds: number;
  /** What the work may take where only its start is bound (RBT-08). */
  readonly workMilliseconds: number;
  /** Of assets whose zone is unknown (SCH-03). */
  readonly defaultZone: string;
  /** WIN-05. */
  readonly inBlackout: "wait" | "cancel";
  /** The zones of the assets that the job's targets mean, each once, in order. */
  readonly zones: readonly string[];
  /** By asset, where there are any; those of one profile share one list. */
  readonly blackouts: ReadonlyMap<string, readonly Blackout.Blackout[]>;
  readonly freezes: ReadonlyMap<string, readonly Freeze.Freeze[]>;
}

/** A rule that stands in the way. */
export interface Obstacle {
  readonly rule: string;
  readonly reason: string;
  /** The first instant at which it would stand in the way no more; null or left out where time alone doesn't tell. */
  readonly until?: number | null;
  /** How the asset stands in a run all the same (LIC-06, SCH-06, WIN-05); left out: it is left out of it. */
  readonly shownAs?: ExclusionStatus;
}

/** A status of an asset in a run that is never sent to it. */
export type ExclusionStatus = "NotLicensed" | "TimedOut" | "CanceledBlackout";
