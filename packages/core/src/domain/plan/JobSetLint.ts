/**
 * What only all enabled jobs together show: assets that no job covers, or that two cover at the same time, patches that
 * nobody brings, seats about to run out, quorums that may break. Pure; the assets are passed over once.
 *
 * An asset is covered by a job whose targets mean it and whose scopes hold it, whenever the job runs. Windows are laid over
 * each other without blackouts and freezes, which only make them shorter.
 */
import type { IntervalSet } from "@fettle/scheduler";
import type { Asset } from "../asset/Asset.ts";
import * as Assets from "../asset/Asset.ts";
import type { Job } from "../job/Job.ts";
import type * as Licence from "../license/Licence.ts";
import * as ApprovalAge from "../patch/ApprovalAge.ts";
import type { TagScope as Scope } from "../tag/TagScope.ts";
import * as TagScope from "../tag/TagScope.ts";
import * as TagSelection from "../tag/TagSelection.ts";
import * as JobWindows from "./JobWindows.ts";
import * as LintFinding from "./LintFinding.ts";
import type { PlanInputs } from "./PlanInputs.ts";
import type * as QuorumProof from "./QuorumProof.ts";

type Raw = LintFinding.RawFinding;

/** A patch that is missing somewhere for so long and that no job brings is starved. */
export const STARVED_DAYS = 30;

/** Seats that are used so far are nearly used up. */
export const SEATS_PERCENT = 90;

/** Enabled jobs that are laid over each other at most; the first by id. */
export const JOBS_MAX = 200;

const DAY_MS = 86_400_000;

/** An enabled job, with its owner's scope. */
export interface SetJob {
  readonly job: Job;
  readonly scope: Scope;
}

export interface SetInputs {
  /** What plans of any of the jobs depend on; its own job and scope don't count. */
  readonly inputs: PlanInputs;
  /** Enabled jobs whose owner may run them. */
  readonly jobs: readonly SetJob[];
  /** Patches that a plan of one of them brings to somebody, whatever the time. */
  readonly brought: ReadonlySet<string>;
  readonly seats: readonly Licence.Consumption[];
}

/** Everything found about the jobs together, the worst first. */
export const lint = (set: SetInputs): readonly Raw[] => {
  const looked = looking(set);
  const cover = coverOf(set.inputs, looked);
  return LintFinding.sorted([
    ...uncovered(cover),
    ...coveredTwice(set.inputs, looked, cover),
    ...unlicensed(cover),
    ...starved(set),
    ...seats(set.seats),
    ...(set.jobs.length > looked.length ? [notLooked(set.jobs.length)] : []),
  ]);
};

/** A finding for each group whose members may be down at once in too great a number (PLN-06), with the counter-example. */
export const ofQuorum = ({ groups }: Pick<QuorumProof.Proof, "groups">): readonly Raw[] =>
  groups.flatMap(({ verdict, inWords }) =>
    verdict._tag === "Kept"
      ? []
      : [
          LintFinding.make(
            {
              code: "quorum-broken",
              severity: "error",
              rule: "PLN-06",
              message: `${inWords}.`,
              remedy: "Move one of these jobs, or take some of the members out of it.",
            },
            { assets: verdict.down.map((d) => d.assetId) },
          ),
        ],
  );

const looking = ({ jobs }: SetInputs): readonly SetJob[] =>
  jobs
    .filter(({ job }) => job.kind === "deployment" && job.targets !== null)
    .sort((a, b) => (a.job.id < b.job.id ? -1 : 1))
    .slice(0, JOBS_MAX);

const notLooked = (count: number): Raw =>
  LintFinding.make({
    code: "jobs-not-looked-at",
    severity: "note",
    rule: "PLN-01",
    message: `Of ${count} enabled jobs ${JOBS_MAX} deployments were looked at.`,
    remedy: "Assets that only others cover are told as covered by none.",
  });

