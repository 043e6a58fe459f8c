import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RpmVersion } from "../../src/vocabulary/index.ts";
import { runs } from "../Runs.ts";

const rpm = spawnSync("rpm", ["--version"], { encoding: "utf8" });
const isRequired = process.env.REQUIRE_REAL_INSTALLERS === "1";

// Few pieces and short texts, so that two of them often agree for a while and then differ in a telling way.
const part = fc
  .array(fc.constantFrom("0", "1", "2", "9", "10", "01", "a", "b", "rc", "el9", "A", ".", ".", "_", "+", "~", "^"), {
    minLength: 1,
    maxLength: 7,
  })
  .map((pieces) => pieces.join(""));
const evr = fc
  .record({
    epoch: fc.constantFrom("", "", "", "0:", "1:", "02:", "10:"),
    version: part,
    release: fc.oneof({ weight: 5, arbitrary: part.map((r) => `-${r}`) }, { weight: 1, arbitrary: fc.constant("") }),
  })
  .map((e) => `${e.epoch}${e.version}${e.release}`);
// A random pair is decided by its first character too often: most pairs share a beginning, or differ in spelling alone.
const respelt = (text: string): string => text.replace(/[._+]/g, "__").replace(/(?<!\d)\d/g, "0$&");
const pair = fc.oneof(
  fc.tuple(evr, evr),
  fc.tuple(part, part, part, part).map(([v, r, a, b]) => [`${v}-${r}${a}`, `${v}-${r}${b}`] as const),
  fc.tuple(part, part).map(([v, r]) => [`${v}-${r}`, `${respelt(v)}-${respelt(r)}`] as const),
);

const askRpm = (pairs: readonly (readonly [string, string])[]): readonly number[] => {
  const script = `%{lua: for a, b in io.read("a"):gmatch("(%S+) (%S+)") do print(rpm.vercmp(a, b) .. " ") end}`;
  const input = pairs.map((p) => p.join(" ")).join("\n");
  const done = spawnSync("rpm", ["--eval", script], { input, encoding: "utf8", maxBuffer: 16 * 1024 * 1024 });
  if (done.status !== 0) throw new Error(`rpm ended with ${done.status}: ${done.stderr}`);
  return done.stdout.trim().split(/\s+/).map(Number);
};

