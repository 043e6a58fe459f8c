/**
 * A platform that was restored from a backup knows less than its agents: they hold manifests under numbers that it is going to give
 * again, which they take for old ones (MAN-02), and facts that it acknowledged are gone here, and there but for what is told again
 * (RUN-11). So an agent says how far it is, and the platform goes on from there.
 */
import type { Facts } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import * as ModuleOperations from "../../domain/asset/ModuleOperations.ts";
import type { AgentRecord } from "../../schema/Stored.ts";
import * as Repository from "../Repository.ts";
import type { ProvedRequest } from "./ProvedRequest.ts";

/** Manifests that a backup may be behind its agents. Who claims to have seen more isn't believed: numbers have an end. */
export const BEHIND_MAX = 1_000_000;

interface Renumbered {
  readonly held: Partial<Pick<AgentRecord, "manifestVersion">>;
  readonly change: Required<Pick<Repository.Change, "expect" | "writes" | "events">>;
}

const AS_KNOWN: Renumbered = { held: {}, change: { expect: [], writes: [], events: [] } };

/**
 * Of an agent that has seen a number which it neither told nor was given, as far as is known: its numbers go on from there, and what
 * was issued under those that it has seen, and waits, is issued again.
 */
export const manifests = Effect.fnUntraced(function* (
  { tenantId, agent }: ProvedRequest,
  manifestVersion: number,
  now: number,
) {
  const { manifest, manifestFetched, manifestRefused } = agent.value.holds ?? ModuleOperations.nothing;
  if (manifestVersion <= Math.max(manifest, manifestFetched, manifestRefused)) return AS_KNOWN;
  if (manifestVersion > agent.value.manifestVersion + BEHIND_MAX) return AS_KNOWN;
  const reason = `its agent has seen number ${manifestVersion}, of which nothing is known here: it is issued again`;
  const ids = agent.value.manifests.filter((m) => m.version <= manifestVersion).map((m) => m.assetRunId);
  const waiting = (yield* Repository.some(tenantId, "assetRun", ids)).filter(
    ({ value: { state, manifest: issued } }) =>
      state.status === "Pending" && issued !== null && issued.version <= manifestVersion,
  );
  const renumbered: Renumbered = {
    held: { manifestVersion: Math.max(agent.value.manifestVersion, manifestVersion) },
    change: {
      expect: waiting.map((a) => Repository.expected("assetRun", a.id, a)),
      writes: waiting.map((a) => Repository.put("assetRun", a.id, { ...a.value, manifest: null })),
      events: waiting.map((a) => Repository.event("ManifestWithheld", "assetRun", a.id, now, { reason })),
    },
  };
  return renumbered;
});

/** From where on an agent's facts have to be without a gap: those up to `acknowledged` it has no more, as it says. */
export const factsFrom = (
  { factsThrough }: Pick<AgentRecord, "factsThrough">,
  facts: readonly Pick<Facts.Fact, "sequence">[],
  acknowledged: number,
): number => Math.max(factsThrough, Math.min(acknowledged, ...facts.map((f) => f.sequence - 1)));
