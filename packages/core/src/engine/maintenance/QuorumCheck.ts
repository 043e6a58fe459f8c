/**
 * Whether what all enabled jobs may do keeps within the quorum groups (PLN-06): reads everything as it stands, and has it proved
 * (`domain/plan/QuorumProof`). Nothing is written.
 *
 * Who is looked at: the members of groups, and of those whom a job means (its selection, its platform, the scopes that it is
 * carried out in). Of a job whose owner is gone the scope counts as everything, for the next owner's may be.
 */
import * as Effect from "effect/Effect";
import * as Asset from "../../domain/asset/Asset.ts";
import * as Job from "../../domain/job/Job.ts";
import * as JobAccess from "../../domain/job/JobAccess.ts";
import type { JobStatus } from "../../domain/job/JobStatus.ts";
import * as Suspension from "../../domain/job/Suspension.ts";
import type * as Subscription from "../../domain/license/Subscription.ts";
import type { QuorumGroup } from "../../domain/maintenance/QuorumGroup.ts";
import * as Circumstances from "../../domain/plan/Circumstances.ts";
import type * as Disruptions from "../../domain/plan/Disruptions.ts";
import * as QuorumProof from "../../domain/plan/QuorumProof.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import * as TagSelection from "../../domain/tag/TagSelection.ts";
import type { TagTree } from "../../domain/tag/TagTree.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Authority from "../access/Authority.ts";
import * as JobAuthority from "../jobs/JobAuthority.ts";
import { refuse, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Tags from "../tags/Tags.ts";
import * as MemberRuns from "./MemberRuns.ts";

/** How far it looks ahead unless told, in days: a patch cycle, the longer kind. */
export const AHEAD_DAYS = 35;

const DAY_MS = 86_400_000;

export interface QuorumCheckInput {
  /** Epoch milliseconds; now unless told, and never before. */
  readonly from?: number;
  /** {@link AHEAD_DAYS} days from now, or from `from`, unless told. */
  readonly to?: number;
  /** A job that is looked at as if it had just been enabled. */
  readonly withJob?: string;
}

/**
 * The verdict on every group, by name. Members outside the caller's scope are counted and not named (TAG-05).
 *
 * @example
 * const { groups } = yield* fettle.quorums.check(actor, { withJob: job.id });
 * groups.filter(({ verdict }) => verdict._tag === "Broken").map(({ inWords }) => inWords);
 */
export const check = Effect.fn("QuorumCheck.check")(function* (actor: Actor, input: QuorumCheckInput = {}) {
  const user = yield* Authority.require(actor, "view-configuration-profile");
  const { tenantId } = actor;
  const { withJob, ...period } = input;
  const candidate = withJob === undefined ? null : (yield* JobAuthority.load(actor, withJob, "view")).value;
  const proof = yield* prove(tenantId, { ...period, candidate });
  if (user.scope._tag === "All") return proof;
  const sees = TagScope.compile(user.scope, yield* Tags.tree(tenantId));
  const tagsOf = new Map((yield* Repository.all(tenantId, "asset")).map(({ id, value }) => [id, value.tags]));
  return QuorumProof.seenBy(proof, (assetId) => sees(tagsOf.get(assetId) ?? []));
});

export interface Question {
  readonly from?: number;
  readonly to?: number;
  /** Looked at as if it were enabled now, or still, in this form. */
  readonly candidate: Job.Job | null;
}

/** {@link check} for the engine itself, which may know of every asset: `candidate` need not be saved. */
export const prove = Effect.fn("QuorumCheck.prove")(function* (tenantId: TenantId, { from, to, candidate }: Question) {
  const now = (yield* Environment).now();
  const begins = Math.max(now, from ?? now);
  const period = { from: begins, to: to ?? begins + AHEAD_DAYS * DAY_MS };
  if (!(Number.isSafeInteger(period.from) && Number.isSafeInteger(period.to) && period.to > period.from)) {
    yield* reject("PLN-06", "invalid", "a period that is over after it begins, and after now", "to");
  }
  const partial = candidate === null ? null : Job.partsFault(candidate);
  if (partial !== null) yield* refuse(partial);
  const ground = yield* groundOf(tenantId);
  const { groups } = ground;
  if (groups.length === 0) return QuorumProof.prove({ ...nothing(ground), now, period });
  const jobs = yield* enabledJobs(tenantId, ground, { now, candidate });
  const runs = yield* MemberRuns.of(tenantId, {
    members: ground.members.map((m) => m.id),
    workMilliseconds: ground.circumstances.workMilliseconds,
    leaseMilliseconds: ground.subscription.limits.leaseSeconds * 1_000,
    now,
  });
  return QuorumProof.prove({
    groups,
    jobs: jobs.map((each) => ({ ...each, materialised: runs.materialised.get(each.job.id) ?? NONE })),
    unfinished: runs.unfinished,
    circumstances: ground.circumstances,
    now,
    period,
  });
});

const NONE: ReadonlySet<string> = new Set();

interface Ground {
  readonly subscription: Subscription.Subscription;
  readonly tree: TagTree;
  readonly groups: readonly QuorumProof.Group[];
  /** Everybody who is in a group. */
  readonly members: readonly Asset.Asset[];
  readonly circumstances: Circumstances.Circumstances;
}

const nothing = ({ circumstances }: Ground) => ({ groups: [], jobs: [], unfinished: [], circumstances });

const groundOf = Effect.fn("QuorumCheck.groundOf")(function* (tenantId: TenantId) {
  const subscription = yield* Subscriptions.of(tenantId);
  const tree = yield* Tags.tree(tenantId);
  const kept = (yield* Repository.all(tenantId, "quorumGroup")).map((g) => g.value);
  const assets = kept.length === 0 ? [] : (yield* Repository.all(tenantId, "asset")).map((a) => a.value);
  const groups = kept.map((group) => groupOf(group, tree, assets)).sort((a, b) => (a.name < b.name ? -1 : 1));
  const inGroups = new Set(groups.flatMap((g) => g.members.map((m) => m.id)));
  const members = assets.filter(({ id }) => inGroups.has(id));
  const profiles = (yield* Repository.all(tenantId, "profile")).map((p) => p.value);
  const freezes = (yield* Repository.all(tenantId, "freeze")).map((f) => f.value);
  const circumstances = Circumstances.of({ subscription, profiles, freezes, tree }, members);
  const ground: Ground = { subscription, tree, groups, members, circumstances };
  return ground;
});

const groupOf = (
  { id, name, atMost, members }: QuorumGroup,
  tree: TagTree,
  assets: readonly Asset.Asset[],
): QuorumProof.Group => {
  const verdict = TagSelection.compile(members, tree);
  return { id, name, atMost, members: assets.filter((asset) => verdict(asset) === "selected") };
};

type Reaching = Omit<Disruptions.EnabledJob, "materialised">;

interface About {
  readonly now: number;
  readonly candidate: Job.Job | null;
}

// Those that may begin something: a suspended one begins nothing until somebody enables it again (LIC-02).
const enabledJobs = Effect.fn("QuorumCheck.enabledJobs")(function* (
  tenantId: TenantId,
  ground: Ground,
  { now, candidate }: About,
) {
  const status: JobStatus = "Enabled";
  const enabled = (yield* Repository.allBy(tenantId, "job", "status", status)).map((found) => found.value);
  const jobs = enabled.filter((job) => job.id !== candidate?.id && !isSuspended(job, ground, now));
  const scopes = yield* scopesOf(tenantId, candidate === null ? jobs : [...jobs, candidate]);
  const reaching = (job: Job.Job, enabledAt: number): Reaching => ({
    job,
    enabledAt,
    reaches: reachesOf(job, ground, scopes.get(job.id) ?? TagScope.all),
  });
  const found = jobs.map((job) => reaching(job, job.enabled?.at ?? now));
  if (candidate === null) return found;
  const isOn = candidate.status === "Enabled" && !isSuspended(candidate, ground, now);
  return [...found, reaching(candidate, isOn ? (candidate.enabled?.at ?? now) : now)];
});

const isSuspended = (job: Job.Job, { subscription }: Ground, now: number): boolean =>
  Suspension.of(job, subscription, now) !== null;

// Owners are read once each.
const scopesOf = Effect.fn("QuorumCheck.scopesOf")(function* (tenantId: TenantId, jobs: readonly Job.Job[]) {
  const policy = yield* Authority.policy();
  const owners = new Map<string | null, Effect.Success<ReturnType<typeof Authority.owner>>>();
  const scopes = new Map<string, TagScope.TagScope>();
  for (const job of jobs) {
    if (!owners.has(job.ownerId)) owners.set(job.ownerId, yield* Authority.owner(tenantId, job.ownerId));
    const principal = JobAccess.principal({ policy, job, owner: owners.get(job.ownerId) ?? null });
    scopes.set(job.id, principal.ok ? principal.value.scope : TagScope.all);
  }
  return scopes as ReadonlyMap<string, TagScope.TagScope>;
});

const reachesOf = (job: Job.Job, { tree, members }: Ground, scope: TagScope.TagScope): readonly Asset.Asset[] => {
  if (job.targets === null) return [];
  const verdict = TagSelection.compile(job.targets, tree);
  const scopes = [scope, ...job.formerScopes].map((each) => TagScope.compile(each, tree));
  return members.filter(
    (asset) =>
      asset.platform === job.platform &&
      verdict(asset) === "selected" &&
      Asset.whyUnpatchable(asset) === null &&
      scopes.every((sees) => sees(asset.tags)),
  );
};
