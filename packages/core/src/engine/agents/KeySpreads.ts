/**
 * Brings a change of an activation key's modules to the agents that it admitted (KEY-02), asset by asset.
 *
 * The walk goes chunk by chunk in the order of ids; each chunk is one commit with the assets that changed and the place
 * where the walk goes on, which stands on the key. What was cut off, or is more than one call does, the next tick takes up.
 */
import * as Effect from "effect/Effect";
import type { ActivationKey, Spreading } from "../../domain/key/ActivationKey.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import * as AssetWrites from "../assets/AssetWrites.ts";
import * as Repository from "../Repository.ts";
import * as Sweeps from "../tags/Sweeps.ts";
import * as ModuleWrites from "./ModuleWrites.ts";

/** The index entry that a key has while a change is on its way. */
export const SPREADING = { name: "spreading", value: "yes" } as const;

/** How far one call came. */
export interface Spread {
  readonly changed: number;
  /** Agents that can't have the change, and why: it goes on past them. */
  readonly refused: readonly ModuleWrites.ModuleItem[];
  /** False when the ticks go on with it. */
  readonly isComplete: boolean;
}

/** For every tick: goes on with every change that is on its way. */
export const tick = Effect.fn("KeySpreads.tick")(function* (tenantId: TenantId) {
  for (const { id } of yield* Repository.allBy(tenantId, "activationKey", SPREADING.name, SPREADING.value)) {
    yield* resume(tenantId, id);
  }
});

/** Goes on with a key's change, for at most so many assets. */
export const resume = Effect.fn("KeySpreads.resume")(function* (
  tenantId: TenantId,
  keyId: string,
  assetsMax: number = Sweeps.ASSETS_PER_CALL_MAX,
) {
  let spread: Spread = { changed: 0, refused: [], isComplete: false };
  let [left, size, refusals] = [assetsMax, Sweeps.CHUNK_ASSETS_MAX, 0];
  while (left > 0 && refusals < Sweeps.REFUSALS_MAX) {
    const key = yield* Repository.get(tenantId, "activationKey", keyId);
    const spreading = key?.value.spreading ?? null;
    if (key === null || spreading === null) return { ...spread, isComplete: true };
    const chunk = yield* walkOn(tenantId, key, spreading, Math.min(size, left));
    if (chunk.isCommitted) {
      left -= chunk.assets;
      refusals = 0;
      spread = { ...spread, changed: spread.changed + chunk.changed, refused: [...spread.refused, ...chunk.refused] };
    } else {
      // Agents check in all the time: of fewer assets, fewer have changed meanwhile.
      size = Math.max(1, Math.floor(size / 2));
      refusals += 1;
    }
  }
  return spread;
});

const walkOn = Effect.fn("KeySpreads.walkOn")(function* (
  tenantId: TenantId,
  key: Repository.Versioned<ActivationKey>,
  spreading: Spreading,
  size: number,
) {
  const now = (yield* Environment).now();
  const on = yield* AssetWrites.ground(tenantId, now);
  const page = yield* Repository.page(tenantId, "asset", { after: spreading.after, limit: size });
  const own = page.filter((a) => a.value.activationKey === key.id);
  const about = { now, told: { by: `system:activation key ${key.id}` } };
  const { items, changes } = yield* ModuleWrites.of(tenantId, own, spreading, about);
  const { change } = yield* AssetWrites.ofMany(on, changes);
  const after = page.at(-1)?.id ?? spreading.after;
  const next = page.length < size ? null : { ...spreading, after };
  const refused = items.filter((i) => i.outcome === "refused");
  const answer = yield* Repository.tryCommit(tenantId, {
    ...change,
    expect: [Repository.expected("activationKey", key.id, key), ...change.expect],
    writes: [...change.writes, Repository.put("activationKey", key.id, { ...key.value, spreading: next })],
    events: [
      ...change.events,
      ...refused.map((i) =>
        Repository.event("ModulesRefused", "asset", i.assetId, now, { key: key.id, why: i.rejection?.message ?? "" }),
      ),
    ],
  });
  return {
    isCommitted: answer._tag === "Committed",
    assets: Math.max(1, page.length),
    changed: changes.length,
    refused,
  };
});
