/** Gathers what a plan depends on, compiles it, and gives it its hash (PLN-01). */
import { Crypto, Json } from "@fettle/agent-protocol";
import type { Package } from "@fettle/agent-protocol/vocabulary";
import * as Qql from "@fettle/qql";
import * as Effect from "effect/Effect";
import type { Asset } from "../../domain/asset/Asset.ts";
import type { Job } from "../../domain/job/Job.ts";
import * as Suspension from "../../domain/job/Suspension.ts";
import * as Licence from "../../domain/license/Licence.ts";
import * as SeatRule from "../../domain/license/SeatRule.ts";
import * as Circumstances from "../../domain/plan/Circumstances.ts";
import * as Lacks from "../../domain/plan/Lacks.ts";
import * as Plan from "../../domain/plan/Plan.ts";
import * as PlanTiming from "../../domain/plan/PlanTiming.ts";
import * as ConfigurationProfile from "../../domain/profile/ConfigurationProfile.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import type { TagScope } from "../../domain/tag/TagScope.ts";
import * as TagSelection from "../../domain/tag/TagSelection.ts";
import * as TagTree from "../../domain/tag/TagTree.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Vulnerabilities from "../catalogue/Vulnerabilities.ts";
import * as JobAuthority from "../jobs/JobAuthority.ts";
import * as JobLinks from "../jobs/JobLinks.ts";
import { lift } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as StorageSearch from "../searches/StorageSearch.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Tags from "../tags/Tags.ts";
import * as Turns from "./Turns.ts";

/** A plan and the hash by which it is approved. */
export interface HashedPlan {
  readonly hash: Crypto.Digest;
  readonly plan: Plan.Plan;
}

/** The time that a plan is for: the next one, unless it says another. */
export interface For {
  /** The slot of a recurring job. */
  readonly slot?: number;
  /** When it was enabled; left out: now. */
  readonly enabledAt?: number;
  /** Its next slot starts then or later; left out: whenever it was enabled in time for. */
  readonly notBefore?: number;
}

/** The time of a job as it stands: the next run of one that was enabled, by when that was; else of one that is enabled now. */
export const timeOf = Effect.fn("Plans.timeOf")(function* (tenantId: TenantId, job: Job) {
  const now = (yield* Environment).now();
  const { status, enabled } = Suspension.shown(job, yield* Subscriptions.of(tenantId), now);
  const time: For = status === "Disabled" || enabled === null ? {} : { enabledAt: enabled.at, notBefore: now };
  return time;
});

/** Compiles a job's plan as of now, in its owner's scope of now (TAG-06). */
export const compile = Effect.fn("Plans.compile")(function* (tenantId: TenantId, job: Job, time: For = {}) {
  const inputs = yield* gather(tenantId, job, null, time);
  const plan = yield* lift(yield* Turns.take(Plan.steps(inputs)));
  const hashed: HashedPlan = { hash: yield* hashing(plan), plan };
  return hashed;
});

/** {@link hashOf} with others' turn in between: of a large plan it takes half a second. */
export const hashing = (plan: Plan.Plan): Effect.Effect<Crypto.Digest> =>
  Turns.take(Crypto.digesting(Json.canonicalPieces(plan)));

/** The hash by which a plan is approved. */
export const hashOf = (plan: Plan.Plan): Crypto.Digest => Crypto.digest(Json.canonicalBytes(plan));

/** What is asked about: one asset, and of the catalogue one patch (null: those of the job). */
export interface Only {
  readonly asset: Asset;
  readonly patchId: string | null;
}

/** What a job's plan depends on as of now; `only` narrows it to what concerns one asset. */
export const gather = Effect.fn("Plans.gather")(function* (
  tenantId: TenantId,
  job: Job,
  only: Only | null,
  time: For = {},
) {
  const subscription = yield* Subscriptions.of(tenantId);
  const environment = yield* Environment;
  const tree = yield* Tags.tree(tenantId);
  const assets = only === null ? yield* Turns.all(tenantId, "asset") : [only.asset];
  const profiles = (yield* Repository.all(tenantId, "profile")).map((p) => p.value);
  const freezes = (yield* Repository.all(tenantId, "freeze")).map((f) => f.value);
  const { scope } = yield* JobAuthority.principal(tenantId, job);
  const inputs: Plan.PlanInputs = {
    job,
    scope,
    tree,
    assets,
    seats:
      only === null
        ? yield* Turns.take(Licence.seating({ subscription, tree, assets, now: environment.now() }))
        : yield* seatOf({ subscription, tree, now: environment.now() }, tenantId, only.asset),
    turnedOff: ConfigurationProfile.turningOff(profiles, tree, assets),
    assessments: only === null ? yield* assessmentsOf(tenantId) : yield* assessmentOf(tenantId, only.asset),
    patches: yield* patchesOf(tenantId, job, only),
    supplied: new Map((yield* Repository.all(tenantId, "vendorFile")).map((f) => [f.id, f.value])),
    held: new Map((yield* Repository.all(tenantId, "hold")).map((h) => [h.id, h.value])),
    // Read only where the query may ask for them: there are many.
    qids:
      job.patches?._tag === "Query" && /qid/i.test(job.patches.query)
        ? yield* Vulnerabilities.byCve(tenantId)
        : new Map(),
    ...(job.kind === "rollback" ? yield* past(tenantId, only) : { former: new Map(), replaced: new Map() }),
    ...(yield* JobLinks.inputs(tenantId, job)),
    occasion: {
      slot: time.slot ?? null,
      notBefore: time.notBefore ?? 0,
      enabledAt: time.enabledAt ?? environment.now(),
      zones:
        only === null
          ? PlanTiming.zonesOf(job, { scope, tree }, assets)
          : yield* zonesAround(tenantId, job, { scope, tree }, only.asset),
      ...Circumstances.of({ subscription, profiles, freezes, tree }, assets),
    },
    limits: subscription.limits,
    now: environment.now(),
    versions: { tzdata: environment.tzdata(), tokenizer: String(Qql.FullText.TOKENIZER_VERSION) },
  };
  return inputs;
});

