/**
 * What a profile's settings come to, each value with its reason: the profile says so, its preset does, or it is the default;
 * and where that lies outside the subscription's limits of now, the limit holds (limits may have been narrowed since).
 */
import type { Limits } from "../shared/Limits.ts";
import * as Presets from "./Presets.ts";
import * as Settings from "./Settings.ts";

export type Reason =
  | { readonly _tag: "Profile" }
  | { readonly _tag: "Preset"; readonly preset: Presets.Preset }
  | { readonly _tag: "Default" }
  /** A limit of the subscription; `instead` is what would hold without it. */
  | { readonly _tag: "Limit"; readonly rule: string; readonly instead: number };

export interface EffectiveValue<A> {
  readonly value: A;
  readonly reason: Reason;
}

export type EffectiveSettings = { readonly [N in keyof Settings.Settings]: EffectiveValue<Settings.Settings[N]> };

/** Every setting of a profile that says this, in a subscription with these limits. */
export const of = (given: Settings.Given, limits: Limits): EffectiveSettings => {
  const preset = given.preset ?? Settings.defaults.preset;
  const said = (name: keyof Settings.Settings): EffectiveValue<unknown> => {
    if (given[name] !== undefined) return { value: given[name], reason: { _tag: "Profile" } };
    if (isPerformance(name)) {
      const reason: Reason = given.preset === undefined ? { _tag: "Default" } : { _tag: "Preset", preset };
      return { value: Presets.values[preset][name], reason };
    }
    return { value: Settings.defaults[name], reason: { _tag: "Default" } };
  };
  const found = Settings.names.map((name) => [name, limited(name, said(name), limits)] as const);
  return Object.fromEntries(found) as unknown as EffectiveSettings;
};

/** The values alone. */
export const values = (effective: EffectiveSettings): Settings.Settings =>
  Object.fromEntries(
    Object.entries(effective).map(([name, { value }]) => [name, value]),
  ) as unknown as Settings.Settings;

/** A reason in words. */
export const tell = (reason: Reason, profile: string): string => {
  switch (reason._tag) {
    case "Profile":
      return `${profile} says so`;
    case "Preset":
      return `the preset ${reason.preset} of ${profile}`;
    case "Default":
      return "the default";
    case "Limit":
      return `${profile} gives ${reason.instead}, which the subscription's limits don't allow (${reason.rule})`;
  }
};

const isPerformance = (name: keyof Settings.Settings): name is keyof Presets.Performance =>
  (Presets.names as readonly string[]).includes(name);

const limited = (
  name: keyof Settings.Settings,
  said: EffectiveValue<unknown>,
  limits: Limits,
): EffectiveValue<unknown> => {
  if (!Object.hasOwn(Settings.ranges, name) || typeof said.value !== "number") return said;
  const { rule, within } = Settings.ranges[name as keyof typeof Settings.ranges];
  const [min, max] = within(limits);
  const value = Math.min(max, Math.max(min, said.value));
  return value === said.value ? said : { value, reason: { _tag: "Limit", rule, instead: said.value } };
};
