/** Figures for people (a table) and for programs (a JSON array). */
import { type Figure, isReached, type Outcome } from "./Duel.ts";

const DIGITS = 4;

/** A JSON array of figures, numbers to four digits. */
export const json = (outcomes: readonly Outcome[]): string =>
  `${JSON.stringify(
    outcomes.map(({ figure }) => rounded(figure)),
    null,
    2,
  )}\n`;

/** A table in Markdown; a missed goal is marked. */
export const table = (outcomes: readonly Outcome[]): string => {
  const rows = outcomes.map(({ figure, ratios, rounds }) => [
    figure.id,
    `${figure.what}, against ${figure.peerName}`,
    `${short(figure.ours)} ${figure.unit}`,
    short(figure.peer),
    `${short(figure.ratio)} (${short(ratios.lowest)}–${short(ratios.highest)}, ${rounds} rounds)`,
    `${figure.better === "higher" ? "≥" : "≤"} ${figure.goal}`,
    isReached(figure) ? "reached" : "MISSED",
  ]);
  return aligned([["id", "what", "ours", "peer", "ratio", "goal", ""], ...rows]);
};

/** Three digits, with thousands set apart: 0.652, 41.3, 5,120. */
export const short = (value: number): string =>
  Number(value.toPrecision(3)).toLocaleString("en-US", { maximumSignificantDigits: 3 });

const rounded = (figure: Figure): Figure => ({
  ...figure,
  ours: Number(figure.ours.toPrecision(DIGITS)),
  peer: Number(figure.peer.toPrecision(DIGITS)),
  ratio: Number(figure.ratio.toPrecision(DIGITS)),
});

const aligned = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string => `| ${cells.map((c, i) => c.padEnd(widths[i] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`;
  return `${[line(head), rule, ...body.map(line)].join("\n")}\n`;
};
