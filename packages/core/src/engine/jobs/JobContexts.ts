/** What a draft is looked at in as it is saved, shown or listed: the moment, the zones of its assets, the subscription. */
import { JobSchedule, TimeZone } from "@fettle/scheduler";
import * as Effect from "effect/Effect";
import type { User } from "../../domain/access/User.ts";
import type { JobDraft } from "../../domain/job/Job.ts";
import type { DraftClock } from "../../domain/job/JobChecks.ts";
import type { EditContext } from "../../domain/job/JobEdit.ts";
import * as Schedule from "../../domain/job/Schedule.ts";
import * as Subscription from "../../domain/license/Subscription.ts";
import * as PlanTiming from "../../domain/plan/PlanTiming.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Tags from "../tags/Tags.ts";

type Timed = Pick<JobDraft, "schedule" | "targets" | "platform">;

/** In which a user saves a draft. */
export const ofSaving = Effect.fn("JobContexts.ofSaving")(function* (tenantId: TenantId, user: User, draft: Timed) {
  const subscription = yield* Subscriptions.of(tenantId);
  const now = (yield* Environment).now();
  const zones = yield* zonesOf(tenantId, user, draft);
  const context: EditContext = { now, zones, strictReboots: Subscription.schedulingOf(subscription).strictReboots };
  return context;
});

/** The clock by which a draft is warned, and jobs are listed. */
export const clock = Effect.fn("JobContexts.clock")(function* (tenantId: TenantId) {
  const now = (yield* Environment).now();
  const answer: DraftClock = { now, zone: Subscription.defaultZoneOf(yield* Subscriptions.of(tenantId)) };
  return answer;
});

// In the first and in the last zone on earth.
const EVERYWHERE = [14 * 60, -12 * 60];

/**
 * The zones of the assets that a draft is for, of those that the user sees: a start is past when it is past in each (SCH-06). Read
 * only where it could be past in some and not in others.
 */
export const zonesOf = Effect.fn("JobContexts.zonesOf")(function* (
  tenantId: TenantId,
  user: User,
  { schedule, targets, platform }: Timed,
) {
  if (targets === null || schedule?._tag !== "Once" || schedule.zone._tag !== "Agent") return [];
  const now = (yield* Environment).now();
  const [inFirst, inLast] = EVERYWHERE.map((offset) => {
    const zone = TimeZone.fixed(offset);
    return zone.ok && Schedule.pastFault(schedule, { now, zones: [zone.value] }) !== null;
  });
  if (inFirst === inLast) return [];
  const tree = yield* Tags.tree(tenantId);
  const assets = (yield* Repository.all(tenantId, "asset")).map((a) => a.value);
  const fallback = Subscription.defaultZoneOf(yield* Subscriptions.of(tenantId));
  const names = PlanTiming.zonesOf({ targets, platform, formerScopes: [] }, { scope: user.scope, tree }, assets);
  return names.map((name) => JobSchedule.assetZone(name, fallback).zone);
});
