/** What a change would do to a job's plan, before anybody makes it (PLN-01). Nothing of it is saved. */
import type { Blackout } from "@fettle/scheduler";
import * as Effect from "effect/Effect";
import type { Asset } from "../../domain/asset/Asset.ts";
import type { Job } from "../../domain/job/Job.ts";
import * as JobEdit from "../../domain/job/JobEdit.ts";
import * as ChangeFreeze from "../../domain/maintenance/ChangeFreeze.ts";
import * as Plan from "../../domain/plan/Plan.ts";
import type { PlanInputs } from "../../domain/plan/PlanInputs.ts";
import * as WhatIf from "../../domain/plan/WhatIf.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import type * as Rejection from "../../domain/shared/Rejection.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Stored from "../../schema/Stored.ts";
import * as Authority from "../access/Authority.ts";
import * as JobAuthority from "../jobs/JobAuthority.ts";
import * as JobEdits from "../jobs/JobEdits.ts";
import { lift, refuse, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Licences from "../subscription/Licences.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as TagAssignments from "../tags/TagAssignments.ts";
import * as TagRules from "../tags/TagRules.ts";
import * as Plans from "./Plans.ts";
import * as Turns from "./Turns.ts";

/** A change that might be made. Looking at it needs the permission that making it does; of a licence, the one to look at it. */
export type WhatIfChange =
  /** The job edited so. */
  | { readonly _tag: "Job"; readonly edit: JobEdit.JobEdit }
  /** Static tags given to assets and taken from them; tags with rules follow. */
  | {
      readonly _tag: "Tags";
      readonly assign?: readonly TagAssignments.AssignmentInput[];
      readonly unassign?: readonly TagAssignments.AssignmentInput[];
    }
  /** Anything that `licences.preview` takes. */
  | { readonly _tag: "Licence"; readonly change: Licences.LicenceChange }
  /** A change freeze, new or instead of the one with its id (WIN-07). */
  | { readonly _tag: "Freeze"; readonly freeze: ChangeFreeze.ChangeFreeze }
  /** Other blackouts of a configuration profile (WIN-05). */
  | { readonly _tag: "Blackouts"; readonly profileId: string; readonly blackouts: readonly Blackout.Blackout[] };

/** A plan with its hash, or why the job couldn't be planned. */
export type Planned =
  | ({ readonly _tag: "Planned" } & Plans.HashedPlan)
  | { readonly _tag: "Refused"; readonly rejection: Rejection.Rejection };

export interface WhatIfAnswer extends WhatIf.Comparison {
  /** As it is. */
  readonly before: Planned;
  /** As it would be. */
  readonly after: Planned;
}

/**
 * The plan of a job as it is and as it would be, and what would be otherwise. Rejects what couldn't be done either: an edit of a
 * job that can't be edited (JOB-07), assets and tags that aren't there for the actor (TAG-05).
 *
 * @example
 * const { words } = yield* fettle.jobs.whatIf(actor, jobId, { _tag: "Tags", assign: [{ tag: "berlin", assets: [assetId] }] });
 */
export const whatIf = Effect.fn("WhatIfs.whatIf")(function* (actor: Actor, jobId: string, change: WhatIfChange) {
  const { tenantId } = actor;
  const { value: job } = yield* JobAuthority.load(actor, jobId, "view");
  yield* mayMake(actor, job, change);
  const ground = yield* groundOf(tenantId, job);
  const otherwise = yield* otherwiseBy(actor, ground, change);
  const inputs = yield* asking(tenantId, WhatIf.changed(ground, otherwise), change);
  const before = yield* Turns.take(Plan.steps(ground.inputs));
  const after = yield* Turns.take(Plan.steps(inputs));
  const answer: WhatIfAnswer = {
    before: yield* planned(before),
    after: yield* planned(after),
    ...WhatIf.compare(before, after),
  };
  return answer;
});

const planned = (outcome: WhatIf.Outcome): Effect.Effect<Planned> =>
  outcome.ok
    ? Effect.map(Plans.hashing(outcome.value), (hash) => ({ _tag: "Planned", hash, plan: outcome.value }))
    : Effect.succeed({ _tag: "Refused", rejection: outcome.error });

// What one may not change, one isn't told the consequences of.
const mayMake = Effect.fnUntraced(function* (actor: Actor, job: Job, change: WhatIfChange) {
  switch (change._tag) {
    case "Job":
      for (const action of JobEdit.actions(job, change.edit)) yield* JobAuthority.load(actor, job.id, action);
      return;
    case "Tags":
      yield* Authority.require(actor, "manage-tags");
      return;
    case "Licence":
      yield* Authority.require(actor, "view-licence");
      return;
    case "Freeze":
    case "Blackouts":
      yield* Authority.require(actor, "edit-configuration-profile");
  }
});

const groundOf = Effect.fn("WhatIfs.groundOf")(function* (tenantId: TenantId, job: Job) {
  const ground: WhatIf.Ground = {
    inputs: yield* Plans.gather(tenantId, job, null, yield* Plans.timeOf(tenantId, job)),
    subscription: yield* Subscriptions.of(tenantId),
    profiles: (yield* Repository.all(tenantId, "profile")).map((p) => p.value),
    freezes: (yield* Repository.all(tenantId, "freeze")).map((f) => f.value),
  };
  return ground;
});

const otherwiseBy = Effect.fn("WhatIfs.otherwiseBy")(function* (
  actor: Actor,
  ground: WhatIf.Ground,
  change: WhatIfChange,
) {
  const { inputs, subscription, freezes } = ground;
  switch (change._tag) {
    case "Job": {
      const user = yield* Authority.userOf(actor);
      const { limits } = subscription;
      const job = yield* JobEdits.edited(actor.tenantId, user, { job: inputs.job, edit: change.edit, limits });
      yield* lift(Stored.readable("job", job));
      return { job } satisfies WhatIf.Otherwise;
    }
    case "Tags":
      return { assets: yield* taggedBy(actor, ground, change) } satisfies WhatIf.Otherwise;
    case "Licence": {
      const after = yield* Licences.standingAfter(actor, change.change);
      const { assets, now: seatsAt } = after;
      return { assets, seatsAt, subscription: after.subscription } satisfies WhatIf.Otherwise;
    }
    case "Freeze": {
      const wrong = ChangeFreeze.problems(change.freeze, subscription.limits);
      if (wrong.length > 0) return yield* refuse(wrong);
      const kept = freezes.filter((f) => f.id !== change.freeze.id);
      return { freezes: [...kept, change.freeze] } satisfies WhatIf.Otherwise;
    }
    case "Blackouts":
      return { profiles: yield* profilesBy(ground, change) } satisfies WhatIf.Otherwise;
  }
});

const taggedBy = Effect.fn("WhatIfs.taggedBy")(function* (
  actor: Actor,
  { inputs, subscription }: WhatIf.Ground,
  { assign = [], unassign = [] }: Extract<WhatIfChange, { readonly _tag: "Tags" }>,
) {
  const standing = yield* TagRules.standing(actor.tenantId);
  const { scope } = yield* Authority.userOf(actor);
  const sees = TagScope.compile(scope, standing.tree);
  const seen = new Set(inputs.assets.filter((a) => sees(a.tags)).map((a) => a.id));
  const assigned = new Map<string, Set<string>>();
  const now = (yield* Environment).now();
  for (const [method, list] of [["tags.assign", assign] as const, ["tags.unassign", unassign] as const]) {
    for (const { tag, assets } of list) {
      yield* lift(TagAssignments.assignable(standing.tree, tag, method));
      const max = subscription.limits.assetsPerBulkMax;
      if (assets.length > max) return yield* reject("AST-09", "invalid", `at most ${max} assets`, "assets");
      const unseen = assets.find((id) => !seen.has(id));
      if (unseen !== undefined) return yield* reject("TAG-05", "not-found", `there is no asset ${unseen}`, "assets");
      for (const id of assets) note(assigned, id, method === "tags.assign" ? `+${tag}` : `-${tag}`);
    }
  }
  return inputs.assets.map((asset): Asset => {
    const changes = assigned.get(asset.id);
    if (changes === undefined) return asset;
    const given = [...changes].filter((c) => c.startsWith("+")).map((c) => c.slice(1));
    const assignedTags = [...new Set([...asset.assignedTags, ...given])]
      .filter((tag) => !changes.has(`-${tag}`))
      .sort();
    return TagRules.tagged(standing, { ...asset, assignedTags }, now);
  });
});

const note = (by: Map<string, Set<string>>, id: string, what: string): void => {
  by.set(id, (by.get(id) ?? new Set()).add(what));
};

const profilesBy = Effect.fnUntraced(function* (
  { profiles }: WhatIf.Ground,
  { profileId, blackouts }: Extract<WhatIfChange, { readonly _tag: "Blackouts" }>,
) {
  const known = profiles.find((p) => p.id === profileId);
  if (known === undefined) {
    return yield* reject("CFG-01", "not-found", `there is no configuration profile ${profileId}`, "profileId");
  }
  const changed = { ...known, settings: { ...known.settings, blackouts } };
  yield* lift(Stored.readable("profile", changed));
  return profiles.map((p) => (p === known ? changed : p));
});

// Other patches may ask for what was not read for those of now; the moment stays the same.
const asking = Effect.fnUntraced(function* (tenantId: TenantId, inputs: PlanInputs, change: WhatIfChange) {
  if (change._tag !== "Job" || change.edit.patches === undefined) return inputs;
  const { now: _now, occasion: _occasion, ...anew } = yield* Plans.gather(tenantId, inputs.job, null);
  return { ...anew, now: inputs.now, ...(inputs.occasion === undefined ? {} : { occasion: inputs.occasion }) };
});
