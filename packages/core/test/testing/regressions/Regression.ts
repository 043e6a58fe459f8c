/**
 * Short scenarios for named regressions: machines, jobs and what happens to them in a few lines each, on plain days without any
 * fault but those that are told; and what is asked of one that was played.
 */
import type { JournalRecord } from "@fettle/agent-protocol/agent";
import type { RebootEvent, RunStatus } from "@fettle/agent-protocol/vocabulary";
import * as Effect from "effect/Effect";
import { expect } from "vitest";
import type { JobDraft } from "../../../src/domain/job/Job.ts";
import type { Schedule } from "../../../src/domain/job/Schedule.ts";
import type { AssetRun } from "../../../src/domain/run/AssetRun.ts";
import type { Run, RunProgress } from "../../../src/domain/run/Run.ts";
import type { StoredJson } from "../../../src/ports/Storage.ts";
import { Bugs, Invariants, type Scenario, type Seams, Simulator } from "../../../src/testing/index.ts";
import { engine, reads } from "../../../src/testing/scenarios/bugs/Planting.ts";
import { owner } from "../../../src/testing/scenarios/Plane.ts";

type Faults = Scenario.Faults;

/** What a scenario is told by, beside its machines and jobs; the rest is calm. */
export interface Tale extends Partial<Omit<Scenario.Scenario, "startsAt" | "faults">> {
  /** As `2026-06-01T00:00Z`, which it is unless told: a Monday. */
  readonly startsAt?: string;
  readonly faults?: Partial<Omit<Faults, "network">> & { readonly network?: Partial<Faults["network"]> };
}

/** Its patch needs a reboot wherever a machine says so; that of openssl never does. */
export const KERNEL = "FTSA-2026:1";
export const OPENSSL = "FTSA-2026:2";

const catalogue: readonly Scenario.PatchSpec[] = ["kernel", "openssl"].map((name, i) => ({
  id: `FTSA-2026:${i + 1}`,
  package: name,
  evr: "1-2",
  category: "security",
  publishedAt: 0,
}));

export const scenario = ({ startsAt = "2026-06-01T00:00Z", faults, ...tale }: Tale): Scenario.Scenario => ({
  format: 1,
  seed: "regression",
  startsAt: Date.parse(startsAt),
  days: 0.25,
  statusSeconds: 1_800,
  tickSeconds: 840,
  tickers: 1,
  seats: 1_000,
  assets: [],
  catalogue,
  jobs: [],
  edits: [],
  outages: [],
  ...tale,
  faults: {
    agentCrash: 0,
    journal: 0,
    serverCrash: 0,
    strike: 0,
    probe: 0,
    ...faults,
    network: { loseRequest: 0, loseReply: 0, repeat: 0, replayLater: 0, forge: 0, ...faults?.network },
  },
});

/** A server in UTC that lacks both patches. */
export const asset = (name: string, over: Partial<Scenario.AssetSpec> = {}): Scenario.AssetSpec => ({
  name,
  timeZone: "Etc/UTC",
  group: "servers",
  packages: { kernel: "1-1", openssl: "1-1" },
  faults: {},
  joinsAt: 0,
  offline: [],
  asleep: [],
  clock: [{ at: 0, seconds: 0 }],
  ...over,
});

/** Somebody who sits there all the time. */
export const always: readonly { readonly from: number; readonly until: number }[] = [
  { from: 0, until: Number.MAX_SAFE_INTEGER },
];

/** Brings openssl to the whole fleet, on demand, an hour after the start unless told. */
export const job = (
  name: string,
  { at = 60, ...draft }: Partial<JobDraft> & { readonly at?: number } = {},
): Scenario.JobSpec => ({
  name,
  at,
  enableAt: at,
  draft: {
    title: name,
    kind: "deployment",
    platform: "Linux",
    patches: { _tag: "List", patches: [OPENSSL] },
    targets: { assets: [], include: { mode: "any", tags: ["fleet"] }, exclude: { mode: "any", tags: [] } },
    schedule: { _tag: "OnDemand" },
    reboot: { _tag: "Suppress" },
    continueOnFailure: true,
    ...draft,
  },
});

/** A patch source that names these. */
export const list = (...patches: readonly string[]): JobDraft["patches"] => ({ _tag: "List", patches: [...patches] });

/** The time as a scheduler writes it: `2026-06-02T02:30`. */
const wall = (text: string) => {
  const at = new Date(`${text}Z`);
  return {
    year: at.getUTCFullYear(),
    month: at.getUTCMonth() + 1,
    day: at.getUTCDate(),
    hour: at.getUTCHours(),
    minute: at.getUTCMinutes(),
    second: 0,
  };
};

type Pattern = Extract<Schedule, { readonly _tag: "Recurring" }>["rule"]["pattern"];

const zoneOf = (zone: string | undefined) =>
  zone === undefined ? ({ _tag: "Agent" } as const) : ({ _tag: "Named", zone } as const);

/** From that local time on, on each asset's own clock unless a zone is named. */
export const recurring = (pattern: Pattern, start: string, zone?: string): Schedule => ({
  _tag: "Recurring",
  rule: { pattern, start: wall(start), end: { _tag: "Never" }, except: [] },
  zone: zoneOf(zone),
});

export const daily = (start: string, zone?: string): Schedule => recurring({ _tag: "Daily", every: 1 }, start, zone);

