/** Facts and marks of asset runs, as they are kept: whoever adds to either folds the whole set of both (RUN-06). */
import * as Effect from "effect/Effect";
import * as AssetRun from "../../domain/run/AssetRun.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import type { FactRecord } from "../../schema/Stored.ts";
import * as Repository from "../Repository.ts";

type Read = Repository.Versioned<AssetRun.AssetRun>;

/** An asset run as it was read and as it is with a mark. */
export interface Marked {
  readonly was: Read;
  readonly is: AssetRun.AssetRun;
}

/** Every fact about an asset run that is stored, in no order. */
export const facts = Effect.fnUntraced(function* (tenantId: TenantId, id: string) {
  return (yield* Repository.allBy(tenantId, "fact", "assetRun", id)).map((f) => toAgentFact(f.value));
});

/** A stored fact, as the domain folds it. */
export const toAgentFact = ({ epoch, fact }: FactRecord): AssetRun.AgentFact => ({
  epoch,
  sequence: fact.sequence,
  at: fact.at,
  bootId: fact.bootId,
  body: fact.body,
});

/** An asset run with what the control plane finds of it now. Of one that nobody ever told of there is nothing to be read. */
export const marked = Effect.fn("RunMarks.marked")(function* (tenantId: TenantId, was: Read, body: AssetRun.MarkBody) {
  const at = (yield* Environment).now();
  const told = AssetRun.isHeard(was.value) ? yield* facts(tenantId, was.id) : [];
  const marked: Marked = { was, is: AssetRun.marked(was.value, { at, body }, told) };
  return marked;
});

/** What goes into the commit that keeps marks: each on the asset run as it was read, with the events of those whose status changed. */
export const change = (marked: readonly Marked[], now: number) => ({
  expect: marked.map(({ was }) => Repository.expected("assetRun", was.id, was)),
  writes: marked.map(({ is }) => Repository.put("assetRun", is.id, is)),
  events: marked.flatMap(({ was, is }) => {
    const { status } = is.state;
    if (status === was.value.state.status) return [];
    return [Repository.event("AssetRunChanged", "assetRun", is.id, now, { runId: is.runId, status })];
  }),
});
