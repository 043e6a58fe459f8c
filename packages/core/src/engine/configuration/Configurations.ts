/**
 * Which signed configuration each agent is to hold: what the profile of its asset comes to, and the modules that are active
 * there; sealed once for all agents of whom both are the same.
 */
import { type Documents, Dsse, ModuleConduct } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import * as Asset from "../../domain/asset/Asset.ts";
import * as AssessmentProfile from "../../domain/profile/AssessmentProfile.ts";
import * as ConfigurationProfile from "../../domain/profile/ConfigurationProfile.ts";
import * as Effective from "../../domain/profile/Effective.ts";
import * as Limits from "../../domain/shared/Limits.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import type { TagTree } from "../../domain/tag/TagTree.ts";
import { Environment } from "../../ports/Environment.ts";
import { type CounterChange, Storage } from "../../ports/Storage.ts";
import type { ConfigurationPayload } from "../../schema/Stored.ts";
import * as SignedDocuments from "../agents/SignedDocuments.ts";
import * as Repository from "../Repository.ts";

/** Counts the changes of profiles: what an agent is to hold is written only while none has changed. */
export const PROFILES_COUNTER = "profiles";

/** A configuration that is ready to be given to agents. */
export interface SealedConfiguration extends SignedDocuments.SealedDocument {
  readonly statusIntervalSeconds: number;
}

/** The profiles of one moment. */
export interface Standing {
  readonly tenantId: TenantId;
  readonly profiles: readonly Repository.Versioned<ConfigurationProfile.ConfigurationProfile>[];
  readonly limits: Limits.Limits;
  /** How often each asset is scanned for patches, by the assessment profiles and the plan of this moment (PRO-05). */
  readonly scannedBy: (tree: TagTree) => ReturnType<typeof AssessmentProfile.compile>;
  /** How many changes the profiles had seen. */
  readonly changes: number;
  /** Goes into a batch that depends on them: refused when a profile has changed meanwhile. */
  readonly unchanged: CounterChange;
  /** What was sealed of them so far, by profile and modules. */
  readonly sealed: Map<string, SealedConfiguration>;
}

/** The profiles as they stand. */
export const standing = Effect.fn("Configurations.standing")(function* (tenantId: TenantId) {
  const changes = yield* (yield* Storage).counter(tenantId, PROFILES_COUNTER);
  const profiles = yield* Repository.all(tenantId, "profile");
  const subscription = (yield* Repository.get(tenantId, "subscription", tenantId))?.value ?? null;
  const limits = subscription?.limits ?? Limits.defaults;
  const scanning = (yield* Repository.all(tenantId, "assessmentProfile")).map((p) => p.value);
  const now = (yield* Environment).now();
  const scannedBy: Standing["scannedBy"] = (tree) =>
    subscription === null ? scannedByDefault : AssessmentProfile.compile(scanning, tree, subscription, now);
  const unchanged: CounterChange = { key: PROFILES_COUNTER, by: 0, floor: changes, ceiling: changes };
  const found: Standing = { tenantId, profiles, limits, scannedBy, changes, unchanged, sealed: new Map() };
  return found;
});

/** What a configuration depends on. */
export type Configured = Pick<Asset.Asset, "id" | "tags" | "activations">;

/** The sealed configuration of each asset, in their order; null when the tenant has no profile. */
export const forAssets = Effect.fn("Configurations.forAssets")(function* (
  profiles: Standing,
  tree: TagTree,
  assets: readonly Configured[],
) {
  const chosen = ConfigurationProfile.compile(
    profiles.profiles.map((p) => p.value),
    tree,
  );
  const scannedBy = profiles.scannedBy(tree);
  const configurations: (SealedConfiguration | null)[] = [];
  for (const asset of assets) {
    const profile = chosen(asset)?.profile ?? null;
    configurations.push(
      profile === null
        ? null
        : yield* sealedFor(profiles, {
            profile,
            modules: modulesOf(asset),
            assessmentIntervalSeconds: scannedBy(asset).intervalSeconds,
          }),
    );
  }
  return configurations as readonly (SealedConfiguration | null)[];
});

/** What is told of it, beside the limits. */
interface Told {
  readonly profile: ConfigurationProfile.ConfigurationProfile;
  readonly modules: readonly ModuleConduct.AgentModule[];
  readonly assessmentIntervalSeconds: number;
}

// A tenant without a subscription has no agents either.
const scannedByDefault: ReturnType<typeof AssessmentProfile.compile> = () => {
  const { id, intervalSeconds, name } = AssessmentProfile.first("Free", 0);
  return { profileId: id, intervalSeconds, why: name };
};

const sealedFor = Effect.fn("Configurations.sealedFor")(function* (standing: Standing, told: Told) {
  const { profile, modules, assessmentIntervalSeconds } = told;
  const key = [profile.id, assessmentIntervalSeconds, ...modules].join("\n");
  const known = standing.sealed.get(key);
  if (known !== undefined) return known;
  const payload = payloadOf(standing, told);
  const document = yield* SignedDocuments.seal(standing.tenantId, Dsse.payloadTypes.configuration, payload, null);
  const fresh: SealedConfiguration = { ...document, statusIntervalSeconds: payload.statusIntervalSeconds };
  standing.sealed.set(key, fresh);
  return fresh;
});

// Domain to wire. What an agent needs not, such as the preset that a value came from, stays here.
const payloadOf = (
  { tenantId, profiles, limits }: Standing,
  { profile, modules, assessmentIntervalSeconds }: Told,
): ConfigurationPayload => {
  const { preset: _, ...settings } = Effective.values(Effective.of(profile.settings, limits));
  const { statusIntervalSeconds, scanIntervalSeconds, blackouts, scanMergePorts, mayExceedCpuLimitInWindow, ...rest } =
    settings;
  const told: Documents.Configuration["settings"] = {
    ...rest,
    ...(mayExceedCpuLimitInWindow ? { mayExceedCpuLimitInWindow } : {}),
    blackouts: blackouts.map((b) => ({ ...b, weekdays: [...b.weekdays] })),
    scanMergePorts: [...scanMergePorts],
  };
  return {
    tenantId,
    profile: profile.name,
    revision: profiles.find((p) => p.id === profile.id)?.revision ?? 1,
    statusIntervalSeconds,
    scanIntervalSeconds,
    assessmentIntervalSeconds,
    settings: told,
    modules: [...modules],
  };
};

const modulesOf = (asset: Configured): readonly ModuleConduct.AgentModule[] =>
  ModuleConduct.modules.filter((module) => Asset.isActive(asset, module));