export const once = (at: string, zone?: string): Schedule => ({ _tag: "Once", at: wall(at), zone: zoneOf(zone) });

/** What can be asked of a scenario that was played. Minutes count from its start, machines and jobs go by their names. */
export interface Look {
  readonly played: Simulator.Played;
  /** A job's runs, in the order in which they were made. */
  readonly runs: (job: string) => readonly Run[];
  /** The asset's part in the job's `n`-th run, the first unless told; null: it has none. */
  readonly assetRun: (job: string, asset: string, n?: number) => AssetRun | null;
  readonly status: (job: string, asset: string, n?: number) => RunStatus.RunStatus | null;
  /** The statuses that it has had, in order. */
  readonly statuses: (job: string, asset: string, n?: number) => readonly RunStatus.RunStatus[];
  /** When installers began on a machine, at which patch. */
  readonly begins: (asset: string) => readonly { readonly minute: number; readonly patch: string }[];
  /** Patches that took effect on a machine, in order. */
  readonly effects: (asset: string) => readonly string[];
  readonly reboots: (asset: string) => readonly { readonly minute: number; readonly by: "agent" | "hand" }[];
  /** What happened on a machine, in order: `begin`, `effect` and `repair`, `shown`, and `reboot agent` or `reboot hand`. */
  readonly deeds: (asset: string) => readonly string[];
  /** Notices that came up before somebody's eyes. */
  readonly shown: (asset: string) => readonly { readonly minute: number; readonly what: "Prompt" | "Countdown" }[];
  /** How far a run is, as users see it. */
  readonly progress: (job: string, n?: number) => RunProgress;
  readonly version: (asset: string, packageName: string) => readonly string[];
}

/** Plays it, and holds every invariant against it. */
export const play = (told: Scenario.Scenario): Look => {
  const played = Simulator.play(told);
  expect(Invariants.check(played)).toEqual([]);
  return look(played);
};

/** Plays it with a bug in it, so that an assertion is seen to fail; invariants may well. */
export const playWith = (seams: Seams.Seams, told: Scenario.Scenario): Look => look(Simulator.play(told, { seams }));

/** One of the bugs that the simulator sees. */
export const bug = (name: string): Seams.Seams => {
  const found = Bugs.bugs.find((b) => b.name === name);
  if (found === undefined) throw new Error(`no bug is called ${name}`);
  return found.seams;
};

/** A bug: an engine that takes each job for another one than was saved. */
export const takesJobsFor = (other: Partial<JobDraft>): Seams.Seams =>
  engine(reads("job", (body) => ({ ...body, ...(other as { readonly [member: string]: StoredJson }) })));

/** A bug: a journal that says it has what was told of a reboot, and hasn't. */
export const forgets = (event: RebootEvent["_tag"]): Seams.Seams => {
  const isIt = (record: JournalRecord): boolean =>
    record._tag === "FactRecorded" && record.fact.body._tag === "Reboot" && record.fact.body.event._tag === event;
  return {
    journal: (journal) => ({
      ...journal,
      append: (records) => {
        const kept = records.filter((r) => !isIt(r));
        return kept.length === 0 ? Effect.void : journal.append(kept);
      },
      compact: () => Effect.void,
    }),
  };
};

const look = (played: Simulator.Played): Look => {
  const { history, scenario: told, jobNames, machines } = played;
  const minute = (at: number): number => (at - told.startsAt) / 60_000;
  const deeds = (name: string) => history.deeds.filter((d) => d.value.asset === name).map((d) => d.value.truth);
  const idOf = (name: string) => machines.find((m) => m.spec.name === name)?.agentId() ?? "";
  const runs = (name: string) => [...history.last("run").values()].filter((r) => jobNames.get(r.jobId) === name);
  const versions = (job: string, name: string, n: number) =>
    (history.of("assetRun").get(`${runs(job)[n]?.id}.${idOf(name)}`) ?? []).flatMap((v) => v.value ?? []);
  const assetRun = (job: string, name: string, n = 0) => versions(job, name, n).at(-1) ?? null;
  return {
    played,
    runs,
    assetRun,
    status: (job, name, n = 0) => assetRun(job, name, n)?.state.status ?? null,
    statuses: (job, name, n = 0) =>
      versions(job, name, n)
        .map((v) => v.state.status)
        .filter((status, i, all) => status !== all[i - 1]),
    begins: (name) =>
      deeds(name).flatMap((t) => (t._tag === "Begin" ? [{ minute: minute(t.at), patch: t.patchId }] : [])),
    effects: (name) => deeds(name).flatMap((t) => (t._tag === "Effect" ? [t.patchId] : [])),
    reboots: (name) => deeds(name).flatMap((t) => (t._tag === "Reboot" ? [{ minute: minute(t.at), by: t.by }] : [])),
    deeds: (name) => deeds(name).map((t) => (t._tag === "Reboot" ? `reboot ${t.by}` : t._tag.toLowerCase())),
    shown: (name) =>
      deeds(name).flatMap((t) => (t._tag === "Shown" ? [{ minute: minute(t.at), what: t.notice._tag }] : [])),
    progress: (job, n = 0) => played.plane.call(({ runs: all }) => all.progress(owner, runs(job)[n]?.id ?? "")),
    version: (name, packageName) =>
      machines
        .find((m) => m.spec.name === name)
        ?.os.installed()
        .get(`${packageName}.noarch`) ?? [],
  };
};
