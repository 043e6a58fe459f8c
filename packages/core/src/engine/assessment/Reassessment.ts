/**
 * Judges many assets of a tenant and writes their assessments, chunk by chunk. Each chunk is one commit, refused when the
 * catalogue has changed since, or one of its snapshots or assessments; what was refused for one of its assets is tried
 * again in smaller chunks, read anew.
 */
import type { Crypto } from "@fettle/agent-protocol";
import type { Package } from "@fettle/agent-protocol/vocabulary";
import * as Effect from "effect/Effect";
import * as Assessment from "../../domain/assessment/Assessment.ts";
import type * as CatalogueIndex from "../../domain/assessment/CatalogueIndex.ts";
import * as Inventory from "../../domain/assessment/Inventory.ts";
import type { Asset } from "../../domain/asset/Asset.ts";
import type { Patch } from "../../domain/patch/Patch.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import type { BlobError } from "../../ports/BlobStore.ts";
import type { CommitAnswer } from "../../ports/Storage.ts";
import type { SnapshotRecord } from "../../schema/Stored.ts";
import * as SnapshotNames from "../agents/SnapshotNames.ts";
import * as Snapshots from "../agents/Snapshots.ts";
import * as CatalogueCache from "../catalogue/CatalogueCache.ts";
import * as Repository from "../Repository.ts";

/** Assets of one commit. */
export const CHUNK_ASSETS_MAX = 100;

/** How often in a row one asset may have changed before the walk leaves it to the next tick. */
export const TRIES_MAX = 8;

/** Judges every asset that hasn't seen this catalogue. Answers whether all of them have, now. */
export const everything = Effect.fn("Reassessment.everything")(function* (
  tenantId: TenantId,
  standing: CatalogueCache.Standing,
  now: number,
) {
  const judge: Judge = (found) => Effect.succeed(whole(standing, found));
  const on: Ground = { tenantId, changes: standing.changes, now, judge };
  const damaged: BlobError[] = [];
  let isWhole = true;
  let after: string | null = null;
  for (;;) {
    const page: readonly Repository.Versioned<SnapshotRecord>[] = yield* Repository.page(tenantId, "snapshot", {
      after,
      limit: CHUNK_ASSETS_MAX,
    });
    for (const snapshot of page) if (!(yield* named(tenantId, snapshot, damaged))) isWhole = false;
    const ids = page.map((s) => s.id);
    if (!(yield* bring(on, ids, damaged))) return false;
    after = page.at(-1)?.id ?? null;
    if (after === null) break;
  }
  const [first] = damaged;
  return first === undefined ? isWhole : yield* first;
});

/** Judges a change's patches on the assets that have packages of it. Answers whether all of them have seen it, now. */
export const ofChange = Effect.fn("Reassessment.ofChange")(function* (
  tenantId: TenantId,
  {
    change,
    names,
    assets,
  }: {
    readonly change: CatalogueIndex.CatalogueDelta & { readonly former: readonly Patch[]; readonly to: number };
    readonly names: ReadonlySet<string>;
    readonly assets: readonly string[];
  },
  now: number,
) {
  const prepared = Assessment.prepareDelta(change, new Set(change.former.map((p) => p.id)));
  const about = { assessedAt: now, catalogue: change.to };
  const judge: Judge = (found) => {
    const traits = Inventory.traitsOf(found.asset);
    const { former } = found;
    if (former?.snapshot !== found.digest || former.traits !== Inventory.traitsKey(traits)) {
      return Effect.map(CatalogueCache.standing(tenantId), (standing) => whole(standing, found));
    }
    const inventory = Inventory.make(
      traits,
      found.packages.filter((p) => names.has(p.name)),
    );
    return Effect.succeed(Assessment.applyPrepared(former, inventory, prepared, about));
  };
  const damaged: BlobError[] = [];
  if (!(yield* bring({ tenantId, changes: change.to, now, judge }, assets, damaged))) return false;
  const [first] = damaged;
  return first === undefined ? true : yield* first;
});

/** An asset as it is to be judged. */
interface Found {
  readonly asset: Asset;
  readonly digest: Crypto.Digest;
  readonly packages: readonly Package.Package[];
  readonly now: number;
}

type Judge = (
  found: Found & { readonly former: Assessment.Assessment | null },
) => Effect.Effect<
  Assessment.Assessment,
  Effect.Error<ReturnType<typeof CatalogueCache.standing>>,
  Effect.Services<ReturnType<typeof CatalogueCache.standing>>
>;

interface Ground {
  readonly tenantId: TenantId;
  /** The change of the catalogue that is to be seen. */
  readonly changes: number;
  readonly now: number;
  readonly judge: Judge;
}

/** A full assessment of an asset. */
export const whole = (standing: Omit<CatalogueCache.Standing, "unchanged">, found: Found): Assessment.Assessment => {
  const traits = Inventory.traitsOf(found.asset);
  return Assessment.assess(Inventory.make(traits, found.packages), standing.index, {
    snapshot: found.digest,
    assessedAt: found.now,
    catalogue: standing.changes,
    traits: Inventory.traitsKey(traits),
  });
};