/** Assets of one cover: the places, in the list, of the jobs that cover them; and where they are. */
interface Covered {
  readonly jobs: readonly number[];
  readonly timeZone: string;
  readonly platform: string;
  readonly licensed: string[];
  readonly unlicensed: string[];
}

const coverOf = ({ assets, tree, seats: verdicts }: PlanInputs, jobs: readonly SetJob[]): readonly Covered[] => {
  const tests = jobs.map((each) => coverTest(each, tree));
  const found = new Map<string, Covered>();
  for (const asset of assets) {
    if (!mayBePatched(asset)) continue;
    const covering: number[] = [];
    for (const [i, covers] of tests.entries()) if (covers(asset)) covering.push(i);
    const { timeZone, platform } = asset;
    const key = `${covering.join()}\n${timeZone}\n${platform}`;
    let known = found.get(key);
    if (known === undefined) {
      known = { jobs: covering, timeZone, platform, licensed: [], unlicensed: [] };
      found.set(key, known);
    }
    const isLicensed = verdicts.get(asset.id)?._tag === "Licensed";
    known[isLicensed ? "licensed" : "unlicensed"].push(asset.id);
  }
  return [...found.values()];
};

const mayBePatched = (asset: Asset): boolean =>
  Assets.isPatchManaged(asset) && Assets.whyUnpatchable(asset) === null && Assets.whyNotScanned(asset) === null;

const coverTest = ({ job, scope }: SetJob, tree: PlanInputs["tree"]): ((asset: Asset) => boolean) => {
  const select = TagSelection.compile(job.targets ?? TagSelection.none, tree);
  const scopes = [scope, ...job.formerScopes].map((each) => TagScope.compile(each, tree));
  return (asset) =>
    asset.platform === job.platform && select(asset) === "selected" && scopes.every((sees) => sees(asset.tags));
};

const uncovered = (cover: readonly Covered[]): readonly Raw[] => {
  const byPlatform = new Map<string, string[]>();
  for (const { jobs, platform, licensed } of cover) {
    if (jobs.length > 0 || licensed.length === 0) continue;
    byPlatform.set(platform, [...(byPlatform.get(platform) ?? []), ...licensed]);
  }
  return [...byPlatform].map(([platform, assets]) =>
    LintFinding.make(
      {
        code: "assets-uncovered",
        severity: "warning",
        rule: "TAG-09",
        message: `${platform} assets that have a seat are in no enabled job.`,
        remedy: "Give them a tag that a job includes, or make a job for them.",
      },
      { assets: assets.sort() },
    ),
  );
};

interface Pair {
  readonly first: number;
  readonly second: number;
  readonly zones: Map<string, string[]>;
}

const coveredTwice = (inputs: PlanInputs, jobs: readonly SetJob[], cover: readonly Covered[]): readonly Raw[] => {
  const windows = new Map<string, IntervalSet.IntervalSet>();
  const now = { now: inputs.now, defaultZone: inputs.occasion?.defaultZone ?? "UTC" };
  const windowsOf = (at: number, zone: string): IntervalSet.IntervalSet => {
    const key = `${at}\n${zone}`;
    const job = jobs[at]?.job;
    const known = windows.get(key) ?? (job === undefined ? [] : JobWindows.of(job, zone, now));
    windows.set(key, known);
    return known;
  };
  return pairsOf(cover).flatMap(({ first, second, zones }) => {
    const [one, other] = [jobs[first]?.job, jobs[second]?.job];
    if (one === undefined || other === undefined) return [];
    const shared = [...zones].flatMap(([zone, assets]) => {
      const at = JobWindows.firstShared(windowsOf(first, zone), windowsOf(second, zone));
      return at === null ? [] : [{ zone, assets, start: at.start }];
    });
    return shared.length === 0 ? [] : [twiceFinding([one, other], shared)];
  });
};

