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

type Finding = LintFinding.LintFinding;

/** A patch that is missing somewhere for so long and that no job brings is starved. */
export const STARVED_DAYS = 30;

/** Seats that are used so far are nearly used up. */
export const SEATS_PERCENT = 90;

/** Enabled jobs that are laid over each other at most; the first by id. */
export const JOBS_MAX = 200;

/** Pairs of jobs that are told at most, those with the most assets in common. */
export const PAIRS_MAX = 50;

/** Looks at an asset for a job that are made between two turns. */
const LOOKS_PER_TURN = 20_000;

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
  /** Assets that may be told of; left out: all. How one is covered is a matter of that one alone. */
  readonly sees?: (asset: Asset) => boolean;
}

/** Everything found about the jobs together, the worst first; in chunks, for fleets are large. */
export function* steps(set: SetInputs): Generator<void, readonly Finding[]> {
  const looked = looking(set);
  const cover = yield* coverOf(set, looked);
  const twice = yield* coveredTwice(set.inputs, looked, cover);
  return LintFinding.sorted([
    ...uncovered(cover),
    ...twice,
    ...unlicensed(cover),
    ...(yield* starved(set)),
    ...seats(set.seats),
    ...(set.jobs.length > looked.length ? [notLooked(set.jobs.length)] : []),
  ]);
}

/** A finding for each group whose members may be down at once in too great a number (PLN-06), with the counter-example. */
export const ofQuorum = ({ groups }: Pick<QuorumProof.Proof, "groups">): readonly Finding[] =>
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

const notLooked = (count: number): Finding =>
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
  readonly licensed: LintFinding.Tally;
  readonly unlicensed: LintFinding.Tally;
}

function* coverOf({ inputs, sees }: SetInputs, jobs: readonly SetJob[]): Generator<void, readonly Covered[]> {
  const tests = jobs.map((each) => coverTest(each, inputs.tree));
  const found = new Map<string, Covered>();
  let looks = 0;
  for (const asset of inputs.assets) {
    looks += 1 + tests.length;
    if (looks >= LOOKS_PER_TURN) {
      looks = 0;
      yield;
    }
    if (!mayBePatched(asset) || sees?.(asset) === false) continue;
    const covering: number[] = [];
    for (const [i, covers] of tests.entries()) if (covers(asset)) covering.push(i);
    const { timeZone, platform } = asset;
    const key = `${covering.join()}\n${timeZone}\n${platform}`;
    const known = found.get(key) ?? {
      jobs: covering,
      timeZone,
      platform,
      licensed: LintFinding.tally(),
      unlicensed: LintFinding.tally(),
    };
    found.set(key, known);
    const isLicensed = inputs.seats.get(asset.id)?._tag === "Licensed";
    LintFinding.add(known[isLicensed ? "licensed" : "unlicensed"], asset.id);
  }
  return [...found.values()];
}

const mayBePatched = (asset: Asset): boolean =>
  Assets.isPatchManaged(asset) && Assets.whyUnpatchable(asset) === null && Assets.whyNotScanned(asset) === null;

const coverTest = ({ job, scope }: SetJob, tree: PlanInputs["tree"]): ((asset: Asset) => boolean) => {
  const select = TagSelection.compile(job.targets ?? TagSelection.none, tree);
  const scopes = [scope, ...job.formerScopes].map((each) => TagScope.compile(each, tree));
  return (asset) =>
    asset.platform === job.platform && select(asset) === "selected" && scopes.every((sees) => sees(asset.tags));
};

const uncovered = (cover: readonly Covered[]): readonly Finding[] => {
  const free = cover.filter(({ jobs, licensed }) => jobs.length === 0 && licensed.count > 0);
  const platforms = [...new Set(free.map((c) => c.platform))].sort();
  return platforms.map((platform) =>
    LintFinding.make(
      {
        code: "assets-uncovered",
        severity: "warning",
        rule: "TAG-09",
        message: `${platform} assets that have a seat are in no enabled job.`,
        remedy: "Give them a tag that a job includes, or make a job for them.",
      },
      { assets: LintFinding.together(free.filter((c) => c.platform === platform).map((c) => c.licensed)) },
    ),
  );
};

interface Pair {
  readonly first: number;
  readonly second: number;
  readonly cover: Covered[];
}

interface Twice {
  readonly jobs: readonly [Job, Job];
  readonly assets: LintFinding.Some;
  readonly zones: readonly string[];
  readonly start: number;
}

