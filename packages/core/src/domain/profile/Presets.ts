/**
 * How much of its machine and network an agent takes: three presets with declared values (CFG-10), of which a profile may
 * say some otherwise. Limit and throttle are two ways to say the same, for Windows and for Linux and Mac: they pair.
 */
import { CpuLimit } from "@fettle/agent-protocol/vocabulary";

export const presets = ["LOW", "NORMAL", "HIGH"] as const;
export type Preset = (typeof presets)[number];

/** The settings that a preset gives values to. */
export interface Performance {
  /** AGT-04. */
  readonly statusIntervalSeconds: number;
  /** Between two deltas, and between two chunks of one. */
  readonly deltaIntervalSeconds: number;
  readonly chunkKilobytes: number;
  /** Share of one core; Windows. */
  readonly cpuLimitPercent: number;
  /** Pause between steps of work; Linux and Mac. */
  readonly cpuThrottleMilliseconds: number;
}

/** Each preset's values. */
export const values: { readonly [P in Preset]: Performance } = {
  LOW: {
    statusIntervalSeconds: 2_700,
    deltaIntervalSeconds: 60,
    chunkKilobytes: 512,
    cpuLimitPercent: 10,
    cpuThrottleMilliseconds: 20,
  },
  NORMAL: {
    statusIntervalSeconds: 1_800,
    deltaIntervalSeconds: 10,
    chunkKilobytes: 1_024,
    cpuLimitPercent: 20,
    cpuThrottleMilliseconds: 10,
  },
  HIGH: {
    statusIntervalSeconds: 900,
    deltaIntervalSeconds: 1,
    chunkKilobytes: 4_096,
    cpuLimitPercent: 100,
    cpuThrottleMilliseconds: 0,
  },
};

/** The settings that a preset gives values to, by name. */
export const names = Object.keys(values.NORMAL) as readonly (keyof Performance)[];

/** A share of one core, and the pauses in milliseconds that come to the same. */
export type CpuPair = CpuLimit.CpuPair;

/** CFG-10, from unhindered to hardly noticeable. */
export const cpuPairs: readonly CpuPair[] = CpuLimit.pairs;

/** The share of one core that a throttle comes to. */
export const limitOf = CpuLimit.ofThrottle;

/** Whether a limit and a throttle ask the same of Windows as of Linux and Mac. */
export const isPaired = ({
  cpuLimitPercent,
  cpuThrottleMilliseconds,
}: Pick<Performance, "cpuLimitPercent" | "cpuThrottleMilliseconds">): boolean =>
  limitOf(cpuThrottleMilliseconds) === cpuLimitPercent;

/** What a profile's performance is called: its preset, or `CUSTOM` where it says a value otherwise. */
export const nameOf = (given: Partial<Performance> & { readonly preset?: Preset }): Preset | "CUSTOM" => {
  const preset = given.preset ?? "NORMAL";
  const isCustom = names.some((name) => given[name] !== undefined && given[name] !== values[preset][name]);
  return isCustom ? "CUSTOM" : preset;
};
