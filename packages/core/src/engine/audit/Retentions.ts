/**
 * Retention (CFG-07): what is past its limit goes, oldest first, a bounded number of things with each tick; what is under
 * legal hold stays. What a tick removes, its record in the audit trail, and the retention as it was read are one commit:
 * a hold that comes at the same moment is never overtaken.
 */
import type { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import * as Retention from "../../domain/retention/Retention.ts";
import type { AssetRun } from "../../domain/run/AssetRun.ts";
import type { Run } from "../../domain/run/Run.ts";
import * as Actor from "../../domain/shared/Actor.ts";
import type { Rejection } from "../../domain/shared/Rejection.ts";
import type { Result } from "../../domain/shared/Result.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import { type DeleteWrite, type Expectation, PAGE_LIMIT_MAX, Storage } from "../../ports/Storage.ts";
import * as Authority from "../access/Authority.ts";
import * as Activities from "../agents/Activities.ts";
import * as SignedDocuments from "../agents/SignedDocuments.ts";
import * as Decisions from "../Decisions.ts";
import * as Subscriptions from "../events/Subscriptions.ts";
import * as Idempotency from "../Idempotency.ts";
import { lift, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as AuditAnchor from "./AuditAnchor.ts";
import * as AuditChain from "./AuditChain.ts";
import * as AuditTrail from "./AuditTrail.ts";

/** Events, and audit records, that one tick removes; the rest follow with the next ticks. */
export const ROWS_PER_TICK_MAX = PAGE_LIMIT_MAX;

/** How long events past their age wait for a subscriber that hasn't had them. */
export const EVENTS_HELD_DAYS_MAX = 30;
const DAY_MILLISECONDS = 24 * 3_600_000;

/** Runs, asset runs with their manifests, and facts together that one tick removes. */
export const ENTITIES_PER_TICK_MAX = 5_000;

/** The only one of its kind in a tenant. */
const ID = "retention";

/** What is held: a job's runs, or all that the tenant has; and why. */
export interface HoldInput {
  readonly reason: string;
  readonly jobId?: string | null;
}

export interface ReleaseInput {
  readonly jobId?: string | null;
}

/** What is kept how long, and what is held. */
export const get = Effect.fn("Retentions.get")(function* (actor: Actor.Actor) {
  yield* Authority.require(actor, "manage-retention");
  return (yield* Repository.get(actor.tenantId, "retention", ID))?.value ?? Retention.forEver;
});

/** Says for how many days each is kept. The next tick begins to remove what is past its limit then. */
export const save = Effect.fn("Retentions.save")(function* (
  actor: Actor.Actor,
  days: Retention.RetentionDays,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  yield* Authority.require(actor, "manage-retention");
  const call = { method: "retention.save", key, request: days };
  return yield* changed(actor, call, (retention) => Retention.save(retention, days));
});

/** Puts everything, or a job's runs, under legal hold. While any hold stands, events and audit records are kept. */
export const hold = Effect.fn("Retentions.hold")(function* (
  actor: Actor.Actor,
  input: HoldInput,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  yield* Authority.require(actor, "manage-retention");
  const { reason, jobId = null } = input;
  if (jobId !== null) yield* mustHaveBeen(actor.tenantId, jobId);
  const since = (yield* Environment).now();
  const held: Retention.Hold = { reason, by: Actor.label(actor), since };
  const call = { method: "retention.hold", key, request: { reason, jobId } };
  return yield* changed(actor, call, (retention) => Retention.hold(retention, jobId, held));
});

/** Releases the hold on everything, or on a job's runs. */
export const release = Effect.fn("Retentions.release")(function* (
  actor: Actor.Actor,
  { jobId = null }: ReleaseInput = {},
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  yield* Authority.require(actor, "manage-retention");
  const call = { method: "retention.release", key, request: { jobId } };
  return yield* changed(actor, call, (retention) => Retention.release(retention, jobId));
});

// Of a job that was deleted the past runs are there still (JOB-11).
const mustHaveBeen = Effect.fn("Retentions.mustHaveBeen")(function* (tenantId: TenantId, jobId: string) {
  if ((yield* Repository.get(tenantId, "job", jobId)) !== null) return;
  const runs = yield* Repository.allBy(tenantId, "run", "job", jobId);
  if (runs.length === 0) yield* reject("CFG-07", "not-found", `there is no job ${jobId}, and no run of it`, "jobId");
});

type Decision = Result<Retention.Retention, Rejection | readonly Rejection[]>;

const changed = Effect.fn("Retentions.changed")(function* (
  actor: Actor.Actor,
  call: Idempotency.Call,
  decide: (retention: Retention.Retention) => Decision,
) {
  const { tenantId } = actor;
  const decided = Effect.gen(function* () {
    const known = yield* Repository.get(tenantId, "retention", ID);
    const retention = yield* lift(decide(known?.value ?? Retention.forEver));
    const now = (yield* Environment).now();
    const change: Repository.Change = {
      expect: [Repository.expected("retention", ID, known)],
      writes: [Repository.put("retention", ID, retention)],
      events: [
        Repository.event("RetentionChanged", "retention", ID, now, { by: Actor.label(actor), how: call.method }),
      ],
    };
    return { change, answer: retention };
  });
  return yield* Decisions.untilItStands(tenantId, Idempotency.once(actor, call, decided));
});

/** Removes what is past its limit, as much as one tick may; for every tick. */
export const tick = Effect.fn("Retentions.tick")(function* (tenantId: TenantId) {
  const now = (yield* Environment).now();
  const known = yield* Repository.get(tenantId, "retention", ID);
  if (known === null || !Retention.isDue(known.value, now)) return;
  const due = Retention.due(known.value, now);
  const runs = due.runs === null ? nothing : yield* overdueRuns(tenantId, known.value, due.runs);
  const events: Rows<Positioned> = due.events === null ? noRows : yield* overdueEvents(tenantId, due.events);
  const audit: Rows<AuditChain.Link> =
    due.audit === null ? noRows : yield* overdueRecords(tenantId, known.value, due.audit);
  // What agents did is kept as long as events are (AGT-05).
  const activity =
    due.events === null ? { expect: [], writes: [], isMore: false } : yield* Activities.overdue(tenantId, due.events);
  const isMore = runs.isMore || events.isMore || audit.isMore || activity.isMore;
  const { last } = audit;
  const failure = audit.failure ?? events.failure;
  const retention: Retention.Retention = {
    ...known.value,
    anchor: last ?? known.value.anchor,
    lastRun: isMore ? known.value.lastRun : { at: now, failure },
  };
  const shortened = activity.writes.length === 0 ? {} : { activity: activity.writes.length };
  const told = { events: toldOf(events), audit: { ...toldOf(audit), ...last } };
  const removed = { runs: runs.ids, ...runs.counts, ...told, ...shortened };
  const isAny = runs.writes.length + activity.writes.length > 0 || events.last !== null || last !== null;
  const actor = Actor.because(Actor.system(tenantId, AuditAnchor.REASON), "past the limits of retention");
  const change = { kind: "retention" as const, id: ID, before: null, after: removed };
  yield* Repository.tryCommit(tenantId, {
    expect: [Repository.expected("retention", ID, known), ...runs.expect, ...activity.expect],
    writes: [...runs.writes, ...activity.writes, Repository.put("retention", ID, retention)],
    forget: {
      ...(events.last === null ? {} : { events: events.last.position }),
      ...(last === null ? {} : { audit: last.position }),
    },
    ...(isAny
      ? {
          events: [Repository.event("RetentionRan", "retention", ID, now, { ...runs.counts, runs: runs.ids.length })],
          audit: [yield* AuditTrail.about(actor, AuditAnchor.METHOD, change)],
        }
      : {}),
  });
});

// What the record says of rows that go; of audit records the last one's hash stands beside, which is the anchor.
const toldOf = ({ last, count }: Rows<Positioned>) => (last === null ? { count } : { count, position: last.position });

type Positioned = Pick<AuditChain.Link, "position">;

/** The oldest rows that go. */
interface Rows<Last> {
  readonly last: Last | null;
  readonly count: number;
  readonly isMore: boolean;
  /** Why none of them goes though they are due. */
  readonly failure: string | null;
}

const noRows: Rows<never> = { last: null, count: 0, isMore: false, failure: null };

const overdueEvents = Effect.fn("Retentions.overdueEvents")(function* (tenantId: TenantId, before: number) {
  const oldest = yield* (yield* Storage).events(tenantId, 0, ROWS_PER_TICK_MAX);
  const held = yield* Subscriptions.heldBy(tenantId);
  // CFG-07: what a subscriber hasn't had waits for it, and no longer than so.
  const free = Retention.leading(oldest, before - EVENTS_HELD_DAYS_MAX * DAY_MILLISECONDS);
  const had = held === null ? oldest.length : oldest.filter((e) => e.position <= held.needless).length;
  const overdue = Retention.leading(oldest, before);
  const count = Math.min(overdue, Math.max(free, had));
  const last = oldest[count - 1];
  const failure = count < overdue && held !== null ? `events are kept for the subscriber ${held.name}` : null;
  if (last === undefined) return { ...noRows, failure };
  const isMore = count === oldest.length;
  const rows: Rows<Positioned> = { last: { position: last.position }, count, isMore, failure };
  return rows;
});

// A trail that isn't what was written stays as it is: what shows that somebody tampered with it must not go by itself.
const overdueRecords = Effect.fn("Retentions.overdueRecords")(function* (
  tenantId: TenantId,
  { anchor }: Retention.Retention,
  before: number,
) {
  const oldest = yield* (yield* Storage).audit(tenantId, { after: 0, limit: ROWS_PER_TICK_MAX });
  const count = Retention.leading(oldest, before);
  const last = oldest[count - 1];
  if (last === undefined) return noRows;
  const followed = AuditChain.follow(tenantId, anchor ?? AuditChain.GENESIS, oldest);
  if (followed._tag === "Broken") {
    return { ...noRows, failure: `the audit trail is broken and kept: ${followed.at.message}` };
  }
  const { position, hash } = last;
  const rows: Rows<AuditChain.Link> = { ...noRows, last: { position, hash }, count, isMore: count === oldest.length };
  return rows;
});

/** Runs with their asset runs and facts that go. */
interface Entities {
  readonly ids: readonly string[];
  readonly counts: { readonly assetRuns: number; readonly facts: number };
  readonly expect: readonly Expectation[];
  readonly writes: readonly DeleteWrite[];
  readonly isMore: boolean;
}

const nothing: Entities = { ids: [], counts: { assetRuns: 0, facts: 0 }, expect: [], writes: [], isMore: false };

const overdueRuns = Effect.fn("Retentions.overdueRuns")(function* (
  tenantId: TenantId,
  retention: Retention.Retention,
  before: number,
) {
  const old = (yield* Repository.all(tenantId, "run")).filter((r) => r.value.startedAt < before);
  const jobs = yield* Repository.some(tenantId, "job", [...new Set(old.map((r) => r.value.jobId))]);
  const jobOf = new Map(jobs.map((j) => [j.id, j.value]));
  const mayGo = old.filter(
    (r) =>
      r.value.making === undefined && Retention.mayGo(r.value, jobOf.get(r.value.jobId) ?? null, retention, before),
  );
  mayGo.sort((a, b) => a.value.startedAt - b.value.startedAt || (a.id < b.id ? -1 : 1));
  let gone = nothing;
  for (const run of mayGo) {
    gone = yield* withRun(tenantId, gone, run, before);
    if (gone.isMore) return gone;
  }
  return gone;
});

// Asset runs go whole, each with its facts, and the run after the last of them: what stays can still be read.
const withRun = Effect.fn("Retentions.withRun")(function* (
  tenantId: TenantId,
  before: Entities,
  run: Repository.Versioned<Run>,
  limit: number,
) {
  const now = (yield* Environment).now();
  const assetRuns = yield* Repository.allBy(tenantId, "assetRun", "run", run.id);
  const values = assetRuns.map((a) => a.value);
  if (!Retention.isOver(values, limit, now)) return before;
  let gone = before;
  for (const { id, revision, value } of assetRuns) {
    const facts = yield* Repository.allBy(tenantId, "fact", "assetRun", id);
    const writes = [...facts.map((f) => del("fact", f.id)), ...manifestOf(value), del("assetRun", id)];
    // The first is taken whatever its size, so that none is ever too large to go.
    const isFull = gone.writes.length > 0 && gone.writes.length + writes.length > ENTITIES_PER_TICK_MAX;
    if (isFull) return { ...gone, isMore: true };
    gone = {
      ...gone,
      counts: { assetRuns: gone.counts.assetRuns + 1, facts: gone.counts.facts + facts.length },
      expect: [...gone.expect, Repository.expected("assetRun", id, { revision, tenantId })],
      writes: [...gone.writes, ...writes],
    };
  }
  return {
    ...gone,
    ids: [...gone.ids, run.id],
    expect: [...gone.expect, Repository.expected("run", run.id, run)],
    writes: [...gone.writes, del("run", run.id)],
  };
});

// Its own and nobody else's, and expired: with it goes the last that names its bytes (BlobGarbage).
const manifestOf = ({ manifest }: AssetRun): readonly DeleteWrite[] =>
  manifest === null ? [] : [del("document", SignedDocuments.idOf(manifest.digest as Crypto.Digest))];

const del = (kind: DeleteWrite["kind"], id: string): DeleteWrite => ({ _tag: "Delete", kind, id });
