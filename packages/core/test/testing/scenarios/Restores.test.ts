import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import { Invariants, type Seams, Situations } from "../../../src/testing/index.ts";
import { answers } from "../../../src/testing/scenarios/bugs/Planting.ts";
import { asset, job, KERNEL, list, OPENSSL, play, playWith, scenario } from "../regressions/Regression.ts";
import * as Playing from "./Playing.ts";

/** A bug: an agent whose next life doesn't know which runs it has ended. */
const forgetsEnds: Seams.Seams = {
  journal: (journal) => ({
    ...journal,
    read: () =>
      Effect.map(journal.read(), (records) => {
        const over = new Set(
          records.flatMap((r) =>
            r._tag === "FactRecorded" && r.fact.body._tag === "Status" && r.fact.body.status === "Completed"
              ? [r.fact.body.runId]
              : [],
          ),
        );
        return records.filter((r) => r._tag !== "ManifestHeld" || !over.has(r.manifest.runId));
      }),
    compact: () => Effect.void,
  }),
};

/** A bug: a control plane that was restored says that it knows all. */
const knowsAll: Seams.Seams = answers("/v0/check-in", (reply) => ({
  ...reply,
  acknowledgedThrough: Number.MAX_SAFE_INTEGER,
}));

describe("a control plane that is restored from a backup", () => {
  it("I4 I5 I6 I19 I20 L1 L2 L7 RUN-11: keeps every invariant, whatever else goes wrong", () => {
    const seeds = Math.ceil(12 * Playing.RUNS);
    const calm = Playing.playAll({ seeds, size: { agents: 6, days: 2, isRestored: true } });
    const rough = Playing.playAll({ seeds, size: { agents: 6, days: 1, isRough: true, isRestored: true } });
    expect([...calm.broken, ...rough.broken]).toEqual([]);
    expect(calm.begun + rough.begun).toBeGreaterThan(4 * seeds);
    const reached = new Set([...calm.reached.keys(), ...rough.reached.keys()]);
    const missing = Playing.ofRestores.filter((name) => !reached.has(name));
    // A few scenarios need not come to the rarer half of them; many do.
    expect(missing.length, missing.join("\n")).toBeLessThanOrEqual(seeds < 240 ? 3 : 0);
  }, 3_600_000);

  it("RUN-11 I4: has nothing carried out a second time, though it knows nothing of the first and what was done was undone", () => {
    const told = scenario({
      assets: [asset("web")],
      jobs: [job("patch")],
      restores: [{ of: 62, at: 150 }],
      edits: [
        { _tag: "ByHand", at: 120, asset: "web", package: "openssl", evr: "1-1" },
        { _tag: "Reboot", at: 130, asset: "web" },
      ],
    });
    const seen = play(told);
    expect(seen.begins("web")).toHaveLength(1);
    expect(seen.status("patch", "web")).toBe("Completed");
    expect(seen.version("web", "openssl")).toEqual(["1-1"]);
    const again = playWith(forgetsEnds, told);
    expect(again.begins("web")).toHaveLength(2);
    expect(Invariants.check(again.played).map(({ id }) => id)).toContain("I4");
    expect(Situations.count(seen.played).get("an agent told again what its control plane had lost")).toBe(1);
  });

  it("RUN-11: is told again what it lost, so that what ended ends", () => {
    const told = scenario({
      assets: [asset("web", { installSeconds: { kernel: 1_500, openssl: 1_500 } })],
      jobs: [job("patch", { patches: list(KERNEL, OPENSSL), window: { minutes: 60, bound: "start" } })],
      restores: [{ of: 95, at: 125 }],
    });
    const seen = play(told);
    expect(seen.status("patch", "web")).toBe("Completed");
    const lost = playWith(knowsAll, told);
    expect(lost.status("patch", "web")).not.toBe("Completed");
    expect(Invariants.check(lost.played).map(({ id }) => id)).toContain("L1");
  });
});
