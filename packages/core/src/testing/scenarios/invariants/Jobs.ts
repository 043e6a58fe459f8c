/** Runs of jobs and what people do to jobs: I4, I12 to I14, I44. */
import { RunStatus } from "@fettle/agent-protocol/vocabulary";
import * as Job from "../../../domain/job/Job.ts";
import * as Schedule from "../../../domain/job/Schedule.ts";
import * as AssetRun from "../../../domain/run/AssetRun.ts";
import * as History from "../History.ts";
import { groupBy, type Invariant, iso, type Ledger, type Seen, seen } from "./Invariant.ts";
import * as LocalTime from "./LocalTime.ts";

const onceOnly: Invariant = {
  id: "I4",
  title:
    "an occurrence of a job becomes one run, whoever ticks and however often, and is carried out once on an asset, ever",
  check: (ledger) => [
    ...[...groupBy([...ledger.runs.values()], (r) => `${r.jobId} ${r.occurrenceKey}`)].flatMap(([key, all]) =>
      all.length > 1 ? [seen("", `${key}: runs ${all.map((r) => r.id).join()}`)] : [],
    ),
    ...begunAfterEnd(ledger),
  ],
};

// By journals alone, whatever the control plane remembers: nothing of an occurrence begins where one of its runs has ended.
const begunAfterEnd = (ledger: Ledger): readonly Seen[] =>
  ledger.begun.flatMap((b) => {
    const last = b.held.at(-1)?.manifest;
    const lines = (ledger.journals.get(b.asset) ?? []).filter(({ order }) => order < b.order);
    const same = new Set(
      lines.flatMap(({ value: { record } }) =>
        record._tag === "ManifestHeld" &&
        record.manifest.jobId === last?.jobId &&
        record.manifest.occurrenceKey === last.occurrenceKey
          ? [record.manifest.runId]
          : [],
      ),
    );
    const end = lines.find(({ value: { record } }) => {
      if (record._tag !== "FactRecorded" || record.fact.body._tag !== "Status") return false;
      return same.has(record.fact.body.runId) && RunStatus.isFinal(record.fact.body.status);
    });
    return end === undefined
      ? []
      : [seen(b.asset, `${b.patchId} of ${last?.occurrenceKey} at ${iso(b.at)}, though it ended at ${iso(end.at)}`)];
  });

const sentAfterEnd = (ledger: Ledger): readonly Seen[] =>
  ledger.history.events.flatMap(({ order, at, value }) => {
    if (value.type !== "ManifestIssued") return [];
    const made = ledger.made.get(value.id)?.value;
    const versions = ledger.history.of("job").get(made?.jobId ?? "");
    const job = History.standing(versions, order);
    const isOver = job === null || job.status === "Disabled";
    return isOver
      ? [
          seen(
            ledger.names.get(made?.assetId ?? "") ?? "",
            `${value.id} was sent at ${iso(at)}, ${job === null ? "deleted" : "disabled"}`,
          ),
        ]
      : [];
  });

// Begun for the first time, though a check-in after its revocation was heard to its end by an agent that had not begun it.
const begunAfterHearing = (ledger: Ledger): readonly Seen[] =>
  [...groupBy(ledger.begun, (b) => `${b.asset} ${b.runId}`).values()].flatMap(([first]) => {
    if (first === undefined) return [];
    const versions = ledger.history.of("assetRun").get(`${first.runId}.${ledger.ids.get(first.asset) ?? ""}`) ?? [];
    const lasting = History.lasting(ledger.history, versions);
    const revoked = lasting.find((v) => v.value !== null && AssetRun.isRevoked(v.value))?.order ?? null;
    const lines = ledger.journals.get(first.asset) ?? [];
    const started = lines.find(
      ({ value: { record } }) =>
        record._tag === "FactRecorded" &&
        record.fact.body._tag === "Status" &&
        record.fact.body.runId === first.runId &&
        record.fact.body.status === "JobStarted",
    );
    if (revoked === null || started === undefined) return [];
    const heard = ledger.history.heard.find((h) => h.value.asset === first.asset && h.order > revoked);
    return heard !== undefined && heard.order < started.order
      ? [
          seen(
            first.asset,
            `${first.runId} began at ${iso(first.at)}, after its revocation was heard at ${iso(heard.at)}`,
          ),
        ]
      : [];
  });

const begunAfterDrop = (ledger: Ledger): readonly Seen[] =>
  ledger.begun.flatMap((b) => {
    const last = (ledger.journals.get(b.asset) ?? []).findLast(
      ({ order, value: { record } }) =>
        order < b.order &&
        ((record._tag === "ManifestDropped" && record.runId === b.runId) ||
          (record._tag === "ManifestHeld" && record.manifest.runId === b.runId)),
    );
    return last?.value.record._tag === "ManifestDropped" ? [seen(b.asset, `${b.runId} began at ${iso(b.at)}`)] : [];
  });

const revoked: Invariant = {
  id: "I12",
  title: "nothing is sent of a job that was disabled or deleted, and nothing begins that was dropped",
  check: (ledger) => [...sentAfterEnd(ledger), ...begunAfterDrop(ledger), ...begunAfterHearing(ledger)],
};

const definition = (job: Job.Job): string => JSON.stringify(Job.definition(job));

const runOnce: Invariant = {
  id: "I13",
  title: "a job that runs once is enabled once, and not changed from then on, unless its licence fell in between",
  check: ({ history }) => [...history.of("job")].flatMap(([id, versions]) => changedSince(history, id, versions)),
};

