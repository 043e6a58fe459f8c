/** The catalogue of patches: what feeds say, kept per subscription (PAT-11). */
import * as Effect from "effect/Effect";
import type { Patch } from "../domain/patch/Patch.ts";
import { type Actor, label } from "../domain/shared/Actor.ts";
import { Environment } from "../ports/Environment.ts";
import * as Stored from "../schema/Stored.ts";
import * as Assessments from "./Assessments.ts";
import * as Authority from "./Authority.ts";
import { lift } from "./Rejected.ts";
import * as Repository from "./Repository.ts";
import * as Subscriptions from "./Subscriptions.ts";

/** Replaces the catalogue's patches by a feed's, as one: a patch that the feed no longer has is deprecated (PAT-06). */
export const ingest = Effect.fn("Catalogue.ingest")(function* (actor: Actor, patches: readonly Patch[]) {
  yield* Authority.require(actor, "manage-catalogue");
  const { tenantId } = actor;
  yield* Subscriptions.of(tenantId);
  for (const patch of patches) yield* lift(Stored.readable("patch", patch));
  const now = (yield* Environment).now();
  const known = yield* Repository.all(tenantId, "patch");
  const fresh = new Set(patches.map((p) => p.id));
  const gone = known.filter((p) => !fresh.has(p.id) && !p.value.isDeprecated);
  yield* Repository.commit(tenantId, {
    counters: [{ key: Assessments.CATALOGUE_COUNTER, by: 1 }],
    writes: [
      ...patches.map((p) => Repository.put("patch", p.id, p)),
      ...gone.map((p) => Repository.put("patch", p.id, { ...p.value, isDeprecated: true })),
    ],
    events: [
      Repository.event("CatalogueChanged", "patch", "catalogue", now, { by: label(actor), patches: patches.length }),
    ],
  });
  yield* Assessments.reassess(tenantId, now);
  return { patches: patches.length, deprecated: gone.length };
});

/** The catalogue. */
export const list = Effect.fn("Catalogue.list")(function* (actor: Actor) {
  yield* Authority.require(actor, "view-assets");
  return (yield* Repository.all(actor.tenantId, "patch")).map((p) => p.value);
});
