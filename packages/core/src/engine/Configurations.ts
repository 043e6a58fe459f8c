/** Which signed configuration each agent is to hold: the effective profile of its asset, sealed once per revision. */
import { Dsse } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import * as ConfigurationProfile from "../domain/profile/ConfigurationProfile.ts";
import type { Selectable } from "../domain/tag/TagSelection.ts";
import type { TagTree } from "../domain/tag/TagTree.ts";
import { type CounterChange, Storage } from "../ports/Storage.ts";
import type { ConfigurationPayload } from "../schema/Stored.ts";
import * as Repository from "./Repository.ts";
import * as SignedDocuments from "./SignedDocuments.ts";

/** Counts the changes of profiles: what an agent is to hold is written only while none has changed. */
export const PROFILES_COUNTER = "profiles";

/** A configuration that is ready to be given to agents. */
export interface SealedConfiguration extends SignedDocuments.SealedDocument {
  readonly statusIntervalSeconds: number;
}

/** The profiles of one moment. */
export interface Standing {
  readonly tenantId: string;
  readonly profiles: readonly Repository.Versioned<ConfigurationProfile.ConfigurationProfile>[];
  /** Goes into a batch that depends on them: refused when a profile has changed meanwhile. */
  readonly unchanged: CounterChange;
  /** What was sealed of them so far, by profile. */
  readonly sealed: Map<string, SealedConfiguration>;
}

/** The profiles as they stand. */
export const standing = Effect.fn("Configurations.standing")(function* (tenantId: string) {
  const changes = yield* (yield* Storage).counter(tenantId, PROFILES_COUNTER);
  const profiles = yield* Repository.all(tenantId, "profile");
  const unchanged: CounterChange = { key: PROFILES_COUNTER, by: 0, floor: changes, ceiling: changes };
  const found: Standing = { tenantId, profiles, unchanged, sealed: new Map() };
  return found;
});

/** The sealed configuration of each asset, in their order; null when the tenant has no profile. */
export const forAssets = Effect.fn("Configurations.forAssets")(function* (
  profiles: Standing,
  tree: TagTree,
  assets: readonly Selectable[],
) {
  const chosen = ConfigurationProfile.compile(
    profiles.profiles.map((p) => p.value),
    tree,
  );
  const configurations: (SealedConfiguration | null)[] = [];
  for (const asset of assets) {
    const profile = chosen(asset);
    configurations.push(profile === null ? null : yield* sealedFor(profiles, profile));
  }
  return configurations as readonly (SealedConfiguration | null)[];
});

const sealedFor = Effect.fn("Configurations.sealedFor")(function* (
  { tenantId, profiles, sealed }: Standing,
  profile: ConfigurationProfile.ConfigurationProfile,
) {
  const known = sealed.get(profile.id);
  if (known !== undefined) return known;
  const payload: ConfigurationPayload = {
    tenantId,
    profile: profile.name,
    revision: profiles.find((p) => p.id === profile.id)?.revision ?? 1,
    statusIntervalSeconds: profile.statusIntervalSeconds,
    scanIntervalSeconds: profile.scanIntervalSeconds,
  };
  const document = yield* SignedDocuments.seal(tenantId, Dsse.payloadTypes.configuration, payload, null);
  const fresh: SealedConfiguration = { ...document, statusIntervalSeconds: payload.statusIntervalSeconds };
  sealed.set(profile.id, fresh);
  return fresh;
});
