/** How bugs are planted in storage and answers of the control plane: what they change, and nothing else. */
import { Dsse, Json, type WireReply } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import type { Batch, EntityKind, PutWrite, StorageShape, Stored, StoredJson } from "../../../ports/Storage.ts";
import type * as Seams from "../Seams.ts";

export type Body = { readonly [member: string]: StoredJson };
export type Write = Batch["writes"][number];

/** A storage whose commits are other ones; null: it is answered as carried out, and isn't. */
export const commits =
  (change: (batch: Batch) => Batch | null) =>
  (storage: StorageShape): StorageShape => ({
    ...storage,
    commit: (batch) => {
      const changed = change(batch);
      return changed === null ? Effect.succeed({ _tag: "Committed" as const }) : storage.commit(changed);
    },
  });

export const puts =
  (kind: EntityKind, change: (body: Body, write: PutWrite) => Body | null) =>
  (batch: Batch): Batch => ({
    ...batch,
    writes: batch.writes.flatMap((w): readonly Write[] => {
      if (w._tag !== "Put" || w.kind !== kind) return [w];
      const body = change(w.body as Body, w);
      return body === null ? [] : [{ ...w, body }];
    }),
  });

export const hasPut = (batch: Batch, kind: EntityKind): boolean =>
  batch.writes.some((w) => w._tag === "Put" && w.kind === kind);

/** A storage that shows entities of a kind as they are not; null: it doesn't show them at all. */
export const reads =
  (kind: EntityKind, show: (body: Body) => Body | null) =>
  (storage: StorageShape): StorageShape => {
    const shown = (stored: Stored): readonly Stored[] => {
      if (stored.kind !== kind) return [stored];
      const body = show(stored.body as Body);
      return body === null ? [] : [{ ...stored, body }];
    };
    return {
      ...storage,
      get: (tenantId, k, id) =>
        Effect.map(storage.get(tenantId, k, id), (s) => (s === null ? null : (shown(s)[0] ?? null))),
      getMany: (tenantId, k, ids) => Effect.map(storage.getMany(tenantId, k, ids), (all) => all.flatMap(shown)),
      list: (tenantId, k, page) => Effect.map(storage.list(tenantId, k, page), (all) => all.flatMap(shown)),
      find: (tenantId, k, index, page) =>
        Effect.map(storage.find(tenantId, k, index, page), (all) => all.flatMap(shown)),
    };
  };

/** A control plane that answers otherwise than it decided, in its own name. */
export const answers = (path: string, change: (reply: Body) => Body): Seams.Seams => ({
  reply: (request, reply, { tenantKeys, sign }): WireReply => {
    if (request.path !== path || reply.status !== 200) return reply;
    const read = Dsse.read(reply.body, { bytes: 1_000_000 });
    if (!read.ok) return reply;
    const decoded = Json.decode(read.value.payload, { bytes: 1_000_000, depth: 32 });
    if (!decoded.ok) return reply;
    return { ...reply, body: Dsse.seal(Dsse.payloadTypes.reply, change(decoded.value as Body), tenantKeys, sign) };
  },
});

export const engine = (storage: (s: StorageShape) => StorageShape): Seams.Seams => ({ engine: storage });
export const disk = (storage: (s: StorageShape) => StorageShape): Seams.Seams => ({ disk: storage });
