/**
 * The settings of a configuration (CFG-02) as they travel. The control plane keeps them inside the subscription's limits,
 * which a host may override; what stands here only keeps an agent from taking nonsense.
 */
import * as z from "zod";
import * as ModuleConduct from "../vocabulary/ModuleConduct.ts";

/** Blackouts that one configuration may hold. */
export const BLACKOUTS_MAX = 1_000;

const DAY_MINUTES = 1_440;
const positive = z.int().min(1).max(Number.MAX_SAFE_INTEGER);
const natural = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const weekday = z.union([
  z.literal(1),
  z.literal(2),
  z.literal(3),
  z.literal(4),
  z.literal(5),
  z.literal(6),
  z.literal(7),
]);

/** Hours of the week on the asset's own clock; the shape of the scheduler's `Blackout`. */
export const Blackout = z.strictObject({
  weekdays: z.array(weekday).min(1).max(7),
  fromMinute: z
    .int()
    .min(0)
    .max(DAY_MINUTES - 1),
  toMinute: z.int().min(1).max(DAY_MINUTES),
});

export const ConfigurationSettings = z.strictObject({
  isCollectionSuspended: z.boolean(),
  isAutoUpdatePrevented: z.boolean(),
  blackouts: z.array(Blackout).max(BLACKOUTS_MAX),
  deltaIntervalSeconds: positive,
  chunkKilobytes: positive,
  cpuLimitPercent: z.int().min(1).max(100),
  cpuThrottleMilliseconds: natural,
  /** WIN-08. Told only where it holds: what platforms of before told reads the same, and agents of before read what they know. */
  mayExceedCpuLimitInWindow: z.literal(true).exactOptional(),
  loggingLevel: z.enum(["none", "error", "warning", "info", "debug", "trace"]),
  scanDelayMinutes: z.int().min(0).max(525_600),
  scanRandomizeMinutes: z.int().min(0).max(525_600),
  isScanMergeEnabled: z.boolean(),
  scanMergePorts: z.array(z.int().min(1).max(65_535)).max(16),
  eventPayloadSeconds: positive,
  isPmEnabled: z.boolean(),
  isFimEnabled: z.boolean(),
  isEdrEnabled: z.boolean(),
  cacheMegabytes: z.union([positive, z.literal("unlimited")]),
});
export type ConfigurationSettings = z.infer<typeof ConfigurationSettings>;

/** The modules that are active on the agent (AGT-06). */
export const ActiveModules = z.array(z.enum(ModuleConduct.modules)).max(ModuleConduct.modules.length);

/** What an agent goes by that was told no settings: those of a profile that says nothing. */
export const unsaid: ConfigurationSettings = {
  isCollectionSuspended: false,
  isAutoUpdatePrevented: false,
  blackouts: [],
  deltaIntervalSeconds: 10,
  chunkKilobytes: 1_024,
  cpuLimitPercent: 100,
  cpuThrottleMilliseconds: 0,
  loggingLevel: "info",
  scanDelayMinutes: 0,
  scanRandomizeMinutes: 0,
  isScanMergeEnabled: false,
  scanMergePorts: [],
  eventPayloadSeconds: 60,
  isPmEnabled: true,
  isFimEnabled: false,
  isEdrEnabled: false,
  cacheMegabytes: 2_048,
};