describe("RpmVersion.compare", () => {
  it.each([
    ["1.0-1", "1.0-1", 0],
    ["1.0-1", "1.0-2", -1],
    ["1.10-1", "1.9-1", 1],
    ["1.0~rc1-1", "1.0-1", -1],
    ["1.0~rc1-1", "1.0~rc2-1", -1],
    ["1.0~~-1", "1.0~-1", -1],
    ["1.0^git1-1", "1.0-1", 1],
    ["1.0^git1-1", "1.0.1-1", -1],
    ["1.0^git1~pre-1", "1.0^git1-1", -1],
    ["1:0.1-1", "9.9-9", 1],
    ["0:1.0-1", "1.0-1", 0],
    ["1.0a-1", "1.0.1-1", -1],
    ["1.0-1", "1.0a-1", -1],
    ["1.01-1", "1.1-1", 0],
    ["1_0-1", "1.0-1", 0],
    ["3.0.7-2.el9", "3.0.7-1.el9", 1],
    ["1.0-1.el9_4", "1.0-1.el9_10", -1],
    ["20260101000000000000001-1", "20260101000000000000002-1", -1],
    ["Z-1", "a-1", -1],
    ["1.0", "1.0-1", -1],
    ["1.0", "1.0-~1", -1],
  ] as const)("orders %s and %s as %d, and the other way round", (a, b, order) => {
    expect(RpmVersion.compare(a, b)).toBe(order);
    expect(RpmVersion.compare(b, a)).toBe(order === 0 ? 0 : -order);
  });

  it.skipIf(rpm.status !== 0 && !isRequired)("orders five thousand random pairs as rpm itself does", () => {
    const { numRuns, seed } = runs(5_000);
    const pairs = fc.sample(pair, { numRuns, seed });
    const answers = askRpm(pairs);
    expect(answers).toHaveLength(numRuns);
    const wrong = pairs.flatMap(([a, b], i) =>
      RpmVersion.compare(a, b) === answers[i] ? [] : [`${a} ${b}: rpm says ${answers[i]}`],
    );
    expect(wrong).toEqual([]);
    // A sample in which one answer is rare would prove little.
    for (const order of [-1, 0, 1]) expect(answers.filter((a) => a === order).length).toBeGreaterThan(numRuns / 50);
  });

  it("is a total order: each text equals itself, and the order turns round with its arguments", () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        expect(RpmVersion.compare(a, a)).toBe(0);
        expect(RpmVersion.compare(a, b) + RpmVersion.compare(b, a)).toBe(0);
      }),
      runs(2_000),
    );
  });

  it("is a total order: what is at most b is at most whatever b is at most", () => {
    // Mostly close neighbours, with and without a release: where an order breaks.
    const near = fc.constantFrom(
      "1",
      "1-1",
      "1-2",
      "1.0",
      "1.0-1",
      "1~-1",
      "1^-1",
      "1a-1",
      "1:1-1",
      "1~^-1",
      "1^~-1",
      "",
      "-",
    );
    const text = fc.oneof({ weight: 3, arbitrary: near }, { weight: 1, arbitrary: evr });
    fc.assert(
      fc.property(text, text, text, (a, b, c) => {
        const [x = "", y = "", z = ""] = [a, b, c].sort(RpmVersion.compare);
        expect(RpmVersion.compare(x, y)).toBeLessThanOrEqual(0);
        expect(RpmVersion.compare(y, z)).toBeLessThanOrEqual(0);
        expect(RpmVersion.compare(x, z)).toBeLessThanOrEqual(0);
        const same = RpmVersion.compare(x, y) === 0 && RpmVersion.compare(y, z) === 0;
        expect(RpmVersion.compare(x, z) === 0).toBe(same);
      }),
      runs(3_000),
    );
  });
});

describe("RpmVersion.parse", () => {
  it("reads what print wrote, part by part", () => {
    const parts = fc.record({
      epoch: fc.nat({ max: 999_999_999 }),
      version: part,
      release: fc.oneof(part, fc.constant("")),
    });
    fc.assert(
      fc.property(parts, (e) => {
        expect(RpmVersion.parse(RpmVersion.print(e))).toEqual(e);
      }),
      runs(1_000),
    );
  });

  it("prints one spelling of each text that it reads", () => {
    expect(RpmVersion.print({ epoch: 0, version: "1", release: "2" })).toBe("1-2");
    fc.assert(
      fc.property(evr, (text) => {
        const read = RpmVersion.parse(text);
        if (read === null) throw new Error(`${text} was not read`);
        const printed = RpmVersion.print(read);
        expect(RpmVersion.compare(printed, text)).toBe(0);
        expect(printed).toBe(text.replace(/^0*(\d+):/, (_, digits: string) => (digits === "0" ? "" : `${digits}:`)));
      }),
      runs(1_000),
    );
  });

  it.each([
    "",
    "-",
    "1-",
    "-1",
    ":1-1",
    "a:1-1",
    "1 0-1",
    "1-1-1",
    "1:2:3-1",
    "1-1\n",
    "é-1",
    "1/2-1",
    "1234567890:1-1",
  ])("answers null to %j", (text) => {
    expect(RpmVersion.parse(text)).toBeNull();
  });

  it("reads the longest EVR and none that is longer", () => {
    const longest = `${"1".repeat(RpmVersion.EVR_LENGTH_MAX - 2)}-1`;
    expect(RpmVersion.parse(longest)?.release).toBe("1");
    expect(RpmVersion.parse(`1${longest}`)).toBeNull();
  });
});
