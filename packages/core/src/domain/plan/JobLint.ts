/**
 * What is legal in a job and yet hardly meant: it never runs, means nobody, brings nothing; parts of it are dead. Findings with
 * codes, rules and remedies; nothing here refuses anything. Pure.
 */
import type { Asset } from "../asset/Asset.ts";
import * as Assets from "../asset/Asset.ts";
import * as CarriedOut from "../job/CarriedOut.ts";
import * as Job from "../job/Job.ts";
import * as JobView from "../job/JobView.ts";
import * as Rollout from "../rollout/Rollout.ts";
import type * as Rejection from "../shared/Rejection.ts";
import * as TagScope from "../tag/TagScope.ts";
import * as TagSelection from "../tag/TagSelection.ts";
import * as TagTree from "../tag/TagTree.ts";
import * as LintFinding from "./LintFinding.ts";
import * as PatchLint from "./PatchLint.ts";
import * as Plan from "./Plan.ts";
import type { PlanInputs } from "./PlanInputs.ts";
import * as PlanTiming from "./PlanTiming.ts";
import * as PreviewPlaces from "./PreviewPlaces.ts";
import * as ScheduleFindings from "./ScheduleFindings.ts";

type Finding = LintFinding.LintFinding;

/** Without an owner who may run it, in whose scope would be nobody's to say: then only what the job says is looked at. */
export interface JobLintInputs {
  readonly inputs: PlanInputs;
  /** Why its owner can't run it (OWN-01, OWN-04); null: they can. */
  readonly ownerFault: Rejection.Rejection | null;
}

/** What was found, the worst first, and what the job brings to somebody whenever it runs. */
export interface Linted {
  readonly findings: readonly Finding[];
  readonly brings: ReadonlySet<string>;
}

/** Looks through one job, in chunks, for fleets are large. */
export function* steps({ inputs, ownerFault }: JobLintInputs): Generator<void, Linted> {
  const { job } = inputs;
  const found: Finding[] = [...partFindings(job), ...PatchLint.ofSource(inputs)];
  yield;
  let brings: ReadonlySet<string> = new Set();
  if (ownerFault === null) {
    found.push(...ScheduleFindings.of(inputs, yield* PreviewPlaces.steps(inputs)));
    yield;
    const plan = Plan.hasWork(job) ? yield* Plan.steps(timeless(inputs)) : null;
    if (plan?.ok === true) brings = new Set(plan.value.groups.flatMap((g) => g.patches.map((p) => p.patchId)));
    found.push(...(yield* targetFindings(inputs, plan?.ok === true && plan.value.groups.length === 0)));
  } else found.push(ownerFinding(job, ownerFault));
  const jobs = [{ id: job.id, title: job.title }];
  return { brings, findings: LintFinding.sorted(found.map((f) => ({ ...f, jobs }))) };
}

/** The job as if it ran now, and nothing kept it: what it brings to whom, whatever the time. */
export const timeless = (inputs: PlanInputs): PlanInputs => {
  const { schedule: _schedule, window: _window, ...rest } = inputs.job;
  const job: Job.Job = { ...rest, schedule: { _tag: "OnDemand" } };
  return { ...inputs, job, occasion: PlanTiming.noOccasion(inputs.now) };
};

const ownerFinding = (job: Job.Job, fault: Rejection.Rejection): Finding =>
  LintFinding.make({
    code: "owner-without-rights",
    severity: job.status === "Enabled" ? "error" : "warning",
    rule: fault.rule ?? "OWN-01",
    message: `It doesn't run: ${fault.message}.`,
    remedy: "Give it to an owner who may run jobs.",
  });

const partFindings = (job: Job.Job): readonly Finding[] => {
  const missing = Job.missingParts(job);
  return [
    ...(missing.length === 0
      ? []
      : [
          LintFinding.make({
            code: "partially-configured",
            severity: "note",
            rule: "JOB-02",
            message: `It lacks its ${missing.join(" and ")}.`,
            remedy: "It can't be enabled until it has them.",
          }),
        ]),
    ...CarriedOut.faults(job).map((fault) =>
      LintFinding.make({
        code: "not-carried-out",
        severity: "warning",
        rule: fault.rule ?? "JOB-14",
        message: `It can't be enabled: ${fault.message}.`,
        remedy: "Leave that out, or wait for the release that brings it.",
      }),
    ),
    ...JobView.findings(job).warnings.map((warning) =>
      LintFinding.make({
        code: "option-warning",
        severity: "warning",
        rule: warning.rule,
        message: `${warning.path}: ${warning.message}.`,
        remedy: "Change it if it isn't meant so.",
      }),
    ),
  ];
};

