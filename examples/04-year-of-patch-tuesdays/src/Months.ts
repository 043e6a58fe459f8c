/** What each month of a year that was played came to, from what truly happened on its machines. */
import type { AssetRun } from "@fettle/core";
import type { Simulator } from "@fettle/core/testing";

/** Month by month; `days` is how long it took 95 % of the assets to have all that came out, null: too long. */
export const of = (played: Simulator.Played) => {
  const { scenario, history, machines } = played;
  const at = (minute: number): number => scenario.startsAt + minute * 60_000;
  const tuesdays = [...new Set(scenario.catalogue.map((p) => p.publishedAt))];
  return tuesdays.map((tuesday, i) => {
    const [from, to] = [at(tuesday), at(tuesdays[i + 1] ?? Number.POSITIVE_INFINITY)];
    const isIn = (instant: number): boolean => from <= instant && instant < to;
    const runs = [...history.last("assetRun").values()].filter((r) => isIn(r.timing?.start ?? r.placed.at));
    const assets = new Set(runs.map((r) => r.assetId)).size;
    const patched = machines.map((m) => patchedAt(played, m.spec.name, tuesday)).filter(isIn);
    const last = patched.toSorted((a, b) => a - b)[Math.ceil(0.95 * assets) - 1];
    const missed = new Map<string, number>();
    for (const run of runs) if (run.state.status !== "Completed") missed.set(why(run), 1 + (missed.get(why(run)) ?? 0));
    return {
      name: new Date(from).toISOString().slice(0, 10),
      published: scenario.catalogue.filter((p) => p.publishedAt === tuesday).length,
      runs: new Set(runs.map((r) => r.runId)).size,
      patched: patched.length,
      assets,
      days: last === undefined ? null : (last - from) / 86_400_000,
      missed,
    };
  });
};

// When a machine had all that came out that Tuesday, or what came after it; infinity: it never had.
const patchedAt = ({ scenario: { catalogue }, history }: Simulator.Played, asset: string, tuesday: number): number => {
  const instants = catalogue.map(({ package: name, publishedAt }) => {
    if (publishedAt !== tuesday) return 0;
    const ids = catalogue.flatMap((p) => (p.package === name && p.publishedAt >= tuesday ? [p.id] : []));
    const deeds = history.deeds.filter(({ value }) => value.asset === asset);
    const effect = deeds.find(({ value: { truth } }) => truth._tag === "Effect" && ids.includes(truth.patchId));
    return effect?.at ?? Number.POSITIVE_INFINITY;
  });
  return Math.max(...instants);
};

// The status, and the rule that it names or the packages that failed; instants differ from zone to zone.
const why = ({ state: { status, reason, results } }: AssetRun.AssetRun): string => {
  const failed = Object.values(results).flatMap((r) => (r.outcome === "Failed" ? r.packages.map((p) => p.name) : []));
  const about = reason?.replace(/ at \d{4}-\S+Z/g, "") ?? failed.join(" and ");
  return `${status.replace(/(?<=[a-z])(?=[A-Z])/g, " ")}${about === "" ? "" : ` (${about})`}`;
};

/** As a terminal shows it. */
export const table = (months: ReturnType<typeof of>): string =>
  [
    ["Tuesday   ", "published", "runs", " patched", " 95 % after", "missed"],
    ...months.map(({ name, published, runs, patched, assets, days, missed }) => [
      name,
      String(published).padStart(9),
      String(runs).padStart(4),
      `${patched} of ${assets}`.padStart(8),
      (days === null ? "never" : `${days.toFixed(1)} days`).padStart(11),
      [...missed].map(([reason, count]) => `${count} × ${reason}`).join("; ") || "–",
    ]),
  ]
    .map((row) => row.join("  "))
    .join("\n");
