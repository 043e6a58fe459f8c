import { type ChildProcess, execFile, spawn } from "node:child_process";
import * as fs from "node:fs/promises";
import { createRequire } from "node:module";
import * as path from "node:path";
import { promisify } from "node:util";
import { Detection } from "@fettle/agent-protocol";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DnfInstaller } from "../../../src/installer/dnf/index.ts";
import * as Laboratory from "./Laboratory.ts";
import { failure, patch, run, until } from "./Laboratory.ts";

const slow = patch("FTSA-2026:0007", "slow-lab 1.0-2.el9");
const both = patch(null, "openssl-lab 3.0.7-2.el9", "slow-lab 1.0-2.el9");
const env = { PATH: "/usr/bin:/bin", HOME: "/root", LC_ALL: "C.UTF-8" };

/** The dnf that works on an asset, as its own lock file says. */
const dnfPid = async ({ asset }: Laboratory.Bench): Promise<number> =>
  Number(await fs.readFile(path.join(asset.installRoot, "var/lib/dnf/rpmdb_lock.pid"), "utf8"));

// An orphan whose new parent hasn't looked yet is still listed, but dead.
const isAlive = async (pid: number): Promise<boolean> => {
  const stat = await fs.readFile(`/proc/${pid}/stat`, "utf8").catch(() => "1 (gone) Z");
  return !/\) [ZX]/.test(stat);
};

const history = async ({ asset }: Laboratory.Bench): Promise<string> => {
  const args = ["-c", asset.dnfConfig, `--installroot=${asset.installRoot}`, "history", "list"];
  return (await promisify(execFile)("dnf", args, { env })).stdout;
};

const startAgent = ({ options }: Laboratory.Bench, instruction: typeof slow): ChildProcess => {
  const tsx = createRequire(import.meta.url).resolve("tsx");
  const script = path.join(import.meta.dirname, "AgentProcess.ts");
  const args = ["--import", tsx, script, JSON.stringify(options), JSON.stringify(instruction)];
  return spawn(process.execPath, args, { stdio: "ignore" });
};

const kill = async (child: ChildProcess): Promise<void> => {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
};

