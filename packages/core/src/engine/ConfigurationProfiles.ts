/** Configuration profiles: what agents are set to (CFG-01). */
import * as Effect from "effect/Effect";
import * as ConfigurationProfile from "../domain/profile/ConfigurationProfile.ts";
import { type Actor, label } from "../domain/shared/Actor.ts";
import { Environment } from "../ports/Environment.ts";
import * as Stored from "../schema/Stored.ts";
import * as Authority from "./Authority.ts";
import * as Configurations from "./Configurations.ts";
import { lift } from "./Rejected.ts";
import * as Repository from "./Repository.ts";
import * as Subscriptions from "./Subscriptions.ts";
import * as Sweeps from "./Sweeps.ts";
import * as TagRules from "./TagRules.ts";

/** Adds or changes a configuration profile (CFG-01, AGT-04) and gives every agent the one that is now its own. */
export const save = Effect.fn("ConfigurationProfiles.save")(function* (
  actor: Actor,
  input: ConfigurationProfile.ConfigurationProfile,
) {
  yield* Authority.require(actor, "edit-configuration-profile");
  const { tenantId } = actor;
  const { limits } = yield* Subscriptions.of(tenantId);
  const profile = yield* lift(ConfigurationProfile.validate(input, limits));
  yield* lift(Stored.readable("profile", profile));
  const { unchanged } = yield* TagRules.standing(tenantId);
  const known = yield* Repository.get(tenantId, "profile", profile.id);
  yield* Repository.commit(tenantId, {
    expect: [Repository.expected("profile", profile.id, known)],
    counters: [{ key: Configurations.PROFILES_COUNTER, by: 1 }, unchanged],
    writes: [Repository.put("profile", profile.id, profile), yield* Sweeps.begin(tenantId)],
    events: [Repository.event("ProfileSaved", "profile", profile.id, (yield* Environment).now(), { by: label(actor) })],
  });
  yield* Sweeps.resume(tenantId);
  return profile;
});
