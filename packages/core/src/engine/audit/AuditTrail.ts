/**
 * The audit trail (RBAC-11): who changed what, from what to what, when and why. A record is part of the commit that makes
 * the change, so there is no change without its record; the store chains records ({@link ./AuditChain.ts}), so none can be
 * changed, removed or put in without {@link verify} finding it.
 *
 * Audited is what users and the control plane decide. What agents report is told by the events (EVT-01).
 */
import { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import * as AuditEntry from "../../domain/audit/AuditEntry.ts";
import { type Actor, label } from "../../domain/shared/Actor.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import {
  type AuditQuery,
  type EntityKind,
  type NewAuditRecord,
  PAGE_LIMIT_MAX,
  Storage,
  type StoredAuditRecord,
  type StoredJson,
} from "../../ports/Storage.ts";
import { TenantKeys } from "../../ports/TenantKeys.ts";
import * as Authority from "../access/Authority.ts";
import { reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Cursor from "../searches/Cursor.ts";
import * as AuditVerification from "./AuditVerification.ts";

/** Entities of which every change is in the trail. The others follow from these, or from what agents report. */
const auditedKinds: ReadonlySet<EntityKind> = new Set<EntityKind>([
  "subscription",
  "tag",
  "activationKey",
  "asset",
  "feed",
  "vendorFile",
  "hold",
  "vulnerability",
  "profile",
  "assessmentProfile",
  "freeze",
  "quorumGroup",
  "job",
  "scriptAuthor",
  "script",
  "savedSearch",
  "purgeRule",
  "retention",
]);

/** Entities of one kind in one request of which each has a record; of more there is one for all of them. */
export const RECORDS_PER_KIND_MAX = 1_000;

/**
 * A change with its records: what each audited entity was and becomes. The commit is refused when one of them is no longer
 * as it is told here. `method` is the façade's, `tags.save`.
 */
export const recorded = Effect.fn("AuditTrail.recorded")(function* (
  actor: Actor,
  method: string,
  change: Repository.Change,
) {
  const storage = yield* Storage;
  const why = yield* reasonOf(actor.why);
  const at = (yield* Environment).now();
  const by = { at, by: label(actor), action: method };
  const audit: NewAuditRecord[] = [...(change.audit ?? [])];
  const expect = [...(change.expect ?? [])];
  for (const kind of auditedKinds) {
    const writes = change.writes.filter((w) => w.kind === kind);
    if (writes.length === 0) continue;
    if (writes.length > RECORDS_PER_KIND_MAX) {
      audit.push({ ...by, kind, id: ALL, body: { changes: { entities: { after: writes.length } }, why } });
      continue;
    }
    const ids = [...new Set(writes.map((w) => w.id))];
    const found = new Map((yield* storage.getMany(actor.tenantId, kind, ids)).map((s) => [s.id, s]));
    for (const id of ids) {
      const write = writes.findLast((w) => w.id === id);
      const before = found.get(id)?.body ?? null;
      const after = write?._tag === "Put" ? write.body : null;
      const entry = AuditEntry.make({ kind, before, after }, why, Crypto.digest);
      audit.push({ ...by, kind, id, body: entry as unknown as StoredJson });
      if (!expect.some((e) => e.kind === kind && e.id === id)) {
        expect.push(Repository.expected(kind, id, found.get(id) ?? null));
      }
    }
  }
  const full: Repository.Change = { ...change, expect, audit };
  return full;
});

/** A record of a part of an entity that isn't audited as a whole; goes into the change's `audit`. */
export const about = Effect.fn("AuditTrail.about")(function* (
  actor: Actor,
  method: string,
  { id, ...change }: AuditEntry.Change & { readonly kind: EntityKind; readonly id: string },
) {
  const why = yield* reasonOf(actor.why);
  const body = AuditEntry.make(change, why, Crypto.digest) as unknown as StoredJson;
  const at = (yield* Environment).now();
  const record: NewAuditRecord = { at, by: label(actor), action: method, kind: change.kind, id, body };
  return record;
});

/** The id in a record that stands for many entities of its kind. */
export const ALL = "*";

const reasonOf = (why: string | undefined) => {
  if (why === undefined) return Effect.succeed(null);
  const reason = why.trim();
  return reason.length >= 1 && reason.length <= AuditEntry.WHY_CHARACTERS_MAX
    ? Effect.succeed(reason)
    : reject("RBAC-11", "invalid", `a reason has 1–${AuditEntry.WHY_CHARACTERS_MAX} characters`, "why");
};

export interface AuditSearchInput {
  /** Who, as `user:anna`, `system:purge`. */
  readonly by?: string;
  /** The method, `jobs.enable`. */
  readonly action?: string;
  readonly entity?: { readonly kind: EntityKind; readonly id: string };
  /** First instant, and the first that is no longer looked at; epoch milliseconds. */
  readonly from?: number;
  readonly until?: number;
  readonly cursor?: string;
  readonly limit?: number;
}

export interface AuditRecord extends Omit<StoredAuditRecord, "body"> {
  readonly entry: AuditEntry.AuditEntry;
}

export interface AuditPage {
  /** The oldest first. */
  readonly records: readonly AuditRecord[];
  readonly next: string | null;
}

/**
 * Records of the trail, a page at a time, the oldest first.
 *
 * @example
 * const page = yield* fettle.audit.search(actor, { entity: { kind: "job", id: jobId } });
 */
export const search = Effect.fn("AuditTrail.search")(function* (actor: Actor, input: AuditSearchInput = {}) {
  yield* Authority.require(actor, "view-audit");
  const limit = yield* Cursor.limitOf(input.limit);
  const { by, action, entity, from, until } = input;
  const question = {
    by: by ?? null,
    action: action ?? null,
    kind: entity?.kind ?? null,
    id: entity?.id ?? null,
    from: from ?? null,
    until: until ?? null,
  };
  const listing: Cursor.Listing = { list: "audit", question };
  const position = yield* Cursor.start(actor, listing, input.cursor);
  const after = Number(position.after?.[0] ?? 0);
  const query: AuditQuery = {
    after,
    limit: Math.min(limit + 1, PAGE_LIMIT_MAX),
    ...(by === undefined ? {} : { by }),
    ...(action === undefined ? {} : { action }),
    ...(entity === undefined ? {} : { entity }),
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
  };
  const found = yield* (yield* Storage).audit(actor.tenantId, query);
  const records = found.slice(0, limit).map(told);
  const last = records.at(-1);
  const isMore = last !== undefined && (found.length > limit || found.length === PAGE_LIMIT_MAX);
  const next = isMore ? yield* Cursor.seal(actor, listing, { asOf: position.asOf, after: [last.position] }) : null;
  const page: AuditPage = { records, next };
  return page;
});

const told = ({ body, ...record }: StoredAuditRecord): AuditRecord => ({
  ...record,
  entry: body as unknown as AuditEntry.AuditEntry,
});

/**
 * Follows the whole chain and says where it first is not what was written. Given a checkpoint that was kept elsewhere, it
 * also finds records that were cut off at the end, and a trail that was calculated anew.
 */
export const verify = Effect.fn("AuditTrail.verify")(function* (
  actor: Actor,
  options: { readonly checkpoint?: Uint8Array } = {},
) {
  yield* Authority.require(actor, "view-audit");
  const { tenantId } = actor;
  const mark = options.checkpoint === undefined ? null : yield* opened(tenantId, options.checkpoint);
  return AuditVerification.verdict(yield* followed(tenantId, mark));
});

const followed = Effect.fn("AuditTrail.followed")(function* (
  tenantId: TenantId,
  mark: AuditVerification.AuditCheckpoint | null,
) {
  const storage = yield* Storage;
  let walk = AuditVerification.begin(tenantId, mark);
  for (;;) {
    const page = yield* storage.audit(tenantId, { after: walk.last.position, limit: PAGE_LIMIT_MAX });
    walk = AuditVerification.step(walk, page);
    if (walk.broken !== null || page.length < PAGE_LIMIT_MAX) return walk;
  }
});

/** Where the trail stands now, signed with the tenant's key (DSSE); keep it where the store's administrators can't reach. */
export const checkpoint = Effect.fn("AuditTrail.checkpoint")(function* (actor: Actor) {
  yield* Authority.require(actor, "view-audit");
  const { tenantId } = actor;
  const walk = yield* followed(tenantId, null);
  const { broken } = AuditVerification.verdict(walk);
  if (broken !== null) return yield* reject("RBAC-11", "conflict", `the trail is broken: ${broken.message}`);
  const at = (yield* Environment).now();
  const keys = yield* (yield* TenantKeys).keyPair(tenantId);
  return AuditVerification.seal({ ...walk.last, tenantId, at }, keys);
});

const opened = Effect.fn("AuditTrail.opened")(function* (tenantId: TenantId, bytes: Uint8Array) {
  const { publicKey } = yield* (yield* TenantKeys).keyPair(tenantId);
  const mark = AuditVerification.open(bytes, publicKey);
  if (mark.ok && mark.value.tenantId === tenantId) return mark.value;
  const reason = mark.ok ? "of another tenant" : mark.error;
  return yield* reject("RBAC-11", "invalid", `not a checkpoint of this trail: ${reason}`, "checkpoint");
});