describe.runIf(Laboratory.runsForReal)("crashes in the middle of real transactions", () => {
  let lab: Laboratory.Laboratory;
  beforeAll(async () => {
    lab = await Laboratory.open();
  });
  afterEach(() => lab.world.server.treat(null));
  afterAll(() => lab.close());

  it("mends a package that is installed twice after dnf and its scriptlet were killed", async () => {
    const bench = await lab.bench();
    await lab.world.setSlowPost(bench.asset.name, 30);
    const installing = run(bench.installer.install(both));
    await Laboratory.untilSlowPost(bench.asset);
    process.kill(-(await dnfPid(bench)), "SIGKILL");
    expect(await installing).toMatchObject({ exitCode: null, signal: "SIGKILL", reasonCode: 10 });
    const broken = await run(bench.installer.detect(slow));
    expect(broken[0]?.evrs).toEqual(["1.0-1.el9", "1.0-2.el9"]);
    expect(Detection.verdict("deployment", slow, broken)).toBe("Broken");

    await lab.world.setSlowPost(bench.asset.name, 0);
    const mark = path.join(bench.asset.installRoot, "opt/lab/slow-lab.started");
    await fs.rm(mark);
    const report = await run(bench.installer.repair());
    expect(report).toMatchObject({ exitCode: 0, reasonCode: null, reason: expect.stringContaining("slow-lab.noarch") });
    expect(await bench.evrs("slow-lab")).toEqual(["1.0-2.el9"]);
    expect(await fs.readFile(mark, "utf8")).toBe("started\n"); // its %post ran again, to its end
    expect(await run(bench.installer.install(both))).toMatchObject({ reasonCode: null });
    expect(await bench.evrs("openssl-lab")).toEqual(["3.0.7-2.el9"]);
  });

  it("mends what a repair left that was killed itself", async () => {
    const bench = await lab.bench();
    await lab.world.setSlowPost(bench.asset.name, 30);
    const mark = path.join(bench.asset.installRoot, "opt/lab/slow-lab.started");
    const killed = async (work: Promise<unknown>) => {
      await Laboratory.untilSlowPost(bench.asset);
      process.kill(-(await dnfPid(bench)), "SIGKILL");
      await fs.rm(mark);
      return work;
    };
    await killed(run(bench.installer.install(slow)));
    expect(await killed(run(bench.installer.repair()))).toMatchObject({ signal: "SIGKILL", reasonCode: 10 });
    expect((await bench.evrs("slow-lab")).length).toBeGreaterThan(1);
    await lab.world.setSlowPost(bench.asset.name, 0);
    expect(await run(bench.installer.repair())).toMatchObject({ exitCode: 0, reasonCode: null });
    expect(await bench.evrs("slow-lab")).toEqual(["1.0-2.el9"]);
  });

  it("lets a transaction go on when only the agent dies, and a repair waits for its end", async () => {
    const bench = await lab.bench();
    await lab.world.setSlowPost(bench.asset.name, 3);
    const agent = startAgent(bench, both);
    await Laboratory.untilSlowPost(bench.asset);
    await kill(agent);
    const pid = await dnfPid(bench);
    expect(await isAlive(pid)).toBe(true);
    const report = await run(DnfInstaller.make(bench.options).repair());
    expect(await isAlive(pid)).toBe(false);
    expect(report).toMatchObject({ reasonCode: null, reason: expect.stringContaining("it has ended") });
    expect(report.outputTail).toContain("Complete!");
    expect([await bench.evrs("slow-lab"), await bench.evrs("openssl-lab")]).toEqual([["1.0-2.el9"], ["3.0.7-2.el9"]]);
    expect(await history(bench)).not.toContain("##"); // dnf's mark of a transaction that broke off
  });

  it("changes nothing when the agent dies before dnf has asked", async () => {
    const bench = await lab.bench();
    lab.world.server.treat((asked) => (asked.includes("/repodata/") ? { delayMilliseconds: 300 } : {}));
    const agent = startAgent(bench, both);
    const stdout = path.join(bench.options.stateDirectory, "dnf.stdout");
    await until(async () => (await fs.readFile(stdout, "utf8").catch(() => "")).includes("DNF version"));
    await kill(agent);
    const report = await run(DnfInstaller.make(bench.options).repair());
    expect(report.reason).toContain("it has ended");
    expect(report.outputTail).toContain("Operation aborted.");
    expect([await bench.evrs("slow-lab"), await bench.evrs("openssl-lab")]).toEqual([["1.0-1.el9"], ["3.0.7-1.el9"]]);
  });

  it("is busy when what it waits for outlives the deadline", async () => {
    const bench = await lab.bench({ limits: { orphanMilliseconds: 300 } });
    await lab.world.setSlowPost(bench.asset.name, 4);
    const installing = run(bench.installer.install(slow));
    await Laboratory.untilSlowPost(bench.asset);
    const impatient = DnfInstaller.make(bench.options);
    const error = await failure(impatient.repair());
    expect(error).toMatchObject({ reason: "Busy", isRetryable: true });
    expect(error.message).toContain(String(await dnfPid(bench)));
    expect(await installing).toMatchObject({ exitCode: 0, reasonCode: null });
  });

  it("leaves a transaction alone that outlives its own limit", async () => {
    const bench = await lab.bench({ limits: { transactionMilliseconds: 1_500 } });
    await lab.world.setSlowPost(bench.asset.name, 4);
    expect(await failure(bench.installer.install(slow))).toMatchObject({ reason: "Busy", isRetryable: true });
    expect(await isAlive(await dnfPid(bench))).toBe(true);
    await run(bench.installer.repair());
    expect(await bench.evrs("slow-lab")).toEqual(["1.0-2.el9"]);
  });

  it("finds nothing to mend on a sound system, with repositories out of reach", async () => {
    const bench = await lab.bench();
    lab.world.server.treat(() => ({ status: 503 }));
    expect(await run(bench.installer.repair())).toMatchObject({ exitCode: null, reasonCode: null });
  });

  it("4 when what is needed for mending can't be fetched; both versions stay", async () => {
    const bench = await lab.bench();
    await lab.world.setSlowPost(bench.asset.name, 30);
    const installing = run(bench.installer.install(slow));
    await Laboratory.untilSlowPost(bench.asset);
    process.kill(-(await dnfPid(bench)), "SIGKILL");
    await installing;
    await lab.world.setSlowPost(bench.asset.name, 0);
    await fs.rm(path.join(bench.asset.installRoot, "var/cache/dnf"), { recursive: true });
    lab.world.server.treat(() => ({ status: 503 }));
    expect(await run(bench.installer.repair())).toMatchObject({ reasonCode: 4 });
    expect(await bench.evrs("slow-lab")).toEqual(["1.0-1.el9", "1.0-2.el9"]);
  });
});
