/** Generated values of what a host sets up: users, subscriptions, activation keys, profiles, saved searches, jobs. */
import * as fc from "fast-check";
import { kinds, type SavedSearch } from "../../domain/access/SavedSearch.ts";
import type { User } from "../../domain/access/User.ts";
import { views } from "../../domain/assessment/AssetSearch.ts";
import type { ActivationKey } from "../../domain/key/ActivationKey.ts";
import type { ModuleLicence, Subscription } from "../../domain/license/Subscription.ts";
import type { ConfigurationProfile } from "../../domain/profile/ConfigurationProfile.ts";
import * as Limits from "../../domain/shared/Limits.ts";
import { instant } from "./AssetArbitraries.ts";
import { digest } from "./PatchArbitraries.ts";
import { scope, selection, tagIds, tagSet } from "./TagArbitraries.ts";

const title = fc.constantFrom("Servers", "Desktops", "Ω – überall", "x".repeat(256));

/** A user with one role or more, and a scope. */
export const user: fc.Arbitrary<User> = fc.record({
  id: fc.constantFrom("mara", "uli", "rita"),
  roles: fc.subarray(
    ["SuperUser", "PatchManager", "PatchUser", "PatchDashboardAuthor", "PatchReader", "PatchSecurity"] as const,
    { minLength: 1, maxLength: 2 },
  ),
  scope,
});

const licence: fc.Arbitrary<ModuleLicence> = fc.record({
  seats: fc.integer({ min: 0, max: 12 }),
  include: tagSet,
  exclude: tagSet,
});

/** A subscription with the default limits. */
export const subscription: fc.Arbitrary<Subscription> = fc.record({
  id: fc.constantFrom("acme", "zeta"),
  plan: fc.constantFrom("Free", "Trial", "Full"),
  expiresAt: fc.option(instant, { freq: 2 }),
  licences: fc.record({ PM: licence, FIM: licence }, { requiredKeys: [] }),
  lapsedAt: fc.constant(null),
  limits: fc.constant(Limits.defaults),
});

/** An activation key; of its secret, the digest. */
export const activationKey: fc.Arbitrary<ActivationKey> = fc.record({
  id: fc.uuid({ version: 4 }),
  title,
  secretDigest: digest,
  tags: tagIds(3),
  modules: fc.subarray(["VM", "FIM", "PM"], { minLength: 1 }),
  agentsMax: fc.option(fc.integer({ min: 1, max: 4 }), { freq: 2 }),
  expiresAt: fc.option(instant, { freq: 2 }),
  isEnabled: fc.boolean(),
  spreading: fc.constant(null),
});

const within = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

/** A configuration profile within the default limits, that says much or little. */
export const configurationProfile: fc.Arbitrary<ConfigurationProfile> = fc.record({
  id: fc.constantFrom("p-1", "p-2", "p-3"),
  name: title,
  position: within(0, 4),
  isDefault: fc.boolean(),
  targets: selection,
  settings: fc.record(
    {
      statusIntervalSeconds: within(Limits.defaults.statusIntervalSecondsMin, Limits.defaults.statusIntervalSecondsMax),
      scanIntervalSeconds: within(Limits.defaults.scanIntervalSecondsMin, Limits.defaults.scanIntervalSecondsMax),
      isPmEnabled: fc.boolean(),
    },
    { requiredKeys: [] },
  ),
});

/** A search that reads, of each kind. */
export const savedSearch: fc.Arbitrary<SavedSearch> = fc.constantFrom(...kinds).chain((kind) =>
  fc.record({
    id: fc.uuid({ version: 4 }),
    userId: fc.constantFrom("mara", "uli"),
    kind: fc.constant(kind),
    name: title,
    question: fc.record({
      query: fc.constantFrom(
        null,
        kind === "asset" ? "name: web" : kind === "patch" ? "category: security" : "status: Enabled",
      ),
      patchQuery: kind === "asset" ? fc.constantFrom(null, "vendorSeverity: Critical") : fc.constant(null),
      view: kind === "job" ? fc.constant(null) : fc.constantFrom(null, ...views),
    }),
    savedAt: instant,
  }),
);

export { draft as jobDraft } from "./JobArbitraries.ts";