function* targetFindings(inputs: PlanInputs, isIdle: boolean): Generator<void, readonly Finding[]> {
  const { job, tree } = inputs;
  const { targets } = job;
  if (targets === null || TagSelection.isEmpty(targets)) return [];
  const select = TagSelection.compile(targets, tree);
  const meant = inputs.assets.filter((asset) => select(asset) === "selected");
  if (meant.length === 0) {
    const [message, remedy] = ["Its targets mean no asset.", "Choose other tags or assets, or give assets the tags."];
    return [LintFinding.make({ code: "targets-empty", severity: "error", rule: "TAG-03", message, remedy })];
  }
  yield;
  const dead = [...idleTags(inputs, targets), ...coverage(inputs, targets)];
  yield;
  const cut = scopeFindings(inputs, meant);
  return [...dead, ...(cut ?? (yield* judgedFindings(inputs, isIdle)))];
}

// Null where the scopes leave somebody.
const scopeFindings = (inputs: PlanInputs, meant: readonly Asset[]): readonly Finding[] | null => {
  const { scope, tree, job } = inputs;
  const sees = TagScope.compile(scope, tree);
  const own = meant.filter((asset) => sees(asset.tags));
  const error = { severity: "error", remedy: "Choose other targets, or another owner." } as const;
  if (own.length === 0) {
    const message = "Its owner's tag scope holds none of its targets.";
    return [LintFinding.make({ ...error, code: "scope-cuts-all", rule: "TAG-06", message })];
  }
  const former = job.formerScopes.map((each) => TagScope.compile(each, tree));
  if (own.some((asset) => former.every((saw) => saw(asset.tags)))) return null;
  const message = "The scopes of its former owners hold none of its targets that its owner's scope holds.";
  const remedy = "Let someone who may give jobs to other owners lift the former scopes.";
  return [LintFinding.make({ ...error, code: "former-scope-cuts-all", rule: "OWN-02", message, remedy })];
};

/** Assets that are judged between two turns. */
const ASSETS_PER_TURN = 2_000;

function* judgedFindings(inputs: PlanInputs, isIdle: boolean): Generator<void, readonly Finding[]> {
  const asIfNow = timeless(inputs);
  const timings = Plan.timingsOf(asIfNow);
  if (!timings.ok) return [];
  const targets: Asset[] = [];
  const excluded: Plan.PlanExclusion[] = [];
  for (let i = 0; i < inputs.assets.length; i += ASSETS_PER_TURN) {
    const judged = Plan.judgeAssets({ ...asIfNow, assets: inputs.assets.slice(i, i + ASSETS_PER_TURN) }, timings.value);
    if (!judged.ok) return [];
    targets.push(...judged.value.targets);
    excluded.push(...judged.value.excluded);
    yield;
  }
  const unlicensed = excluded
    .filter((e) => e.rule === "LIC-06")
    .map((e) => e.assetId)
    .sort();
  return [
    ...(unlicensed.length === 0 ? [] : [unlicensedFinding(unlicensed)]),
    ...(targets.length === 0
      ? [nobodyFit(excluded)]
      : [...ringFindings(inputs, targets), ...(isIdle ? workFindings(inputs.job) : [])]),
  ];
}

const unlicensedFinding = (assets: readonly string[]): Finding =>
  LintFinding.make(
    {
      code: "targets-unlicensed",
      severity: "warning",
      rule: "LIC-06",
      message: "Some of its targets have no seat, so they get nothing.",
      remedy: "Buy seats, free some, or change the licence's tags.",
    },
    { assets },
  );

