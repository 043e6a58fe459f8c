import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import * as Bench from "./Bench.ts";
import * as Duel from "./Duel.ts";
import type { Entry } from "./Entry.ts";
import * as Options from "./Options.mjs";
import * as Report from "./Report.ts";

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "fettle-bench-"));
afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

// An entry whose sides answer what they are told and write down who ran when.
const fake = (id: string, ours: readonly number[], peer: readonly number[], log: string[] = []): Entry => ({
  id,
  what: "nothing",
  unit: "things/s",
  better: "higher",
  goal: 0.5,
  peerName: "nobody",
  prepare: () => {
    const take = (side: string, values: number[]) => () => {
      log.push(side);
      return values.shift() ?? 1;
    };
    return { ours: take("ours", [...ours]), peer: take("peer", [...peer]), close: () => void log.push("closed") };
  },
});

const options = (more: Partial<Bench.BenchOptions> = {}): Bench.BenchOptions => ({
  isFull: false,
  scratch,
  now: () => 0,
  collectGarbage: () => {},
  say: () => {},
  ...more,
});

describe("the benchmarks' frame", () => {
  it("takes the middle of the runs, of an even number the mean of the two in the middle", () => {
    expect(Duel.median([9, 1, 5])).toBe(5);
    expect(Duel.median([4, 1, 3, 2])).toBe(2.5);
  });

  it("runs the sides in turns, the order alternating, after a run of each that doesn't count", async () => {
    const log: string[] = [];
    // The first value of each side is the run that doesn't count.
    const entry = fake("storage.fake", [1_000, 2, 4, 6, 8, 10, 12, 14, 16, 18], [1_000, ...Array(9).fill(10)], log);
    const { outcomes, broken } = await Bench.runAll([entry], options());
    expect(broken).toEqual([]);
    expect(log.slice(0, 8)).toEqual(["ours", "peer", "ours", "peer", "peer", "ours", "ours", "peer"]);
    expect(log.at(-1)).toBe("closed");
    expect(outcomes[0]?.figure).toMatchObject({ ours: 10, peer: 10, ratio: 1 });
    expect(outcomes[0]?.rounds).toBe(Bench.ROUNDS_MAX);
  });

  it("stops when the time is over, but never before the median means something", async () => {
    let clock = 0;
    const now = () => (clock += 1_000_000);
    const { outcomes } = await Bench.runAll([fake("run.slow", [], [])], options({ now }));
    expect(outcomes[0]?.rounds).toBe(Duel.ROUNDS_MIN);
  });

  it("goes on with the others when an entry breaks or answers nonsense, and names it", async () => {
    const entries = [fake("qql.bad", [0], [1]), fake("storage.good", [], [])];
    const { outcomes, broken } = await Bench.runAll(entries, options());
    expect(broken).toEqual(["qql.bad"]);
    expect(outcomes.map((o) => o.figure.id)).toEqual(["storage.good"]);
  });

  it("prints just the agreed members as JSON, and a missed goal in the table", async () => {
    const { outcomes } = await Bench.runAll([fake("plan.fake", Array(10).fill(1), Array(10).fill(4))], options());
    const [figure] = JSON.parse(Report.json(outcomes)) as Record<string, unknown>[];
    expect(Object.keys(figure ?? {}).sort()).toEqual(
      ["id", "what", "ours", "peer", "peerName", "unit", "ratio", "better", "goal"].sort(),
    );
    expect(figure).toMatchObject({ id: "plan.fake", ratio: 0.25, goal: 0.5, better: "higher" });
    expect(Report.table(outcomes)).toContain("MISSED");
  });

  it("chooses by the beginning of an id and refuses options that don't exist", () => {
    const entries = [fake("storage.b", [], []), fake("storage.a", [], []), fake("qql.c", [], [])];
    expect(Bench.selected(entries, "storage.").map((e) => e.id)).toEqual(["storage.a", "storage.b"]);
    expect(Options.parse(["--only", "qql", "--json"])).toMatchObject({
      ok: true,
      value: { only: "qql", json: true, full: false },
    });
    expect(Options.parse(["--only"])).toMatchObject({ ok: false });
    expect(Options.parse(["--bogus"])).toMatchObject({ ok: false });
  });
});
