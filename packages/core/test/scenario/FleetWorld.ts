/** A control plane whose fleet is put there as it stands: assets, assessments and patches, past agents and feeds. */
import * as Effect from "effect/Effect";
import type { Assessment } from "../../src/domain/assessment/Assessment.ts";
import type { Asset } from "../../src/domain/asset/Asset.ts";
import type { Patch } from "../../src/domain/patch/Patch.ts";
import type { Tag } from "../../src/domain/tag/TagTree.ts";
import * as Repository from "../../src/engine/Repository.ts";
import type { AgentRecord } from "../../src/schema/Stored.ts";
import * as AssetBuilders from "../../src/testing/builders/AssetBuilders.ts";
import * as ControlPlane from "./ControlPlane.ts";

export interface FleetInput {
  readonly assets: readonly Asset[];
  readonly assessments?: ReadonlyMap<string, Assessment>;
  readonly patches?: readonly Patch[];
  readonly tags?: readonly Tag[];
  /** When agents checked in last, by asset; those that aren't here have no record. */
  readonly checkedIn?: ReadonlyMap<string, number>;
  readonly plane?: ControlPlane.ControlPlane;
}

/** Puts a fleet into a control plane. */
export const make = (input: FleetInput): ControlPlane.ControlPlane => {
  const plane = input.plane ?? ControlPlane.make();
  plane.call(
    plane.fettle.subscriptions.save(ControlPlane.manager, {
      plan: "Full",
      expiresAt: null,
      licences: { PM: { seats: 2 } },
    }),
  );
  put(plane, [
    ...input.assets.map((a) => Repository.put("asset", a.id, a)),
    ...[...(input.assessments ?? [])].map(([id, a]) => Repository.put("assessment", id, a)),
    ...(input.patches ?? []).map((p) => Repository.put("patch", p.id, p)),
    ...(input.tags ?? []).map((t) => Repository.put("tag", t.id, t)),
    ...[...(input.checkedIn ?? [])].map(([id, at]) => Repository.put("agent", id, agent(id, at))),
  ]);
  return plane;
};

/** Writes entities past every rule, as a change that somebody else makes. */
export const put = (plane: ControlPlane.ControlPlane, writes: Repository.Change["writes"]): void => {
  const commit = Repository.tryCommit(ControlPlane.TENANT, { writes });
  plane.call(Effect.provideContext(commit, plane.ports));
};

/** An agent's record that says when it checked in. */
export const agent = (id: string, lastCheckedInAt: number, agentVersion = "1.0.0"): AgentRecord =>
  AssetBuilders.agent(id, { lastCheckedInAt, agentVersion });
