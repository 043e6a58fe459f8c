/** Which assets nothing is to be sent to now: those in a blackout, and those that are frozen (WIN-05, WIN-07). */
import { Instant, JobSchedule, Maintenance } from "@fettle/scheduler";
import * as Effect from "effect/Effect";
import * as Subscription from "../../domain/license/Subscription.ts";
import * as ChangeFreeze from "../../domain/maintenance/ChangeFreeze.ts";
import * as ConfigurationProfile from "../../domain/profile/ConfigurationProfile.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";
import * as Tags from "../tags/Tags.ts";

/** Those of the assets from which work is kept now. */
export const kept = Effect.fnUntraced(function* (tenantId: TenantId, assetIds: readonly string[]) {
  const now = Instant.held((yield* Environment).now());
  const found = yield* calendars(tenantId, assetIds);
  const shut = [...found].filter(([, { calendar }]) => !Maintenance.isOpen(calendar, now));
  return new Set(shut.map(([assetId]) => assetId)) as ReadonlySet<string>;
});

interface Kept {
  readonly calendar: Maintenance.Calendar;
  /** The name of the profile whose blackouts these are. */
  readonly profile: string;
}

/** What keeps work off assets, and when; an asset off which nothing ever does may be left out. */
export const calendars = Effect.fn("Maintenances.calendars")(function* (
  tenantId: TenantId,
  assetIds: readonly string[],
) {
  const none: ReadonlyMap<string, Kept> = new Map();
  if (assetIds.length === 0) return none;
  const profiles = (yield* Repository.all(tenantId, "profile")).map((p) => p.value);
  const freezes = (yield* Repository.all(tenantId, "freeze")).map((f) => f.value);
  const isBlackedOut = profiles.some((p) => (p.settings.blackouts ?? []).length > 0);
  if (freezes.length === 0 && !isBlackedOut) return none;
  const tree = yield* Tags.tree(tenantId);
  const assets = (yield* Repository.some(tenantId, "asset", assetIds)).map((a) => a.value);
  const subscription = yield* Subscriptions.of(tenantId);
  const { inBlackout } = Subscription.schedulingOf(subscription);
  const fallback = Subscription.defaultZoneOf(subscription);
  const profileOf = ConfigurationProfile.compile(profiles, tree);
  const freezesOf = ChangeFreeze.byAsset(freezes, tree, assets);
  const found = assets.map((asset): readonly [string, Kept] => {
    const { zone } = JobSchedule.assetZone(asset.timeZone, fallback);
    const profile = profileOf(asset)?.profile;
    const blackouts = profile?.settings.blackouts ?? [];
    const calendar = { zone, blackouts, freezes: freezesOf.get(asset.id) ?? [], inBlackout };
    return [asset.id, { calendar, profile: profile?.name ?? "" }];
  });
  return new Map(found) as ReadonlyMap<string, Kept>;
});
