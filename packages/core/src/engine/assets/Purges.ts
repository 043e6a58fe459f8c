/**
 * Purges (PRG-01): preview, confirmation, removal, by hand or daily by rule. Irreversible, so a purge carries out just what
 * was shown and confirmed, or nothing.
 */
import { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import * as PurgeRule from "../../domain/purge/PurgeRule.ts";
import * as Actor from "../../domain/shared/Actor.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import { Storage } from "../../ports/Storage.ts";
import * as Stored from "../../schema/Stored.ts";
import * as Authority from "../access/Authority.ts";
import * as AgentSearches from "../agents/AgentSearches.ts";
import * as Decisions from "../Decisions.ts";
import * as Idempotency from "../Idempotency.ts";
import { lift, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as AssetRemovals from "./AssetRemovals.ts";

/** Assets that one tick removes for one rule; the rest follow with the next ticks. */
export const REMOVED_PER_TICK_MAX = 500;

/** Rows that a preview shows; it counts and confirms all. */
export const PREVIEW_ROWS_MAX = 1_000;

/** What a purge would do now. */
export interface PurgePreview {
  /** How many assets would be removed. */
  readonly total: number;
  /** The first of them, by name. */
  readonly rows: readonly AgentSearches.AgentRow[];
  /** Matching assets that would stay, and why. */
  readonly kept: readonly (PurgeRule.Kept & { readonly assetId: string })[];
  /** Confirms just this: the query, and the assets that it finds now. */
  readonly confirmation: string;
}

/** What a purge did. */
export interface PurgeAnswer {
  readonly removed: readonly string[];
  readonly kept: readonly (PurgeRule.Kept & { readonly assetId: string })[];
}

/** What a purge would remove, and what it would keep. Changes nothing. */
export const preview = Effect.fn("Purges.preview")(function* (actor: Actor.Actor, query: string) {
  const { rows, confirmation } = yield* found(actor, query);
  const now = (yield* Environment).now();
  const kept: PurgePreview["kept"][number][] = [];
  const doomed: AgentSearches.AgentRow[] = [];
  for (const row of rows) {
    const runs = yield* Repository.allBy(actor.tenantId, "assetRun", "asset", row.asset.id);
    const because = PurgeRule.whyKept(
      runs.map((r) => r.value),
      { now, heardAt: row.lastCheckedInAt },
    );
    if (because === null) doomed.push(row);
    else kept.push({ assetId: row.asset.id, ...because });
  }
  const shown: PurgePreview = { total: doomed.length, rows: doomed.slice(0, PREVIEW_ROWS_MAX), kept, confirmation };
  return shown;
});

const found = Effect.fn("Purges.found")(function* (actor: Actor.Actor, text: string) {
  const user = yield* Authority.require(actor, "purge-assets");
  yield* Subscriptions.of(actor.tenantId);
  const query = yield* lift(PurgeRule.readQuery(text));
  const matching = yield* AgentSearches.matching(actor.tenantId, user, query, (yield* Environment).now());
  const rows = [...matching].sort((a, b) => inOrder(a.asset.name, b.asset.name) || inOrder(a.asset.id, b.asset.id));
  const ids = rows.map((r) => r.asset.id);
  return { user, rows, ids, confirmation: PurgeRule.confirmation(text, ids, Crypto.digest) };
});

const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A query with the confirmation that its preview gave. */
export interface ConfirmedPurge {
  readonly query: string;
  readonly confirmation: string;
}

/**
 * Removes what was previewed and confirmed, once, for good. An asset on which a run has started meanwhile is kept.
 *
 * @example
 * const { confirmation, total } = yield* fettle.purges.preview(actor, "lastCheckedIn < now-90d");
 * yield* fettle.purges.run(actor, { query: "lastCheckedIn < now-90d", confirmation });
 */
export const run = Effect.fn("Purges.run")(function* (
  actor: Actor.Actor,
  input: ConfirmedPurge,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  yield* Authority.require(actor, "purge-assets");
  const { tenantId } = actor;
  const call = { method: "purges.run", key, request: input };
  const { known, keep } = yield* Idempotency.recall<PurgeAnswer>(actor, call);
  if (known !== null) return known.answer;
  const { ids } = yield* confirmed(actor, input);
  const answer = yield* removeAll(tenantId, ids, { actor, method: "purges.run" });
  const now = (yield* Environment).now();
  const body = { by: Actor.label(actor), removed: answer.removed.length, kept: answer.kept.length };
  const told: Repository.Change = {
    writes: [],
    events: [Repository.event("PurgeRan", "asset", ALL, now, { ...body, query: input.query })],
  };
  const committed = yield* Repository.tryCommit(tenantId, Idempotency.both(keep(answer), told));
  if (committed._tag === "Committed") return answer;
  // The same request at the same moment was quicker: what it did is the answer of both.
  return (yield* Idempotency.recall<PurgeAnswer>(actor, call)).known?.answer ?? answer;
});

const ALL = "*";

const confirmed = Effect.fn("Purges.confirmed")(function* (actor: Actor.Actor, input: ConfirmedPurge) {
  const now = yield* found(actor, input.query);
  if (now.confirmation === input.confirmation) return now;
  const message = `this would be for ${now.ids.length} assets now, not the ones that were confirmed: look at the preview again`;
  return yield* reject("PRG-01", "stale", message, "confirmation");
});

const removeAll = Effect.fn("Purges.removeAll")(function* (
  tenantId: TenantId,
  ids: readonly string[],
  { actor, method }: { readonly actor: Actor.Actor; readonly method: string },
) {
  const removed: string[] = [];
  const kept: PurgeAnswer["kept"][number][] = [];
  for (const assetId of ids) {
    const came = yield* AssetRemovals.remove(tenantId, assetId, { actor, method, reason: "purged", leaves: null });
    if (came._tag === "Removed") removed.push(assetId);
    if (came._tag === "Kept") kept.push({ assetId, ...came.because });
    if (came._tag === "Changed") kept.push({ assetId, rule: "PRG-01", reason: "it was written to all the while" });
  }
  const answer: PurgeAnswer = { removed, kept };
  return answer;
});

/** A rule to save, or to change when its id is known; confirmed as a purge by hand is. */
export interface PurgeRuleInput extends ConfirmedPurge {
  readonly id?: string;
  readonly name: string;
}

/** Saves a rule that runs daily, in the scope of whoever saves it. It runs for the first time a day from now. */
export const save = Effect.fn("Purges.save")(function* (
  actor: Actor.Actor,
  input: PurgeRuleInput,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  const user = yield* Authority.require(actor, "purge-assets");
  const { tenantId } = actor;
  const { limits } = yield* Subscriptions.of(tenantId);
  const environment = yield* Environment;
  const id = input.id ?? environment.uuid();
  const decide = Effect.gen(function* () {
    const now = environment.now();
    yield* confirmed(actor, input);
    const changes = yield* (yield* Storage).counter(tenantId, RULES_COUNTER);
    const rules = yield* Repository.all(tenantId, "purgeRule");
    const known = rules.find((r) => r.id === id) ?? null;
    const others = rules.map((r) => r.value);
    const { name, query } = input;
    const wanted: PurgeRule.PurgeRule = { id, name, query, ownerId: user.id, savedAt: now, lastRun: null };
    const rule = yield* lift(PurgeRule.save(wanted, others, limits));
    yield* lift(Stored.readable("purgeRule", rule));
    const change: Repository.Change = {
      expect: [Repository.expected("purgeRule", id, known)],
      // So that two at once can't pass the limit, or take one name.
      counters: [{ key: RULES_COUNTER, by: 1, floor: changes + 1, ceiling: changes + 1 }],
      writes: [Repository.put("purgeRule", id, rule)],
      events: [Repository.event("PurgeRuleSaved", "purgeRule", id, now, { by: Actor.label(actor), name, query })],
    };
    return { change, answer: rule };
  });
  return yield* Decisions.untilItStands(
    tenantId,
    Idempotency.once(actor, { method: "purges.save", key, request: input }, decide),
  );
});

/** Counts the changes of rules. */
const RULES_COUNTER = "purgeRules";

/** Deletes a rule: it removes nothing any more. */
export const remove = Effect.fn("Purges.remove")(function* (
  actor: Actor.Actor,
  ruleId: string,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  yield* Authority.require(actor, "purge-assets");
  const { tenantId } = actor;
  const decide = Effect.gen(function* () {
    const known = yield* Repository.get(tenantId, "purgeRule", ruleId);
    if (known === null) return yield* reject("PRG-01", "not-found", `there is no purge rule ${ruleId}`);
    const now = (yield* Environment).now();
    const change: Repository.Change = {
      expect: [Repository.expected("purgeRule", ruleId, known)],
      writes: [{ _tag: "Delete", kind: "purgeRule", id: ruleId }],
      events: [Repository.event("PurgeRuleDeleted", "purgeRule", ruleId, now, { by: Actor.label(actor) })],
    };
    return { change, answer: known.value };
  });
  return yield* Decisions.ifItStands(
    tenantId,
    Idempotency.once(actor, { method: "purges.delete", key, request: { ruleId } }, decide),
  );
});

/** The rules, by name, each with how its last run went. */
export const list = Effect.fn("Purges.list")(function* (actor: Actor.Actor) {
  yield* Authority.require(actor, "purge-assets");
  const rules = (yield* Repository.all(actor.tenantId, "purgeRule")).map((r) => r.value);
  return rules.sort((a, b) => inOrder(a.name, b.name));
});

/** Runs the rules that are due, each in the scope that its owner has now; for every tick. */
export const tick = Effect.fn("Purges.tick")(function* (tenantId: TenantId) {
  const now = (yield* Environment).now();
  const rules = yield* Repository.all(tenantId, "purgeRule");
  const due = rules.filter((rule) => PurgeRule.isDue(rule.value, now));
  // One that can't be run now holds up no other.
  const ran = yield* Effect.forEach(due, (rule) => Effect.result(runRule(tenantId, rule, now)));
  for (const each of ran) if (each._tag === "Failure") return yield* Effect.fail(each.failure);
});

const runRule = Effect.fn("Purges.runRule")(function* (
  tenantId: TenantId,
  rule: Repository.Versioned<PurgeRule.PurgeRule>,
  now: number,
) {
  const { name, query, ownerId } = rule.value;
  const owner = ownerId === Authority.SYSTEM_USER_ID ? Actor.system(tenantId, "purge") : Actor.user(tenantId, ownerId);
  const matching = yield* Effect.result(found(owner, query));
  // What a port could not answer is asked again by the next tick; what the owner may not is said on the rule.
  if (matching._tag === "Failure" && matching.failure._tag !== "Rejected") return yield* Effect.fail(matching.failure);
  if (matching._tag === "Failure") {
    return yield* told(tenantId, rule, { at: now, removed: 0, kept: 0, failure: matching.failure.message });
  }
  const actor = Actor.because(Actor.system(tenantId, "purge"), `rule ${name}`);
  const ids = matching.success.ids.slice(0, REMOVED_PER_TICK_MAX);
  const { removed, kept } = yield* removeAll(tenantId, ids, { actor, method: "purges.tick" });
  // As long as it removes something and there is more, it goes on with the next tick.
  if (matching.success.ids.length > ids.length && removed.length > 0) return;
  yield* told(tenantId, rule, { at: now, removed: removed.length, kept: kept.length, failure: null });
});

const told = Effect.fn("Purges.told")(function* (
  tenantId: TenantId,
  rule: Repository.Versioned<PurgeRule.PurgeRule>,
  lastRun: PurgeRule.PurgeOutcome,
) {
  yield* Repository.tryCommit(tenantId, {
    expect: [Repository.expected("purgeRule", rule.id, rule)],
    writes: [Repository.put("purgeRule", rule.id, { ...rule.value, lastRun })],
    events: [Repository.event("PurgeRan", "purgeRule", rule.id, lastRun.at, { ...lastRun })],
  });
});