const pairsOf = (cover: readonly Covered[]): readonly Pair[] => {
  const pairs = new Map<string, Pair>();
  for (const { jobs, timeZone, licensed } of cover) {
    if (licensed.length === 0) continue;
    for (const [i, first] of jobs.entries()) {
      for (const second of jobs.slice(i + 1)) {
        const key = `${first},${second}`;
        const pair = pairs.get(key) ?? { first, second, zones: new Map<string, string[]>() };
        pair.zones.set(timeZone, [...(pair.zones.get(timeZone) ?? []), ...licensed]);
        pairs.set(key, pair);
      }
    }
  }
  return [...pairs.values()];
};

interface Shared {
  readonly zone: string;
  readonly assets: readonly string[];
  readonly start: number;
}

const twiceFinding = (jobs: readonly [Job, Job], shared: readonly Shared[]): Raw => {
  const start = Math.max(0, Math.min(...shared.map((s) => s.start)));
  return LintFinding.make(
    {
      code: "assets-covered-twice",
      severity: "warning",
      rule: "WIN-06",
      message: `Both work on the same assets at once, windows of both being open from ${new Date(start).toISOString()} on.`,
      remedy: "Move one of them, or exclude the assets from one.",
    },
    {
      jobs: jobs.map(({ id, title }) => ({ id, title })),
      assets: shared.flatMap((s) => s.assets).sort(),
      zones: shared.map((s) => s.zone).sort(),
    },
  );
};

const unlicensed = (cover: readonly Covered[]): readonly Raw[] => {
  const assets = cover.flatMap((c) => (c.jobs.length === 0 ? [] : c.unlicensed));
  if (assets.length === 0) return [];
  return [
    LintFinding.make(
      {
        code: "targets-unlicensed",
        severity: "warning",
        rule: "LIC-06",
        message: "Assets that enabled jobs are for have no seat, so they get nothing.",
        remedy: "Buy seats, free some, or change the licence's tags.",
      },
      { assets: assets.sort() },
    ),
  ];
};

const starved = ({ inputs, brought }: SetInputs): readonly Raw[] => {
  const lacking = new Map<string, number>();
  for (const asset of inputs.assets) {
    if (!mayBePatched(asset)) continue;
    for (const { patchId } of inputs.assessments.get(asset.id)?.missing ?? []) {
      lacking.set(patchId, (lacking.get(patchId) ?? 0) + 1);
    }
  }
  const isOld = inputs.now - STARVED_DAYS * DAY_MS;
  const patches = inputs.patches
    .filter((p) => lacking.has(p.id) && !brought.has(p.id) && !p.isDeprecated && !p.isFeatureUpdate)
    .filter((p) => ApprovalAge.outSince(p) < isOld)
    .map((p) => p.id)
    .sort((a, b) => (lacking.get(b) ?? 0) - (lacking.get(a) ?? 0) || (a < b ? -1 : 1));
  if (patches.length === 0) return [];
  return [
    LintFinding.make(
      {
        code: "patches-starved",
        severity: "warning",
        rule: "PLN-07",
        message: `Patches out for more than ${STARVED_DAYS} days are missing and brought by no enabled job.`,
        remedy: "Put them into a job, or hold them with a reason so that others know.",
      },
      { patches },
    ),
  ];
};

const seats = (all: readonly Licence.Consumption[]): readonly Raw[] =>
  all.flatMap(({ module, seats: bought, candidates, percent }) => {
    if (module !== "PM" || percent === null || percent < SEATS_PERCENT) return [];
    const isOver = candidates > bought;
    return [
      LintFinding.make({
        code: isOver ? "seats-exceeded" : "seats-nearly-used",
        severity: isOver ? "error" : "warning",
        rule: "LIC-05",
        message: `${candidates} assets could have one of ${bought} seats.`,
        remedy: isOver
          ? "Those activated last get no patches: buy seats, or narrow the licence's tags."
          : "The next to be activated may get no patches: buy seats in time.",
      }),
    ];
  });
