/**
 * A year as plain data: twenty machines on four continents, a catalogue that grows on every second Tuesday, and one job that
 * installs it on the Saturday after, at night, wherever the machine stands. What goes wrong is written down as well.
 */
import type { Scenario } from "@fettle/core/testing";

const DAY = 24 * 60;
const START = Date.UTC(2027, 0, 1);

/** Minutes from the year's first, as scenarios count. */
const minute = (month: number, day: number, hour = 0): number => (Date.UTC(2027, month, day, hour) - START) / 60_000;

/** The second Tuesday of a month, 18:00 UTC. */
const patchTuesday = (month: number): number =>
  minute(month, 8 + ((9 - new Date(Date.UTC(2027, month, 1)).getUTCDay()) % 7), 18);

const products = ["kernel", "openssl", "curl"];
const zones = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney"];

const machine = (i: number, months: number): Scenario.AssetSpec => ({
  name: `asset-${String(i + 1).padStart(2, "0")}`,
  timeZone: zones[i % zones.length] ?? "Etc/UTC",
  group: i % 3 === 0 ? "desks" : "servers",
  packages: Object.fromEntries(products.map((name) => [name, "1-0"])),
  // A disk that is full until somebody looks at it: it never takes curl.
  faults: i === 4 ? { curl: "pre-scriptlet-fails" } : {},
  rebootsFor: ["kernel"],
  joinsAt: i === 7 ? minute(Math.min(2, months - 1), 1) : i,
  // Off the network over a Patch Tuesday, asleep over the summer, and once with a clock that goes back two hours.
  offline: i === 2 ? [{ from: minute(1, 8), to: minute(1, 15) }] : [],
  asleep: i === 9 ? [{ from: minute(6, 1), to: minute(7, 20) }] : [],
  clock: [{ at: 0, seconds: 0 }, ...(i === 5 ? twoHoursBack : [])],
});

const twoHoursBack = [
  { at: minute(1, 13), seconds: -7_200 },
  { at: minute(1, 15), seconds: 0 },
];

const comesOut = (month: number): readonly Scenario.PatchSpec[] =>
  products.map((name, i) => ({
    id: `FTSA-2027:${10 * (month + 1) + i}`,
    package: name,
    evr: `1-${month + 1}`,
    category: "security",
    publishedAt: patchTuesday(month),
  }));

const draft: Scenario.JobSpec["draft"] = {
  title: "What came out on Patch Tuesday",
  kind: "deployment",
  platform: "Linux",
  patches: { _tag: "Query", query: "category: security" },
  targets: { assets: [], include: { mode: "any", tags: ["fleet"] }, exclude: { mode: "any", tags: [] } },
  schedule: {
    _tag: "Recurring",
    zone: { _tag: "Agent" },
    rule: {
      pattern: { _tag: "MonthlyOnWeekday", every: 1, nth: 2, weekday: 2, offsetDays: 4 },
      start: { year: 2027, month: 1, day: 1, hour: 22, minute: 0, second: 0 },
      end: { _tag: "Never" },
      except: [],
    },
  },
  window: { minutes: 8 * 60, bound: "start" },
  catchUp: "run-once-now",
  reboot: { _tag: "Automatic", countdownMinutes: null },
  continueOnFailure: true,
};

/** The scenario of the year's first months, over so many machines. */
export const scenario = (months: number, machines = 20): Scenario.Scenario => ({
  format: 1,
  seed: "2027",
  startsAt: START,
  days: minute(months, 1) / DAY,
  // Six contacts a day are enough for a job that is sent hours ahead, and let a year pass in a minute.
  statusSeconds: 4 * 3_600,
  tickSeconds: 3_600,
  tickers: 1,
  seats: machines,
  limits: { statusIntervalSecondsMax: 4 * 3_600 },
  assets: Array.from({ length: machines }, (_, i) => machine(i, months)),
  catalogue: Array.from({ length: months }, (_, month) => comesOut(month)).flat(),
  jobs: [{ name: "patch-tuesday", at: 60, enableAt: 120, draft }],
  edits: [],
  faults: {
    network: { loseRequest: 0.01, loseReply: 0.01, repeat: 0.01, replayLater: 0.01, forge: 0 },
    agentCrash: 0.0005,
    journal: 0,
    serverCrash: 0.0005,
    strike: 0.03,
    probe: 0.02,
  },
  // The control plane is away over one Saturday in February, and half the night of one in June.
  outages: [
    { from: minute(1, 13), to: minute(1, 14) },
    { from: minute(5, 12, 12), to: minute(5, 12, 18) },
  ],
});
