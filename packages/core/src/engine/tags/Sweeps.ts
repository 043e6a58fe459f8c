/**
 * Walks over all assets of a tenant, after a tag or a profile changed, and brings each in line: the tags that it bears by
 * the rules (TAG-08), the configuration that its agent is to hold (CFG-08).
 *
 * The walk goes chunk by chunk, in the order of ids. Each chunk is one commit with the assets that changed and the place
 * where the walk goes on, so that a walk that was cut off, or has more before it than one call does, is taken up by the
 * next tick. A change meanwhile begins it anew.
 */
import { Crypto, Json } from "@fettle/agent-protocol";
import * as Qql from "@fettle/qql";
import * as Effect from "effect/Effect";
import type { Asset } from "../../domain/asset/Asset.ts";
import * as Subscription from "../../domain/license/Subscription.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import type { CommitAnswer } from "../../ports/Storage.ts";
import type { SweepRecord } from "../../schema/Stored.ts";
import * as AssetWrites from "../assets/AssetWrites.ts";
import * as Repository from "../Repository.ts";
import * as TagRules from "./TagRules.ts";

/** Assets of one commit. */
export const CHUNK_ASSETS_MAX = 200;

/** Assets that one call of {@link resume} looks at; the next tick goes on. */
export const ASSETS_PER_CALL_MAX = 20_000;

/** Chunks in a row that others' changes spoil before the walk is left to the next tick. */
export const REFUSALS_MAX = 32;

/** How long tags by a relative date (`lastBoot < now-7d`) may lag behind the clock. */
export const CLOCK_LAG_SECONDS = 900;

const ID = "assets";

/** What rules mean beside their text: other tokens or words, as a new release may bring, are a reason to walk too. */
const LANGUAGE = `${Qql.FullText.TOKENIZER_VERSION}/${Crypto.digest(
  Json.canonicalBytes(JSON.parse(JSON.stringify(TagRules.catalog.definitions))),
)}`;

/**
 * The write that makes the next {@link resume} walk over all assets; it goes into the commit of what made it necessary.
 * That commit must be guarded by the tag tree's counter: `removedTags` are taken from assets on the way, and must not
 * come back meanwhile.
 */
export const begin = Effect.fn("Sweeps.begin")(function* (tenantId: TenantId, removedTags: readonly string[] = []) {
  const known = (yield* Repository.get(tenantId, "sweep", ID))?.value ?? null;
  return Repository.put("sweep", ID, anew(known, (yield* Environment).now(), removedTags));
});

/** Tags that were deleted and that assets may bear still: their ids can't be used again yet. */
export const removing = Effect.fn("Sweeps.removing")(function* (tenantId: TenantId) {
  return (yield* Repository.get(tenantId, "sweep", ID))?.value.removedTags ?? [];
});

/** Whether assets may still be out of line. */
export const isPending = Effect.fn("Sweeps.isPending")(function* (tenantId: TenantId) {
  return (yield* Repository.get(tenantId, "sweep", ID))?.value.isPending ?? false;
});

/** For every tick: begins a walk when relative dates have moved on or rules mean something else, and goes on with it. */
export const tick = Effect.fn("Sweeps.tick")(function* (tenantId: TenantId) {
  const { rules, unchanged } = yield* TagRules.standing(tenantId);
  const found = yield* Repository.get(tenantId, "sweep", ID);
  const known = found?.value ?? null;
  const now = (yield* Environment).now();
  const isClockDue = rules.isOnClock && now - (known?.startedAt ?? 0) >= CLOCK_LAG_SECONDS * 1_000;
  const isOtherLanguage = known !== null && rules.ids.size > 0 && known.language !== LANGUAGE;
  // LIC-02: what agents are to scan by changed at an instant at which nobody did anything.
  const subscription = yield* Repository.get(tenantId, "subscription", tenantId);
  const fell = subscription === null ? null : Subscription.fellBackAt(subscription.value, now);
  const isFallDue = fell !== null && fell >= (known?.startedAt ?? 0);
  if (known?.isPending !== true && (isClockDue || isOtherLanguage || isFallDue)) {
    yield* Repository.tryCommit(tenantId, {
      expect: [Repository.expected("sweep", ID, found)],
      counters: [unchanged],
      writes: [Repository.put("sweep", ID, anew(known, now, []))],
    });
  }
  return yield* resume(tenantId);
});

/** Goes on with the walk, if there is one, for at most `assetsMax` assets. Answers whether it is at its end. */
export const resume = Effect.fn("Sweeps.resume")(function* (tenantId: TenantId, assetsMax = ASSETS_PER_CALL_MAX) {
  let left = assetsMax;
  let size = CHUNK_ASSETS_MAX;
  let refusals = 0;
  while (left > 0 && refusals < REFUSALS_MAX) {
    const sweep = yield* Repository.get(tenantId, "sweep", ID);
    if (sweep === null || !sweep.value.isPending) return true;
    const chunk = yield* walkOn(tenantId, sweep, Math.min(size, left));
    if (chunk.answer._tag === "Committed") {
      left -= chunk.assets;
      refusals = 0;
    } else {
      // Agents check in all the time: of fewer assets, fewer have changed meanwhile.
      size = Math.max(1, Math.floor(size / 2));
      refusals += 1;
    }
  }
  return false;
});

const anew = (known: SweepRecord | null, now: number, removedTags: readonly string[]): SweepRecord => ({
  isPending: true,
  after: null,
  removedTags: [...new Set([...(known?.removedTags ?? []), ...removedTags])].sort(),
  startedAt: now,
  language: LANGUAGE,
});

const walkOn = Effect.fn("Sweeps.walkOn")(function* (
  tenantId: TenantId,
  sweep: Repository.Versioned<SweepRecord>,
  size: number,
) {
  const on = yield* AssetWrites.ground(tenantId, (yield* Environment).now());
  const assets = yield* Repository.page(tenantId, "asset", { after: sweep.value.after, limit: size });
  const removed = new Set(sweep.value.removedTags);
  const { change } = yield* AssetWrites.ofMany(
    on,
    assets.map((was) => ({ was, is: without(was.value, removed) })),
  );
  const isLast = assets.length < size;
  const after = assets.at(-1)?.id ?? sweep.value.after;
  const next: SweepRecord = isLast
    ? { ...sweep.value, isPending: false, after: null, removedTags: [] }
    : { ...sweep.value, after };
  const answer: CommitAnswer = yield* Repository.tryCommit(tenantId, {
    ...change,
    expect: [Repository.expected("sweep", ID, sweep), ...change.expect],
    writes: [...change.writes, Repository.put("sweep", ID, next)],
  });
  return { answer, assets: Math.max(1, assets.length) };
});

const without = (asset: Asset, removed: ReadonlySet<string>): Asset =>
  asset.assignedTags.some((t) => removed.has(t))
    ? { ...asset, assignedTags: asset.assignedTags.filter((t) => !removed.has(t)) }
    : asset;
