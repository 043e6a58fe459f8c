/** What each month of a year that was played came to, from what truly happened on its machines. */
import type { AssetRun } from "@fettle/core";
import type { Scenario, Simulator } from "@fettle/core/testing";

export interface Month {
  readonly name: string;
  readonly published: number;
  /** Runs of the job, and how many assets those that were due before the next Patch Tuesday meant. */
  readonly runs: number;
  readonly assets: number;
  /** Assets with everything that was published, before the next Patch Tuesday. */
  readonly patched: number;
  /** Until 95 % of them were; null: they never were. */
  readonly days: number | null;
  /** How many asset runs came to no good end, by what they came to. */
  readonly missed: ReadonlyMap<string, number>;
}

const SHARE = 0.95;
const DAY_MS = 86_400_000;

/** Month by month. */
export const of = (played: Simulator.Played): readonly Month[] => {
  const { scenario, history } = played;
  const at = (minute: number): number => scenario.startsAt + minute * 60_000;
  const tuesdays = [...new Set(scenario.catalogue.map((p) => at(p.publishedAt)))];
  const runs = [...history.last("assetRun").values()];
  return tuesdays.map((from, i) => {
    const to = tuesdays[i + 1] ?? played.endedAt;
    const published = scenario.catalogue.filter((p) => at(p.publishedAt) === from);
    const own = runs.filter((r) => isIn(r.timing?.start ?? r.placed.at, from, to));
    const done = played.machines
      .flatMap((m) => patchedAt(played, m.spec.name, published) ?? [])
      .filter((instant) => instant < to)
      .sort((a, b) => a - b);
    const meant = new Set(own.map((r) => r.assetId)).size;
    const last = done[Math.ceil(SHARE * meant) - 1];
    return {
      name: new Date(from).toISOString().slice(0, 10),
      published: published.length,
      runs: new Set(own.map((r) => r.runId)).size,
      assets: meant,
      patched: done.length,
      days: last === undefined ? null : (last - from) / DAY_MS,
      missed: counted(own.flatMap((r) => (r.state.status === "Completed" ? [] : [why(r)]))),
    };
  });
};

const isIn = (at: number, from: number, to: number): boolean => from <= at && at < to;

// When the last of them took effect there, be it by one that came after it; null: it never did.
const patchedAt = (
  { scenario, history }: Simulator.Played,
  asset: string,
  patches: readonly Scenario.PatchSpec[],
): number | null => {
  const instants = patches.map((patch) => {
    const stands = scenario.catalogue.filter((p) => p.package === patch.package && p.publishedAt >= patch.publishedAt);
    const ids = new Set(stands.map((p) => p.id));
    const is = history.deeds.find(
      ({ value: { asset: name, truth } }) => name === asset && truth._tag === "Effect" && ids.has(truth.patchId),
    );
    return is?.at ?? null;
  });
  return instants.reduce((last, instant) => (last === null || instant === null ? null : Math.max(last, instant)));
};

// The status, and the rule that it names or the patches that failed; instants differ from zone to zone.
const why = ({ state: { status, reason, results } }: AssetRun.AssetRun): string => {
  const words = status.replace(/(?<=[a-z])(?=[A-Z])/g, " ");
  const failed = Object.values(results).flatMap((r) => (r.outcome === "Failed" ? r.packages.map((p) => p.name) : []));
  const about = reason?.replace(/ at \d{4}-\S+Z/g, "") ?? failed.join(" and ");
  return about === "" ? words : `${words} (${about})`;
};

const counted = (all: readonly string[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const each of all) counts.set(each, (counts.get(each) ?? 0) + 1);
  return counts;
};

/** As a terminal shows it. */
export const table = (months: readonly Month[]): string =>
  [
    "Tuesday     published  runs  patched   95 % after  missed",
    ...months.map(({ name, published, runs, assets, patched, days, missed }) => {
      const after = days === null ? "never" : `${days.toFixed(1)} days`;
      const whys = [...missed].map(([reason, count]) => `${count} × ${reason}`).join("; ");
      const share = `${patched} of ${assets}`;
      return `${name}  ${String(published).padStart(9)}  ${String(runs).padStart(4)}  ${share.padStart(8)}  ${after.padStart(11)}  ${whys || "–"}`;
    }),
  ].join("\n");
