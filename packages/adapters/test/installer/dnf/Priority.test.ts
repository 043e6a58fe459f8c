/** What a share of one core comes to: real processes, read back from the kernel. dnf is played by small shell scripts. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import * as fs from "node:fs/promises";
import { getPriority, tmpdir } from "node:os";
import * as path from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as DnfOptions from "../../../src/installer/dnf/DnfOptions.ts";
import * as DnfProcess from "../../../src/installer/dnf/DnfProcess.ts";
import * as Priority from "../../../src/installer/dnf/Priority.ts";
import { until } from "./Laboratory.ts";

const runs = {
  numRuns: Math.ceil(200 * Number(process.env.FETTLE_RUNS ?? 1)),
  seed: Number(process.env.FETTLE_SEED ?? 20_260_801),
};
const plan = "echo '---> Package a.noarch 1-2 will be an upgrade'; echo '--> Finished dependency resolution'";
const command = (cpuLimitPercent: number): DnfProcess.ReviewedCommand => ({
  line: ["upgrade", "--", "a b", "$(id)"],
  review: () => ({ _tag: "Accepted" }),
  changesSystem: true,
  cpuLimitPercent,
});
/** This process's own niceness: all is told beside it. */
const own = getPriority();
const NICE_FIELD = 16;
const lowest = (nice: number): number => Math.min(19, own + nice);
const AUTOGROUP = "/proc/self/autogroup";
const hasSessions = existsSync(AUTOGROUP) && readFileSync(AUTOGROUP, "utf8") !== "";
let folder: string;

const play = async (script: string, cpuLimitPercent: number): Promise<DnfProcess.Outcome> => {
  const dnf = path.join(folder, "dnf");
  await fs.writeFile(dnf, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const settings = DnfOptions.complete({ stateDirectory: path.join(folder, "state"), tools: { dnf } });
  return DnfProcess.run(settings, command(cpuLimitPercent));
};
const printed = (outcome: DnfProcess.Outcome): string => {
  if (outcome._tag !== "Ended") throw new Error(`expected an end, got ${JSON.stringify(outcome)}`);
  return outcome.ending.stdout;
};
/** Of a line of `/proc/…/stat`: what follows the program's name is regular. */
const niceIn = (stat: string): number => Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[NICE_FIELD]);

beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(tmpdir(), "fettle priority "));
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

describe("steps of niceness", () => {
  it.each([
    [100, 0],
    [50, 0],
    [49, 1],
    [20, 7],
    [10, 10],
    [5, 14],
    [2, 18],
    [1, 19],
  ])("CFG-10: a limit of %i %% of one core is %i of them", (limit, steps) => {
    expect(Priority.niceOf(limit)).toBe(steps);
  });

  it("CFG-02: are more for a lower limit, 19 at most, and none for half a core or more", () => {
    const percent = fc.integer({ min: 1, max: 100 });
    fc.assert(
      fc.property(percent, percent, (one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        expect(Priority.niceOf(low)).toBeGreaterThanOrEqual(Priority.niceOf(high));
        expect(Priority.niceOf(low)).toBeLessThanOrEqual(19);
        expect(Priority.niceOf(low) === 0).toBe(low >= 50);
      }),
      runs,
    );
  });
});

describe("a dnf under a CPU limit", () => {
  it.each([
    [10, 10],
    [20, 7],
    [100, 0],
  ])(
    "WIN-08: at %i %% has a niceness of %i from its first instruction to its end, and so has what it starts",
    async (limit, nice) => {
      // The shell's own line first: nothing before it could have been started at another priority.
      const script = `read -r first < /proc/$$/stat; echo "$first"; ${plan}; read -r answer; cat /proc/self/stat`;
      const stats = printed(await play(script, limit))
        .split("\n")
        .filter((line) => /^\d+ \(/.test(line));
      expect(stats.map(niceIn)).toEqual([lowest(nice), lowest(nice)]);
    },
  );

  it("gets its arguments as they are, in a process that is its own", async () => {
    const script = `for a in "$0" "$@"; do echo "<$a>"; done; tr '\\0' '|' < /proc/$$/cmdline; ${plan}; read -r answer; echo "answer=$answer"; exit 3`;
    const outcome = await play(script, 10);
    expect(outcome).toMatchObject({ ending: { exitCode: 3, signal: null }, verdict: { _tag: "Accepted" } });
    const dnf = path.join(folder, "dnf");
    expect(printed(outcome)).toContain(
      `<${dnf}>\n<--setopt=reset_nice=False>\n<upgrade>\n<-->\n<a b>\n<$(id)>\n/bin/sh|${dnf}|--setopt=`,
    );
    expect(printed(outcome)).toContain("answer=y\n");
  });

  it.runIf(hasSessions)("has its session lowered as well, where Linux groups programs by session", async () => {
    const script = `${plan}; read -r answer; cat /proc/self/autogroup`;
    expect(printed(await play(script, 10))).toMatch(/nice 10\n/);
    expect(printed(await play(script, 100))).toMatch(/nice 0\n/);
  });

  it("that can't be started says so as without one; one that ends like that by itself has ended", async () => {
    const none = DnfOptions.complete({ stateDirectory: path.join(folder, "state"), tools: { dnf: "/nowhere/dnf" } });
    expect(await DnfProcess.run(none, command(10))).toMatchObject({
      _tag: "NotStarted",
      message: expect.stringContaining("/nowhere/dnf"),
    });
    for (const code of [126, 127]) {
      expect(await play(`echo 'a scriptlet: not found' >&2; exit ${code}`, 10)).toMatchObject({
        _tag: "Ended",
        ending: { exitCode: code },
      });
    }
  });
});

describe("beside a busy program on the same core", () => {
  const LOOP = "while :; do :; done";
  const core = /Cpus_allowed_list:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
  let other: ChildProcess;
  beforeEach(() => {
    other = spawn("taskset", ["-c", core, "sh", "-c", LOOP], { detached: true, stdio: "ignore" });
  });
  afterEach(() => other.kill("SIGKILL"));

  const used = async (pid: number | undefined): Promise<number> =>
    Number((await fs.readFile(`/proc/${pid}/schedstat`, "utf8")).split(" ")[0]);

  /** The share that dnf gets of what both get, while it works for a second and a half. */
  const share = async (cpuLimitPercent: number): Promise<number> => {
    const file = path.join(folder, "busy.pid");
    await fs.rm(file, { force: true });
    const work = `echo $$ > "${file}"; ${LOOP}`;
    const working = play(`${plan}; read -r answer; exec taskset -c ${core} sh -c '${work}'`, cpuLimitPercent);
    const pid = Number(await until(async () => (await fs.readFile(file, "utf8").catch(() => "")).trim() || null));
    try {
      const before = [await used(pid), await used(other.pid)] as const;
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      const after = [await used(pid), await used(other.pid)] as const;
      const mine = after[0] - before[0];
      return mine / (mine + after[1] - before[1]);
    } finally {
      process.kill(pid, "SIGKILL");
      await working;
    }
  };

  it("CFG-02: gets its share and no more; without a limit, as much as the other", async () => {
    const limited = await share(10);
    expect(limited).toBeGreaterThan(0.03);
    expect(limited).toBeLessThan(0.2);
    expect(await share(100)).toBeGreaterThan(0.35);
  }, 20_000);
});
