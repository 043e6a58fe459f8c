/**
 * Links between jobs as they stand (JOB-21): what a job takes from another in the end, whether it may start, and what a
 * commit must expect so that no cycle gets in and no job goes that others still take their patches from.
 *
 * A commit that makes a link expects every job of the chain as it was read: of two that would close a circle together, the
 * later one is refused. It also counts, and a deletion stands only while nothing was linked since its links were read.
 */
import * as Effect from "effect/Effect";
import type { Job, JobLink } from "../../domain/job/Job.ts";
import * as JobLinks from "../../domain/job/JobLinks.ts";
import type * as PlanInputs from "../../domain/plan/PlanInputs.ts";
import * as AssetRun from "../../domain/run/AssetRun.ts";
import * as LinkSuccess from "../../domain/run/LinkSuccess.ts";
import * as Rerun from "../../domain/run/Rerun.ts";
import type { Run } from "../../domain/run/Run.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { type CounterChange, type Expectation, Storage } from "../../ports/Storage.ts";
import { refuse } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as JobAuthority from "./JobAuthority.ts";

/** Counts how often a job came to be linked to another. */
export const LINKS_COUNTER = "jobLinks";

/** What goes into the commit of a job that links to another; rejects a link that may not be (JOB-21). */
export const claim = Effect.fn("JobLinks.claim")(function* (actor: Actor, job: Job) {
  const nothing: { readonly expect: readonly Expectation[]; readonly counters: readonly CounterChange[] } = {
    expect: [],
    counters: [],
  };
  if (JobLinks.linkOf(job) === null) return nothing;
  const { chain, wrong } = yield* looked(actor, job);
  if (wrong.length > 0) return yield* refuse(wrong);
  return {
    expect: chain.map((c) => Repository.expected("job", c.id, c)),
    counters: [{ key: LINKS_COUNTER, by: 1 }],
  };
});

/** What is wrong with the link of a draft that isn't saved. */
export const problems = Effect.fn("JobLinks.problems")(function* (actor: Actor, draft: Omit<Linking, "id">) {
  return (yield* looked(actor, { ...draft, id: "" })).wrong;
});

/** What goes into the commit that deletes a job; rejects while a job that isn't over takes its patches from it (JOB-21). */
export const release = Effect.fn("JobLinks.release")(function* (actor: Actor, jobId: string) {
  const { tenantId } = actor;
  // Read first: a link that comes after it makes the guard refuse, whichever were found.
  const count = yield* (yield* Storage).counter(tenantId, LINKS_COUNTER);
  const linking = (yield* linkingTo(tenantId, jobId)).map((j) => j.value).filter(JobLinks.isOpen);
  if (linking.length > 0) {
    const { views } = yield* JobAuthority.viewer(actor, linking);
    const seen = linking.filter(views);
    return yield* refuse(JobLinks.whyKept(seen, linking.length - seen.length));
  }
  const unchanged: CounterChange = { key: LINKS_COUNTER, by: 0, floor: count, ceiling: count };
  return unchanged;
});

/**
 * The patches of a job that takes another's: of the job at the chain's end, its list, or what its query found for its latest
 * finished run (for want of one, for its latest); none where a link leads nowhere any more.
 */
export const resolve = Effect.fn("JobLinks.resolve")(function* (tenantId: TenantId, job: Pick<Job, "patches">) {
  const end = (yield* chainOf(tenantId, job)).at(-1)?.value;
  const none: readonly string[] = [];
  if (end === undefined || end.patches === null || end.patches._tag === "Linked") return none;
  if (end.patches._tag === "List") return end.patches.patches;
  const runs = yield* runsOf(tenantId, end.id);
  const latest = runs.find((r) => r.rerun === undefined);
  if (latest === undefined) return none;
  const found = (yield* finished(tenantId, runs)) ?? (yield* assetRunsOf(tenantId, latest.id));
  return LinkSuccess.plannedPatches(found);
});

/** Why a job may not start yet: the other's success hasn't reached the threshold (JOB-21); null when it may. */
export const mayStart = Effect.fn("JobLinks.mayStart")(function* (tenantId: TenantId, job: Pick<Job, "patches">) {
  const link = JobLinks.linkOf(job);
  if (link === null) return null;
  const other = yield* Repository.get(tenantId, "job", link.jobId);
  const reached: JobLinks.Reached =
    other === null ? { percent: null, why: "is not there any more" } : yield* reachedBy(tenantId, link);
  return JobLinks.waitFault(link, other?.value.title ?? link.jobId, reached);
});

