import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { acquire, withLock } from "./Lock.mjs";
import { fromText, identityOf, isAlive, toText } from "./Processes.mjs";

const FOLDER = mkdtempSync(join(tmpdir(), "fettle lock "));
const MODULE = pathToFileURL(fileURLToPath(new URL("./Lock.mjs", import.meta.url))).href;
const silent = (): void => {};

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

function newPath(): string {
  return join(mkdtempSync(join(FOLDER, "case-")), ".setup", "lock");
}

/** A process that takes the lock, runs the body with it, and gives it back. */
function holder(path: string, body: string): ChildProcess {
  const program = `
    import { appendFileSync, writeFileSync } from "node:fs";
    import { setTimeout as sleep } from "node:timers/promises";
    import { withLock } from ${JSON.stringify(MODULE)};
    await withLock({ path: ${JSON.stringify(path)}, say: () => {} }, async () => { ${body} });`;
  return spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
}

describe("the lock of the set-up", () => {
  it("is held while its body runs, and gone afterwards", async () => {
    const path = newPath();
    const owner = await withLock({ path, say: silent }, async () => readdirSync(path));
    expect(owner).toEqual([toText(identityOf())]);
    expect(existsSync(path)).toBe(false);
  });

  it("is given back when its body fails", async () => {
    const path = newPath();
    await expect(withLock({ path, say: silent }, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(existsSync(path)).toBe(false);
  });

  it("lets one of many processes in at a time", async () => {
    const path = newPath();
    const log = join(FOLDER, "turns");
    const turn = `appendFileSync(${JSON.stringify(log)}, "in\\n"); await sleep(30); appendFileSync(${JSON.stringify(log)}, "out\\n");`;
    const all = Array.from({ length: 6 }, () => holder(path, turn));
    const codes = await Promise.all(all.map(async (one) => (await once(one, "exit"))[0]));
    expect(codes).toEqual(Array(6).fill(0));
    expect(readFileSync(log, "utf8")).toBe("in\nout\n".repeat(6));
    expect(existsSync(path)).toBe(false);
  });

  it("is taken over, by one waiter only, from a holder that was killed", async () => {
    const path = newPath();
    const log = join(FOLDER, "after kill");
    const dead = holder(path, `process.stdout.write("held"); await sleep(60_000);`);
    await once(dead.stdout ?? dead, "data");
    const turn = `appendFileSync(${JSON.stringify(log)}, "in\\n"); await sleep(50); appendFileSync(${JSON.stringify(log)}, "out\\n");`;
    const waiters = [holder(path, turn), holder(path, turn), holder(path, turn)];
    dead.kill("SIGKILL");
    await Promise.all(waiters.map((one) => once(one, "exit")));
    expect(readFileSync(log, "utf8")).toBe("in\nout\n".repeat(3));
  });

  it("is taken over when it names a pid that another process has now", async () => {
    const path = newPath();
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, toText({ ...identityOf(), start: "1" })), "");
    const said: string[] = [];
    const release = await acquire({ path, say: (line) => said.push(line) });
    release();
    expect(said.join()).toContain("took over");
  });

  it("is waited for with an explanation, and not for ever", async () => {
    const path = newPath();
    const said: string[] = [];
    const release = await acquire({ path, say: silent });
    await expect(acquire({ path, say: (line) => said.push(line), waitMaxMs: 300 })).rejects.toThrow(/still holds/);
    expect(said).toEqual([
      expect.stringContaining(`waiting for another set-up of this folder (process ${process.pid})`),
    ]);
    expect(readdirSync(path)).toHaveLength(1);
    release();
  });
});

describe("the identity of a process", () => {
  it("is alive while it runs and dead afterwards, also as a zombie", async () => {
    const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60000)"]);
    const identity = identityOf(child.pid ?? 0);
    expect(isAlive(identity)).toBe(true);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(isAlive(identity)).toBe(false);
  });

  it("is another after a restart of the machine, and of the process", () => {
    expect(isAlive(identityOf())).toBe(true);
    expect(isAlive({ ...identityOf(), boot: "another" })).toBe(false);
    expect(isAlive({ ...identityOf(), start: "1" })).toBe(false);
  });

  it("can be written down", () => {
    expect(fromText(toText(identityOf()))).toEqual(identityOf());
    expect(fromText("nonsense")).toBeUndefined();
  });
});
