/**
 * What a configuration profile may say (CFG-02), each with its range. A profile says as much as it wants; what it leaves out
 * is the preset's or the default (see {@link ./Effective.ts}).
 *
 * The table {@link ranges} is the one place that says what a number may be, in which unit and by which rule; the numbers
 * themselves are members of the subscription's limits.
 */
import { Blackout } from "@fettle/scheduler";
import type { Limits } from "../shared/Limits.ts";
import * as Rejection from "../shared/Rejection.ts";
import * as BlackoutWeek from "./BlackoutWeek.ts";
import * as Presets from "./Presets.ts";

/** How much an agent writes into its log. */
export const loggingLevels = ["none", "error", "warning", "info", "debug", "trace"] as const;
export type LoggingLevel = (typeof loggingLevels)[number];

export interface Settings extends Presets.Performance {
  /** The values that hold where the profile doesn't say its own (CFG-10). */
  readonly preset: Presets.Preset;
  /** To complete inside its window, a run that must may take more of the CPU than the profile sets (WIN-08). */
  readonly mayExceedCpuLimitInWindow: boolean;
  /** VM, PC, SCA and inventory stop; everything else goes on (CFG-03). */
  readonly isCollectionSuspended: boolean;
  /** The agent doesn't upgrade itself (AGT-09). */
  readonly isAutoUpdatePrevented: boolean;
  /** Hours of the week, on the asset's own clock, in which it doesn't talk and starts no job (WIN-05). */
  readonly blackouts: readonly Blackout.Blackout[];
  readonly loggingLevel: LoggingLevel;
  /** From the end of a scan to the next (CFG-04). */
  readonly scanIntervalSeconds: number;
  /** Before a scan that something calls for, and the minutes it is spread over after that (CFG-05). */
  readonly scanDelayMinutes: number;
  readonly scanRandomizeMinutes: number;
  /** Whether scanners may ask the agent for its identity, and on which ports it listens for them. */
  readonly isScanMergeEnabled: boolean;
  readonly scanMergePorts: readonly number[];
  /** How long FIM and EDR gather events before they send them. */
  readonly eventPayloadSeconds: number;
  /** Which modules act where they are activated (CFG-09). */
  readonly isPmEnabled: boolean;
  readonly isFimEnabled: boolean;
  readonly isEdrEnabled: boolean;
  /** Room for downloaded patches (CFG-06). */
  readonly cacheMegabytes: number | "unlimited";
}

/** What one profile says. */
export type Given = Partial<Settings>;

/** What holds where neither profile nor preset says otherwise (CFG-02, CFG-09). */
export const defaults: Omit<Settings, keyof Presets.Performance> = {
  preset: "NORMAL",
  mayExceedCpuLimitInWindow: false,
  isCollectionSuspended: false,
  isAutoUpdatePrevented: false,
  blackouts: [],
  loggingLevel: "info",
  scanIntervalSeconds: 4 * 3_600,
  scanDelayMinutes: 0,
  scanRandomizeMinutes: 0,
  isScanMergeEnabled: false,
  scanMergePorts: [10_001, 10_002, 10_003, 10_004, 10_005],
  eventPayloadSeconds: 60,
  isPmEnabled: true,
  isFimEnabled: false,
  isEdrEnabled: false,
  cacheMegabytes: 2_048,
};

/** What a number may be. */
export interface Range {
  readonly rule: string;
  readonly unit: string;
  readonly within: (limits: Limits) => readonly [min: number, max: number];
}

const range = (rule: string, unit: string, within: Range["within"]): Range => ({ rule, unit, within });

/** Every setting that is a number. */
export const ranges = {
  statusIntervalSeconds: range("AGT-04", "s", (l) => [l.statusIntervalSecondsMin, l.statusIntervalSecondsMax]),
  deltaIntervalSeconds: range("CFG-02", "s", (l) => [l.deltaIntervalSecondsMin, l.deltaIntervalSecondsMax]),
  chunkKilobytes: range("CFG-02", "KB", (l) => [l.chunkKilobytesMin, l.chunkKilobytesMax]),
  cpuLimitPercent: range("CFG-02", "%", (l) => [l.cpuLimitPercentMin, l.cpuLimitPercentMax]),
  cpuThrottleMilliseconds: range("CFG-02", "ms", (l) => [0, l.cpuThrottleMillisecondsMax]),
  scanIntervalSeconds: range("CFG-02", "s", (l) => [l.scanIntervalSecondsMin, l.scanIntervalSecondsMax]),
  scanDelayMinutes: range("CFG-02", "min", (l) => [0, l.scanDelayMinutesMax]),
  scanRandomizeMinutes: range("CFG-02", "min", (l) => [0, l.scanRandomizeMinutesMax]),
  eventPayloadSeconds: range("CFG-02", "s", (l) => [l.eventPayloadSecondsMin, l.eventPayloadSecondsMax]),
  cacheMegabytes: range("CFG-06", "MB", (l) => [l.cacheMegabytesMin, l.cacheMegabytesMax]),
} as const satisfies { readonly [N in keyof Settings]?: Range };

