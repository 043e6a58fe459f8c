/** Rows with their columns below each other, for a terminal. */

/** The first row is the heading; `right` are the columns of numbers. The last column is not padded. */
export const render = (rows: readonly (readonly string[])[], right: readonly number[]): string => {
  const shown = rows.map((row) => row.map(plain));
  const widths = shown.reduce<readonly number[]>(
    (known, row) => row.map((cell, i) => Math.max(known[i] ?? 0, cell.length)),
    [],
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, i) => (right.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join("  ")
      .trimEnd();
  return shown.map((row) => `${line(row)}\n`).join("");
};

/** On one line, without what would move the terminal's cursor: names come from outside. */
export const plain = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
