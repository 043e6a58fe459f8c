/**
 * Assessment profiles: how often an asset is scanned for patches, by its tags (PRO-01 … PRO-08). One default that can't go
 * away, and custom ones in an order; a tag stands in one custom profile only, with all that is below it (PRO-03).
 *
 * What a fall back to Free makes of an interval is derived from instants: one that was saved before it counts as 24 h at
 * least, for good, until somebody saves it anew (LIC-02). Nothing is converted by a timer. Intervals are in whole seconds.
 */
import * as Subscription from "../license/Subscription.ts";
import type { Limits } from "../shared/Limits.ts";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import * as TagTree from "../tag/TagTree.ts";

export interface AssessmentProfile {
  readonly id: string;
  readonly name: string;
  /** Lower stands higher; the default is below all. */
  readonly position: number;
  readonly isDefault: boolean;
  readonly isEnabled: boolean;
  /** None for the default. */
  readonly tags: readonly string[];
  /** As it was saved; what it counts as is {@link intervalOf}. */
  readonly intervalSeconds: number;
  /** When the interval was saved, epoch milliseconds. */
  readonly savedAt: number;
}

export const DEFAULT_ID = "default";

const HOUR = 3_600;

/** The profile that a subscription starts with (PRO-01). */
export const first = (plan: Subscription.Plan, savedAt: number): AssessmentProfile => ({
  id: DEFAULT_ID,
  name: "Default",
  position: Number.MAX_SAFE_INTEGER,
  isDefault: true,
  isEnabled: true,
  tags: [],
  intervalSeconds: plan === "Free" ? 24 * HOUR : 4 * HOUR,
  savedAt,
});

/** The shortest and the longest interval that may be saved on a plan (PRO-02). */
export const bounds = (plan: Subscription.Plan, limits: Limits): { readonly min: number; readonly max: number } => ({
  min: plan === "Free" ? limits.assessmentIntervalSecondsFreeMin : limits.assessmentIntervalSecondsMin,
  max: limits.assessmentIntervalSecondsMax,
});

/** The profiles in their order, top first. */
export const inOrder = (profiles: readonly AssessmentProfile[]): readonly AssessmentProfile[] =>
  [...profiles].sort((a, b) => Number(a.isDefault) - Number(b.isDefault) || a.position - b.position || byId(a, b));

/** Everything wrong with a profile by itself: its name, interval and tags. */
export const validate = (
  profile: AssessmentProfile,
  plan: Subscription.Plan,
  limits: Limits,
): Result<AssessmentProfile, readonly Rejection.Rejection[]> => {
  const { name, intervalSeconds, tags, isDefault } = profile;
  const { min, max } = bounds(plan, limits);
  const faults: Rejection.Rejection[] = [];
  if (name.trim() === "" || name.length > limits.titleCharactersMax) {
    faults.push(Rejection.make("PRO-02", "invalid", `a name of 1–${limits.titleCharactersMax} characters`, "name"));
  }
  if (!Number.isInteger(intervalSeconds) || intervalSeconds < min || intervalSeconds > max) {
    const rule = isDefault ? "PRO-07" : "PRO-02";
    const message = `${intervalSeconds} s; allowed on ${plan}: ${min}–${max} s`;
    faults.push(Rejection.make(rule, "invalid", message, "intervalSeconds"));
  }
  if (isDefault && tags.length > 0) {
    faults.push(Rejection.make("PRO-01", "conflict", "the default profile is bound to no tags", "tags"));
  }
  if (!isDefault && tags.length === 0) {
    faults.push(Rejection.make("PRO-02", "invalid", "a custom profile names at least one tag", "tags"));
  }
  if (tags.length > limits.tagsPerSelectionMax) {
    faults.push(Rejection.make("PRO-02", "invalid", `at most ${limits.tagsPerSelectionMax} tags`, "tags"));
  }
  return faults.length === 0 ? ok(profile) : fail(faults);
};

/** A tag that stands in several custom profiles, through itself or a tag above it, and whose one counts. */
export interface Overlap {
  readonly tag: string;
  /** In their order: the first that is enabled decides (PRO-05). */
  readonly profiles: readonly string[];
}

/** Every tag that several profiles hold: what moving a tag brings about, and saving refuses (PRO-03). */
export const overlaps = (profiles: readonly AssessmentProfile[], tree: TagTree.TagTree): readonly Overlap[] => {
  const children = TagTree.childrenOf(tree);
  const holders = new Map<string, string[]>();
  for (const { id, tags } of inOrder(profiles)) {
    for (const tag of TagTree.descend(children, tags)) {
      const known = holders.get(tag);
      if (known === undefined) holders.set(tag, [id]);
      else known.push(id);
    }
  }
  return [...holders]
    .filter(([, ids]) => ids.length > 1)
    .map(([tag, ids]) => ({ tag, profiles: ids }))
    .sort((a, b) => (a.tag < b.tag ? -1 : 1));
};