// Other assets decide about a seat, and in which zones a run begins: a store that searches knows both without reading them.
const seatOf = Effect.fn("Plans.seatOf")(function* (
  standing: Omit<Licence.Standing, "assets">,
  tenantId: TenantId,
  asset: Asset,
) {
  const { subscription, tree, now } = standing;
  const index = yield* StorageSearch.of;
  const held = yield* index.licensed(tenantId, SeatRule.of(subscription, tree, now), [asset.id]);
  return new Map([[asset.id, Licence.verdictOf(standing, asset, held.has(asset.id))]]);
});

const zonesAround = Effect.fn("Plans.zonesAround")(function* (
  tenantId: TenantId,
  { targets, platform, formerScopes }: Job,
  { scope, tree }: { readonly scope: TagScope; readonly tree: TagTree.TagTree },
  asset: Asset,
) {
  if (targets === null) return [];
  const scopes = [scope, ...formerScopes].flatMap((each) =>
    each._tag === "All" ? [] : [[...TagTree.closure(tree, each.tags)]],
  );
  const others = yield* (yield* StorageSearch.of).timeZones(tenantId, {
    platform,
    named: targets.assets,
    include: TagSelection.bearing(targets.include, tree),
    exclude: TagSelection.bearing(targets.exclude, tree),
    scopes,
  });
  // A store may tell one of several spellings.
  const own = PlanTiming.zonesOf({ targets, platform, formerScopes }, { scope, tree }, [asset]);
  return [...new Set([...others, ...own])].sort();
});

// A large fleet's wouldn't fit into memory if each had all of its own.
const assessmentsOf = Effect.fn("Plans.assessmentsOf")(function* (tenantId: TenantId) {
  const share = Lacks.sharing();
  const found = new Map<string, ReturnType<typeof share>>();
  yield* Turns.each(tenantId, "assessment", ({ id, value }) => found.set(id, share(value)));
  return found;
});

const assessmentOf = Effect.fn("Plans.assessmentOf")(function* (tenantId: TenantId, { id }: Asset) {
  const found = yield* Repository.get(tenantId, "assessment", id);
  return new Map(found === null ? [] : [[id, found.value]]);
});

// A list stands by itself; what a query finds depends on all that supersedes it.
const patchesOf = Effect.fn("Plans.patchesOf")(function* (tenantId: TenantId, job: Job, only: Only | null) {
  const listed = only === null || job.patches?._tag !== "List" ? null : job.patches.patches;
  const named = only?.patchId ?? null;
  const found =
    listed === null
      ? yield* Repository.all(tenantId, "patch")
      : yield* Repository.some(tenantId, "patch", named === null ? listed : [named]);
  return found.map((p) => p.value);
});

// What stood on each asset before Fettle installed a patch: from the evidence of finished runs, the latest wins.
const past = Effect.fn("Plans.past")(function* (tenantId: TenantId, only: Only | null) {
  const found =
    only === null
      ? yield* Repository.all(tenantId, "assetRun")
      : yield* Repository.allBy(tenantId, "assetRun", "asset", only.asset.id);
  const runs = found.map((a) => a.value);
  runs.sort((a, b) => a.state.changedAt - b.state.changedAt || (a.id < b.id ? -1 : 1));
  const former = new Map<string, Map<string, readonly Package.Package[]>>();
  const replaced = new Map<string, Map<string, readonly string[]>>();
  for (const run of runs) {
    const was = ofAsset(former, run.assetId);
    const gone = ofAsset(replaced, run.assetId);
    for (const { patchId, outcome, packages } of Object.values(run.state.results)) {
      if (outcome === "Removed") was.delete(patchId);
      if (outcome !== "Installed") continue;
      const changed = packages.filter((p) => p.before.length === 1 && p.after.length > 0 && p.before[0] !== p.after[0]);
      was.set(
        patchId,
        changed.map((p) => ({ name: p.name, arch: p.arch, evr: p.before[0] ?? "" })),
      );
      gone.set(
        patchId,
        packages.filter((p) => p.before.length > 0 && p.after.length === 0).map((p) => p.name),
      );
    }
  }
  return { former: former as Plan.FormerVersions, replaced: replaced as Plan.ReplacedPackages };
});

const ofAsset = <A>(byAsset: Map<string, Map<string, A>>, assetId: string): Map<string, A> => {
  const known = byAsset.get(assetId) ?? new Map<string, A>();
  byAsset.set(assetId, known);
  return known;
};
