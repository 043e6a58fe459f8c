/** What keeps one asset run from being sent now, for who asks why it wasn't: the same that ticks find of many ({@link ./Issuing.ts}). */
import { Duration, Instant, Interval, Maintenance, PatchWindow } from "@fettle/scheduler";
import * as Effect from "effect/Effect";
import * as AssetRun from "../../domain/run/AssetRun.ts";
import type * as Keeping from "../../domain/run/Keeping.ts";
import type * as Run from "../../domain/run/Run.ts";
import * as Sending from "../../domain/run/Sending.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import * as Repository from "../Repository.ts";
import * as Maintenances from "./Maintenances.ts";
import * as OpenRuns from "./OpenRuns.ts";

/** Blackouts, freezes and earlier runs, where it isn't sent or its manifest ran out; what lasts longest comes first among the former two. */
export const of = Effect.fn("Keepings.of")(function* (tenantId: TenantId, run: Run.Run, assetRun: AssetRun.AssetRun) {
  const now = (yield* Environment).now();
  const keepings: Keeping.Keeping[] = [];
  const { manifest } = assetRun;
  if (AssetRun.hasStarted(assetRun) || (manifest !== null && manifest.notAfter > now)) return keepings;
  // What starts later is sent before, whatever keeps work off the asset now.
  if (Sending.timingOf(assetRun, run.startedAt).start <= now)
    keepings.push(...(yield* maintenance(tenantId, assetRun, now)));
  // What was sent once is renewed beside an earlier run.
  if (manifest !== null) return keepings;
  for (const earlier of yield* OpenRuns.before(tenantId, run)) {
    const found = yield* Repository.get(tenantId, "assetRun", AssetRun.idOf(earlier.id, assetRun.assetId));
    if (found === null || AssetRun.isFinal(found.value)) continue;
    keepings.push({ _tag: "EarlierRun", runId: earlier.id, until: found.value.timing?.windowEnd ?? null });
  }
  return keepings;
});

const maintenance = Effect.fnUntraced(function* (tenantId: TenantId, { assetId }: AssetRun.AssetRun, instant: number) {
  const found = (yield* Maintenances.calendars(tenantId, [assetId])).get(assetId);
  if (found === undefined) return [];
  const now = Instant.held(instant);
  // Any run that is due now and may take as long as it likes: what keeps it is on the asset alone.
  const whatever = {
    window: PatchWindow.none,
    validity: Interval.of(now, null),
    reserve: Duration.milliseconds(0),
  };
  return Maintenance.reasonsAt(found.calendar, whatever, now).flatMap((reason): readonly Keeping.Keeping[] => {
    if (reason._tag === "Freeze") return [{ _tag: "Freeze", name: reason.name, until: reason.until }];
    return reason._tag === "Blackout" ? [{ _tag: "Blackout", profile: found.profile, until: reason.until }] : [];
  });
});