// Answers whether all were brought up; false when the catalogue changed meanwhile, or an asset never came to rest.
const bring = Effect.fn("Reassessment.bring")(function* (on: Ground, ids: readonly string[], damaged: BlobError[]) {
  let size = CHUNK_ASSETS_MAX;
  let tries = 0;
  let at = 0;
  while (at < ids.length) {
    const chunk = ids.slice(at, at + size);
    const found: BlobError[] = [];
    const answer = yield* bringChunk(on, chunk, found);
    if (answer._tag === "Refused" && answer.because._tag === "Counter") return false;
    if (answer._tag === "Refused") {
      tries = chunk.length === 1 ? tries + 1 : 0;
      if (tries > TRIES_MAX) return false;
      size = Math.max(1, Math.floor(chunk.length / 2));
      continue;
    }
    damaged.push(...found);
    at += chunk.length;
    tries = 0;
    size = CHUNK_ASSETS_MAX;
  }
  return true;
});

const bringChunk = Effect.fn("Reassessment.bringChunk")(function* (
  on: Ground,
  ids: readonly string[],
  damaged: BlobError[],
) {
  const { tenantId } = on;
  // Assessments before assets: whoever changes what an asset is writes its assessment with it, and so is noticed.
  const former = byId(yield* Repository.some(tenantId, "assessment", ids));
  const snapshots = byId(yield* Repository.some(tenantId, "snapshot", ids));
  const assets = byId(yield* Repository.some(tenantId, "asset", ids));
  const packages = reader(tenantId, damaged);
  const expect: ReturnType<typeof Repository.expected>[] = [];
  const writes: ReturnType<typeof Repository.put>[] = [];
  for (const id of ids) {
    const [asset, snapshot, known] = [assets.get(id), snapshots.get(id), former.get(id) ?? null];
    if (asset === undefined || snapshot === undefined) continue;
    const { digest } = snapshot.value;
    if (known !== null && hasSeen(known.value, on.changes, asset.value, digest)) continue;
    const read = yield* packages(digest);
    if (read === null) continue;
    const found = { asset: asset.value, digest, packages: read, now: on.now, former: known?.value ?? null };
    expect.push(Repository.expected("snapshot", id, snapshot), Repository.expected("assessment", id, known));
    writes.push(Repository.put("assessment", id, yield* on.judge(found)));
  }
  const nothing: CommitAnswer = { _tag: "Committed" };
  if (writes.length === 0) return nothing;
  return yield* Repository.tryCommit(tenantId, {
    expect,
    counters: [CatalogueCache.unchangedSince(on.changes)],
    writes,
  });
});

const byId = <A>(found: readonly Repository.Versioned<A>[]): ReadonlyMap<string, Repository.Versioned<A>> =>
  new Map(found.map((f) => [f.id, f]));

const hasSeen = (known: Assessment.Assessment, changes: number, asset: Asset, digest: string): boolean =>
  known.catalogue === changes &&
  known.snapshot === digest &&
  known.traits === Inventory.traitsKey(Inventory.traitsOf(asset));

// Machines of one image have one snapshot. One that is damaged keeps no other from being judged; it is told at the end.
const reader = (tenantId: TenantId, damaged: BlobError[]) => {
  const known = new Map<string, readonly Package.Package[] | null>();
  return Effect.fn("Reassessment.packages")(function* (digest: Crypto.Digest) {
    const before = known.get(digest);
    if (before !== undefined) return before;
    const read = yield* Effect.result(Snapshots.packages(tenantId, digest));
    if (read._tag === "Failure" && read.failure.isRetryable) return yield* read.failure;
    if (read._tag === "Failure") damaged.push(read.failure);
    const found = read._tag === "Success" ? read.success : null;
    known.set(digest, found);
    return found;
  });
};

// A snapshot of before there were lists of names gets its own, or it would not be found by them.
const named = Effect.fn("Reassessment.named")(function* (
  tenantId: TenantId,
  snapshot: Repository.Versioned<SnapshotRecord>,
  damaged: BlobError[],
) {
  const { naming } = snapshot.value;
  if (snapshot.value.names !== null && naming === SnapshotNames.NAMING) return true;
  const asset = yield* Repository.get(tenantId, "asset", snapshot.id);
  if (asset === null) return true;
  const packages = yield* reader(tenantId, damaged)(snapshot.value.digest);
  if (packages === null) return false;
  const { names, counters, writes } = yield* SnapshotNames.change(
    tenantId,
    snapshot.value.names ?? [],
    SnapshotNames.of(Inventory.traitsOf(asset.value), packages),
  );
  const now = { ...snapshot.value, names, naming: SnapshotNames.NAMING };
  const answer = yield* Repository.tryCommit(tenantId, {
    expect: [Repository.expected("snapshot", snapshot.id, snapshot)],
    counters,
    writes: [...writes, Repository.put("snapshot", snapshot.id, now)],
  });
  return answer._tag === "Committed";
});