const flags = [
  "mayExceedCpuLimitInWindow",
  "isCollectionSuspended",
  "isAutoUpdatePrevented",
  "isScanMergeEnabled",
  "isPmEnabled",
  "isFimEnabled",
  "isEdrEnabled",
] as const satisfies readonly (keyof Settings)[];

/** Every setting, in the order in which people are told of them. */
export const names: readonly (keyof Settings)[] = [
  "preset",
  ...Presets.names,
  ...(Object.keys(defaults) as (keyof typeof defaults)[]).filter((name) => name !== "preset"),
];

/** Everything that is wrong with what a profile says; nothing of it is taken on trust. */
export const check = (given: Given, limits: Limits, path = "settings"): readonly Rejection.Rejection[] => {
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    return [Rejection.make("CFG-02", "invalid", "settings are an object of names and values", path)];
  }
  const refuse: Refuse = (name, message, rule = "CFG-02") =>
    Rejection.make(rule, "invalid", message, `${path}.${name}`);
  return [
    ...Object.keys(given)
      .filter((name) => !(names as readonly string[]).includes(name))
      .map((name) => refuse(name, `there is no setting ${name}`)),
    ...numbers(given, limits, refuse),
    ...flags
      .filter((name) => given[name] !== undefined && typeof given[name] !== "boolean")
      .map((name) => refuse(name, "true or false")),
    ...oneOf(given.preset, Presets.presets, (message) => refuse("preset", message, "CFG-10")),
    ...oneOf(given.loggingLevel, loggingLevels, (message) => refuse("loggingLevel", message)),
    ...ports(given.scanMergePorts, limits, refuse),
    ...blackouts(given.blackouts, limits, refuse),
  ];
};

type Refuse = (name: string, message: string, rule?: string) => Rejection.Rejection;

const numbers = (given: Given, limits: Limits, refuse: Refuse): readonly Rejection.Rejection[] =>
  (Object.keys(ranges) as (keyof typeof ranges)[]).flatMap((name) => {
    const { rule, unit, within } = ranges[name];
    const value: unknown = given[name];
    const [min, max] = within(limits);
    if (value === undefined || isWithin(value, min, max)) return [];
    if (name === "cacheMegabytes" && value === "unlimited") return [];
    const unlimited = name === "cacheMegabytes" ? ", or unlimited" : "";
    return [
      refuse(
        name,
        `${typeof value === "number" ? value : JSON.stringify(value)} ${unit}; allowed: ${min}–${max} ${unit}${unlimited}`,
        rule,
      ),
    ];
  });

const oneOf = (
  value: unknown,
  allowed: readonly string[],
  refuse: (message: string) => Rejection.Rejection,
): readonly Rejection.Rejection[] =>
  value === undefined || (allowed as readonly unknown[]).includes(value)
    ? []
    : [refuse(`one of ${allowed.join(", ")}`)];

const ports = (given: unknown, limits: Limits, refuse: Refuse): readonly Rejection.Rejection[] => {
  if (given === undefined) return [];
  const { scanMergePortMin: min, scanMergePortMax: max } = limits;
  const isGood =
    Array.isArray(given) &&
    given.length > 0 &&
    new Set(given).size === given.length &&
    given.every((port) => isWithin(port, min, max));
  return isGood ? [] : [refuse("scanMergePorts", `one or more different ports of ${min}–${max}`)];
};

const blackouts = (given: unknown, limits: Limits, refuse: Refuse): readonly Rejection.Rejection[] => {
  if (given === undefined) return [];
  const max = limits.blackoutsPerProfileMax;
  if (!Array.isArray(given) || given.length > max) return [refuse("blackouts", `a list of at most ${max} blackouts`)];
  const wrong = given.flatMap((each: Blackout.Blackout, i) => {
    if (typeof each !== "object" || each === null || !Array.isArray(each.weekdays)) {
      return [refuse(`blackouts.${i}`, "weekdays, fromMinute and toMinute", "WIN-05")];
    }
    const made = Blackout.make(each);
    return made.ok ? [] : [refuse(`blackouts.${i}.${made.error.path}`, made.error.message, made.error.rule)];
  });
  if (wrong.length > 0) return wrong;
  const free = BlackoutWeek.longestFreeMinutes(given);
  const needed = limits.blackoutFreeMinutesMin;
  if (free >= needed) return [];
  const message = `they leave at most ${free} minutes of the week free in one stretch; an agent needs ${needed} to be heard`;
  return [refuse("blackouts", message, "WIN-05")];
};

const isWithin = (value: unknown, min: number, max: number): boolean =>
  Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
