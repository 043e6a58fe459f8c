/**
 * Answers check-ins (AGT-04): one read, one durable write, one signature. What an agent is told stands on its record, so
 * an idle check-in touches nothing else.
 */
import type { Messages } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import * as Suspension from "../../domain/job/Suspension.ts";
import * as Licence from "../../domain/license/Licence.ts";
import * as Subscription from "../../domain/license/Subscription.ts";
import * as AssetRun from "../../domain/run/AssetRun.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import type { Storage, StorageError } from "../../ports/Storage.ts";
import type { AgentRecord } from "../../schema/Stored.ts";
import * as AssetWrites from "../assets/AssetWrites.ts";
import * as Causes from "../assets/Causes.ts";
import * as Repository from "../Repository.ts";
import * as RunMarks from "../runs/RunMarks.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Tags from "../tags/Tags.ts";
import * as Activities from "./Activities.ts";
import type { ProvedRequest } from "./ProvedRequest.ts";
import * as Replies from "./Replies.ts";
import * as Restored from "./Restored.ts";
import * as Uninstalls from "./Uninstalls.ts";
import * as Withholding from "./Withholding.ts";

/** Most manifests that one reply names; the rest follow at the next check-in. */
export const MANIFESTS_PER_REPLY_MAX = 64;

/** Takes a check-in down and answers what the agent lacks. */
export const checkIn = Effect.fnUntraced(function* (proved: ProvedRequest, request: Messages.CheckInRequest) {
  const now = (yield* Environment).now();
  const { agent, tenantId } = proved;
  // What the agent already holds, and what ran out, is no longer offered.
  const offered = agent.value.manifests.filter((m) => m.version > request.manifestVersion && m.notAfter > now);
  const held = offered.length === 0 ? NOTHING_OFFERED : yield* heldBack(proved, offered, request.bootId, now);
  const { suspended, free, unlicensed, outside, due } = held;
  const { waiting = [] } = request;
  const dropped = waiting.length === 0 ? [] : yield* revokedOf(tenantId, agent.id, waiting);
  const { holds, entries } = Activities.ofCheckIn(agent.value, request, now);
  const next: AgentRecord = {
    ...agent.value,
    holds,
    session: proved.session,
    lastCheckedInAt: now,
    agentVersion: request.agentVersion,
    bootId: request.bootId,
    timeZone: request.timeZone,
    tzdata: request.tzdata,
    manifests: offered.filter((m) => suspended.has(m.version) || (unlicensed === null && !outside.has(m.version))),
  };
  let told: Pick<AgentRecord, "configuration" | "statusIntervalSeconds"> = agent.value;
  if (!proved.isRepeated) {
    for (const m of free) {
      const reason = unlicensed ?? outside.get(m.version) ?? null;
      const _tag = unlicensed === null ? "OutOfScope" : "NotLicensed";
      if (reason !== null) yield* withhold(tenantId, m.assetRunId, { _tag, reason }, now);
    }
    const moved =
      request.timeZone === agent.value.timeZone ? NOT_MOVED : yield* movedZone(proved, request.timeZone, now);
    told = { ...told, ...moved.held };
    const { lastCheckedInAt } = agent.value;
    const causes = yield* Causes.ofCheckIn(tenantId, agent.id, { now, lastCheckedInAt });
    const noted = yield* Activities.noted(tenantId, agent.id, entries);
    const anew = yield* Restored.manifests(proved, request.manifestVersion, now);
    const also: Pick<Repository.Change, "expect" | "counters" | "writes" | "events"> = moved.change;
    const expect = [...(also.expect ?? []), ...noted.expect, ...anew.change.expect];
    const writes = [...also.writes, ...causes, ...noted.writes, ...anew.change.writes];
    const events = [...(also.events ?? []), ...anew.change.events];
    yield* store(proved, { ...next, ...moved.held, ...anew.held }, { ...also, expect, writes, events });
  }
  const { configuration } = told;
  return yield* Replies.sealed(proved.components, {
    _tag: "CheckedIn",
    nextCheckInSeconds: told.statusIntervalSeconds,
    configuration: configuration === request.configuration ? null : configuration,
    wantSnapshot: agent.value.snapshot === null || agent.value.snapshot !== request.snapshot,
    manifests: due.slice(0, MANIFESTS_PER_REPLY_MAX).map((m) => ({ version: m.version, digest: m.digest })),
    acknowledgedThrough: agent.value.factsThrough,
    uninstall: agent.value.uninstall !== null && (yield* Uninstalls.mayLeave(tenantId, agent.id, now)),
    ...(dropped.length === 0 ? {} : { revoked: dropped }),
  });
});

