import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { fromText, isAlive } from "./Processes.mjs";
import { endLeftOver, runStep } from "./Step.mjs";

const ROOT = mkdtempSync(join(tmpdir(), "fettle step "));
const NOTE = join(ROOT, ".setup", "running");
const MODULE = pathToFileURL(fileURLToPath(new URL("./Step.mjs", import.meta.url))).href;
const said: string[] = [];
const say = (line: string): void => void said.push(line);

afterAll(() => rmSync(ROOT, { recursive: true, force: true }));

function node(program: string): { readonly command: string; readonly args: readonly string[] } {
  return { command: process.execPath, args: ["-e", program] };
}

describe("a step of the set-up", () => {
  it("keeps all output in its log and answers the last lines", async () => {
    const program = `for (let i = 0; i < 100; i++) console.log("line", i); console.error("warning")`;
    const done = await runStep({ name: "talking a lot", ...node(program), root: ROOT, say });
    expect(done.ok).toBe(true);
    expect(readFileSync(done.log, "utf8")).toContain("line 0\n");
    expect(done.tail.split("\n")).toHaveLength(25);
    expect(done.tail).toContain("warning");
  });

  it("fails when the program does, or cannot be started", async () => {
    expect((await runStep({ name: "failing", ...node("process.exit(3)"), root: ROOT, say })).ok).toBe(false);
    const absent = await runStep({ name: "absent", command: "no-such-program", args: [], root: ROOT, say });
    expect(absent).toMatchObject({ ok: false, tail: expect.stringContaining("no-such-program") });
  });

  it("leaves a note while it runs, so that what a killed set-up left behind can be ended", async () => {
    const program = `
      import { runStep } from ${JSON.stringify(MODULE)};
      await runStep({ name: "long", command: process.execPath, args: ["-e", "setTimeout(() => {}, 60000)"], root: ${JSON.stringify(ROOT)}, say: () => {} });`;
    const setup = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: "inherit" });
    while (!existsSync(NOTE)) await sleep(20);
    await sleep(50);
    const identity = fromText(readFileSync(NOTE, "utf8"));
    setup.kill("SIGKILL");
    await once(setup, "exit");
    if (identity === undefined) throw new Error("no note");
    expect(isAlive(identity)).toBe(true);
    endLeftOver(ROOT, say);
    await sleep(100);
    expect(isAlive(identity)).toBe(false);
    expect(existsSync(NOTE)).toBe(false);
  });

  it("ends with the set-up when that is told to stop", async () => {
    const program = `
      import { runStep } from ${JSON.stringify(MODULE)};
      await runStep({ name: "long", command: process.execPath, args: ["-e", "setTimeout(() => {}, 60000)"], root: ${JSON.stringify(ROOT)}, say: () => {} });`;
    const setup = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: "inherit" });
    while (!existsSync(NOTE)) await sleep(20);
    await sleep(50);
    const identity = fromText(readFileSync(NOTE, "utf8"));
    setup.kill("SIGTERM");
    const [code] = await once(setup, "exit");
    await sleep(100);
    expect(code).toBe(143);
    expect(identity !== undefined && isAlive(identity)).toBe(false);
  });
});
