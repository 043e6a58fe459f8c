/** What is hardly meant in a job, or in all enabled jobs together (PLN-01). Changes nothing. */
import * as Effect from "effect/Effect";
import * as Access from "../../domain/access/Access.ts";
import type { Job } from "../../domain/job/Job.ts";
import * as Suspension from "../../domain/job/Suspension.ts";
import * as Licence from "../../domain/license/Licence.ts";
import * as JobLint from "../../domain/plan/JobLint.ts";
import * as JobSetLint from "../../domain/plan/JobSetLint.ts";
import * as LintFinding from "../../domain/plan/LintFinding.ts";
import * as Plan from "../../domain/plan/Plan.ts";
import type { PlanInputs } from "../../domain/plan/PlanInputs.ts";
import * as QuorumProof from "../../domain/plan/QuorumProof.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Authority from "../access/Authority.ts";
import * as JobAuthority from "../jobs/JobAuthority.ts";
import * as QuorumCheck from "../maintenance/QuorumCheck.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as LintGround from "./LintGround.ts";
import * as Turns from "./Turns.ts";

/** Enabled jobs that are each looked at by themselves as all are; the first by id. */
export const JOBS_LINTED_MAX = 100;

export interface JobLintAnswer {
  /** The worst first. */
  readonly findings: readonly LintFinding.LintFinding[];
  /** How many jobs were looked at by themselves. */
  readonly jobs: number;
}

/**
 * Findings about one job, to who may view it; without a job, about all enabled ones together, and about each of those that the
 * actor may view. All jobs count there, and of assets those in the actor's scope are told; of seats, whoever may look at them is.
 *
 * @example
 * const { findings } = yield* fettle.jobs.lint(actor);
 * LintFinding.render(findings);
 */
export const lint = Effect.fn("JobLints.lint")(function* (actor: Actor, jobId?: string) {
  return yield* jobId === undefined ? ofAll(actor) : ofOne(actor, jobId);
});

const ofOne = Effect.fn("JobLints.ofOne")(function* (actor: Actor, jobId: string) {
  const { tenantId } = actor;
  const { value } = yield* JobAuthority.load(actor, jobId, "view");
  const job = yield* JobAuthority.released(tenantId, value);
  const { inputs } = yield* LintGround.read(tenantId, [job]);
  const { findings } = yield* Turns.take(JobLint.steps(yield* LintGround.inputsOf(tenantId, inputs, job)));
  const answer: JobLintAnswer = { findings, jobs: 1 };
  return answer;
});

const ofAll = Effect.fn("JobLints.ofAll")(function* (actor: Actor) {
  const { tenantId } = actor;
  const enabled = yield* enabledJobs(actor);
  const { user, views } = yield* JobAuthority.viewer(actor, enabled);
  const { subscription, inputs } = yield* LintGround.read(tenantId, enabled);
  const own: LintFinding.LintFinding[] = [];
  const jobs: JobSetLint.SetJob[] = [];
  const brought = new Set<string>();
  let linted = 0;
  for (const job of enabled) {
    const prepared = yield* LintGround.inputsOf(tenantId, inputs, job);
    if (prepared.ownerFault === null) jobs.push({ job, scope: prepared.inputs.scope });
    if (views(job) && linted < JOBS_LINTED_MAX) {
      const { findings, brings } = yield* Turns.take(JobLint.steps(prepared));
      own.push(...findings.filter(isOfItself));
      linted += 1;
      if (job.kind === "deployment") for (const id of brings) brought.add(id);
    } else if (prepared.ownerFault === null && jobs.length <= JobSetLint.JOBS_MAX) {
      for (const id of yield* bringing(prepared.inputs)) brought.add(id);
    }
  }
  const { tree, assets, now } = inputs;
  const maySeeSeats = Access.may(yield* Authority.policy(), user, "view-licence");
  const seats = maySeeSeats ? Licence.consumption({ subscription, tree, assets, now }) : [];
  const isIn = TagScope.compile(user.scope, tree);
  const sees = ({ tags }: { readonly tags: readonly string[] }): boolean => isIn(tags);
  const together = yield* Turns.take(JobSetLint.steps({ inputs, jobs, brought, seats, sees }));
  const mayName = new Set(enabled.filter(views).map((job) => job.id));
  const findings = [
    ...own,
    // What is about others' jobs alone is none of one's business.
    ...together.filter((f) => f.jobs.length === 0 || f.jobs.some(({ id }) => mayName.has(id))),
    ...(yield* quorumFindings(actor, new Set(assets.filter(sees).map((a) => a.id)))),
  ];
  const answer: JobLintAnswer = { findings: LintFinding.sorted(findings), jobs: linted };
  return answer;
});

// What is worth knowing of one job is told of that job; who has no seat is told of all jobs together.
const isOfItself = ({ severity, code }: LintFinding.LintFinding): boolean =>
  severity !== "note" && code !== "targets-unlicensed";

// Those whom it would take down are named only to those who see them; that it may break is told to whoever may ask.
const quorumFindings = Effect.fn("JobLints.quorumFindings")(function* (actor: Actor, seen: ReadonlySet<string>) {
  const none: readonly LintFinding.LintFinding[] = [];
  const user = yield* Authority.userOf(actor);
  if (!Access.may(yield* Authority.policy(), user, "view-configuration-profile")) return none;
  const proof = yield* QuorumCheck.prove(actor.tenantId, { candidate: null });
  const shown = QuorumProof.seenBy(proof, (id) => seen.has(id));
  return JobSetLint.ofQuorum(shown);
});

const enabledJobs = Effect.fn("JobLints.enabledJobs")(function* ({ tenantId }: Actor) {
  const subscription = yield* Subscriptions.of(tenantId);
  const now = (yield* Environment).now();
  const all: readonly Job[] = (yield* Repository.all(tenantId, "job")).map((j) => j.value);
  const enabled = all.filter((job) => Suspension.shown(job, subscription, now).status === "Enabled");
  return enabled.sort((a, b) => (a.id < b.id ? -1 : 1));
});

const bringing = Effect.fn("JobLints.bringing")(function* (inputs: PlanInputs) {
  const none: readonly string[] = [];
  if (inputs.job.kind !== "deployment" || inputs.job.patches === null) return none;
  const plan = yield* Turns.take(Plan.steps(JobLint.timeless(inputs)));
  return plan.ok ? plan.value.groups.flatMap((group) => group.patches.map((p) => p.patchId)) : none;
});
