/** Profiles: how agents behave, how often they scan. */
import type { Actor } from "../domain/shared/Actor.ts";
import * as AssessmentProfiles from "../engine/assessment/AssessmentProfiles.ts";
import * as AssessmentStanding from "../engine/assessment/AssessmentStanding.ts";
import * as ConfigurationProfiles from "../engine/configuration/ConfigurationProfiles.ts";
import * as ConfigurationViews from "../engine/configuration/ConfigurationViews.ts";
import type { Repeatable } from "../engine/Idempotency.ts";
import type { On } from "./On.ts";

export const configurationProfilesOf = (on: On) => ({
  /** Adds or changes a configuration profile (CFG-02, CFG-08); everything wrong with it is said at once. */
  save: (actor: Actor, input: ConfigurationProfiles.ConfigurationProfileInput, options?: Repeatable) =>
    on(ConfigurationProfiles.save(actor, input, options)),
  /** Deletes one; its assets get the next that is theirs. The default can't be deleted. */
  delete: (actor: Actor, profileId: string, options?: Repeatable) =>
    on(ConfigurationProfiles.remove(actor, profileId, options)),
  /** Puts the list into another order, the topmost first; every profile is named once. */
  reorder: (actor: Actor, ids: readonly string[], options?: Repeatable) =>
    on(ConfigurationProfiles.reorder(actor, ids, options)),
  /** Makes one the default, in the place of the one that was. */
  makeDefault: (actor: Actor, profileId: string, options?: Repeatable) =>
    on(ConfigurationProfiles.makeDefault(actor, profileId, options)),
  /** Every profile, the topmost first. */
  list: (actor: Actor) => on(ConfigurationViews.list(actor)),
  /** One of them, with what its settings come to. */
  get: (actor: Actor, profileId: string) => on(ConfigurationViews.get(actor, profileId)),
  /** What an asset's agent is set to: which profile and why, each value and why, which modules act (CFG-01, CFG-09). */
  effective: (actor: Actor, assetId: string) => on(ConfigurationViews.effective(actor, assetId)),
});

export const assessmentProfilesOf = (on: On) => ({
  /** Adds or changes an assessment profile; a tag stands in one custom profile only (PRO-02, PRO-03). */
  save: (actor: Actor, input: AssessmentProfiles.AssessmentProfileInput, options?: Repeatable) =>
    on(AssessmentProfiles.save(actor, input, options)),
  /** Deletes one; its assets get the next that is theirs. The default can't be deleted (PRO-01). */
  delete: (actor: Actor, profileId: string, options?: Repeatable) =>
    on(AssessmentProfiles.remove(actor, profileId, options)),
  enable: (actor: Actor, profileId: string, options?: Repeatable) =>
    on(AssessmentProfiles.enable(actor, profileId, options)),
  /** Lets it apply to no asset; it goes on holding its tags. */
  disable: (actor: Actor, profileId: string, options?: Repeatable) =>
    on(AssessmentProfiles.disable(actor, profileId, options)),
  /** Enables, disables or deletes several; an answer for each (PRO-08). */
  bulk: (actor: Actor, input: AssessmentProfiles.AssessmentProfileBulk, options?: Repeatable) =>
    on(AssessmentProfiles.bulk(actor, input, options)),
  /** Puts the custom ones into another order, the topmost first (PRO-05). */
  reorder: (actor: Actor, ids: readonly string[], options?: Repeatable) =>
    on(AssessmentProfiles.reorder(actor, ids, options)),
  /** Every profile, the topmost first, and the bounds of intervals now. */
  list: (actor: Actor) => on(AssessmentStanding.list(actor)),
  get: (actor: Actor, profileId: string) => on(AssessmentStanding.get(actor, profileId)),
  /** What an asset is scanned by, and why. */
  effective: (actor: Actor, assetId: string) => on(AssessmentStanding.effective(actor, assetId)),
  /** Tags that several profiles hold since one was moved (PRO-03). */
  overlaps: (actor: Actor) => on(AssessmentStanding.overlaps(actor)),
});
