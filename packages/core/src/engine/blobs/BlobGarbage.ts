/**
 * Removes blobs that no stored entity names any more: first what is named is marked, then what is neither marked nor young
 * goes. Both in pages, with others' turn in between.
 *
 * Others write meanwhile. A blob is put before the entity that names it is committed, which takes far less than the time of
 * grace; putting it again makes it young again, and a store removes nothing that is young at that very moment. So whatever
 * is named after it was marked for, stays. Cut off, it is simply begun again: what was removed is gone, the rest follows.
 */
import type { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as Tenant from "../../domain/shared/Tenant.ts";
import { BlobStore, type KeptBlob } from "../../ports/BlobStore.ts";
import { Environment } from "../../ports/Environment.ts";
import type { EntityKind } from "../../ports/Storage.ts";
import { type BlobReference, blobReferences } from "../../schema/BlobReferences.ts";
import * as Turns from "../plans/Turns.ts";

/** How long a blob that nothing names is kept, in hours: any commit of what names it has long been made by then. */
export const GRACE_HOURS = 24;
const GRACE_MS = GRACE_HOURS * 3_600_000;

/** Blobs that are looked at in one go. */
export const PAGE_MAX = 500;

/** What a collection came to. */
export interface BlobCollection {
  /** How many blobs were removed, and how many bytes they had. */
  readonly removed: number;
  readonly bytesFreed: number;
  /** How many stand: that are named, or young. */
  readonly kept: number;
  /** Tenants of which not all could be looked at, and why; the next collection tries again. */
  readonly stuck: readonly { readonly tenantId: TenantId; readonly message: string }[];
}

/**
 * Collects what is garbage of all tenants. It reads every entity that names blobs: once a day is enough.
 *
 * @example
 * const { bytesFreed } = yield* fettle.collectBlobs();
 */
export const collect = Effect.fn("BlobGarbage.collect")(function* () {
  let total: BlobCollection = { removed: 0, bytesFreed: 0, kept: 0, stuck: [] };
  const count = (bytes: number, isRemoved: boolean): void => {
    const { removed, bytesFreed, kept } = total;
    total = isRemoved
      ? { ...total, removed: removed + 1, bytesFreed: bytesFreed + bytes }
      : { ...total, kept: kept + 1 };
  };
  for (const tenantId of (yield* (yield* BlobStore).tenants()).map(Tenant.of)) {
    const done = yield* Effect.result(collectOf(tenantId, count));
    if (done._tag === "Success") continue;
    total = { ...total, stuck: [...total.stuck, { tenantId, message: done.failure.message }] };
  }
  return total;
});

const collectOf = Effect.fn("BlobGarbage.collectOf")(function* (
  tenantId: TenantId,
  count: (bytes: number, isRemoved: boolean) => void,
) {
  const blobs = yield* BlobStore;
  // Of the beginning: what is put while marks are made is younger than this, however long that takes.
  const putBefore = (yield* Environment).now() - GRACE_MS;
  const marks = yield* marked(tenantId);
  for (let after: Crypto.Digest | null = null; ; ) {
    const page: readonly KeptBlob[] = yield* blobs.list(tenantId, {
      limit: PAGE_MAX,
      ...(after === null ? {} : { after }),
    });
    for (const { digest, bytes, putAt } of page) {
      const isGarbage = putAt < putBefore && !marks.has(markOf(digest));
      count(bytes, isGarbage && (yield* blobs.remove(tenantId, digest, putBefore)));
    }
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.digest;
    yield* Effect.yieldNow;
  }
});

// Kinds in the order of their table: a name that moves on while this goes is met in the one or the other.
const marked = Effect.fn("BlobGarbage.marked")(function* (tenantId: TenantId) {
  const marks = new Set<number>();
  for (const [kind, reference] of Object.entries(blobReferences)) {
    const { of } = reference as BlobReference<unknown>;
    yield* Turns.each(tenantId, kind as EntityKind, ({ value }) => {
      for (const digest of of(value)) marks.add(markOf(digest));
    });
  }
  return marks;
});

const MARK_DIGITS = 13;

// A million marks are 52 bits each, not 71 characters. What begins like one that is named stays with it.
const markOf = (digest: Crypto.Digest): number =>
  Number.parseInt(digest.slice("sha256:".length, "sha256:".length + MARK_DIGITS), 16);
