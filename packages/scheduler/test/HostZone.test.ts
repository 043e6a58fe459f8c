import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const probe = fileURLToPath(new URL("./HostZoneProbe.ts", import.meta.url));

/** Runs the probe in a process of its own, whose zone is `TZ`: what a plain Date says there, and what the scheduler does. */
const answersUnder = async (TZ: string): Promise<{ readonly plainDate: string; readonly answers: string }> => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", probe], {
    cwd: root,
    env: { ...process.env, TZ },
    maxBuffer: 64 * 1024 * 1024,
  });
  const [plainDate = "", answers = ""] = stdout.split("\n");
  return { plainDate, answers };
};

describe("the zone of the host", () => {
  it("SCH-05: never changes an answer", async () => {
    const utc = await answersUnder("UTC");
    const newYork = await answersUnder("America/New_York");
    const lordHowe = await answersUnder("Australia/Lord_Howe");
    // The hosts do differ, or the comparison would show nothing.
    expect(new Set([utc.plainDate, newYork.plainDate, lordHowe.plainDate]).size).toBe(3);
    expect(utc.answers.length).toBeGreaterThan(100_000);
    expect(newYork.answers === utc.answers).toBe(true);
    expect(lordHowe.answers === utc.answers).toBe(true);
  });
});
