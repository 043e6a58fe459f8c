/**
 * A tenant's catalogue made ready for assessments, kept from one snapshot to the next: reading it anew for each would cost
 * the whole catalogue. It is kept under the count of the catalogue's changes, which every change raises in its own commit,
 * so what is found under the count that stands is what is stored. (A storage that is put back to an earlier state, from a
 * backup, needs a process of its own.)
 */
import * as Effect from "effect/Effect";
import * as CatalogueIndex from "../../domain/assessment/CatalogueIndex.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { type CounterChange, Storage, type StorageShape } from "../../ports/Storage.ts";
import * as Repository from "../Repository.ts";

/** Counts the changes of a tenant's catalogue. */
export const CATALOGUE_COUNTER = "catalogue";

/** Tenants whose catalogues are kept at once, those last asked for. */
export const CATALOGUES_MAX = 8;

/** The catalogue as it stands. */
export interface Standing {
  readonly index: CatalogueIndex.CatalogueIndex;
  /** How many changes it has seen. */
  readonly changes: number;
  /** Goes into a batch that is to be refused when the catalogue has changed since. */
  readonly unchanged: CounterChange;
}

interface Kept {
  readonly changes: number;
  readonly index: CatalogueIndex.CatalogueIndex;
}

// By storage, for a process may have several; the order of a map's keys is that of their last use.
const kept = new WeakMap<StorageShape, Map<string, Kept>>();

/** The guard against changes of the catalogue after the one of that number. */
export const unchangedSince = (changes: number): CounterChange => ({
  key: CATALOGUE_COUNTER,
  by: 0,
  floor: changes,
  ceiling: changes,
});

/** How many times the catalogue has changed. */
export const changes = Effect.fnUntraced(function* (tenantId: TenantId) {
  return yield* (yield* Storage).counter(tenantId, CATALOGUE_COUNTER);
});

/** The catalogue as it stands, read once after each change. */
export const standing = Effect.fn("CatalogueCache.standing")(function* (tenantId: TenantId) {
  const count = yield* changes(tenantId);
  const tenants = yield* tenantsOf();
  const known = tenants.get(tenantId);
  if (known?.changes === count) return standingOf(tenants, tenantId, known);
  const patches = (yield* Repository.all(tenantId, "patch")).map((p) => p.value);
  const read: Kept = { changes: count, index: CatalogueIndex.make(patches) };
  // Read while it changed, it may be half of each: the guard refuses it this once, and it isn't kept.
  if ((yield* changes(tenantId)) === count) return standingOf(tenants, tenantId, read);
  return { ...read, unchanged: unchangedSince(count) };
});

/** Brings the kept catalogue up to a change, so that it need not be read anew. */
export const follow = Effect.fn("CatalogueCache.follow")(function* (
  tenantId: TenantId,
  change: CatalogueIndex.CatalogueDelta & { readonly from: number; readonly to: number },
) {
  const tenants = yield* tenantsOf();
  const known = tenants.get(tenantId);
  if (known?.changes !== change.from) return;
  tenants.set(tenantId, { changes: change.to, index: CatalogueIndex.apply(known.index, change) });
});

const tenantsOf = Effect.fn("CatalogueCache.tenants")(function* () {
  const storage = yield* Storage;
  const known = kept.get(storage) ?? new Map<string, Kept>();
  kept.set(storage, known);
  return known;
});

const standingOf = (tenants: Map<string, Kept>, tenantId: TenantId, found: Kept): Standing => {
  tenants.delete(tenantId);
  tenants.set(tenantId, found);
  for (const oldest of tenants.keys()) {
    if (tenants.size <= CATALOGUES_MAX) break;
    tenants.delete(oldest);
  }
  return { ...found, unchanged: unchangedSince(found.changes) };
};
