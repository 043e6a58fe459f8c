/**
 * Works out what is missing, on the platform, from the snapshots that agents sent (SYN-03).
 *
 * An assessment is written only while the catalogue, the snapshot and the former assessment stand as they were read, so
 * none is ever older than what it says. A counter says which change of the catalogue all of a tenant's assessments have
 * seen; it follows when the last is done, so a reassessment that was cut off, or overtaken, is taken up by the next tick.
 */
import type { Crypto } from "@fettle/agent-protocol";
import type { Package } from "@fettle/agent-protocol/vocabulary";
import * as Effect from "effect/Effect";
import * as Assessment from "../../domain/assessment/Assessment.ts";
import * as CatalogueIndex from "../../domain/assessment/CatalogueIndex.ts";
import * as Inventory from "../../domain/assessment/Inventory.ts";
import type { Asset } from "../../domain/asset/Asset.ts";
import type { Patch } from "../../domain/patch/Patch.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Storage } from "../../ports/Storage.ts";
import type { SnapshotRecord } from "../../schema/Stored.ts";
import * as SnapshotNames from "../agents/SnapshotNames.ts";
import * as Snapshots from "../agents/Snapshots.ts";
import * as CatalogueCache from "../catalogue/CatalogueCache.ts";
import * as Repository from "../Repository.ts";
import * as Reassessment from "./Reassessment.ts";

/** Counts the changes of the catalogue: whoever writes patches raises it by one in the same commit. */
export const CATALOGUE_COUNTER = CatalogueCache.CATALOGUE_COUNTER;

/**
 * Through which change of the catalogue every assessment of the tenant has come. Another one for other names, so that the first
 * change looks at everything and gives each snapshot the names by which it is found from then on.
 */
const ASSESSED_COUNTER = `assessed/${SnapshotNames.NAMING}`;

/** Every assessment of a tenant, by asset. An asset that isn't here is unknown. */
export const all = Effect.fn("Assessments.all")(function* (tenantId: TenantId) {
  const found = yield* Repository.all(tenantId, "assessment");
  return new Map(found.map((a) => [a.id, a.value])) as ReadonlyMap<string, Assessment.Assessment>;
});

/** How far a tenant's assessments have come. */
export interface Progress {
  /** How many times the catalogue has changed. */
  readonly catalogue: number;
  /** How many of these changes every assessment has seen. */
  readonly assessed: number;
}

/** How far a tenant's assessments have come; see {@link isBehind}. */
export const progress = Effect.fn("Assessments.progress")(function* (tenantId: TenantId) {
  const assessed = yield* (yield* Storage).counter(tenantId, ASSESSED_COUNTER);
  const found: Progress = { catalogue: yield* CatalogueCache.changes(tenantId), assessed };
  return found;
});

/** Whether the catalogue may say something newer than this assessment: a reassessment is under way, or was cut off. */
export const isBehind = (assessment: Assessment.Assessment, { catalogue, assessed }: Progress): boolean =>
  assessed < catalogue && assessment.catalogue < catalogue;

/** A snapshot as it came in. */
export interface Received {
  readonly digest: Crypto.Digest;
  readonly packages: readonly Package.Package[];
  readonly takenAt: number;
  readonly receivedAt: number;
}

/**
 * Assesses a snapshot that came in, of an asset as it was read and as it is now: what goes into the batch that takes both
 * down. Where the asset's former assessment is of the same catalogue, only patches of packages that changed are judged.
 */
export const take = Effect.fn("Assessments.take")(function* (
  tenantId: TenantId,
  asset: { readonly was: Repository.Versioned<Asset>; readonly is: Asset },
  received: Received,
) {
  const { id } = asset.was;
  const former = yield* Repository.get(tenantId, "assessment", id);
  const before = yield* Repository.get(tenantId, "snapshot", id);
  const standing = yield* CatalogueCache.standing(tenantId);
  const lists = yield* SnapshotNames.change(
    tenantId,
    before?.value.names ?? [],
    SnapshotNames.of(Inventory.traitsOf(asset.is), received.packages),
  );
  const assessment = yield* assessed(tenantId, standing, {
    asset: asset.is,
    received,
    former: former?.value ?? null,
    before: before?.value ?? null,
  });
  const { digest, takenAt, receivedAt, packages } = received;
  const snapshot: SnapshotRecord = {
    id,
    digest,
    takenAt,
    receivedAt,
    packages: packages.length,
    names: [...lists.names],
    naming: SnapshotNames.NAMING,
  };
  return {
    assessment,
    change: {
      expect: [
        Repository.expected("asset", id, asset.was),
        Repository.expected("snapshot", id, before),
        Repository.expected("assessment", id, former),
      ],
      counters: [standing.unchanged, ...lists.counters],
      writes: [...lists.writes, Repository.put("snapshot", id, snapshot), Repository.put("assessment", id, assessment)],
    },
  };
});

