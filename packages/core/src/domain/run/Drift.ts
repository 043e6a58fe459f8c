/**
 * Whether a run's plan brings other patches to other assets than the one that was enabled (JOB-22). That a later occurrence is
 * at another time, and leaves out other assets for their time's sake, is no drift: it was enabled so.
 */
import * as Fate from "../plan/Fate.ts";
import type { Plan } from "../plan/Plan.ts";
import * as Chunks from "../shared/Chunks.ts";

/** Whether it drifted. */
export const isDrifted = (enabled: Plan, now: Plan): boolean => Chunks.finish(steps(enabled, now));

/** {@link isDrifted} in chunks. */
export function* steps(enabled: Plan, now: Plan): Generator<void, boolean> {
  const isChunk = Chunks.pace();
  const was = yield* listsOf(enabled, isChunk);
  const is = yield* listsOf(now, isChunk);
  const untimely = new Set([...enabled.excluded, ...now.excluded].filter(isUntimely).map((e) => e.assetId));
  for (const [one, other] of [[was, is] as const, [is, was] as const]) {
    for (const [id, list] of one) {
      if (isChunk(1)) yield;
      if (!untimely.has(id) && other.get(id) !== list) return true;
    }
  }
  return false;
}

function* listsOf(plan: Plan, isChunk: Chunks.Pace): Generator<void, ReadonlyMap<string, string>> {
  const lists = new Map<string, string>();
  for (const { patches, assets } of plan.groups) {
    const list = Fate.key(patches);
    if (isChunk(patches.length)) yield;
    for (const id of assets) {
      lists.set(id, list);
      if (isChunk(1)) yield;
    }
  }
  return lists;
}

const isUntimely = ({ rule }: { readonly rule: string }): boolean => rule.startsWith("SCH-") || rule.startsWith("WIN-");
