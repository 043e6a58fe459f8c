/** Hints are about what stands there, not about what only begins or ends like it. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CatalogJson, inspect } from "../src/index.ts";

const json = readFileSync(new URL("../conformance/catalogs/types.json", import.meta.url), "utf8");

/** The hint of the first fault. */
function hintOf(query: string): string {
  const types = CatalogJson.read(JSON.parse(json));
  if (!types.ok) throw new Error(JSON.stringify(types.error));
  return inspect(types.value, query).diagnostics[0]?.hint ?? "";
}

const ANY_DATE =
  "Write a year, month or day (2024-07-31), a UTC time (2024-07-31T12:00Z), or a time from now: now-7d, in s, m (minute), h, d, w, M (month), y.";
const ANY_NUMBER = "Write digits with an optional sign and decimal point, such as 5 or -0.5.";
const ANY_JOIN = "Write AND or OR between the two; if all of it is one value, put all of it in quotes.";
const ANY_WILDCARD =
  "Write token: win*, token: *win or token: *win*; without a token the last word may be a beginning as it is.";

describe("a hint", () => {
  it.each([
    ["number is nothing", "Write number is null; words that are searched for need quotes."],
    ["number is nothingness", "Write number: nothingness; words that are searched for need quotes."],
    ["number is anything", "Write number: anything; words that are searched for need quotes."],
    ["number is unmissing", "Write number: unmissing; words that are searched for need quotes."],
    ["number is x-y", "Write number: x-y; words that are searched for need quotes."],
    ["number is knot", "Write number: knot; words that are searched for need quotes."],
    ["number is )", "Write number is null or number is not null."],
    ["keyword: a where keyword: b", "Write the conditions alone, without SELECT … WHERE."],
    ["keyword: a nowhere keyword: b", ANY_JOIN],
    ["keyword: a whereas keyword: b", ANY_JOIN],
    ["keyword: a,b keyword: c", ANY_JOIN],
    ["keyword: a (keyword: b)", ANY_JOIN],
    ["keyword: a, keyword: b", "Write AND or OR instead of the comma; commas separate values only inside [ ]."],
    ["number: 10,50", "Write 10.50 with a point; several numbers are a list: [10, 50]."],
    ["number: 10,5,2", ANY_NUMBER],
    ["number: x10,5", ANY_NUMBER],
    ["number: 10,5x", ANY_NUMBER],
    ["number: 5;", "Delete the ; behind it."],
    ["number: 'x;'", ANY_NUMBER],
    ["date > 12months", "Write now-12M."],
    ["date > '10 days'", "Write now-10d."],
    ["date > 'in 3 days'", ANY_DATE],
    ["date > '3 days ago!'", ANY_DATE],
    ["date > 'now+70'", "Add a unit, such as now+70d: s, m (minute), h, d, w, M (month) or y."],
    ["date > 'now - 7x'", ANY_DATE],
    ["date > 'unnow + 7'", ANY_DATE],
    [
      "text: /a*b/i",
      "There are no regular expressions: write win*, *win or *win*; a * that is searched for needs quotes.",
    ],
    ["text: x/a*b/", "Write win*, *win or *win*; a * that is searched for needs quotes."],
    ["text: /a*b/-", "Write win*, *win or *win*; a * that is searched for needs quotes."],
    ["keyword: **", "For any value write token: * alone; a * that is searched for needs quotes."],
    ["win*", "Write win without the *, which finds words that begin so, or token: win*."],
    ["win win*", ANY_WILDCARD],
    ["win* x", ANY_WILDCARD],
    ["( )", "Write a condition in the parentheses, such as token: value, or delete them."],
    ["(or)", "AND and OR need a condition on each side, NOT one after it: write a condition, such as token: value."],
    [
      "number: 5 and )",
      "AND and OR need a condition on each side, NOT one after it: write a condition, such as token: value.",
    ],
    [
      "number: (1 .. 2] and n: 1",
      "Write two ends in parentheses, (a .. b), which exclude both; brackets and parentheses can't be mixed.",
    ],
    [
      "number: [1 .. 2) and n: 1",
      "Write two ends in brackets, [a .. b], which include both; brackets and parentheses can't be mixed.",
    ],
  ])("of %s is: %s", (query, hint) => {
    expect(hintOf(query)).toBe(hint);
  });
});
