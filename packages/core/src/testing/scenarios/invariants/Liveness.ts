/** What must come about once nothing goes wrong any more: L1, L2, L5, L7. */

import { RunStatus } from "@fettle/agent-protocol/vocabulary";
import * as Effect from "effect/Effect";
import type { AssetRun } from "../../../domain/run/AssetRun.ts";
import { TENANT } from "../Plane.ts";
import { type Invariant, iso, type Ledger, type Seen, seen } from "./Invariant.ts";

const HOUR_MS = 3_600_000;

/** Terminal, or waiting for what only a person or a reboot ends (RBT-02, RBT-08). */
const isSettled = ({ state }: AssetRun): boolean => RunStatus.isFinal(state.status) || state.status === "PendingReboot";

const windowed = (ledger: Ledger, afterMs: number, fault: (run: AssetRun) => boolean): readonly Seen[] =>
  [...ledger.history.last("assetRun").values()].flatMap((run) => {
    const end = run.timing?.windowEnd ?? null;
    const isDue =
      end !== null && end + afterMs < ledger.played.endedAt && ledger.history.last("asset").has(run.assetId);
    return isDue && fault(run)
      ? [seen(ledger.names.get(run.assetId) ?? "", `${run.id}: ${run.state.status}, window over at ${iso(end)}`)]
      : [];
  });

/** A window's end by everybody's clock, and a status interval and a tick for the word of it. */
const ended: Invariant = {
  id: "L1",
  title: "what is due is over an interval after its window",
  check: (ledger) => {
    const { statusSeconds, tickSeconds } = ledger.played.scenario;
    const settling = ledger.played.endedAt - ledger.played.calmAt;
    return windowed(
      ledger,
      Math.min(settling - HOUR_MS, 1_000 * (2 * statusSeconds + tickSeconds) + 4 * HOUR_MS),
      (run) => !isSettled(run),
    );
  },
};

/** The longest blackout of a generated scenario, and two intervals. */
const delivered: Invariant = {
  id: "L2",
  title: "what an agent has to tell is told two intervals later",
  check: ({ played, history, ids }) => {
    const patience = 1_000 * 2 * played.scenario.statusSeconds + 4 * HOUR_MS;
    const standing = history.last("asset");
    return played.machines.flatMap((m) => {
      if (!standing.has(ids.get(m.spec.name) ?? "")) return [];
      const old = (m.state()?.facts ?? []).filter((f) => f.at < played.endedAt - patience);
      return old.length === 0 ? [] : [seen(m.spec.name, `${old.length} facts, the first of ${iso(old[0]?.at ?? 0)}`)];
    });
  },
};

const walksEnd: Invariant = {
  id: "L5",
  title: "nothing that was begun by who died stays half done",
  check: ({ played }) =>
    Effect.runSync(played.plane.storage.list(TENANT, "sweep", { limit: 1_000 })).flatMap((s) =>
      (s.body as { readonly isPending?: boolean }).isPending === true ? [seen("", `walk ${s.id} goes on`)] : [],
    ),
};

const neverPending: Invariant = {
  id: "L7",
  title: "nothing is pending an hour after its window",
  check: (ledger) =>
    windowed(ledger, HOUR_MS, ({ state }) => state.status === "Pending" || state.status === "Downloaded"),
};

export const liveness: readonly Invariant[] = [ended, delivered, walksEnd, neverPending];
