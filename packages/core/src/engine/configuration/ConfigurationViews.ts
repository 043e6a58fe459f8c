/** Configuration profiles as users look at them: the list, one of them, and what an asset's agent is set to and why. */
import { ModuleConduct } from "@fettle/agent-protocol/vocabulary";
import * as Effect from "effect/Effect";
import * as Asset from "../../domain/asset/Asset.ts";
import type * as AssessmentProfile from "../../domain/profile/AssessmentProfile.ts";
import * as ConfigurationProfile from "../../domain/profile/ConfigurationProfile.ts";
import * as Effective from "../../domain/profile/Effective.ts";
import * as Presets from "../../domain/profile/Presets.ts";
import type * as Settings from "../../domain/profile/Settings.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import * as Authority from "../access/Authority.ts";
import { lift, reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as TagRules from "../tags/TagRules.ts";
import * as Configurations from "./Configurations.ts";

/** A profile with what its settings come to. */
export interface ConfigurationProfileView {
  readonly profile: ConfigurationProfile.ConfigurationProfile;
  /** Its preset, or `CUSTOM` where it says a value of the preset otherwise. */
  readonly performance: Presets.Preset | "CUSTOM";
  /** Whether CPU limit and throttle ask the same of Windows as of Linux and Mac (CFG-10). */
  readonly isCpuPaired: boolean;
  readonly settings: ExplainedSettings;
}

/** A value, why it holds, and the same in words. */
export interface ExplainedValue<A> extends Effective.EffectiveValue<A> {
  readonly message: string;
}

export type ExplainedSettings = { readonly [N in keyof Settings.Settings]: ExplainedValue<Settings.Settings[N]> };

/** One module of an agent: a module acts only if it is active and enabled (CFG-09). */
export interface ModuleState {
  readonly module: ModuleConduct.AgentModule;
  readonly isActive: boolean;
  readonly isEnabled: boolean;
  readonly acts: boolean;
}

/** What an asset's agent is set to. */
export interface EffectiveConfiguration {
  readonly assetId: string;
  readonly profile: { readonly id: string; readonly name: string };
  readonly ground: ConfigurationProfile.Ground;
  /** {@link ground} in words. */
  readonly message: string;
  /** Profiles that match the asset too, and stand lower. */
  readonly passedOver: readonly { readonly id: string; readonly name: string }[];
  readonly settings: ExplainedSettings;
  /** How often it is scanned for patches, by assessment profile and plan, and why (PRO-05). */
  readonly assessment: AssessmentProfile.Effective;
  readonly modules: readonly ModuleState[];
  /** Kinds of work that don't go on: a module that doesn't act, or the collection is suspended (CFG-03). */
  readonly stopped: readonly ModuleConduct.Work[];
}

/** Every profile, the topmost first. */
export const list = Effect.fn("ConfigurationViews.list")(function* (actor: Actor) {
  const { profiles } = yield* viewing(actor);
  return ConfigurationProfile.ordered(profiles.map((p) => p.value));
});

/** One profile, with what it comes to. */
export const get = Effect.fn("ConfigurationViews.get")(function* (actor: Actor, profileId: string) {
  const { profiles, limits } = yield* viewing(actor);
  const found = profiles.find((p) => p.id === profileId);
  if (found === undefined) return yield* lift<never>({ ok: false, error: ConfigurationProfile.unknown(profileId) });
  const effective = Effective.of(found.value.settings, limits);
  const view: ConfigurationProfileView = {
    profile: found.value,
    performance: Presets.nameOf(found.value.settings),
    isCpuPaired: Presets.isPaired(Effective.values(effective)),
    settings: explained(effective, found.value.name),
  };
  return view;
});

/** What an asset's agent is set to: which profile and why it, each value and why, and which modules act. */
export const effective = Effect.fn("ConfigurationViews.effective")(function* (actor: Actor, assetId: string) {
  const { profiles, limits, scannedBy, user } = yield* viewing(actor);
  const { tree } = yield* TagRules.standing(actor.tenantId);
  const found = yield* Repository.get(actor.tenantId, "asset", assetId);
  if (found === null || !TagScope.compile(user.scope, tree)(found.value.tags)) {
    return yield* reject("TAG-05", "not-found", `there is no asset ${assetId} in your scope`, "assetId");
  }
  const choice = ConfigurationProfile.compile(
    profiles.map((p) => p.value),
    tree,
  )(found.value);
  if (choice === null) return yield* reject("CFG-01", "not-found", "there is no configuration profile");
  const settings = Effective.of(choice.profile.settings, limits);
  const conduct: ModuleConduct.Conduct = {
    active: ModuleConduct.modules.filter((m) => Asset.isActive(found.value, m)),
    settings: Effective.values(settings),
  };
  const answer: EffectiveConfiguration = {
    assetId,
    profile: named(choice.profile),
    ground: choice.ground,
    message: tell(choice),
    passedOver: choice.passedOver.map(named),
    settings: explained(settings, choice.profile.name),
    assessment: scannedBy(tree)(found.value),
    modules: ModuleConduct.modules.map((module) => ({
      module,
      isActive: conduct.active.includes(module),
      isEnabled: ModuleConduct.isEnabled(module, conduct.settings),
      acts: ModuleConduct.acts(module, conduct),
    })),
    stopped: ModuleConduct.allWorks.filter((work) => !ModuleConduct.goesOn(work, conduct)),
  };
  return answer;
});

const viewing = Effect.fn("ConfigurationViews.viewing")(function* (actor: Actor) {
  const user = yield* Authority.require(actor, "view-configuration-profile");
  yield* Subscriptions.of(actor.tenantId);
  const { profiles, limits, scannedBy } = yield* Configurations.standing(actor.tenantId);
  return { profiles, limits, scannedBy, user };
});

const named = ({ id, name }: ConfigurationProfile.ConfigurationProfile) => ({ id, name });

const tell = ({ profile, ground, passedOver }: ConfigurationProfile.Choice): string => {
  const also = passedOver.length === 0 ? "" : ` before ${passedOver.map((p) => p.name).join(", ")}`;
  switch (ground) {
    case "named":
      return `${profile.name} names the asset, which wins over tags${also}`;
    case "tagged":
      return `${profile.name} stands highest of those whose tags match${also}`;
    case "default":
      return `${profile.name} is the default, and no other profile matches`;
  }
};

const explained = (settings: Effective.EffectiveSettings, profile: string): ExplainedSettings =>
  Object.fromEntries(
    Object.entries(settings).map(([name, { value, reason }]) => [
      name,
      { value, reason, message: Effective.tell(reason, profile) },
    ]),
  ) as unknown as ExplainedSettings;
