/** A subscription: the tenant's plan, the seats and licence tags of each module, limits (LIC-01, LIC-04, LIC-05, LIC-09, LIC-12). */
import type { Limits } from "../shared/Limits.ts";
import type { LicensedModule } from "../shared/Module.ts";
import type { TagSet } from "../tag/TagSelection.ts";

export type Plan = "Free" | "Trial" | "Full";

/** What was bought of one module. */
export interface ModuleLicence {
  readonly seats: number;
  /** Only assets in an included tag (none: every asset) and in no excluded one can be licensed. */
  readonly include: TagSet;
  readonly exclude: TagSet;
}

/** What was bought, by module (LIC-09); no seats of what isn't there. */
export type Licences = Readonly<Partial<Record<LicensedModule, ModuleLicence>>>;

export interface Subscription {
  readonly id: string;
  readonly plan: Plan;
  /** When Trial or Full ends, epoch milliseconds; null for Free. */
  readonly expiresAt: number | null;
  readonly licences: Licences;
  /** The last instant at which it fell back to Free, as a later change found it; null when it never had. */
  readonly lapsedAt: number | null;
  readonly limits: Limits;
}

const noTags: TagSet = { mode: "any", tags: [] };

/** No seats, no tags. */
export const noLicence: ModuleLicence = { seats: 0, include: noTags, exclude: noTags };

/** The plan that is in force: Trial and Full fall back to Free at their instant (LIC-01). */
export const planAt = (subscription: Subscription, now: number): Plan =>
  subscription.expiresAt !== null && now >= subscription.expiresAt ? "Free" : subscription.plan;

/** What was bought of a module. */
export const licenceOf = (subscription: Subscription, module: LicensedModule): ModuleLicence =>
  subscription.licences[module] ?? noLicence;

/** Every tag that a licence names. */
export const tagsOf = ({ licences }: Pick<Subscription, "licences">): readonly string[] =>
  Object.values(licences).flatMap(({ include, exclude }) => [...include.tags, ...exclude.tags]);
