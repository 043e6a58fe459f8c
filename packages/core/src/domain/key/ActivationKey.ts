/**
 * Activation keys (KEY-01): what an agent proves to hold at its first contact. The secret itself is never stored, only
 * its digest; the count is kept by a counter of the store, so that two agents at once can't share the last one.
 */
import type { Limits } from "../shared/Limits.ts";
import * as Module from "../shared/Module.ts";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import type { TagTree } from "../tag/TagTree.ts";

export interface ActivationKey {
  readonly id: string;
  readonly title: string;
  readonly secretDigest: string;
  /** Static tags, which an agent's asset bears from its first moment (KEY-04). */
  readonly tags: readonly string[];
  /** Modules that are activated with the agent. */
  readonly modules: readonly Module.Module[];
  /** Most agents it admits; null for no limit. */
  readonly agentsMax: number | null;
  /** First instant at which it admits none, epoch milliseconds; null for no end. */
  readonly expiresAt: number | null;
  /** Off, it admits none; the agents that it admitted stay. */
  readonly isEnabled: boolean;
  /** A change of modules that is still being brought to its agents (KEY-02); null when none is. */
  readonly spreading: Spreading | null;
}

/** How far a change of modules has come on the way through a key's agents. */
export interface Spreading {
  readonly activate: readonly Module.Module[];
  readonly deactivate: readonly Module.Module[];
  /** The last asset that is done; null before the first. */
  readonly after: string | null;
}

/** What may be said of a key. */
export type Terms = Pick<ActivationKey, "title" | "tags" | "modules" | "agentsMax" | "expiresAt">;

/** The terms as they may be stored; everything wrong with them is said at once. Modules are told once, in their order. */
export const validate = (
  terms: Terms,
  { limits, tree }: { readonly limits: Limits; readonly tree: TagTree },
): Result<Terms, readonly Rejection.Rejection[]> => {
  const { title, agentsMax, expiresAt } = terms;
  const refuse = (rule: string, message: string, path: string, code: Rejection.RejectionCode = "invalid") =>
    Rejection.make(rule, code, message, path);
  const isTitled = typeof title === "string" && title.trim() !== "" && title.length <= limits.titleCharactersMax;
  const wrong = [
    ...(isTitled ? [] : [refuse("KEY-01", `a title has 1–${limits.titleCharactersMax} characters`, "title")]),
    ...tagFaults(terms.tags, limits, tree),
    ...moduleFaults(terms.modules),
    ...(agentsMax === null || isWithin(agentsMax, 1, limits.assetsMax)
      ? []
      : [refuse("KEY-01", `a whole number of agents, 1–${limits.assetsMax}, or null`, "agentsMax")]),
    ...(expiresAt === null || isWithin(expiresAt, 0, LATEST_INSTANT)
      ? []
      : [refuse("KEY-01", "an instant in whole milliseconds since 1970, up to the year 9999, or null", "expiresAt")]),
  ];
  if (wrong.length > 0) return fail(wrong);
  const modules = Module.modules.filter((m) => terms.modules.includes(m));
  return ok({ ...terms, tags: [...new Set(terms.tags)], modules });
};

const LATEST_INSTANT = 253_402_300_799_999;

/** What a key is now. The first limit that is reached ends it; a person who disabled it comes before both. */
export type KeyStatus =
  | { readonly _tag: "Active"; readonly remaining: number | null; readonly until: number | null }
  | { readonly _tag: "Disabled" }
  | { readonly _tag: "Expired"; readonly at: number }
  | { readonly _tag: "UsedUp"; readonly agentsMax: number };

/** The status of a key that has admitted so many agents. */
export const statusAt = (key: ActivationKey, admitted: number, now: number): KeyStatus => {
  if (!key.isEnabled) return { _tag: "Disabled" };
  if (key.expiresAt !== null && now >= key.expiresAt) return { _tag: "Expired", at: key.expiresAt };
  const remaining = remainingOf(key, admitted);
  if (key.agentsMax !== null && remaining === 0) return { _tag: "UsedUp", agentsMax: key.agentsMax };
  return { _tag: "Active", remaining, until: key.expiresAt };
};

/** How many agents it still admits by its count, 0 at least; null without a limit. */
export const remainingOf = (key: ActivationKey, admitted: number): number | null =>
  key.agentsMax === null ? null : Math.max(0, key.agentsMax - admitted);

/**
 * How many more activations of each of its modules a key can bring (KEY-01): no more than it admits agents, and no more
 * than the licence has left. `left` has the modules whose licence has an end; null is no limit.
 */
export const remainingByModule = (
  key: ActivationKey,
  admitted: number,
  left: { readonly [M in Module.Module]?: number },
): readonly { readonly module: Module.Module; readonly remaining: number | null }[] => {
  const byCount = remainingOf(key, admitted);
  return Module.withBrought(key.modules).map((module) => {
    const byLicence = left[module] ?? null;
    const limits = [byCount, byLicence].filter((n) => n !== null);
    return { module, remaining: limits.length === 0 ? null : Math.min(...limits) };
  });
};

/** Whether the key admits agents at that instant; the count is the counter's to decide. */
export const admit = (key: ActivationKey, now: number): Result<ActivationKey, Rejection.Rejection> => {
  if (!key.isEnabled) return fail(Rejection.make("KEY-01", "conflict", "the activation key is disabled"));
  return key.expiresAt !== null && now >= key.expiresAt
    ? fail(Rejection.make("KEY-01", "expired", "the activation key is past its date"))
    : ok(key);
};

/** The counter that a key's limit stands on: every agent that it ever admitted. */
export const counterOf = (key: Pick<ActivationKey, "id">): string => `activationKey/${key.id}/agents`;

/** Which modules a change of a key activates and deactivates, for agents that are there (KEY-02); null when none. */
export const spreadingOf = (before: readonly Module.Module[], after: readonly Module.Module[]): Spreading | null => {
  const activate = after.filter((m) => !before.includes(m));
  const deactivate = before.filter((m) => !after.includes(m));
  return activate.length + deactivate.length === 0 ? null : { activate, deactivate, after: null };
};

const tagFaults = (tags: readonly string[], limits: Limits, tree: TagTree): readonly Rejection.Rejection[] => {
  const refuse = (code: Rejection.RejectionCode, message: string) => Rejection.make("KEY-04", code, message, "tags");
  if (tags.length > limits.tagsPerSelectionMax) {
    return [refuse("invalid", `at most ${limits.tagsPerSelectionMax} tags`)];
  }
  return tags.flatMap((id) => {
    const tag = tree.get(id);
    if (tag === undefined) return [refuse("not-found", `there is no tag ${id}`)];
    if (tag.rule._tag === "Static") return [];
    return [refuse("conflict", `${tag.name} is borne by the assets that its rule finds; name static tags`)];
  });
};

const moduleFaults = (modules: readonly string[]): readonly Rejection.Rejection[] => {
  const unknown = modules.filter((m) => !Module.isModule(m));
  const faults = unknown.map((m) =>
    Rejection.make("AGT-06", "invalid", `${m} is no module; there are ${Module.modules.join(", ")}`, "modules"),
  );
  const compatible = Module.compatible(modules.filter(Module.isModule));
  return compatible.ok ? faults : [...faults, compatible.error];
};

const isWithin = (value: number, min: number, max: number): boolean =>
  Number.isInteger(value) && value >= min && value <= max;
