/** A subscription: the tenant's plan, seats, licence tags and limits (LIC-01, LIC-04, LIC-05, LIC-12). */
import type { Limits } from "../shared/Limits.ts";
import type { TagSet } from "../tag/TagSelection.ts";

export type Plan = "Free" | "Trial" | "Full";

export interface Subscription {
  readonly id: string;
  readonly plan: Plan;
  /** When Trial or Full ends, epoch milliseconds; null for Free. */
  readonly expiresAt: number | null;
  readonly seats: number;
  /** Only assets in an included tag (none: every asset) and in no excluded one can be licensed. */
  readonly include: TagSet;
  readonly exclude: TagSet;
  readonly limits: Limits;
}

/** The plan that is in force: Trial and Full fall back to Free at their instant (LIC-01). */
export const planAt = (subscription: Subscription, now: number): Plan =>
  subscription.expiresAt !== null && now >= subscription.expiresAt ? "Free" : subscription.plan;
