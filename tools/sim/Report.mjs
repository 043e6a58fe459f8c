// What `npm run sim` prints: a line a scenario, what was broken, and the figures of all of them together.

/**
 * @typedef {{ readonly seed: string, readonly events: number, readonly runs: number, readonly assetRuns: number, readonly begun: number,
 *   readonly milliseconds: number, readonly broken: readonly { readonly id: string, readonly asset: string, readonly seen: string }[],
 *   readonly digest: string, readonly smaller: unknown, readonly situations: { readonly [name: string]: number } }} Row
 */

const COLUMNS = /** @type {const} */ (["seed", "events", "runs", "assets", "begun", "ms", "broken"]);

/** @param {readonly Row[]} rows */
export function table(rows) {
  const cells = [COLUMNS, ...rows.map(cellsOf)];
  const widths = COLUMNS.map((_, i) => Math.max(...cells.map((row) => String(row[i]).length)));
  const lines = cells.map((row) =>
    row
      .map((cell, i) => pad(cell, widths[i] ?? 0, i))
      .join("  ")
      .trimEnd(),
  );
  return `${lines.join("\n")}\n`;
}

/** @param {string | number} cell @param {number} width @param {number} column */
function pad(cell, width, column) {
  return column === COLUMNS.length - 1 ? String(cell) : String(cell).padStart(width);
}

/** @param {Row} row @returns {readonly (string | number)[]} */
function cellsOf(row) {
  const broken = [...new Set(row.broken.map((b) => b.id))].join(" ");
  return [row.seed, row.events, row.runs, row.assetRuns, row.begun, Math.round(row.milliseconds), broken || "-"];
}

/**
 * How often each situation came about, and in how many scenarios; those that never did are there with noughts.
 *
 * @param {readonly string[]} names
 * @param {readonly Row[]} rows
 */
export function situations(names, rows) {
  return names.map((name) => {
    const counts = rows.flatMap((row) => row.situations[name] ?? []);
    return { name, scenarios: counts.length, times: counts.reduce((sum, count) => sum + count, 0) };
  });
}

/** @param {ReturnType<typeof situations>} counted */
export function situationTable(counted) {
  const lines = counted.map(
    ({ name, scenarios, times }) => `${String(scenarios).padStart(9)}  ${String(times).padStart(7)}  ${name}`,
  );
  return `${["scenarios    times  situation", ...lines].join("\n")}\n`;
}

/** @param {readonly Row[]} rows */
export function summary(rows) {
  const events = rows.reduce((sum, row) => sum + row.events, 0);
  const seconds = rows.reduce((sum, row) => sum + row.milliseconds, 0) / 1_000;
  const failed = rows.filter((row) => row.broken.length > 0).length;
  return {
    scenarios: rows.length,
    failed,
    events,
    seconds,
    eventsPerSecond: Math.round(events / Math.max(seconds, 0.001)),
  };
}

/** @param {Row} row */
export function failure(row) {
  const lines = row.broken.slice(0, 20).map((b) => `  ${b.id}  ${b.asset}  ${b.seen}`);
  return `seed ${row.seed} broke\n${lines.join("\n")}\nthe smaller scenario, for --play:\n${JSON.stringify(row.smaller)}\n`;
}
