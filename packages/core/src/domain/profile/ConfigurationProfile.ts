/**
 * Configuration profiles: one per agent, the topmost that names its asset, else the topmost that matches by tags (CFG-01,
 * CFG-08), the default for the rest. Which profile is the default is a designation: any one may hold it, one always does.
 */
import type { Blackout } from "@fettle/scheduler";
import type { Limits } from "../shared/Limits.ts";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import * as TagSelection from "../tag/TagSelection.ts";
import type { TagTree } from "../tag/TagTree.ts";
import * as Settings from "./Settings.ts";

export interface ConfigurationProfile {
  readonly id: string;
  readonly name: string;
  /** Lower stands higher in the list. */
  readonly position: number;
  readonly isDefault: boolean;
  readonly targets: TagSelection.TagSelection;
  /** What it says; the rest is its preset's or the default. */
  readonly settings: Settings.Given;
}

/** Longest id and name, in characters: both travel to agents. */
export const ID_CHARACTERS_MAX = 128;
export const NAME_CHARACTERS_MAX = 256;

/** The profile that a subscription begins with. */
export const first = (limits: Limits): ConfigurationProfile => ({
  id: "default",
  name: "Default",
  position: Number.MAX_SAFE_INTEGER,
  isDefault: true,
  targets: TagSelection.none,
  settings: {
    statusIntervalSeconds: limits.statusIntervalSecondsMin,
    scanIntervalSeconds: limits.scanIntervalSecondsMin,
  },
});

/** The profile as it may be stored; everything wrong with it is said at once. Tags are the tree's to know. */
export const validate = (
  profile: ConfigurationProfile,
  limits: Limits,
): Result<ConfigurationProfile, readonly Rejection.Rejection[]> => {
  const wrong = [
    ...text(profile.id, ID_CHARACTERS_MAX, "id"),
    ...text(profile.name, Math.min(limits.titleCharactersMax, NAME_CHARACTERS_MAX), "name"),
    ...targets(profile.targets, limits),
    ...Settings.check(profile.settings, limits),
  ];
  return wrong.length === 0 ? ok(profile) : fail(wrong);
};

/** Why an asset gets a profile: it is named there, its tags match, or nothing else caught it. */
export type Ground = "named" | "tagged" | "default";

/** A profile with the ground on which an asset gets it, and those further down that would have matched too. */
export interface Choice {
  readonly profile: ConfigurationProfile;
  readonly ground: Ground;
  readonly passedOver: readonly ConfigurationProfile[];
}

/** The profile that an asset gets: the topmost that names it, that matches it, the default; null when there is none. */
export const effective = (
  profiles: readonly ConfigurationProfile[],
  tree: TagTree,
  asset: TagSelection.Selectable,
): ConfigurationProfile | null => compile(profiles, tree)(asset)?.profile ?? null;

/** {@link effective} for many assets, with the grounds. */
export const compile = (
  profiles: readonly ConfigurationProfile[],
  tree: TagTree,
): ((asset: TagSelection.Selectable) => Choice | null) => {
  const list = ordered(profiles);
  const compiled = list.map((profile) => ({
    profile,
    verdict: TagSelection.compile(profile.targets, tree),
    named: new Set(profile.targets.assets),
  }));
  const standard = list.find((p) => p.isDefault) ?? null;
  return (asset) => {
    const matching = compiled.filter((c) => c.verdict(asset) === "selected");
    const named = matching.find((c) => c.named.has(asset.id));
    const chosen = (named ?? matching[0])?.profile ?? standard;
    if (chosen === null) return null;
    const ground: Ground = named !== undefined ? "named" : matching.length > 0 ? "tagged" : "default";
    return { profile: chosen, ground, passedOver: matching.map((c) => c.profile).filter((p) => p !== chosen) };
  };
};

/** The assets whose profile turns the patch module off, with its name (CFG-09). */
export const turningOff = (
  profiles: readonly ConfigurationProfile[],
  tree: TagTree,
  assets: readonly TagSelection.Selectable[],
): ReadonlyMap<string, string> => {
  // Hardly any profile does: nobody looks through the assets for nothing.
  if (profiles.every((p) => p.settings.isPmEnabled !== false)) return new Map();
  const chosen = compile(profiles, tree);
  return new Map(
    assets.flatMap((asset) => {
      const profile = chosen(asset)?.profile;
      return profile?.settings.isPmEnabled === false ? [[asset.id, profile.name] as const] : [];
    }),
  );
};