/** What of the manifests on offer an agent gets now, and why not the others. */
interface HeldBack {
  readonly suspended: ReadonlyMap<number, Suspension.Suspension>;
  /** Those that no suspension holds back. */
  readonly free: AgentRecord["manifests"];
  readonly unlicensed: string | null;
  readonly outside: ReadonlyMap<number, string>;
  /** Those that it is told of. */
  readonly due: AgentRecord["manifests"];
}

// Most check-ins are idle: what isn't there is not asked about.
const NOTHING_OFFERED: HeldBack = { suspended: new Map(), free: [], unlicensed: null, outside: new Map(), due: [] };

const heldBack = Effect.fnUntraced(function* (
  { tenantId, agent }: ProvedRequest,
  offered: AgentRecord["manifests"],
  bootId: string,
  now: number,
) {
  // What a fall to Free suspends waits for the job to be enabled again; a seat that is lost is lost to the run (LIC-02).
  const suspended = yield* whySuspended(tenantId, offered, now);
  const free = offered.filter((m) => !suspended.has(m.version));
  const unlicensed = free.length === 0 ? null : yield* whyUnlicensed(tenantId, agent.id, now);
  const revoked = yield* whichRevoked(tenantId, free);
  const { blocked, outside } = yield* Withholding.of(tenantId, { assetId: agent.id, bootId }, free);
  const isDue = (version: number): boolean => !revoked.has(version) && !blocked.has(version) && !outside.has(version);
  const due = unlicensed === null ? free.filter((m) => isDue(m.version)) : [];
  return { suspended, free, unlicensed, outside, due } satisfies HeldBack as HeldBack;
});

/** Keeps a request's sequence, so that it can't be sent again; used by requests that change nothing else. */
export const remember = (proved: ProvedRequest) =>
  proved.isRepeated ? Effect.void : store(proved, { ...proved.agent.value, session: proved.session });

/** The same of a request for a document, which tells what the agent holds and did (AGT-05). */
export const rememberTaken = Effect.fnUntraced(function* (
  proved: ProvedRequest,
  document: Parameters<typeof Activities.ofDocument>[1],
) {
  const taken = Activities.ofDocument(proved.agent.value, document, (yield* Environment).now());
  if (taken === null || proved.isRepeated) return yield* remember(proved);
  const noted = yield* Activities.noted(proved.tenantId, proved.agent.id, taken.entries);
  yield* store(proved, { ...proved.agent.value, session: proved.session, holds: taken.holds }, noted);
});

/** Writes an agent's record as it was read plus changes; somebody else's change meanwhile sends the agent back. */
export const store = (
  proved: ProvedRequest,
  next: AgentRecord,
  also: Pick<Repository.Change, "expect" | "counters" | "writes" | "events"> = { writes: [] },
): Effect.Effect<void, StorageError | Replies.Refusal, Storage> =>
  Effect.flatMap(
    Repository.tryCommit(proved.tenantId, {
      expect: [Repository.expected("agent", proved.agent.id, proved.agent), ...(also.expect ?? [])],
      counters: also.counters ?? [],
      writes: [Repository.put("agent", proved.agent.id, next), ...also.writes],
      events: also.events ?? [],
    }),
    (answer) =>
      answer._tag === "Committed"
        ? Effect.void
        : Replies.refuse("unavailable", "try again", "the record changed while the request was under way"),
  );

/** Which manifests' jobs are suspended now, by version: asked again at the moment of sending (LIC-02). */
export const whySuspended = Effect.fnUntraced(function* (
  tenantId: TenantId,
  manifests: AgentRecord["manifests"],
  now: number,
) {
  const why = new Map<number, Suspension.Suspension>();
  if (manifests.length === 0) return why;
  const subscription = yield* subscriptionOf(tenantId);
  const isFree = Subscription.deploymentFault(subscription, now) !== null;
  if (Subscription.fellBackAt(subscription, now) === null && !isFree) return why;
  const ids = manifests.map((m) => m.assetRunId);
  const jobOf = new Map((yield* Repository.some(tenantId, "assetRun", ids)).map((a) => [a.id, a.value.jobId]));
  const jobs = yield* Repository.some(tenantId, "job", [...new Set(jobOf.values())]);
  // A job that was Completed with its sending isn't suspended, and nothing is sent on Free all the same (LIC-03).
  const free = { rule: "LIC-02", since: now, reason: "the plan is Free" } as const;
  const known = new Map(
    jobs.map((j) => [j.id, Suspension.of(j.value, subscription, now) ?? (isFree ? free : null)] as const),
  );
  for (const { version, assetRunId } of manifests) {
    const suspension = known.get(jobOf.get(assetRunId) ?? "") ?? null;
    if (suspension !== null) why.set(version, suspension);
  }
  return why;
});