/** What a plan of the job depends on by its link; nothing for a job without one. */
export const inputs = Effect.fn("JobLinks.inputs")(function* (tenantId: TenantId, job: Job) {
  if (JobLinks.linkOf(job) === null) return {};
  const wait = yield* mayStart(tenantId, job);
  const found: Pick<PlanInputs.PlanInputs, "linked" | "linkWait"> = {
    linked: yield* resolve(tenantId, job),
    ...(wait === null ? {} : { linkWait: { rule: "JOB-21", reason: wait.message } }),
  };
  return found;
});

type Linking = Pick<Job, "id" | "platform" | "kind" | "patches">;

// The chain that a job's link leads along, and what is wrong with it. Of a job that the actor may not view nothing is told.
const looked = Effect.fn("JobLinks.looked")(function* (actor: Actor, job: Linking) {
  const { tenantId } = actor;
  const link = JobLinks.linkOf(job);
  const chain = yield* chainOf(tenantId, job);
  const next = chain[0]?.value ?? null;
  const isSeen = next !== null && (yield* JobAuthority.viewer(actor, [next])).views(next);
  const other = link === null ? [] : JobLinks.otherProblems(job, link, isSeen ? next : null);
  if (link === null || other.length > 0) return { chain, wrong: other };
  const jobs = chain.map((c) => c.value);
  return { chain, wrong: JobLinks.chainProblems(job, jobs, yield* linksAbove(tenantId, job.id)) };
});

const reachedBy = Effect.fn("JobLinks.reachedBy")(function* (tenantId: TenantId, { jobId, of }: JobLink) {
  const unknown = (why: string): JobLinks.Reached => ({ percent: null, why });
  if (of === "post-actions") return unknown("has carried out no post-actions: agents don't yet");
  const assetRuns = yield* finished(tenantId, yield* runsOf(tenantId, jobId));
  if (assetRuns === null) return unknown("has not finished a run yet");
  const reached: JobLinks.Reached = { percent: LinkSuccess.ofPatches(assetRuns), why: "" };
  return reached;
});

// The jobs that a job's links lead to, nearest first. One link more than may be, so that a chain too long is known as one.
const chainOf = Effect.fn("JobLinks.chainOf")(function* (tenantId: TenantId, job: Pick<Job, "patches">) {
  const chain: Repository.Versioned<Job>[] = [];
  for (let link = JobLinks.linkOf(job); link !== null && chain.length <= JobLinks.LINKS_DEPTH_MAX; ) {
    const next = yield* Repository.get(tenantId, "job", link.jobId);
    if (next === null) break;
    chain.push(next);
    link = JobLinks.linkOf(next.value);
  }
  return chain;
});

const linkingTo = (tenantId: TenantId, jobId: string) => Repository.allBy(tenantId, "job", "linksTo", jobId);

// How many links lead to a job at most, one after the other.
const linksAbove = Effect.fn("JobLinks.linksAbove")(function* (tenantId: TenantId, jobId: string) {
  let above = 0;
  for (let level = [jobId]; above <= JobLinks.LINKS_DEPTH_MAX; above += 1) {
    const next = new Set<string>();
    for (const id of level) for (const linking of yield* linkingTo(tenantId, id)) next.add(linking.id);
    if (next.size === 0) break;
    level = [...next];
  }
  return above;
});

const runsOf = Effect.fn("JobLinks.runsOf")(function* (tenantId: TenantId, jobId: string) {
  const all = (yield* Repository.allBy(tenantId, "run", "job", jobId)).map((r) => r.value);
  const runs = all.filter((r) => r.making === undefined);
  return runs.sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? -1 : 1));
});

const assetRunsOf = Effect.fn("JobLinks.assetRunsOf")(function* (tenantId: TenantId, runId: string) {
  return (yield* Repository.allBy(tenantId, "assetRun", "run", runId)).map((a) => a.value);
});

// The asset runs of the latest of the runs of which nothing more can come, with what its re-runs mended (JOB-19).
const finished = Effect.fn("JobLinks.finished")(function* (tenantId: TenantId, runs: readonly Run[]) {
  for (const run of runs) {
    if (run.rerun !== undefined) continue;
    const assetRuns = yield* assetRunsOf(tenantId, run.id);
    if (!assetRuns.every(AssetRun.isFinal)) continue;
    const chain: Rerun.Attempt[] = [{ run, assetRuns }];
    // The latest is first.
    for (const again of runs.filter((r) => r.rerun?.of === run.id).reverse()) {
      chain.push({ run: again, assetRuns: yield* assetRunsOf(tenantId, again.id) });
    }
    return Rerun.overlaid(chain);
  }
  return null;
});
