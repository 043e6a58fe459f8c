/** Base scores against those that FIRST and vendors publish, and against the specification's formula by another way. */
import { describe, expect, it } from "vitest";
import { baseScore } from "../../../src/feed/osv/CvssV3.ts";
import * as ScoreSeverity from "../../../src/feed/reading/ScoreSeverity.ts";

/** Vectors as published with their scores; the first block is FIRST's own examples. */
const published: readonly (readonly [vector: string, score: number])[] = [
  ["CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4],
  ["CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4],
  ["CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1],
  ["CVSS:3.0/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1],
  ["CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1],
  ["CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9],
  ["CVSS:3.0/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", 4.2],
  ["CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 8.8],
  ["CVSS:3.0/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", 7.8],
  ["CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5],
  ["CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8],
  ["CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N", 6.8],
  ["CVSS:3.0/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 6.8],
  ["CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:L/I:N/A:N", 5.8],
  ["CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N", 7.4],
  ["CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H", 9.6],
  ["CVSS:3.0/AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H", 9.3],
  ["CVSS:3.0/AV:L/AC:L/PR:H/UI:N/S:C/C:H/I:H/A:H", 8.2],
  ["CVSS:3.0/AV:A/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 8.8],
  ["CVSS:3.0/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N", 4.6],

  ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10],
  ["CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10],
  ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8],
  ["CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:H", 5.9],
  ["CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:H/A:H", 7.1],
  ["CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:C/C:N/I:H/A:L", 6.4],
  ["CVSS:3.1/AV:A/AC:L/PR:L/UI:N/S:C/C:H/I:L/A:H", 8.9],
  ["CVSS:3.1/AV:P/AC:L/PR:H/UI:R/S:U/C:H/I:H/A:H", 6.1],
  ["CVSS:3.0/AV:L/AC:L/PR:H/UI:R/S:U/C:H/I:H/A:H", 6.5],
  ["CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0],
];

const choose = (...options: readonly string[]) => options;
const bases = ["N", "A", "L", "P"].flatMap((av) =>
  choose("L", "H").flatMap((ac) =>
    choose("N", "L", "H").flatMap((pr) =>
      choose("N", "R").flatMap((ui) =>
        choose("U", "C").flatMap((s) =>
          choose("H", "L", "N").flatMap((c) =>
            choose("H", "L", "N").flatMap((i) => choose("H", "L", "N").map((a) => ({ av, ac, pr, ui, s, c, i, a }))),
          ),
        ),
      ),
    ),
  ),
);
type Base = (typeof bases)[number];
const vectorOf = (b: Base, version = "3.1"): string =>
  `CVSS:${version}/AV:${b.av}/AC:${b.ac}/PR:${b.pr}/UI:${b.ui}/S:${b.s}/C:${b.c}/I:${b.i}/A:${b.a}`;

/** The formula once more, impact written out as a sum, rounded up in decimal text. */
const reference = (b: Base): number => {
  const lost = (x: string): number => (x === "H" ? 0.56 : x === "L" ? 0.22 : 0);
  const [c, i, a] = [lost(b.c), lost(b.i), lost(b.a)];
  const iss = c + i + a - c * i - c * a - i * a + c * i * a;
  const isChanged = b.s === "C";
  const impact = isChanged ? 7.52 * (iss - 0.029) - 3.25 * (iss - 0.02) ** 15 : 6.42 * iss;
  const av = b.av === "N" ? 0.85 : b.av === "A" ? 0.62 : b.av === "L" ? 0.55 : 0.2;
  const pr = b.pr === "N" ? 0.85 : b.pr === "L" ? (isChanged ? 0.68 : 0.62) : isChanged ? 0.5 : 0.27;
  const exploitability = 8.22 * av * (b.ac === "L" ? 0.77 : 0.44) * pr * (b.ui === "N" ? 0.85 : 0.62);
  if (impact <= 0) return 0;
  const [whole = "0", digits = ""] = Math.min((isChanged ? 1.08 : 1) * (impact + exploitability), 10)
    .toFixed(5)
    .split(".");
  const tenths = Number(`${whole}${digits[0]}`);
  return (/^.0*$/.test(digits) ? tenths : tenths + 1) / 10;
};

describe("CVSS 3 base scores", () => {
  it.each(published)("PAT-01: %s is %f, as published", (vector, score) => {
    expect(baseScore(vector)).toBe(score);
  });

  it("all 2,592 base vectors score as the specification's formula says", () => {
    expect(bases).toHaveLength(2_592);
    const wrong = bases.filter((b) => baseScore(vectorOf(b)) !== reference(b));
    expect(wrong.map((b) => vectorOf(b))).toEqual([]);
  });

  it("3.0 and 3.1 score every base vector the same", () => {
    expect(bases.filter((b) => baseScore(vectorOf(b, "3.0")) !== baseScore(vectorOf(b)))).toEqual([]);
  });

  it("the order of metrics makes no difference, and later metrics none to the base score", () => {
    expect(baseScore("CVSS:3.1/A:N/I:L/C:L/S:C/UI:N/PR:L/AC:L/AV:N")).toBe(6.4);
    expect(baseScore("CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:H/A:H/E:F/RL:O/RC:C/CR:H/MAV:P/MC:N")).toBe(7.1);
  });

  it.each([
    "",
    "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:2.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/E:X",
    "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/",
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:C",
    " CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    `CVSS:3.1${"/AV:N".repeat(100_000)}`,
  ])("%j is no vector", (text) => {
    expect(baseScore(text)).toBeNull();
  });

  it.each([
    [0, "None"],
    [0.1, "Low"],
    [3.9, "Low"],
    [4, "Moderate"],
    [6.9, "Moderate"],
    [7, "Important"],
    [8.9, "Important"],
    [9, "Critical"],
    [10, "Critical"],
  ])("PAT-01: a score of %f is %s", (score, severity) => {
    expect(ScoreSeverity.of(score)).toBe(severity);
  });
});
