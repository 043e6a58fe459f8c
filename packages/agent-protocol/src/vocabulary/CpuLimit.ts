/**
 * Which share of one core an agent's work may take: the same answer on the platform and on the agent.
 *
 * A profile says it twice, as a limit for Windows and as a throttle for Linux and Mac; the two pair (CFG-10). A run that must
 * be complete by its window's end may exceed it, if the profile allows (WIN-08).
 */
import type { WindowBound } from "./WindowBound.ts";

/** No limit at all. */
export const UNLIMITED_PERCENT = 100;

/** A share of one core, and the pauses in milliseconds that come to the same; no `max`: from there on. */
export interface CpuPair {
  readonly limitPercent: number;
  readonly min: number;
  readonly max: number | null;
}

/** CFG-10, from unhindered to hardly noticeable. */
export const pairs: readonly CpuPair[] = [
  { limitPercent: UNLIMITED_PERCENT, min: 0, max: 0 },
  { limitPercent: 20, min: 1, max: 10 },
  { limitPercent: 10, min: 11, max: 20 },
  { limitPercent: 5, min: 21, max: null },
];

const idlest: CpuPair = { limitPercent: 5, min: 21, max: null };

/** The share of one core that a throttle comes to. */
export const ofThrottle = (throttleMilliseconds: number): number =>
  (pairs.find(({ max }) => max !== null && throttleMilliseconds <= max) ?? idlest).limitPercent;

/** Of the settings of a profile, those that decide here. */
export interface CpuSettings {
  readonly cpuLimitPercent: number;
  readonly cpuThrottleMilliseconds: number;
  /** Not said, it isn't allowed. */
  readonly mayExceedCpuLimitInWindow?: boolean;
}

/** The platforms that agents tell; which of the two settings is an agent's own goes by it (CFG-02). */
export type Platform = "Windows" | "Linux" | "Mac" | "Other";

/** Until when a run may do what: of a manifest, what decides here. A lease is no window: it is renewed. */
export interface RunWindow {
  readonly validity: "window" | "lease";
  readonly bound: WindowBound;
  /** The window's end, exclusive. */
  readonly notAfter: number;
}

/** The limit that the profile sets, in percent of one core: the limit on Windows, what the throttle comes to elsewhere. */
export const configured = (settings: CpuSettings, platform: Platform): number =>
  platform === "Windows" ? settings.cpuLimitPercent : ofThrottle(settings.cpuThrottleMilliseconds);

/** Whether a run may exceed its profile's CPU setting now: it must be complete by the end of a window that isn't over (WIN-08). */
export const mayExceed = (settings: CpuSettings, { validity, bound, notAfter }: RunWindow, now: number): boolean =>
  settings.mayExceedCpuLimitInWindow === true && validity === "window" && bound === "complete" && now < notAfter;

/** The limit that holds for a run now, in percent of one core; {@link UNLIMITED_PERCENT} is none. */
export const holding = (settings: CpuSettings, platform: Platform, window: RunWindow, now: number): number =>
  mayExceed(settings, window, now) ? UNLIMITED_PERCENT : configured(settings, platform);
