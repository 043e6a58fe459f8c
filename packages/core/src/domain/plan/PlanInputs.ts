/** Everything that a plan depends on, and why something of it is left out: what planning and explaining share. */
import type { Package } from "@fettle/agent-protocol/vocabulary";
import type { Assessment } from "../assessment/Assessment.ts";
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
  readonly assessments: ReadonlyMap<string, Assessment>;
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
  readonly limits: Limits;
  /** What relative dates in a query count from. */
  readonly now: number;
  /** Versions that the answer depends on: inputs of the hash. */
  readonly versions: { readonly tzdata: string; readonly tokenizer: string };
}

export type FormerVersions = ReadonlyMap<string, ReadonlyMap<string, readonly Package.Package[]>>;

export type ReplacedPackages = ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

/** A rule that stands in the way. */
export interface Obstacle {
  readonly rule: string;
  readonly reason: string;
}
