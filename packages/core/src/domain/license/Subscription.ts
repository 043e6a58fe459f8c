/**
 * A subscription: the tenant's plan, the seats and licence tags of each module, limits (LIC-01, LIC-04, LIC-05, LIC-09,
 * LIC-12). Nothing happens *at* an expiry; what it does follows from its instant, whenever somebody asks (LIC-02).
 */
import { TimeZone } from "@fettle/scheduler";
import type { Limits } from "../shared/Limits.ts";
import type { LicensedModule } from "../shared/Module.ts";
import * as Rejection from "../shared/Rejection.ts";
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

/** How a tenant's jobs are timed where they don't say themselves. */
export interface Scheduling {
  /** An IANA name: the zone of assets whose own is unknown (SCH-03). */
  readonly timeZone: string;
  /** A run that is due in a blackout waits for its end, or is cancelled at once (WIN-05). */
  readonly inBlackout: "wait" | "cancel";
  /** RBT-07's warning refuses. */
  readonly strictReboots: boolean;
}

/** As long as nothing else is said. */
export const defaultScheduling: Scheduling = { timeZone: "UTC", inBlackout: "wait", strictReboots: false };

export interface Subscription {
  readonly id: string;
  readonly plan: Plan;
  /** When Trial or Full ends, epoch milliseconds; null for Free. */
  readonly expiresAt: number | null;
  readonly licences: Licences;
  /** The last fall back to Free before this state, as the change to it found it; {@link fellBackAt} tells the last there was. */
  readonly lapsedAt: number | null;
  readonly limits: Limits;
  /** Left out: {@link defaultScheduling}. */
  readonly scheduling?: Scheduling;
}

const noTags: TagSet = { mode: "any", tags: [] };

/** No seats, no tags. */
export const noLicence: ModuleLicence = { seats: 0, include: noTags, exclude: noTags };

/** The plan that is in force: Trial and Full fall back to Free at their instant (LIC-01). */
export const planAt = (subscription: Subscription, now: number): Plan =>
  subscription.expiresAt !== null && now >= subscription.expiresAt ? "Free" : subscription.plan;

/** The last instant at which it fell back to Free, as of now; null when it never did (LIC-01). */
export const fellBackAt = (subscription: Subscription, now: number): number | null => {
  const { plan, expiresAt, lapsedAt } = subscription;
  if (plan === "Free" || expiresAt === null || now < expiresAt) return lapsedAt;
  // An expiry comes after the renewal, and that after the fall before it, though all be in one millisecond.
  return lapsedAt === null ? expiresAt : Math.max(expiresAt, lapsedAt + 1);
};

/** The instant to note for what is done under the subscription now: later than its last fall, on a clock that stood still too. */
export const instantAt = (subscription: Subscription, now: number): number => {
  const fell = fellBackAt(subscription, now);
  return fell === null ? now : Math.max(now, fell + 1);
};

/** The subscription as it is to be; a fall that is found meanwhile, or comes with the change, is kept. */
export const changed = (
  known: Subscription | null,
  next: Omit<Subscription, "lapsedAt">,
  now: number,
): Subscription => {
  if (known === null) return { ...next, lapsedAt: null };
  const fell = fellBackAt(known, now);
  const isOver = planAt({ ...next, lapsedAt: null }, now) === "Free";
  const last = isOver && planAt(known, now) !== "Free" ? instantAt(known, now) : fell;
  if (last === null) return { ...next, lapsedAt: null };
  // One that has expired tells of its fall by itself, from what is kept on.
  return { ...next, lapsedAt: isOver && next.plan !== "Free" ? last - 1 : last };
};

/** Why licence tags can't be given, or null: they exist on Full only (LIC-12). Those that stand already are kept on a fall. */
export const tagsFault = (known: Subscription | null, next: Pick<Subscription, "plan" | "licences">) => {
  const held = new Set(known === null ? [] : tagsOf(known));
  const added = next.plan === "Full" ? undefined : tagsOf(next).find((tag) => !held.has(tag));
  if (added === undefined) return null;
  const message = `licence tags exist on Full only; leave out ${added}, or choose Full`;
  return Rejection.make("LIC-12", "conflict", message, "licences");
};

/** Why jobs can't be made, enabled or sent, or null: there is none of it on Free (LIC-03). */
export const deploymentFault = (subscription: Subscription, now: number): Rejection.Rejection | null => {
  if (planAt(subscription, now) !== "Free") return null;
  const message = "the Free plan has no deployment and no rollback; it shows what is missing and installed";
  return Rejection.make("LIC-03", "conflict", message);
};

/** What was bought of a module. */
export const licenceOf = (subscription: Subscription, module: LicensedModule): ModuleLicence =>
  subscription.licences[module] ?? noLicence;

/** How its jobs are timed. */
export const schedulingOf = ({ scheduling }: Subscription): Scheduling => scheduling ?? defaultScheduling;

/** The clock that stands for those of assets. */
export const defaultZoneOf = (subscription: Subscription): TimeZone.TimeZone =>
  zoneOf(schedulingOf(subscription).timeZone);

/** The zone of a name; UTC where this machine's zone rules don't know it. */
export const zoneOf = (name: string): TimeZone.TimeZone => {
  const zone = TimeZone.of(name);
  return zone.ok ? zone.value : TimeZone.utc;
};

/** What is wrong with how jobs are to be timed; null when nothing is. */
export const schedulingFault = ({ timeZone }: Scheduling): Rejection.Rejection | null => {
  const zone = TimeZone.of(timeZone);
  return zone.ok ? null : Rejection.make("SCH-03", "invalid", zone.error.message, "scheduling.timeZone");
};

/** Every tag that a licence names. */
export const tagsOf = ({ licences }: Pick<Subscription, "licences">): readonly string[] =>
  Object.values(licences).flatMap(({ include, exclude }) => [...include.tags, ...exclude.tags]);
