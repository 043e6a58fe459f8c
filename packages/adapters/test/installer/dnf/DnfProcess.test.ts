/** What this adapter does with a dnf that misbehaves; the misbehaviour is played by small shell scripts. */
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as DnfOptions from "../../../src/installer/dnf/DnfOptions.ts";
import * as DnfProcess from "../../../src/installer/dnf/DnfProcess.ts";
import type { DnfLimits } from "../../../src/installer/dnf/index.ts";

const plan = "echo '---> Package a.noarch 1-2 will be an upgrade'; echo '--> Finished dependency resolution'";
const accept: DnfProcess.ReviewedCommand = {
  line: ["upgrade", "--", "a b", "$(id)", "*"],
  review: (changes) => (changes.length === 1 ? { _tag: "Accepted" } : { _tag: "Exceeds", changes }),
  changesSystem: true,
  cpuLimitPercent: 100,
};
let folder: string;

const settings = async (script: string, limits: Partial<DnfLimits> = {}): Promise<DnfOptions.DnfSettings> => {
  const dnf = path.join(folder, "dnf");
  await fs.writeFile(dnf, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return DnfOptions.complete({ stateDirectory: path.join(folder, "state"), tools: { dnf }, limits });
};
const play = async (script: string, command = accept, limits: Partial<DnfLimits> = {}) =>
  DnfProcess.run(await settings(script, limits), command);

beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(tmpdir(), "fettle fake "));
});
afterEach(() => fs.rm(folder, { recursive: true, force: true }));

describe("a dnf under review", () => {
  it("gets its arguments as they are, no inherited environment and an input that it can read", async () => {
    process.env.FETTLE_TEST_LEAK = "1";
    const outcome = await play(
      `for a in "$@"; do echo "<$a>"; done; env; ${plan}; read -r answer; echo "answer=$answer"; exit 3`,
    );
    delete process.env.FETTLE_TEST_LEAK;
    expect(outcome).toMatchObject({
      _tag: "Ended",
      ending: { exitCode: 3, signal: null },
      verdict: { _tag: "Accepted" },
    });
    const { stdout } = (outcome as Extract<DnfProcess.Outcome, { _tag: "Ended" }>).ending;
    expect(stdout).toContain("<upgrade>\n<-->\n<a b>\n<$(id)>\n<*>\n");
    expect(stdout).toContain("answer=y\n");
    expect(stdout).toContain("LC_ALL=C.UTF-8\n");
    expect(stdout).not.toContain("FETTLE_TEST_LEAK");
  });

  it("has a plain pipe on its input: bash would read root's .bashrc on a socket", async () => {
    const outcome = await play(`test -p /dev/stdin && echo pipe; test -S /dev/stdin && echo socket; ${plan}`);
    expect(outcome).toMatchObject({ ending: { stdout: expect.stringMatching(/^pipe\n--->/) } });
  });

  it("is answered no when its plan is not accepted", async () => {
    const outcome = await play(`echo '---> odd'; ${plan}; read -r answer; echo "answer=$answer"`);
    expect(outcome).toMatchObject({
      verdict: { _tag: "Exceeds" },
      ending: { stdout: expect.stringContaining("answer=n\n") },
    });
  });

  it("is answered no when it asks before it has a plan", async () => {
    const outcome = await play('printf "Importing GPG key. Is this ok [y/N]: "; read -r answer; echo "answer=$answer"');
    expect(outcome).toMatchObject({ verdict: null, ending: { stdout: expect.stringContaining("answer=n\n") } });
  });

  it("is ended with its whole group when it never has a plan", async () => {
    const began = performance.now();
    const outcome = await play(`sleep 30 & echo $!; wait`, accept, { planMilliseconds: 300 });
    expect(outcome).toMatchObject({ _tag: "Overdue", milliseconds: 300, ending: { signal: "SIGKILL" } });
    expect(performance.now() - began).toBeLessThan(5_000);
    const child = Number((outcome as Extract<DnfProcess.Outcome, { _tag: "Overdue" }>).ending.stdout);
    const stat = await fs.readFile(`/proc/${child}/stat`, "utf8").catch(() => ") Z");
    expect(stat).toMatch(/\) [ZX]/);
  });

  it("is ended when a download takes too long, since that changes nothing", async () => {
    const download = { ...accept, changesSystem: false };
    expect(await play(`${plan}; sleep 30`, download, { prefetchMilliseconds: 300 })).toMatchObject({ _tag: "Overdue" });
  });

  it("is left alone when a transaction takes too long", async () => {
    const outcome = await play(`${plan}; read -r answer; sleep 1; echo done > "$0.done"`, accept, {
      transactionMilliseconds: 200,
    });
    expect(outcome).toMatchObject({ _tag: "StillRunning", milliseconds: 200 });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await fs.readFile(path.join(folder, "dnf.done"), "utf8")).toBe("done\n");
  });

  it("may print for ever: the files stay small and hold the end", async () => {
    const outputBytes = 100_000;
    const loud = `${plan}; read -r answer; i=0; while [ $i -lt 3000 ]; do printf '%01000d\\n' $i; i=$((i+1)); done; sleep 0.1; echo the end`;
    const outcome = await play(loud, accept, { outputBytes });
    const { stdout } = (outcome as Extract<DnfProcess.Outcome, { _tag: "Ended" }>).ending;
    expect(stdout.endsWith("the end\n")).toBe(true);
    expect(stdout.length).toBeLessThanOrEqual(outputBytes);
    expect((await fs.stat(path.join(folder, "state/dnf.stdout"))).size).toBeLessThanOrEqual(outputBytes);
  });

  it("can't be started where there is none, and says so", async () => {
    const none = DnfOptions.complete({ stateDirectory: path.join(folder, "state"), tools: { dnf: "/nowhere/dnf" } });
    expect(await DnfProcess.run(none, accept)).toMatchObject({
      _tag: "NotStarted",
      message: expect.stringContaining("/nowhere/dnf"),
    });
  });

  it("writes where only its owner can read", async () => {
    await play(`${plan}; read -r answer`);
    const mode = async (name: string) => (await fs.stat(path.join(folder, name))).mode & 0o777;
    expect([await mode("state"), await mode("state/dnf.stdout"), await mode("state/dnf.stderr")]).toEqual([
      0o700, 0o600, 0o600,
    ]);
  });
});
