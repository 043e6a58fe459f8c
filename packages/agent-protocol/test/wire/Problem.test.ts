import { describe, expect, it } from "vitest";
import { Json, Problem } from "../../src/index.ts";
import { value } from "../Runs.ts";

const read = (reply: { readonly body: Uint8Array }) =>
  value(Json.decodeCanonical(reply.body, { bytes: 4_096, depth: 2 })) as { readonly [member: string]: unknown };

describe("Problem", () => {
  it.each([
    ["not-found", 404, false],
    ["method-not-allowed", 405, false],
    ["too-large", 413, false],
    ["malformed", 400, false],
    ["unsigned", 401, false],
    ["unknown-agent", 401, false],
    ["out-of-sequence", 409, false],
    ["clock-skew", 401, false],
    ["key-refused", 403, false],
    ["not-entitled", 403, false],
    ["unavailable", 503, true],
    ["defect", 500, true],
  ] as const)("answers %s with status %d; may the same request pass later: %s", (code, status, isRetryable) => {
    const reply = Problem.reply({ code, title: "a title", detail: "what happened" });
    expect(reply.status).toBe(status);
    expect(reply.headers).toEqual({ "content-type": "application/problem+json", "cache-control": "no-store" });
    expect(read(reply)).toEqual({
      type: `urn:fettle:problem:${code}`,
      status,
      code,
      title: "a title",
      detail: "what happened",
    });
    expect(Problem.isRetryable(status)).toBe(isRetryable);
  });

  it("tells the rule and the time where they help", () => {
    const reply = Problem.reply({ code: "clock-skew", title: "t", detail: "d", rule: "AGT-11", serverTime: 1 });
    expect(read(reply)).toMatchObject({ rule: "AGT-11", serverTime: 1 });
  });

  it.each([
    [200, false],
    [400, false],
    [413, false],
    [428, false],
    [429, true],
    [430, false],
    [499, false],
    [500, true],
    [503, true],
  ])("status %d is worth another try: %s", (status, expected) => {
    expect(Problem.isRetryable(status)).toBe(expected);
  });

  it("T16: quotes what a stranger sent, even what is no Unicode text", () => {
    const reply = Problem.reply({ code: "malformed", title: "\udc00", detail: "unknown key \ud800!" });
    expect(read(reply)).toMatchObject({ title: "\ufffd", detail: "unknown key \ufffd!" });
  });
});
