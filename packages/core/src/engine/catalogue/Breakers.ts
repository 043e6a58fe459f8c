/**
 * The circuit breaker (PLN-05): counts what agents tell of their attempts at each patch, and holds one of which too much
 * has failed.
 *
 * Attempts are counted by counters in the commit that stores the facts, so agents that report at once don't get in each
 * other's way. The decision comes after it, before the agent is answered: whoever is the last to count sees all of them, and a
 * report that was cut off between the two is sent again and decided then. The hold itself is one entity, so that two who
 * decide at once place one hold, and it is placed only in the round of counting in which it was decided.
 */
import * as Effect from "effect/Effect";
import * as Breaker from "../../domain/patch/Breaker.ts";
import * as Hold from "../../domain/patch/Hold.ts";
import type * as AssetRun from "../../domain/run/AssetRun.ts";
import { label, system } from "../../domain/shared/Actor.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import { type CounterChange, Storage } from "../../ports/Storage.ts";
import type { FactRecord } from "../../schema/Stored.ts";
import * as AuditTrail from "../audit/AuditTrail.ts";
import * as Decisions from "../Decisions.ts";
import { lift } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";

/** On what ground it acts, as the audit trail spells it behind `system:`. */
export const REASON = "circuit breaker";

/** Rounds of counting, by patch. */
type Rounds = ReadonlyMap<string, number>;

/** What goes into the commit that stores the facts, and in which rounds it counts what they tell of. */
interface Counting extends Required<Pick<Repository.Change, "expect" | "counters" | "writes">> {
  readonly rounds: Rounds;
}

const nothing: Counting = { expect: [], counters: [], writes: [], rounds: new Map() };

/** What new facts of an agent, about these of its asset runs, add to the counts of the patches that they tell of. */
export const counting = Effect.fnUntraced(function* (
  tenantId: TenantId,
  agentId: string,
  fresh: readonly FactRecord[],
  assetRuns: readonly AssetRun.AssetRun[],
) {
  const told = yield* ofDeployments(tenantId, fresh.flatMap(toldBy), assetRuns);
  if (told.length === 0) return nothing;
  const rounds = yield* roundsOf(tenantId, patchesOf(told));
  const known = yield* Repository.get(tenantId, "attempts", agentId);
  const { attempts, added } = Breaker.take(
    known?.value ?? { assetId: agentId, latest: {} },
    told,
    (patchId) => rounds.get(patchId) ?? 0,
  );
  if (added.size === 0) return { ...nothing, rounds };
  const counters: readonly CounterChange[] = [...added].flatMap(([patchId, { round, attempted, failed }]) =>
    [
      { key: keyOf("attempted", patchId, round), by: attempted },
      { key: keyOf("failed", patchId, round), by: failed },
    ].filter((c) => c.by !== 0),
  );
  const change: Counting = {
    expect: [Repository.expected("attempts", agentId, known)],
    counters,
    writes: [Repository.put("attempts", agentId, attempts)],
    rounds,
  };
  return change;
});

/**
 * Holds those of the patches of which too much has failed by now; what stands stays as it is. `counted`: in which rounds the
 * commit of the facts has just counted them; null where it wasn't they that were counted, or not now.
 */
export const holdWhatFails = Effect.fnUntraced(function* (
  tenantId: TenantId,
  facts: readonly FactRecord[],
  counted: Rounds | null,
) {
  const rounds = counted ?? (yield* roundsOf(tenantId, patchesOf(facts.flatMap(toldBy))));
  if (rounds.size === 0) return;
  // Of most patches nothing has failed, and there is nothing to decide.
  const failed = yield* countersOf(
    tenantId,
    [...rounds].map(([patchId, round]) => keyOf("failed", patchId, round)),
  );
  for (const [i, patchId] of [...rounds.keys()].entries()) {
    if ((failed[i] ?? 0) > 0) yield* Decisions.untilItStands(tenantId, decide(tenantId, patchId));
  }
});