const nobodyFit = (excluded: readonly Plan.PlanExclusion[]): Finding => {
  const byRule = new Map<string, number>();
  for (const { rule } of excluded) byRule.set(rule, (byRule.get(rule) ?? 0) + 1);
  const [most] = [...byRule].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const rule = most?.[0] ?? "TAG-03";
  const first = excluded.find((e) => e.rule === rule);
  return LintFinding.make(
    {
      code: "nobody-fit",
      severity: "error",
      rule,
      message: `None of its targets can take part, most of them by ${rule}: ${first?.reason ?? "they are not meant"}.`,
      remedy: "Ask jobs.explain about one of them.",
    },
    { assets: excluded.map((e) => e.assetId).sort() },
  );
};

const workFindings = ({ patches, kind }: Job.Job): readonly Finding[] => {
  // What another job will find, and what runs will leave to go back to, is another day's matter.
  if (patches === null || patches._tag === "Linked" || kind === "rollback") return [];
  return [
    LintFinding.make({
      code: "brings-nothing",
      severity: "warning",
      rule: "JOB-22",
      message: "As things stand it brings no patch to any of its targets.",
      remedy: "Choose other patches or targets; if it waits for what is to come, leave it.",
    }),
  ];
};

const ringFindings = ({ job, tree }: PlanInputs, targets: readonly Asset[]): readonly Finding[] => {
  const { rollout } = job;
  if (rollout === undefined) return [];
  const filled = new Set(Rollout.assign(rollout, targets, { jobId: job.id, tree }).values());
  return rollout.rings.flatMap(({ name }, i) =>
    filled.has(i)
      ? []
      : [
          LintFinding.make({
            code: "ring-empty",
            severity: "warning",
            rule: "RNG-02",
            message: `No asset is in its ring ${name}.`,
            remedy: "Take other assets into it, or leave the ring out.",
          }),
        ],
  );
};

const idleTags = (inputs: PlanInputs, targets: TagSelection.TagSelection): readonly Finding[] => {
  const { tree, assets } = inputs;
  const included = TagSelection.compile({ ...targets, exclude: TagSelection.none.exclude }, tree);
  const [borne, concerned] = [new Set<string>(), new Set<string>()];
  for (const asset of assets) {
    for (const tag of asset.tags) borne.add(tag);
    if (included(asset) === "selected") for (const tag of asset.tags) concerned.add(tag);
  }
  const children = TagTree.childrenOf(tree);
  const isIdle = (among: ReadonlySet<string>) => (tag: string) =>
    [...TagTree.descend(children, [tag])].every((each) => !among.has(each));
  const nameOf = (tag: string): string => tree.get(tag)?.name ?? tag;
  return [
    ...targets.include.tags.filter(isIdle(borne)).map((tag) =>
      LintFinding.make({
        code: "include-idle",
        severity: "note",
        rule: "TAG-03",
        message: `No asset bears ${nameOf(tag)}, which its targets include.`,
        remedy: "Leave the tag out, unless assets are to bear it later.",
      }),
    ),
    ...targets.exclude.tags.filter(isIdle(concerned)).map((tag) =>
      LintFinding.make({
        code: "exclude-idle",
        severity: "note",
        rule: "TAG-04",
        message: `${nameOf(tag)}, which its targets exclude, excludes nobody.`,
        remedy: "Leave the tag out, unless assets are to bear it later.",
      }),
    ),
  ];
};

const coverage = (inputs: PlanInputs, targets: TagSelection.TagSelection): readonly Finding[] => {
  if (targets.include.tags.length === 0) return [];
  const { job, tree, scope } = inputs;
  const sees = TagScope.compile(scope, tree);
  const counted = inputs.assets.filter((a) => a.platform === job.platform && Assets.isPatchManaged(a) && sees(a.tags));
  const { tagged, bearing } = TagSelection.coverage(targets, tree, counted);
  if (tagged === bearing) return [];
  return [
    LintFinding.make({
      code: "tags-partly-covered",
      severity: "note",
      rule: "TAG-09",
      message: `Of ${bearing} assets that bear its tags ${tagged} are in it.`,
      remedy: "Look at what it excludes, and whether it asks for all tags or any.",
    }),
  ];
};