/** Which manifests are of jobs that were deleted or disabled before they started on this agent, by version (JOB-28). */
export const whichRevoked = Effect.fnUntraced(function* (tenantId: TenantId, manifests: AgentRecord["manifests"]) {
  if (manifests.length === 0) return new Set<number>();
  const revoked = yield* revokedAmong(
    tenantId,
    manifests.map((m) => m.assetRunId),
  );
  return new Set(manifests.filter((m) => revoked.has(m.assetRunId)).map((m) => m.version));
});

// Of the runs that an agent holds and has not begun, those that it is to drop (JOB-28). What is not known here is not judged.
const revokedOf = Effect.fnUntraced(function* (tenantId: TenantId, agentId: string, waiting: readonly string[]) {
  const runs = [...new Set(waiting)];
  const revoked = yield* revokedAmong(
    tenantId,
    runs.map((runId) => AssetRun.idOf(runId, agentId)),
  );
  return runs.filter((runId) => revoked.has(AssetRun.idOf(runId, agentId)));
});

const revokedAmong = Effect.fnUntraced(function* (tenantId: TenantId, assetRunIds: readonly string[]) {
  const found = yield* Repository.some(tenantId, "assetRun", assetRunIds);
  return new Set(found.filter((a) => AssetRun.isRevoked(a.value)).map((a) => a.id));
});

const subscriptionOf = (tenantId: TenantId) =>
  Subscriptions.of(tenantId).pipe(
    Effect.catchTag("Rejected", () => Replies.refuse("key-refused", "no subscription", "the tenant has none")),
  );

/** Why an asset has no licence now, or null when it has one: asked again at the moment of sending (LIC-06). */
export const whyUnlicensed = Effect.fnUntraced(function* (tenantId: TenantId, assetId: string, now: number) {
  const subscription = yield* subscriptionOf(tenantId);
  const tree = yield* Tags.tree(tenantId);
  const assets = (yield* Repository.all(tenantId, "asset")).map((a) => a.value);
  const seat = Licence.assignSeats(subscription, tree, assets, now).get(assetId);
  if (seat === undefined) return "no seat";
  return seat._tag === "Licensed" ? null : `${seat.reason} (${seat.rule})`;
});

// Who lost the licence after a manifest was issued, or left the scope, gets nothing, and the run says so.
const withhold = Effect.fnUntraced(function* (
  tenantId: TenantId,
  assetRunId: string,
  why: { readonly _tag: "NotLicensed" | "OutOfScope"; readonly reason: string },
  now: number,
) {
  const found = yield* Repository.get(tenantId, "assetRun", assetRunId);
  if (found === null || found.value.state.status !== "Pending") return;
  const marked = yield* RunMarks.marked(tenantId, found, why);
  const { expect, writes } = RunMarks.change([marked], now);
  const events = [Repository.event("ManifestWithheld", "assetRun", assetRunId, now, { reason: why.reason })];
  yield* Repository.tryCommit(tenantId, { expect, writes, events });
});

interface Moved {
  readonly held: Partial<Pick<AgentRecord, "configuration" | "statusIntervalSeconds">>;
  readonly change: Pick<Repository.Change, "expect" | "counters" | "writes" | "events">;
}

const NOT_MOVED: Moved = { held: {}, change: { writes: [] } };

// Written with the check-in itself: a check-in that was taken down is not told of the new zone again. Rules may ask for the
// zone, and profiles for the tags that they give.
const movedZone = Effect.fnUntraced(function* (proved: ProvedRequest, timeZone: string, now: number) {
  const { tenantId, agent } = proved;
  const asset = yield* Repository.get(tenantId, "asset", agent.id);
  if (asset === null) return NOT_MOVED;
  const on = yield* AssetWrites.ground(tenantId, now);
  const is = { ...asset.value, timeZone };
  const { configuration, change } = yield* AssetWrites.ofAgent(on, { was: asset, is, about: { timeZone } });
  if (configuration === null) return { held: {}, change };
  const { digest, statusIntervalSeconds } = configuration;
  return { held: { configuration: digest, statusIntervalSeconds }, change };
});
