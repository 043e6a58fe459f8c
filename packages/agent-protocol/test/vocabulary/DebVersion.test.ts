import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DebVersion } from "../../src/vocabulary/index.ts";
import { runs } from "../Runs.ts";

const dpkg = spawnSync("dpkg", ["--version"], { encoding: "utf8" });
const isRequired = process.env.REQUIRE_REAL_INSTALLERS === "1";

// Few pieces and short texts, so that two of them often agree for a while and then differ in a telling way.
const piece = fc.constantFrom("0", "1", "2", "9", "10", "01", "a", "b", "rc", "deb12", "A", ".", ".", "+", "~", "~~");
const part = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(""));
const upstream = fc
  .tuple(fc.constantFrom("0", "1", "2", "00", "10"), part, fc.constantFrom("", "", "", "-1", "-a"))
  .map((pieces) => pieces.join(""));
const epoch = fc.constantFrom("", "", "", "0:", "1:", "02:", "10:");
const revision = fc.oneof(
  { weight: 4, arbitrary: part.filter((r) => r !== "").map((r) => `-${r}`) },
  { weight: 1, arbitrary: fc.constantFrom("", "-0") },
);
const version = fc.tuple(epoch, upstream, revision).map((pieces) => pieces.join(""));
// A random pair is decided by its first character too often: most pairs share a beginning, or differ in spelling alone.
const pair = fc.oneof(
  fc.tuple(version, version),
  fc.tuple(upstream, part, part, part).map(([u, r, a, b]) => [`${u}-0${r}${a}`, `${u}-0${r}${b}`] as const),
  fc.tuple(upstream, part).map(([u, r]) => [`${u}-0${r}`, `0:${u.replace(/(?<!\d)\d/g, "0$&")}-00${r}`] as const),
);

const askDpkg = (pairs: readonly (readonly [string, string])[]): readonly number[] => {
  const script = `while read -r a b; do
    if dpkg --compare-versions "$a" lt "$b"; then echo -1
    elif dpkg --compare-versions "$a" eq "$b"; then echo 0
    else echo 1; fi
  done`;
  const done = spawnSync("sh", ["-c", script], {
    input: `${pairs.map((p) => p.join(" ")).join("\n")}\n`,
    encoding: "utf8",
  });
  if (done.status !== 0 || done.stderr !== "") throw new Error(`sh ended with ${done.status}: ${done.stderr}`);
  return done.stdout.trim().split(/\s+/).map(Number);
};

describe("DebVersion.compare", () => {
  it.each([
    ["1.0-1", "1.0-1", 0],
    ["1.0-1", "1.0-2", -1],
    ["1.10-1", "1.9-1", 1],
    ["1.0~rc1-1", "1.0-1", -1],
    ["1.0~~-1", "1.0~-1", -1],
    ["1.0~~a-1", "1.0~-1", -1],
    ["1:0.1-1", "9.9-9", 1],
    ["0:1.0-1", "1.0-1", 0],
    ["1.0", "1.0-0", 0],
    ["1.0", "1.0-1", -1],
    ["1.0a-1", "1.0+b-1", -1],
    ["1.0a-1", "1.0-1", 1],
    ["1.01-1", "1.1-1", 0],
    ["1.0-1+deb12u1", "1.0-1", 1],
    ["1.0-1+deb12u1", "1.0-1+deb12u10", -1],
    ["1.0-1~bpo12+1", "1.0-1", -1],
    ["2-1-1", "2-1", 1],
    ["20260101000000000000001-1", "20260101000000000000002-1", -1],
    ["1.Z-1", "1.a-1", -1],
  ] as const)("orders %s and %s as %d, and the other way round", (a, b, order) => {
    expect(DebVersion.compare(a, b)).toBe(order);
    expect(DebVersion.compare(b, a)).toBe(order === 0 ? 0 : -order);
  });

  it.skipIf(dpkg.status !== 0 && !isRequired)(
    "orders five thousand random pairs as dpkg itself does",
    () => {
      const { numRuns, seed } = runs(5_000);
      const pairs = fc.sample(pair, { numRuns, seed });
      const answers = askDpkg(pairs);
      expect(answers).toHaveLength(numRuns);
      const wrong = pairs.flatMap(([a, b], i) =>
        DebVersion.compare(a, b) === answers[i] ? [] : [`${a} ${b}: dpkg says ${answers[i]}`],
      );
      expect(wrong).toEqual([]);
      // A sample in which one answer is rare would prove little.
      for (const order of [-1, 0, 1]) expect(answers.filter((a) => a === order).length).toBeGreaterThan(numRuns / 50);
    },
    120_000,
  );

  it("is an order: antisymmetric and transitive, of any texts", () => {
    const { numRuns, seed } = runs(5_000);
    const any = fc.oneof({ weight: 3, arbitrary: version }, { weight: 1, arbitrary: fc.string({ maxLength: 5 }) });
    fc.assert(
      fc.property(any, any, any, (a, b, c) => {
        expect(DebVersion.compare(a, b) + DebVersion.compare(b, a)).toBe(0);
        if (DebVersion.compare(a, b) <= 0 && DebVersion.compare(b, c) <= 0) {
          expect(DebVersion.compare(a, c)).toBeLessThanOrEqual(0);
        }
      }),
      { numRuns, seed },
    );
  });
});

describe("DebVersion.parse", () => {
  it.each([
    ["1.0", { epoch: 0, upstream: "1.0", revision: "" }],
    ["2:1.0-3+b1", { epoch: 2, upstream: "1.0", revision: "3+b1" }],
    ["1:2-3-4", { epoch: 1, upstream: "2-3", revision: "4" }],
    ["1:2:3-4", { epoch: 1, upstream: "2:3", revision: "4" }],
  ])("reads the parts of %s", (text, parts) => {
    expect(DebVersion.parse(text)).toEqual(parts);
  });

  it.each(["", "a", "-1", "1.0-", "1 0", "1_0", "x:1", ":1", `1${"0".repeat(256)}`])("refuses %j", (text) => {
    expect(DebVersion.parse(text)).toBeNull();
  });
});
