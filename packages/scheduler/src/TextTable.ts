/** Rows of text in columns of one width each, for a terminal. */

/** A heading, a line under it, the rows; columns two spaces apart, no space at the ends of lines. */
export const render = (heading: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = heading.map((name, i) => Math.max(name.length, ...rows.map((row) => (row[i] ?? "").length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd();
  return [line(heading), widths.map((width) => "-".repeat(width)).join("  "), ...rows.map(line)].join("\n");
};