/** Refuses tags of which one, or one below it, stands in another custom profile: it is named, disabled or not (PRO-03). */
export const exclusive = (
  profile: AssessmentProfile,
  profiles: readonly AssessmentProfile[],
  tree: TagTree.TagTree,
): Result<AssessmentProfile, Rejection.Rejection> => {
  const children = TagTree.childrenOf(tree);
  const own = TagTree.descend(children, profile.tags);
  for (const other of inOrder(profiles)) {
    if (other.id === profile.id) continue;
    for (const tag of TagTree.descend(children, other.tags)) {
      if (!own.has(tag)) continue;
      const state = other.isEnabled ? "" : ", though disabled";
      const message = `tag ${tree.get(tag)?.name ?? tag} stands in profile ${other.name} (${other.id})${state}`;
      return fail(Rejection.make("PRO-03", "conflict", `${message}; take it out there first`, "tags"));
    }
  }
  return ok(profile);
};

/** Refuses to delete or disable the default (PRO-01). */
export const removable = (profile: AssessmentProfile, what: "deleted" | "disabled") =>
  profile.isDefault ? fail(Rejection.make("PRO-01", "conflict", `the default profile can't be ${what}`)) : ok(profile);

/** What an interval counts as now: 24 h at least on Free, and when it was saved before the last fall back to it (LIC-02). */
export const intervalOf = (
  { intervalSeconds, savedAt }: AssessmentProfile,
  subscription: Subscription.Subscription,
  now: number,
): number => {
  const fell = Subscription.fellBackAt(subscription, now);
  const isConverted = Subscription.planAt(subscription, now) === "Free" || (fell !== null && savedAt <= fell);
  return isConverted
    ? Math.max(intervalSeconds, subscription.limits.assessmentIntervalSecondsFreeMin)
    : intervalSeconds;
};

/** What an asset is scanned by, and why. */
export interface Effective {
  readonly profileId: string;
  readonly intervalSeconds: number;
  readonly why: string;
}

/** What any asset is scanned by: the topmost enabled profile that one of its tags falls under, else the default (PRO-05). */
export const compile = (
  profiles: readonly AssessmentProfile[],
  tree: TagTree.TagTree,
  subscription: Subscription.Subscription,
  now: number,
): ((asset: { readonly tags: readonly string[] }) => Effective) => {
  const children = TagTree.childrenOf(tree);
  const rank = new Map<string, number>();
  const ordered = inOrder(profiles);
  const answers = ordered.map((p) => ({ p, intervalSeconds: intervalOf(p, subscription, now) }));
  for (const [i, { isDefault, isEnabled, tags }] of ordered.entries()) {
    if (isDefault || !isEnabled) continue;
    for (const tag of TagTree.descend(children, tags)) if (!rank.has(tag)) rank.set(tag, i);
  }
  const standard = answers.find((a) => a.p.isDefault);
  const fallback = standard?.p ?? first(Subscription.planAt(subscription, now), 0);
  const byDefault: Effective = {
    profileId: fallback.id,
    intervalSeconds: standard?.intervalSeconds ?? intervalOf(fallback, subscription, now),
    why: `${fallback.name}: no enabled profile holds a tag of the asset${converted(fallback, subscription, now)}`,
  };
  return (asset) => {
    let best: { readonly at: number; readonly tag: string } | null = null;
    for (const tag of asset.tags) {
      const at = rank.get(tag);
      if (at !== undefined && (best === null || at < best.at || (at === best.at && tag < best.tag))) best = { at, tag };
    }
    const chosen = best === null ? undefined : answers[best.at];
    if (best === null || chosen === undefined) return byDefault;
    const { p, intervalSeconds } = chosen;
    const name = tree.get(best.tag)?.name ?? best.tag;
    const why = `${p.name}: the topmost enabled profile that holds a tag of the asset, ${name}`;
    return { profileId: p.id, intervalSeconds, why: `${why}${converted(p, subscription, now)}` };
  };
};

const converted = (profile: AssessmentProfile, subscription: Subscription.Subscription, now: number): string =>
  intervalOf(profile, subscription, now) === profile.intervalSeconds
    ? ""
    : "; saved before the subscription fell back to Free, so 24 h at least (LIC-02)";

const byId = (a: AssessmentProfile, b: AssessmentProfile): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