// What the fall back to Free suspends is as it was before it was enabled (LIC-02).
const changedSince = (history: History.History, id: string, versions: History.Versions<Job.Job>): readonly Seen[] => {
  const free = [...history.of("subscription").values()].flat().filter((v) => v.value?.plan === "Free");
  // A restore knows nothing of what was enabled since.
  const fallen = [...free, ...history.restores];
  let enabled: History.Seen<Job.Job> | null = null;
  // Of which enabling nobody goes by any more, whatever else of the job is changed.
  let suspended: number | null = null;
  for (const { order, at, value } of versions) {
    if (value === null) continue;
    const since: number = enabled?.order ?? order;
    if (fallen.some((f) => f.order > since && f.order <= order)) {
      suspended = History.isPutBack(history, order) ? null : (enabled?.value.enabled?.at ?? null);
      enabled = null;
    }
    const isEnabled = value.status === "Enabled" && value.enabled?.at !== suspended;
    if (enabled === null) {
      if (isEnabled && Schedule.isRunOnce(value.schedule)) enabled = { order, at, value };
    } else if (definition(value) !== definition(enabled.value)) return [seen("", `job ${id} was changed`)];
    else if (value.enabled?.at !== enabled.value.enabled?.at) return [seen("", `job ${id} was enabled again`)];
  }
  return [];
};

/** JOB-08, SCH-08: an occurrence is settled so long before it starts. */
const LEAD_MS = 3 * 3_600_000;

const settled: Invariant = {
  id: "I14",
  title: "a change within the last three hours before an occurrence doesn't reach it",
  check: (ledger) =>
    [...groupBy([...ledger.made.values()], (m) => m.value.runId)].flatMap(([runId, made]) => {
      const run = ledger.runs.get(runId);
      // Revisions are counted by what was committed, and begin again with a restore.
      if (ledger.history.restores.length > 0) return [];
      if (run === undefined || !run.occurrenceKey.startsWith("at:")) return [];
      const versions = ledger.history.of("job").get(run.jobId) ?? [];
      const late = versions.find(
        (v, i) =>
          v.value !== null &&
          versions[i - 1]?.value?.status === "Enabled" &&
          v.at > firstStart(ledger, made, v.order) - LEAD_MS &&
          i + 1 <= run.jobRevision &&
          definition(v.value) !== definition(versions[i - 1]?.value ?? v.value),
      );
      return late === undefined ? [] : [seen("", `run ${runId} has the change of ${iso(late.at)}`)];
    }),
};

// Of those assets that there were by then. Whatever was over, or nobody's, as it was made is carried out by no definition.
const firstStart = ({ history }: Ledger, made: readonly History.Seen<AssetRun.AssetRun>[], by: number): number =>
  Math.min(
    ...made.flatMap(({ value: { assetId, placed, timing } }) => {
      const isThere = History.standing(history.of("asset").get(assetId), by) !== null;
      return isThere && placed.status === "Pending" && timing !== null ? [timing.start] : [];
    }),
  );

const MINUTE_MS = 60_000;

// A named zone's daily job that stood enabled and unchanged all the time, while the tenant was licensed and somebody ticked.
const expected = (ledger: Ledger): readonly { readonly jobId: string; readonly key: string }[] =>
  [...ledger.history.of("job")].flatMap(([jobId, versions]) => {
    const [last] = versions.slice(-1);
    const job = last?.value ?? null;
    if (last === undefined || job === null || job.status !== "Enabled" || job.schedule?._tag !== "Recurring") return [];
    const { zone, rule } = job.schedule;
    if (zone._tag !== "Named" || rule.pattern._tag !== "Daily" || isEverUnlicensed(ledger)) return [];
    const { year, month, day, hour, minute } = rule.start;
    const found: { jobId: string; key: string }[] = [];
    for (let wall = Date.UTC(year, month - 1, day, hour, minute); ; wall += 86_400_000) {
      const start = LocalTime.firstInstant(wall, zone.zone);
      if (start > ledger.played.endedAt - 30 * MINUTE_MS) return found;
      if (start - LEAD_MS <= last.at + MINUTE_MS) continue;
      found.push({ jobId, key: `at:${new Date(wall).toISOString().slice(0, 19)}@${zone.zone}#0` });
    }
  });

const isEverUnlicensed = ({ history, played }: Ledger): boolean =>
  [...history.of("subscription").values()].some((v) => v.some((s) => s.value?.plan !== "Full")) ||
  played.scenario.edits.some((e) => e._tag === "Scope");

const nothingVanishes: Invariant = {
  id: "I44",
  title: "an occurrence runs or is told as missed, and never vanishes",
  check: (ledger) => {
    const ran = new Set([...ledger.runs.values()].map((r) => `${r.jobId} ${r.occurrenceKey}`));
    const missed = new Set<string>();
    // Of a long downtime the latest are named, and the others counted.
    const unnamed = new Map<string, number>();
    for (const { value } of ledger.history.events) {
      if (value.type !== "OccurrenceMissed") continue;
      const body = value.body as { readonly missed: readonly string[]; readonly count: number };
      for (const key of body.missed) missed.add(`${value.id} ${key}`);
      unnamed.set(value.id, (unnamed.get(value.id) ?? 0) + body.count - body.missed.length);
    }
    const vanished = expected(ledger).filter(
      ({ jobId, key }) => !ran.has(`${jobId} ${key}`) && !missed.has(`${jobId} ${key}`),
    );
    return [...groupBy(vanished, (v) => v.jobId)].flatMap(([jobId, all]) =>
      all.slice(unnamed.get(jobId) ?? 0).map(({ key }) => seen("", `${jobId}: ${key}`)),
    );
  },
};

export const jobs: readonly Invariant[] = [onceOnly, revoked, runOnce, settled, nothingVanishes];