/** The blackouts of each asset that has any (WIN-05); assets of one profile share one list. */
export const blackoutsOf = (
  profiles: readonly ConfigurationProfile[],
  tree: TagTree,
  assets: readonly TagSelection.Selectable[],
): ReadonlyMap<string, readonly Blackout.Blackout[]> => {
  if (profiles.every((p) => (p.settings.blackouts ?? []).length === 0)) return new Map();
  const chosen = compile(profiles, tree);
  return new Map(
    assets.flatMap((asset) => {
      const blackouts = chosen(asset)?.profile.settings.blackouts ?? [];
      return blackouts.length === 0 ? [] : [[asset.id, blackouts] as const];
    }),
  );
};

/** The list as it stands, topmost first. */
export const ordered = (profiles: readonly ConfigurationProfile[]): readonly ConfigurationProfile[] =>
  [...profiles].sort((a, b) => a.position - b.position || (a.id < b.id ? -1 : 1));

/** Where a new profile goes: below all others but {@link first}, where that still stands at the list's end. */
export const nextPosition = (profiles: readonly ConfigurationProfile[]): number =>
  profiles.reduce((next, p) => (p.position < Number.MAX_SAFE_INTEGER ? Math.max(next, p.position + 1) : next), 0);

/** The list in another order; only those that moved are answered. Every profile is named once. */
export const reordered = (
  profiles: readonly ConfigurationProfile[],
  ids: readonly string[],
): Result<readonly ConfigurationProfile[], readonly Rejection.Rejection[]> => {
  const known = new Map(profiles.map((p) => [p.id, p]));
  const refuse = (code: Rejection.RejectionCode, message: string, path: string) =>
    Rejection.make("CFG-01", code, message, path);
  const missing = profiles.filter((p) => !ids.includes(p.id)).map((p) => p.id);
  const wrong = [
    ...ids.flatMap((id, i) => (known.has(id) ? [] : [refuse("not-found", `there is no profile ${id}`, `ids.${i}`)])),
    ...ids.flatMap((id, i) => (ids.indexOf(id) < i ? [refuse("invalid", `${id} is named twice`, `ids.${i}`)] : [])),
    ...(missing.length > 0 ? [refuse("invalid", `name every profile; missing: ${missing.join(", ")}`, "ids")] : []),
  ];
  if (wrong.length > 0) return fail(wrong);
  const moved = ids.flatMap((id, position) => {
    const profile = known.get(id);
    return profile === undefined || profile.position === position ? [] : [{ ...profile, position }];
  });
  return ok(moved);
};

/** The profiles that change when another becomes the default: the one that was, and the one that is; none when it is already. */
export const redesignated = (
  profiles: readonly ConfigurationProfile[],
  id: string,
): Result<readonly ConfigurationProfile[], Rejection.Rejection> => {
  if (!profiles.some((p) => p.id === id)) return fail(unknown(id));
  return ok(profiles.filter((p) => p.isDefault !== (p.id === id)).map((p) => ({ ...p, isDefault: p.id === id })));
};

/** The profile, when it may be deleted: the default catches the rest, and something must. */
export const deletable = (
  profiles: readonly ConfigurationProfile[],
  id: string,
): Result<ConfigurationProfile, Rejection.Rejection> => {
  const profile = profiles.find((p) => p.id === id);
  if (profile === undefined) return fail(unknown(id));
  const message = `${profile.name} is the default; make another one the default first`;
  return profile.isDefault ? fail(Rejection.make("CFG-01", "conflict", message, "profileId")) : ok(profile);
};

/** The rejection of an id that no profile has. */
export const unknown = (id: string): Rejection.Rejection =>
  Rejection.make("CFG-01", "not-found", `there is no configuration profile ${id}`, "profileId");

const text = (value: string, max: number, path: string): readonly Rejection.Rejection[] =>
  typeof value === "string" && value.trim() !== "" && value.length <= max
    ? []
    : [Rejection.make("CFG-01", "invalid", `1–${max} characters, not all of them spaces`, path)];

const targets = (selection: TagSelection.TagSelection, limits: Limits): readonly Rejection.Rejection[] => {
  const { assetsPerSelectionMax: assets, tagsPerSelectionMax: tags } = limits;
  const over = (given: readonly string[], max: number, what: string, path: string) =>
    given.length > max ? [Rejection.make("CFG-08", "invalid", `at most ${max} ${what}`, path)] : [];
  return [
    ...over(selection.assets, assets, "assets", "targets.assets"),
    ...over(selection.include.tags, tags, "tags", "targets.include.tags"),
    ...over(selection.exclude.tags, tags, "tags", "targets.exclude.tags"),
  ];
};
