/** Configuration profiles: what agents are set to (CFG-01). */
import * as Effect from "effect/Effect";
import * as ConfigurationProfile from "../domain/profile/ConfigurationProfile.ts";
import { type Actor, label } from "../domain/shared/Actor.ts";
import { Environment } from "../ports/Environment.ts";
import * as Stored from "../schema/Stored.ts";
import * as Authority from "./Authority.ts";
import * as Configurations from "./Configurations.ts";
import * as Decisions from "./Decisions.ts";
import * as Idempotency from "./Idempotency.ts";
import { lift } from "./Rejected.ts";
import * as Repository from "./Repository.ts";
import * as Subscriptions from "./Subscriptions.ts";
import * as Sweeps from "./Sweeps.ts";
import * as TagRules from "./TagRules.ts";
import * as TagUses from "./TagUses.ts";

/** Adds or changes a configuration profile (CFG-01, AGT-04) and gives every agent the one that is now its own. */
export const save = Effect.fn("ConfigurationProfiles.save")(function* (
  actor: Actor,
  input: ConfigurationProfile.ConfigurationProfile,
  { idempotencyKey: key }: Idempotency.Repeatable = {},
) {
  yield* Authority.require(actor, "edit-configuration-profile");
  const { tenantId } = actor;
  const { limits } = yield* Subscriptions.of(tenantId);
  const decide = Effect.gen(function* () {
    const profile = yield* lift(ConfigurationProfile.validate(input, limits));
    yield* lift(Stored.readable("profile", profile));
    const standing = yield* TagRules.standing(tenantId);
    const named = TagUses.named(profile.targets);
    const uses = yield* lift(TagUses.claim(standing, named, { rule: "CFG-08", path: "targets" }));
    const known = yield* Repository.get(tenantId, "profile", profile.id);
    const now = (yield* Environment).now();
    const change = {
      expect: [Repository.expected("profile", profile.id, known)],
      counters: [{ key: Configurations.PROFILES_COUNTER, by: 1 }, standing.unchanged, ...uses],
      writes: [Repository.put("profile", profile.id, profile), yield* Sweeps.begin(tenantId)],
      events: [Repository.event("ProfileSaved", "profile", profile.id, now, { by: label(actor) })],
    };
    return { change, answer: profile };
  });
  const call = { method: "configurationProfiles.save", key, request: input };
  const profile = yield* Decisions.ifItStands(tenantId, Idempotency.once(actor, call, decide));
  yield* Sweeps.resume(tenantId);
  return profile;
});
