import { describe, expect, it } from "vitest";
import * as ToolQuery from "../../../src/installer/dnf/ToolQuery.ts";

const limits = { milliseconds: 30_000 };
const zeros = (bytes: number) => ToolQuery.ask("head", ["-c", String(bytes), "/dev/zero"], limits);

describe("a tool that only reads", () => {
  it("answers with its exit code and both streams", async () => {
    const answer = await ToolQuery.ask("sh", ["-c", 'echo "$1"; echo err >&2; exit 7', "sh", "a b"], limits);
    expect(answer).toEqual({ ok: true, value: { exitCode: 7, signal: null, stdout: "a b\n", stderr: "err\n" } });
  });

  it("may print as much as its limit and not one byte more", async () => {
    const most = await zeros(ToolQuery.QUERY_BYTES_MAX);
    expect(most.ok && most.value.stdout.length).toBe(ToolQuery.QUERY_BYTES_MAX);
    expect(await zeros(ToolQuery.QUERY_BYTES_MAX + 1)).toMatchObject({ ok: false, error: { _tag: "TooMuch" } });
  });

  it("is ended when it takes too long", async () => {
    const began = performance.now();
    expect(await ToolQuery.ask("sleep", ["20"], { milliseconds: 200 })).toMatchObject({
      ok: false,
      error: { _tag: "TooLong" },
    });
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it("may be missing", async () => {
    expect(await ToolQuery.ask("/nowhere/rpm", [], limits)).toMatchObject({ ok: false, error: { _tag: "Missing" } });
  });
});
