/** A tenant of many assets that lack the same patches: written down as they would stand, without an agent each. */
import * as Effect from "effect/Effect";
import * as AssetRun from "../../src/domain/run/AssetRun.ts";
import * as Tenant from "../../src/domain/shared/Tenant.ts";
import * as Repository from "../../src/engine/Repository.ts";
import { type EntityKind, Storage } from "../../src/ports/Storage.ts";
import type { EntityOf } from "../../src/schema/Stored.ts";
import * as ControlPlane from "./ControlPlane.ts";
import * as Facts from "./Facts.ts";
import * as Scene from "./Scene.ts";

const tenantId = Tenant.of(ControlPlane.TENANT);

/** Sets it up: one asset with an agent, and so many without. */
export const make = (assets: number, plane = ControlPlane.make()): Scene.Scene => {
  const scene = Scene.make({ plane, agents: 1, subscription: { licences: { PM: { seats: 100_000 } } } });
  const [asset] = scene.stored("asset").values();
  const [assessment] = scene.stored("assessment").values();
  if (asset === undefined || assessment === undefined) throw new Error("no asset");
  const ids = Array.from({ length: assets - 1 }, (_, i) => `many-${String(i).padStart(6, "0")}`);
  const writes = ids.flatMap((id) => [
    Repository.put("asset", id, { ...asset, id, name: id }),
    Repository.put("assessment", id, assessment),
  ]);
  Effect.runSync(Effect.provideService(Repository.commit(tenantId, { writes }), Storage, plane.storage));
  return scene;
};

/** All that is stored of a kind, however many. */
export const all = <K extends EntityKind>(scene: Scene.Scene, kind: K): readonly EntityOf<K>[] =>
  Effect.runSync(Effect.provideService(Repository.all(tenantId, kind), Storage, scene.plane.storage)).map(
    (e) => e.value,
  );

/** Lets every asset run that there is have failed at its patches, as if its agent had told so. */
export const fail = (scene: Scene.Scene): void => {
  const writes = all(scene, "assetRun").map((run) => {
    const bodies = run.patches.map(({ patchId }) => Facts.patched(patchId, "Failed"));
    const begun = [Facts.status("JobStarted"), Facts.status("Patching")];
    const facts = Facts.told(...begun, ...bodies, Facts.status("CompletedWithFailure"));
    return Repository.put("assetRun", run.id, AssetRun.after(run, facts));
  });
  Effect.runSync(Effect.provideService(Repository.commit(tenantId, { writes }), Storage, scene.plane.storage));
};

/** Removes an asset as far as those see it who ask whether it is gone. */
export const remove = (scene: Scene.Scene, assetId: string): void => {
  const [agent] = scene.stored("agent").values();
  if (agent === undefined) throw new Error("no agent");
  const { publicKey, session } = agent;
  const removed = {
    id: assetId,
    publicKey,
    session,
    factsThrough: 0,
    removedAt: 0,
    reason: "purged",
    leftAt: null,
  } as const;
  const writes = [Repository.put("removedAgent", assetId, removed)];
  Effect.runSync(Effect.provideService(Repository.commit(tenantId, { writes }), Storage, scene.plane.storage));
};
