import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import * as Alone from "./Alone.ts";
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

interface Given extends Partial<Bench.Clock> {
  readonly say?: (line: string) => void;
}

const options = ({ now = () => 0, collectGarbage = () => {}, say = () => {} }: Given = {}): Bench.BenchOptions => ({
  isFull: false,
  now,
  measure: (entry, budgetMs) => Bench.runOne(entry, { isFull: false, scratch, budgetMs }, { now, collectGarbage }),
  say,
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
    const said: string[] = [];
    const { outcomes, broken } = await Bench.runAll(entries, options({ say: (line) => said.push(line) }));
    expect(broken).toEqual(["qql.bad"]);
    expect(outcomes.map((o) => o.figure.id)).toEqual(["storage.good"]);
    expect(said.find((line) => line.includes("broke"))).toMatch(/^qql\.bad broke: Error: qql\.bad: a run answered 0/);
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

describe("an entry alone", () => {
  const program = fileURLToPath(new URL("./AloneProcess.ts", import.meta.url));
  const measuring = { isFull: true, scratch, budgetMs: Number.POSITIVE_INFINITY };
  let count = 0;
  const measured = (source: string): Promise<Duel.Outcome> => {
    const file = path.join(scratch, `entry ${count++}.mjs`);
    fs.writeFileSync(file, source);
    const module = pathToFileURL(file).href;
    return Alone.measure(program, { ...measuring, module }, ["--expose-gc", "--import", "tsx"]);
  };
  const entryOf = (side: string): string => `
    const entry = { id: "storage.alone", what: "", unit: "", better: "higher", goal: 1, peerName: "" };
    export default { ...entry, prepare: (context) => ({ ours: () => { ${side} }, peer: () => 1 }) };`;

  it("is measured in a process of its own, where garbage can be collected", async () => {
    const of = entryOf(`if (!context.isFull || globalThis.gc === undefined) return 0; return process.pid;`);
    const [first, second] = [await measured(of), await measured(of)];
    expect(first.rounds).toBeGreaterThan(Bench.ROUNDS_MAX);
    expect(new Set([process.pid, first.figure.ours, second.figure.ours]).size).toBe(3);
  });

  it("says why it broke, and that its process ended", async () => {
    await expect(measured(entryOf(`throw new RangeError("no room");`))).rejects.toThrow("RangeError: no room");
    await expect(measured(entryOf(`process.exit(7);`))).rejects.toThrow("ended without a figure (exit code 7)");
    await expect(measured(`import "./missing.mjs";`)).rejects.toThrow("missing.mjs");
  });

  it("is ended with the bench", async () => {
    const begun = measured(entryOf(`return new Promise(() => setInterval(() => {}, 1_000));`));
    const ended = begun.catch((error: unknown) => String(error));
    await new Promise((resolve) => setTimeout(resolve, 100));
    Alone.stop();
    expect(await ended).toContain("ended without a figure (SIGTERM)");
  });
});