const patchesOf = (told: readonly Breaker.Told[]): readonly string[] => [...new Set(told.map((t) => t.patchId))];

const roundsOf = Effect.fnUntraced(function* (tenantId: TenantId, patchIds: readonly string[]) {
  const rounds = new Map(patchIds.map((id) => [id, 0]));
  if (patchIds.length === 0) return rounds;
  for (const { id, value } of yield* Repository.some(tenantId, "breaker", patchIds)) rounds.set(id, value.round);
  return rounds;
});

const countersOf = (tenantId: TenantId, keys: readonly string[]) =>
  Effect.flatMap(Storage, (storage) => storage.counters(tenantId, keys));

/** What a release adds to its change: counting begins anew. */
export const anew = Effect.fn("Breakers.anew")(function* (tenantId: TenantId, patchId: string) {
  const known = yield* Repository.get(tenantId, "breaker", patchId);
  const round = (known?.value.round ?? 0) + 1;
  return {
    expect: Repository.expected("breaker", patchId, known),
    write: Repository.put("breaker", patchId, { patchId, round }),
  };
});

const decide = Effect.fn("Breakers.decide")(function* (tenantId: TenantId, patchId: string) {
  const stays = { change: { writes: [] } as Repository.Change, answer: undefined };
  const breaker = yield* Repository.get(tenantId, "breaker", patchId);
  const round = breaker?.value.round ?? 0;
  const keys = [keyOf("failed", patchId, round), keyOf("attempted", patchId, round)];
  const [failed = 0, attempted = 0] = yield* countersOf(tenantId, keys);
  if (failed === 0) return stays;
  const counts = { failed, attempted };
  const { limits } = yield* Subscriptions.of(tenantId);
  if (!Breaker.isTripped(counts, limits)) return stays;
  if ((yield* Repository.get(tenantId, "hold", patchId)) !== null) return stays;
  const now = (yield* Environment).now();
  const actor = system(tenantId, REASON);
  const by = label(actor);
  const hold = yield* lift(Hold.place(patchId, Breaker.reasonOf(counts, limits), { by, now }));
  const change = yield* AuditTrail.recorded(actor, "catalogue.hold", {
    expect: [Repository.expected("hold", patchId, null), Repository.expected("breaker", patchId, breaker)],
    writes: [Repository.put("hold", patchId, hold)],
    events: [Repository.event("PatchHeld", "hold", patchId, now, { by, reason: hold.reason })],
  });
  return { change, answer: undefined };
});

interface ToldOfRun extends Breaker.Told {
  readonly runId: string;
}

const toldBy = ({ epoch, fact: { sequence, body } }: FactRecord): readonly ToldOfRun[] =>
  body._tag === "Patch" && Breaker.isAttempt(body.outcome)
    ? [{ patchId: body.patchId, runId: body.runId, outcome: body.outcome, epoch, sequence }]
    : [];

// What an agent was never given to install isn't counted, nor that a rollback fails.
const ofDeployments = Effect.fnUntraced(function* (
  tenantId: TenantId,
  told: readonly ToldOfRun[],
  assetRuns: readonly AssetRun.AssetRun[],
) {
  if (told.length === 0) return told;
  const runIds = [...new Set(told.map((t) => t.runId))];
  const runs = yield* Repository.some(tenantId, "run", runIds);
  const deployments = new Set(runs.filter((r) => r.value.kind === "deployment").map((r) => r.id));
  const own = assetRuns.filter((a) => deployments.has(a.runId));
  const planned = new Map(own.map((a) => [a.runId, new Set(a.patches.map((p) => p.patchId))]));
  return told.filter((t) => planned.get(t.runId)?.has(t.patchId) === true);
});

const keyOf = (what: keyof Breaker.Counts, patchId: string, round: number): string =>
  `breaker.${what}.${round}.${patchId}`;