interface Arrival {
  readonly asset: Asset;
  readonly received: Received;
  readonly former: Assessment.Assessment | null;
  readonly before: SnapshotRecord | null;
}

const assessed = Effect.fn("Assessments.assessed")(function* (
  tenantId: TenantId,
  { index, changes }: CatalogueCache.Standing,
  { asset, received, former, before }: Arrival,
) {
  const traits = Inventory.traitsOf(asset);
  const about: Assessment.About = {
    snapshot: received.digest,
    assessedAt: received.receivedAt,
    catalogue: changes,
    traits: Inventory.traitsKey(traits),
  };
  const after = Inventory.make(traits, received.packages);
  const whole = (): Assessment.Assessment => Assessment.assess(after, index, about);
  if (former === null || before === null || former.snapshot !== before.digest) return whole();
  const isCurrent = former.catalogue === changes || !isBehind(former, yield* progress(tenantId));
  if (!isCurrent || former.traits !== about.traits) return whole();
  if (before.digest === received.digest) return { ...former, ...about };
  const read = yield* Effect.result(Snapshots.packages(tenantId, before.digest));
  // Without the former snapshot nothing is lost but the short way.
  if (read._tag === "Failure") return whole();
  const change = { before: Inventory.make(traits, read.success), after };
  return Assessment.applySnapshotDelta(former, change, index, about);
});

/** Assesses every snapshot anew that hasn't seen the catalogue as it stands. */
export const reassess = Effect.fn("Assessments.reassess")(function* (tenantId: TenantId, now: number) {
  const standing = yield* CatalogueCache.standing(tenantId);
  const isDone = yield* Reassessment.everything(tenantId, standing, now);
  if (isDone) yield* settle(tenantId, standing.changes);
});

/** A change of the catalogue that was committed. */
export interface CatalogueChange extends CatalogueIndex.CatalogueDelta {
  /** The patches of `put` and `gone` as they stood before it; those that are new have none. */
  readonly former: readonly Patch[];
  /** The catalogue's counter before the change and after it: nothing else changed in between. */
  readonly from: number;
  readonly to: number;
}

/**
 * Brings every assessment up to a change of the catalogue. Only assets that have a package of it are looked at, and on
 * them only its patches, unless an earlier change is still open: then everything is assessed anew.
 */
export const reassessDelta = Effect.fn("Assessments.reassessDelta")(function* (
  tenantId: TenantId,
  change: CatalogueChange,
  now: number,
) {
  yield* CatalogueCache.follow(tenantId, change);
  const through = (yield* progress(tenantId)).assessed;
  // The first time everything is looked at: snapshots of before there were lists of names get theirs then.
  if (through === 0 || through !== change.from) return yield* reassess(tenantId, now);
  const names = new Set([...change.put, ...change.former].flatMap(CatalogueIndex.namesOf));
  const assets = yield* SnapshotNames.assetsWith(tenantId, names);
  const isDone = yield* Reassessment.ofChange(tenantId, { change, names, assets }, now);
  if (isDone) yield* settle(tenantId, change.to);
});

/** For every tick: takes up a reassessment that was cut off. */
export const resume = Effect.fn("Assessments.resume")(function* (tenantId: TenantId, now: number) {
  const { catalogue, assessed: through } = yield* progress(tenantId);
  if (through < catalogue) yield* reassess(tenantId, now);
});

/** Two that come to their end at once; more would be the next tick's. */
const SETTLE_TRIES = 2;

// Says that every assessment has seen this change. Said by another at the same moment, it may have to be said again.
const settle = Effect.fn("Assessments.settle")(function* (tenantId: TenantId, changes: number) {
  for (let tries = 0; tries < SETTLE_TRIES; tries += 1) {
    const through = yield* (yield* Storage).counter(tenantId, ASSESSED_COUNTER);
    if (through >= changes) return;
    const to = { key: ASSESSED_COUNTER, by: changes - through, floor: changes, ceiling: changes };
    const answer = yield* Repository.tryCommit(tenantId, { counters: [to], writes: [] });
    if (answer._tag === "Committed") return;
  }
});
