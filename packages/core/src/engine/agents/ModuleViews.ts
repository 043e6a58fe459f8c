/** How far the patch module has come on an asset, read for who may see it ({@link ../../domain/asset/ModuleOperations.ts}). */
import { ModuleStatus } from "@fettle/agent-protocol/vocabulary";
import * as Effect from "effect/Effect";
import * as Asset from "../../domain/asset/Asset.ts";
import * as ModuleOperations from "../../domain/asset/ModuleOperations.ts";
import * as ConfigurationProfile from "../../domain/profile/ConfigurationProfile.ts";
import * as AssetRun from "../../domain/run/AssetRun.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import * as Repository from "../Repository.ts";
import * as Tags from "../tags/Tags.ts";
import * as Activities from "./Activities.ts";

/** What goes on with a module of an asset; `words`: the status as the field says it. */
export interface OperationsView extends ModuleOperations.Operations {
  readonly assetId: string;
  readonly module: "PM";
  readonly words: string;
}

/** Of an asset in the actor's scope, whatever its modules. */
export const operations = Effect.fn("ModuleViews.operations")(function* (actor: Actor, assetId: string) {
  const { tenantId } = actor;
  const asset = yield* Activities.seen(actor, assetId);
  const agent = (yield* Repository.get(tenantId, "agent", assetId))?.value ?? null;
  const profiles = (yield* Repository.all(tenantId, "profile")).map((p) => p.value);
  const turnedOff = ConfigurationProfile.turningOff(profiles, yield* Tags.tree(tenantId), [asset]);
  const runs = (yield* Repository.allBy(tenantId, "assetRun", "asset", assetId)).map((a) => a.value);
  const snapshot = yield* Repository.get(tenantId, "snapshot", assetId);
  const found = ModuleOperations.of({
    isActive: Asset.isPatchManaged(asset),
    isEnabled: !turnedOff.has(assetId),
    configuration: agent?.configuration ?? null,
    manifest: agent?.manifestVersion ?? 0,
    isAtWork: runs.some((run) => run.manifest !== null && !AssetRun.isFinal(run)),
    holds: agent?.holds ?? ModuleOperations.nothing,
    scannedAt: snapshot?.value.receivedAt ?? null,
  });
  const view: OperationsView = { assetId, module: "PM", ...found, words: ModuleStatus.label(found.status) };
  return view;
});
