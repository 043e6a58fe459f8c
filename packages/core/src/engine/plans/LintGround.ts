/** What the lint of many jobs is made from, read once: the fleet, the catalogue, the jobs with their owners' scopes. */
import * as Qql from "@fettle/qql";
import * as Effect from "effect/Effect";
import type { Job } from "../../domain/job/Job.ts";
import * as Subscription from "../../domain/license/Subscription.ts";
import type { PlanInputs } from "../../domain/plan/PlanInputs.ts";
import * as PlanTiming from "../../domain/plan/PlanTiming.ts";
import * as WhatIf from "../../domain/plan/WhatIf.ts";
import type * as Rejection from "../../domain/shared/Rejection.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Assessments from "../assessment/Assessments.ts";
import * as Vulnerabilities from "../catalogue/Vulnerabilities.ts";
import * as JobAuthority from "../jobs/JobAuthority.ts";
import * as JobLinks from "../jobs/JobLinks.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Tags from "../tags/Tags.ts";

/** What plans of these jobs depend on; `job` and `scope` of it are to be replaced by {@link inputsOf}. */
export const read = Effect.fn("LintGround.read")(function* (tenantId: TenantId, jobs: readonly Job[]) {
  const subscription = yield* Subscriptions.of(tenantId);
  const environment = yield* Environment;
  const now = environment.now();
  const asksQids = jobs.some(({ patches }) => patches?._tag === "Query" && /qid/i.test(patches.query));
  const base: Omit<PlanInputs, "job"> = {
    scope: TagScope.tags([]),
    tree: yield* Tags.tree(tenantId),
    assets: (yield* Repository.all(tenantId, "asset")).map((a) => a.value),
    seats: new Map(),
    turnedOff: new Map(),
    assessments: yield* Assessments.all(tenantId),
    patches: (yield* Repository.all(tenantId, "patch")).map((p) => p.value),
    supplied: new Map((yield* Repository.all(tenantId, "vendorFile")).map((f) => [f.id, f.value])),
    held: new Map((yield* Repository.all(tenantId, "hold")).map((h) => [h.id, h.value])),
    qids: asksQids ? yield* Vulnerabilities.byCve(tenantId) : new Map(),
    former: new Map(),
    replaced: new Map(),
    limits: subscription.limits,
    now,
    occasion: { ...PlanTiming.noOccasion(now), defaultZone: Subscription.schedulingOf(subscription).timeZone },
    versions: { tzdata: environment.tzdata(), tokenizer: String(Qql.FullText.TOKENIZER_VERSION) },
  };
  const profiles = (yield* Repository.all(tenantId, "profile")).map((p) => p.value);
  const freezes = (yield* Repository.all(tenantId, "freeze")).map((f) => f.value);
  const ground = { subscription, profiles, freezes };
  // Everything but the job is the same for all of them.
  const inputs = WhatIf.changed({ ...ground, inputs: { ...base, job: NO_JOB } }, {});
  return { subscription, inputs };
});

/** A job as it is planned, and why its owner can't run it; null: they can. */
export interface Prepared {
  readonly inputs: PlanInputs;
  readonly ownerFault: Rejection.Rejection | null;
}

/** The inputs for one of the jobs. */
export const inputsOf = Effect.fn("LintGround.inputsOf")(function* (tenantId: TenantId, base: PlanInputs, job: Job) {
  const owner = yield* Effect.catchTag(JobAuthority.principal(tenantId, job), "Rejected", ({ rejections }) =>
    Effect.succeed(rejections[0] ?? null),
  );
  const isFault = owner === null || "_tag" in owner;
  const occasion = base.occasion ?? PlanTiming.noOccasion(base.now);
  const scope = isFault ? TagScope.tags([]) : owner.scope;
  const zones = PlanTiming.zonesOf(job, { scope, tree: base.tree }, base.assets);
  const linked = job.patches?._tag === "Linked" ? { linked: yield* JobLinks.resolve(tenantId, job) } : {};
  const prepared: Prepared = {
    inputs: {
      ...base,
      ...linked,
      job,
      scope,
      occasion: { ...occasion, zones },
    },
    ownerFault: isFault ? owner : null,
  };
  return prepared;
});

// Nobody's and of nothing: stands where a job has to.
const NO_JOB: Job = {
  id: "",
  title: "",
  description: "",
  kind: "deployment",
  platform: "Linux",
  patches: null,
  targets: null,
  schedule: null,
  reboot: { _tag: "Suppress" },
  continueOnFailure: true,
  status: "Disabled",
  ownerId: null,
  makerId: null,
  coAuthors: [],
  readers: [],
  formerScopes: [],
  createdAt: 0,
  approved: null,
  enabled: null,
};
