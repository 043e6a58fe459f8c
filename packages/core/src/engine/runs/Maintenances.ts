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
export const kept = Effect.fn("Maintenances.kept")(function* (tenantId: TenantId, assetIds: readonly string[]) {
  const none: ReadonlySet<string> = new Set();
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
  const now = Instant.held((yield* Environment).now());
  const blackoutsOf = ConfigurationProfile.blackoutsOf(profiles, tree, assets);
  const freezesOf = ChangeFreeze.byAsset(freezes, tree, assets);
  const shut = assets.filter((asset) => {
    const { zone } = JobSchedule.assetZone(asset.timeZone, fallback);
    const [blackouts, frozen] = [blackoutsOf.get(asset.id) ?? [], freezesOf.get(asset.id) ?? []];
    const calendar = { zone, blackouts, freezes: frozen, inBlackout };
    return !Maintenance.isOpen(calendar, now);
  });
  return new Set(shut.map((asset) => asset.id)) as ReadonlySet<string>;
});
