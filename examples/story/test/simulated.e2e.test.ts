import { type SpawnOptions, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Outcome } from "../src/Play.ts";

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), "../dist/main.js");

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const run = (args: readonly string[], options: SpawnOptions = {}): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [script, ...args], { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout?.on("data", (d: Buffer) => {
      stdout += d;
    });
    child.stderr?.on("data", (d: Buffer) => {
      stderr += d;
    });
    child.once("exit", (code) => resolve({ code, stdout, stderr }));
  });

const children = (pid: number): readonly number[] =>
  fs
    .readdirSync("/proc")
    .filter((p) => /^\d+$/.test(p))
    .map(Number)
    .filter((p) => statOf(p)?.[1] === String(pid));

const isAlive = (pid: number): boolean => (statOf(pid)?.[0] ?? "Z") !== "Z";

// State and parent of a process: what stands behind its name in /proc.
const statOf = (pid: number): readonly string[] | undefined => {
  try {
    return fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ");
  } catch {
    return undefined;
  }
};

const nonEmpty = (text: string): readonly string[] => text.split("\n").filter((l) => l.trim() !== "");

describe("the story on the simulated OS, as a program", () => {
  it("says that it is simulated in its first and its last line, and ends with exit code 0", async () => {
    const { code, stdout } = await run(["--simulated"]);
    const lines = nonEmpty(stdout);
    expect(code).toBe(0);
    expect(lines[0]).toMatch(/^SIMULATED: /);
    expect(lines.at(-1)).toBe(lines[0]);
  });

  it("prints one JSON document on stdout and its progress on stderr, twice at the same moment", async () => {
    const both = await Promise.all([run(["--simulated", "--json"]), run(["--simulated", "--json"])]);
    for (const { code, stdout, stderr } of both) {
      const outcome = JSON.parse(stdout) as Outcome;
      expect(code).toBe(0);
      expect(outcome).toMatchObject({ mode: "simulated", isAsTold: true, problems: [] });
      expect(outcome.deployment.length).toBeGreaterThan(8);
      expect(stderr).toContain("Every outcome is as the story says");
    }
  });

  it.runIf(process.getuid?.() === 0)("says in one sentence what is missing when it isn't root", async () => {
    const { code, stdout, stderr } = await run([], { uid: 65_534, gid: 65_534 });
    // Where the checkout lies in a folder that only root may read, an ordinary user can't start it at all.
    if (stderr.includes("EACCES") || stderr.includes("Cannot find module")) return;
    expect(nonEmpty(stdout)[0]).toMatch(/^SIMULATED: .*root.*; the same story runs on the simulated OS\.$/);
    expect(code).toBe(0);
  });

  it("explains itself with --help and refuses an unknown option with exit code 2", async () => {
    const help = await run(["--help"]);
    expect(help.code).toBe(0);
    for (const option of ["--json", "--keep", "--no-install", "--simulated"]) expect(help.stdout).toContain(option);
    const unknown = await run(["--bogus"]);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("--bogus");
  });

  it("takes its processes with it when it is interrupted", async () => {
    const child = spawn(process.execPath, [script, "--simulated"], { stdio: ["ignore", "pipe", "ignore"] });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const started = children(child.pid ?? 0);
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    expect(await ended).toBe(143);
    expect(started.length).toBeGreaterThan(0);
    expect(started.filter(isAlive)).toEqual([]);
  });

  it("leaves the control plane running with --keep, which answers to its token and to nobody else", async () => {
    const { code, stdout } = await run(["--simulated", "--keep"]);
    expect(code).toBe(0);
    const [, token = "", url = ""] = /\$\(cat '(.+)'\)" (http:\S+)\/v0\/assets/.exec(stdout) ?? [];
    try {
      const authorization = `Bearer ${fs.readFileSync(token, "utf8")}`;
      const answered = await fetch(`${url}/v0/assets`, { headers: { authorization } });
      expect(answered.status).toBe(200);
      expect(await answered.json()).toHaveLength(6);
      expect((await fetch(`${url}/v0/assets`)).status).toBe(401);
      expect((await fetch(`${url}/v0/nothing`, { headers: { authorization } })).status).toBe(404);
    } finally {
      const [, pid = "0"] = /process (\d+)/.exec(stdout) ?? [];
      process.kill(Number(pid), "SIGTERM");
      fs.rmSync(path.dirname(path.dirname(token)), { recursive: true, force: true });
    }
  });
});
