/** How long to wait before the next try. */
import { Backoff } from "@fettle/scheduler";

/** AGT-01's delay before provisioning attempt `failed + 1`, in milliseconds; `baseSeconds` scales it. */
export const provisionDelay = (failed: number, baseSeconds: number, random: number): number =>
  Backoff.delayFor(failed, { random, baseSeconds });
