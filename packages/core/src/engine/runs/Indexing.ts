/**
 * Sees to it that ticks and scans find every asset run that they have to: what was kept before there were the indexes that they look
 * into is written once more, by one walk over a tenant's asset runs, which is noted as done. Until then no tick goes on: it would take
 * what it doesn't find for over.
 */
import * as Effect from "effect/Effect";
import * as AssetRun from "../../domain/run/AssetRun.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { type CounterChange, PAGE_LIMIT_MAX, Storage } from "../../ports/Storage.ts";
import * as Repository from "../Repository.ts";

/** Asset runs that one commit writes. */
const PER_COMMIT = 200;

// Another with each index that asset runs of before need, too.
const NOTED = "indexing/assetRun/2";

/** For the commit that opens a tenant's subscription: it has nothing of before. */
export const none: CounterChange = { key: NOTED, by: 1 };

/** Completes the indexes of a tenant, unless that was done. Whoever else does it at the same time does the same. */
export const complete = Effect.fn("Indexing.complete")(function* (tenantId: TenantId) {
  if ((yield* (yield* Storage).counter(tenantId, NOTED)) > 0) return;
  for (let after: string | null = null; ; ) {
    const page: readonly Kept[] = yield* Repository.page(tenantId, "assetRun", { after, limit: PAGE_LIMIT_MAX });
    // Of what is over for good nothing is looked for by any of them.
    const sought = page.filter(({ value }) => !AssetRun.isFinal(value) || AssetRun.awaitsEvidence(value));
    for (let i = 0; i < sought.length; i += PER_COMMIT) yield* rewrite(tenantId, sought.slice(i, i + PER_COMMIT));
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE_LIMIT_MAX) break;
    after = last.id;
    yield* Effect.yieldNow;
  }
  yield* Repository.tryCommit(tenantId, { counters: [none], writes: [] });
});

type Kept = Repository.Versioned<AssetRun.AssetRun>;

// One that was written meanwhile has its index entries by that; the others of its commit are written one by one.
const rewrite = Effect.fnUntraced(function* (tenantId: TenantId, some: readonly Kept[]) {
  const answer = yield* Repository.tryCommit(tenantId, changeOf(some));
  if (answer._tag === "Committed") return;
  for (const one of some) yield* Repository.tryCommit(tenantId, changeOf([one]));
});

const changeOf = (some: readonly Kept[]): Repository.Change => ({
  expect: some.map((a) => Repository.expected("assetRun", a.id, a)),
  writes: some.map((a) => Repository.put("assetRun", a.id, a.value)),
});
