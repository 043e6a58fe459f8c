import * as fs from "node:fs/promises";
import { getPriority, tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import * as RunningTransaction from "../../../src/installer/dnf/RunningTransaction.ts";
import * as Laboratory from "./Laboratory.ts";
import { gist, patch, run } from "./Laboratory.ts";

const slow = patch("FTSA-2026:0007", "slow-lab 1.0-2.el9");
const NICE_FIELD = 16;
const PARENT_FIELD = 1;

/** What `/proc` says of a process after its name; null when it is gone. */
const fieldsOf = async (pid: number): Promise<readonly string[] | null> => {
  const stat = await fs.readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  return stat === null ? null : stat.slice(stat.lastIndexOf(")") + 2).split(" ");
};

/** The niceness of the dnf that works on an asset, and of all that it started: its scriptlets. */
const niceness = async ({ asset }: Laboratory.Bench): Promise<readonly number[]> => {
  const place = { installRoot: asset.installRoot, rpmLock: null, proc: "/proc" };
  const dnf = (await RunningTransaction.find(place)).map((p) => p.pid);
  const all = (await fs.readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const seen = await Promise.all(all.map(async (pid) => ({ pid, fields: await fieldsOf(pid) })));
  const below = seen.filter(({ fields }) => dnf.includes(Number(fields?.[PARENT_FIELD])));
  expect([dnf.length > 0, below.length > 0]).toEqual([true, true]);
  const found = seen.filter(({ pid }) => dnf.includes(pid) || below.some((b) => b.pid === pid));
  return [...new Set(found.map(({ fields }) => Number(fields?.[NICE_FIELD])))];
};

describe.runIf(Laboratory.runsForReal)("real dnf under a CPU limit", () => {
  let lab: Laboratory.Laboratory;
  beforeAll(async () => {
    lab = await Laboratory.open();
  });
  afterEach(() => lab.world.server.treat(null));
  afterAll(() => lab.close());

  it.each([
    ["is limited", 40, 2],
    ["may exceed its limit", 100, 0],
  ])("WIN-08 CFG-02: installs as ever, at the priority of a run that %s", async (_, cpuLimitPercent, nice) => {
    const bench = await lab.bench();
    await lab.world.setSlowPost(bench.asset.name, 2);
    const installing = run(bench.installer.install(slow, { cpuLimitPercent }));
    await Laboratory.untilSlowPost(bench.asset);
    expect(await niceness(bench)).toEqual([getPriority() + nice]);
    expect(gist(await installing)).toEqual({ exitCode: 0, reasonCode: null });
    expect(await bench.evrs("slow-lab")).toEqual(["1.0-2.el9"]);
  });

  it("CFG-02: fetches, installs and takes back under it; what only reads isn't limited", async () => {
    const folder = await fs.mkdtemp(path.join(tmpdir(), "fettle wrapped "));
    const dnf = path.join(folder, "dnf");
    const log = path.join(folder, "log");
    await fs.writeFile(dnf, `#!/bin/sh\necho "$(nice)" >> "${log}"\nexec /usr/bin/dnf "$@"\n`, { mode: 0o755 });
    const bench = await lab.bench({ tools: { dnf } });
    const effort = { cpuLimitPercent: 40 };
    const back = patch("FTSA-2026:0007", "slow-lab 1.0-1.el9");
    const reports = [
      await run(bench.installer.prefetch(slow, effort)),
      await run(bench.installer.install(slow, effort)),
      await run(bench.installer.rollback(back, effort)),
      await run(bench.installer.repair(effort)),
    ];
    expect(reports.map((r) => r.reasonCode)).toEqual([null, null, null, null]);
    expect(await bench.evrs("slow-lab")).toEqual(["1.0-1.el9"]);
    const seen = (await fs.readFile(log, "utf8")).trim().split("\n");
    const [low, ordinary] = [String(getPriority() + 2), String(getPriority())];
    expect(seen).toEqual([low, low, low, ordinary]);
    await fs.rm(folder, { recursive: true });
  });
});