function* coveredTwice(
  inputs: PlanInputs,
  jobs: readonly SetJob[],
  cover: readonly Covered[],
): Generator<void, readonly Finding[]> {
  const windows = new Map<string, IntervalSet.IntervalSet>();
  const now = { now: inputs.now, defaultZone: inputs.occasion?.defaultZone ?? "UTC" };
  const windowsOf = (at: number, zone: string): IntervalSet.IntervalSet => {
    const key = `${at}\n${zone}`;
    const job = jobs[at]?.job;
    const known = windows.get(key) ?? (job === undefined ? [] : JobWindows.of(job, zone, now));
    windows.set(key, known);
    return known;
  };
  const found: Twice[] = [];
  for (const { first, second, cover: both } of pairsOf(cover)) {
    const [one, other] = [jobs[first]?.job, jobs[second]?.job];
    if (one === undefined || other === undefined) continue;
    const shared = both.flatMap(({ timeZone, licensed }) => {
      const at = JobWindows.firstShared(windowsOf(first, timeZone), windowsOf(second, timeZone));
      return at === null ? [] : [{ timeZone, licensed, start: at.start }];
    });
    yield;
    if (shared.length === 0) continue;
    found.push({
      jobs: [one, other],
      assets: LintFinding.together(shared.map((s) => s.licensed)),
      zones: [...new Set(shared.map((s) => s.timeZone))].sort(),
      start: Math.max(inputs.now, Math.min(...shared.map((s) => s.start))),
    });
  }
  found.sort((a, b) => b.assets.count - a.assets.count);
  const cut = found.length - PAIRS_MAX;
  return [...found.slice(0, PAIRS_MAX).map(twiceFinding), ...(cut > 0 ? [cutFinding(cut)] : [])];
}

const pairsOf = (cover: readonly Covered[]): readonly Pair[] => {
  const pairs = new Map<string, Pair>();
  for (const each of cover) {
    if (each.licensed.count === 0) continue;
    for (const [i, first] of each.jobs.entries()) {
      for (const second of each.jobs.slice(i + 1)) {
        const key = `${first},${second}`;
        const pair = pairs.get(key) ?? { first, second, cover: [] };
        pair.cover.push(each);
        pairs.set(key, pair);
      }
    }
  }
  return [...pairs.values()];
};

const twiceFinding = ({ jobs, assets, zones, start }: Twice): Finding =>
  LintFinding.make(
    {
      code: "assets-covered-twice",
      severity: "warning",
      rule: "WIN-06",
      message: `Both work on the same assets at once, windows of both being open from ${new Date(start).toISOString()} on.`,
      remedy: "Move one of them, or exclude the assets from one.",
    },
    { jobs: jobs.map(({ id, title }) => ({ id, title })), assets, zones },
  );

const cutFinding = (more: number): Finding =>
  LintFinding.make({
    code: "pairs-cut",
    severity: "note",
    rule: "WIN-06",
    message: `${more} more pairs of jobs work on the same assets at once.`,
    remedy: "Mend those that are told, and look again.",
  });

const unlicensed = (cover: readonly Covered[]): readonly Finding[] => {
  const assets = LintFinding.together(cover.filter((c) => c.jobs.length > 0).map((c) => c.unlicensed));
  if (assets.count === 0) return [];
  return [
    LintFinding.make(
      {
        code: "targets-unlicensed",
        severity: "warning",
        rule: "LIC-06",
        message: "Assets that enabled jobs are for have no seat, so they get nothing.",
        remedy: "Buy seats, free some, or change the licence's tags.",
      },
      { assets },
    ),
  ];
};

function* starved({ inputs, brought, sees }: SetInputs): Generator<void, readonly Finding[]> {
  const isOld = inputs.now - STARVED_DAYS * DAY_MS;
  const old = inputs.patches.filter(
    (p) => !brought.has(p.id) && !p.isDeprecated && !p.isFeatureUpdate && ApprovalAge.outSince(p) < isOld,
  );
  const lacking = new Map(old.map((p) => [p.id, 0]));
  if (lacking.size === 0) return [];
  let looks = 0;
  for (const asset of inputs.assets) {
    const missing = inputs.assessments.get(asset.id)?.missing ?? [];
    looks += 1 + missing.length;
    if (looks >= LOOKS_PER_TURN) {
      looks = 0;
      yield;
    }
    if (missing.length === 0 || !mayBePatched(asset) || sees?.(asset) === false) continue;
    for (const { patchId } of missing) {
      const known = lacking.get(patchId);
      if (known !== undefined) lacking.set(patchId, known + 1);
    }
  }
  const patches = [...lacking]
    .filter(([, assets]) => assets > 0)
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .map(([id]) => id);
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
}

const seats = (all: readonly Licence.Consumption[]): readonly Finding[] =>
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
