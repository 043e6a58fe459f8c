/**
 * Whether a run's plan brings other patches to other assets than the one that was enabled (JOB-22). That a later occurrence is
 * at another time, and leaves out other assets for their time's sake, is no drift: it was enabled so.
 */
import * as Fate from "../plan/Fate.ts";
import type { Plan } from "../plan/Plan.ts";

/** Whether it drifted. */
export const isDrifted = (enabled: Plan, now: Plan): boolean => {
  const [was, is] = [listsOf(enabled), listsOf(now)];
  const untimely = new Set([...enabled.excluded, ...now.excluded].filter(isUntimely).map((e) => e.assetId));
  return [...new Set([...was.keys(), ...is.keys()])].some((id) => !untimely.has(id) && was.get(id) !== is.get(id));
};

const listsOf = (plan: Plan): ReadonlyMap<string, string> =>
  new Map(
    plan.groups.flatMap(({ patches, assets }) => {
      const list = Fate.key(patches);
      return assets.map((id) => [id, list] as const);
    }),
  );

const isUntimely = ({ rule }: { readonly rule: string }): boolean => rule.startsWith("SCH-") || rule.startsWith("WIN-");
