/**
 * What the configuration that an agent holds lets it do now: pure decisions on its state, the time and its zone.
 *
 * Inside a blackout nothing is sent and no run starts; what was begun goes on (WIN-05). A module acts only if it is active
 * here and enabled in the profile (CFG-09). A scan is due from the end of the former one (CFG-04), or some time after what
 * calls for one: a first start, a boot, another agent version or set of modules, the end of a blackout (CFG-05). An installer is
 * told the CPU limit that holds for its run (WIN-08).
 */
import { Blackout, Duration, Instant, Pacing, ScanCountdown, TimeZone } from "@fettle/scheduler";
import * as CpuLimit from "../vocabulary/CpuLimit.ts";
import * as ModuleConduct from "../vocabulary/ModuleConduct.ts";
import { type ConfigurationSettings, unsaid } from "../wire/ConfigurationSettings.ts";
import type { AgentState } from "./AgentState.ts";
import type { Effort } from "./Installer.ts";

/** Why no run may start now. */
export type Hold =
  | { readonly _tag: "Blackout"; readonly until: number }
  /** The patch module doesn't act; only another configuration ends it. */
  | { readonly _tag: "Inactive" }
  /** The platform refused this clock: nothing begins by it, and nothing is too late by it, until a check-in is taken again. */
  | { readonly _tag: "ClockRefused" };

/** The settings that hold: what the platform told, or what an agent goes by that was told none. */
export const settingsOf = (state: AgentState): ConfigurationSettings => state.configuration?.value.settings ?? unsaid;

/** What the modules go by. A platform that doesn't tell the modules manages patches. */
export const conductOf = (state: AgentState): ModuleConduct.Conduct => ({
  active: state.configuration?.value.modules ?? ["PM"],
  settings: settingsOf(state),
});

/** Until when nothing is sent, or null outside of blackouts. */
export const silentUntil = (state: AgentState, zone: string, now: number): number | null => {
  const { blackouts } = settingsOf(state);
  if (blackouts.length === 0) return null;
  const [place, at] = [placeOf(zone), Instant.at(now)];
  // A week without a free hour isn't obeyed: the agent would never hear of its end.
  return Blackout.isIn(blackouts, place, at) ? Blackout.firstOutside(blackouts, place, at) : null;
};

/** What keeps a run from starting now, or null. */
export const holdOf = (state: AgentState, zone: string, now: number): Hold | null => {
  if (!ModuleConduct.goesOn("patchJobs", conductOf(state))) return { _tag: "Inactive" };
  const until = silentUntil(state, zone, now);
  return until === null ? null : { _tag: "Blackout", until };
};

/** How the installer is to go about a run with this window at that time (CFG-02, WIN-08). */
export const effortOf = (
  state: AgentState,
  platform: CpuLimit.Platform,
  window: CpuLimit.RunWindow,
  now: number,
): Effort => ({ cpuLimitPercent: CpuLimit.holding(settingsOf(state), platform, window, now) });

/** Whether the machine is scanned at all: for the inventory, or to assess patches. */
export const isCollecting = (state: AgentState): boolean => {
  const conduct = conductOf(state);
  return ModuleConduct.goesOn("inventory", conduct) || ModuleConduct.goesOn("patchAssessment", conduct);
};

/** When a scan starts that something calls for at that instant (CFG-05). */
export const calledScan = (state: AgentState, at: number, random: number): number => {
  const { scanDelayMinutes: delayMinutes, scanRandomizeMinutes: randomizeMinutes } = settingsOf(state);
  return Pacing.scanStart({ at: Instant.at(at), delayMinutes, randomizeMinutes }, { random });
};

/** Whether this boot and version of the agent are others than those that a scan was last called for. */
export const isAnotherLife = (
  { scannedLife }: AgentState,
  { bootId, agentVersion }: { readonly bootId: string; readonly agentVersion: string },
): boolean => scannedLife?.bootId !== bootId || scannedLife.agentVersion !== agentVersion;

/** Whether to scan now; `isWanted` when the platform has no snapshot of this agent, or another one. */
export const isScanDue = (state: AgentState, now: number, isWanted: boolean): boolean => {
  const { snapshot, scanAt, lastSettledFact } = state;
  // Evidence of what a run did isn't collection, and doesn't wait (CMP-02).
  if (snapshot !== null && snapshot.afterFact < lastSettledFact) return true;
  if (!isCollecting(state)) return false;
  if (scanAt !== null && now >= scanAt) return true;
  if (snapshot === null || isWanted) return scanAt === null;
  const interval = scanIntervalSeconds(state) * 1_000;
  return interval > 0 && now >= ScanCountdown.due(Instant.at(snapshot.endedAt), Duration.milliseconds(interval));
};

// One scan serves all modules. As long as it assesses patches, their profile says how often (PRO-02).
const scanIntervalSeconds = (state: AgentState): number => {
  const told = state.configuration?.value;
  if (told === undefined) return 0;
  const assesses = ModuleConduct.goesOn("patchAssessment", conductOf(state));
  return assesses ? (told.assessmentIntervalSeconds ?? told.scanIntervalSeconds) : told.scanIntervalSeconds;
};

const placeOf = (zone: string): TimeZone.TimeZone => {
  const known = TimeZone.of(zone);
  return known.ok ? known.value : TimeZone.utc;
};
