/** How long to wait before the next try. */
import { Backoff } from "@fettle/scheduler";

// AGT-01's first delay, in seconds: what the scheduler's back-off starts from.
const BASE_SECONDS = 60;

/** AGT-01's delay after the `failed`-th failed provisioning, in milliseconds; another base scales it. */
export const provisionDelay = (failed: number, baseSeconds: number, random: number): number =>
  Math.ceil(Backoff.delayFor(failed, { random }) * (baseSeconds / BASE_SECONDS));
