/**
 * Which assets have a package of a name, in storage: a snapshot names lists of package names ({@link PackageNames}), a list
 * is found by each of its names. A list is written with the first snapshot that has it and removed with the last; a counter
 * of each list says how many there are, and guards both.
 */
import { Crypto, Json } from "@fettle/agent-protocol";
import type { Package } from "@fettle/agent-protocol/vocabulary";
import * as Effect from "effect/Effect";
import * as Inventory from "../../domain/assessment/Inventory.ts";
import * as PackageNames from "../../domain/assessment/PackageNames.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { type CounterChange, Storage } from "../../ports/Storage.ts";
import * as Repository from "../Repository.ts";

/** Which names lead to a snapshot: of its packages (0), and the marks of what the asset runs as well (1). */
export const NAMING = 1;

/** What leads to a snapshot: the names of its packages, and marks of what the asset runs. */
export const of = (traits: Inventory.Traits, packages: readonly Package.Package[]): readonly string[] =>
  Inventory.namesOf(
    traits,
    packages.map((p) => p.name),
  );

/** The lists of a snapshot's names ({@link of}), with what goes into the batch that puts it in the place of the one before. */
export const change = Effect.fn("SnapshotNames.change")(function* (
  tenantId: TenantId,
  before: readonly string[],
  after: readonly string[],
) {
  const storage = yield* Storage;
  const lists = new Map(PackageNames.lists(after).map((names) => [idOf(names), names]));
  const held = new Set(before);
  const counters: CounterChange[] = [];
  const writes: Repository.Change["writes"][number][] = [];
  for (const [id, names] of lists) {
    if (held.has(id)) continue;
    const isFirst = (yield* storage.counter(tenantId, counterOf(id))) === 0;
    counters.push({ key: counterOf(id), by: 1, ...(isFirst ? {} : { floor: 2 }) });
    // Two that are the first at once both write it, and are both counted.
    if (isFirst) writes.push(Repository.put("packageNames", id, { id, names: [...names] }));
  }
  for (const id of held) {
    if (lists.has(id)) continue;
    const isLast = (yield* storage.counter(tenantId, counterOf(id))) === 1;
    counters.push({ key: counterOf(id), by: -1, ...(isLast ? { floor: 0, ceiling: 0 } : { floor: 1 }) });
    if (isLast) writes.push({ _tag: "Delete", kind: "packageNames", id });
  }
  return { names: [...lists.keys()], counters, writes };
});

/** The assets that have a package of one of these names in their snapshot, ordered. */
export const assetsWith = Effect.fn("SnapshotNames.assetsWith")(function* (
  tenantId: TenantId,
  names: Iterable<string>,
) {
  const lists = new Set<string>();
  for (const name of names) {
    for (const { id } of yield* Repository.allBy(tenantId, "packageNames", "package", name)) lists.add(id);
  }
  const assets = new Set<string>();
  for (const list of lists) {
    for (const { id } of yield* Repository.allBy(tenantId, "snapshot", "names", list)) assets.add(id);
  }
  return [...assets].sort();
});

const idOf = (names: readonly string[]): string => Crypto.digest(Json.canonicalBytes(names));

const counterOf = (list: string): string => `names/${list}`;
