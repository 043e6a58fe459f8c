/**
 * When an agent turns to the control plane next: pure. Each has its own slot in every status interval, by its id alone, so that
 * neither restarts nor an outage gather a fleet (AGT-04); what fails is tried again soon once, then at slots that lie further
 * apart, up to the interval; and never before the control plane said that it may be asked again.
 */
import { Backoff, Duration, Instant, Pacing } from "@fettle/scheduler";

/** After how many milliseconds at most those come whom a blackout kept silent together. */
export const AFTER_BLACKOUT_MS_MAX = 900_000;

/** The longest wait that a reply may ask for, in milliseconds: nobody's signature stands under it. */
export const RETRY_AFTER_MS_MAX = 3_600_000;

/** AGT-01's first delay, in seconds: what the scheduler's back-off starts from. */
const BASE_SECONDS = 60;

/** A wait that a reply asks for is drawn out by up to this share, so that not all end it at once. */
const RETRY_AFTER_SPREAD = 0.2;

/** What went before. Times in milliseconds. */
export interface Situation {
  readonly agentId: string;
  readonly now: number;
  readonly interval: number;
  /** Exchanges that failed since the last one that was answered. */
  readonly failed: number;
  /** What the last reply asked to wait; null: nothing. */
  readonly retryAfter: number | null;
  /** In [0, 1). */
  readonly random: number;
}

/** The next contact, epoch milliseconds: never more than two intervals away, unless a reply asked for it. */
export const next = ({ agentId, now, interval, failed, retryAfter, random }: Situation): number => {
  const asked = Math.ceil(Math.min(retryAfter ?? 0, RETRY_AFTER_MS_MAX) * (1 + random * RETRY_AFTER_SPREAD));
  const grown = failed === 0 ? 0 : Math.min(Backoff.delayFor(failed, { random }), interval);
  const earliest = now + Math.max(asked, grown);
  // One lost reply is no outage: the first try again doesn't wait for the slot.
  if (failed === 1) return earliest;
  return Pacing.nextSlot(agentId, Duration.milliseconds(interval), Instant.held(earliest));
};

/** When one comes that a blackout kept silent until that instant. */
export const afterBlackout = (agentId: string, end: number, interval: number): number =>
  Pacing.spread(
    agentId,
    `blackout ${end}`,
    Instant.held(end),
    Duration.milliseconds(Math.min(interval, AFTER_BLACKOUT_MS_MAX)),
  );

/** How long after the `failed`-th failed provisioning, in milliseconds (AGT-01); another base scales it. */
export const provisionDelay = (
  failed: number,
  { baseSeconds, retryAfter, random }: { readonly baseSeconds: number } & Pick<Situation, "retryAfter" | "random">,
): number => {
  const grown = Math.ceil(Backoff.delayFor(failed, { random }) * (baseSeconds / BASE_SECONDS));
  const asked = Math.ceil(Math.min(retryAfter ?? 0, RETRY_AFTER_MS_MAX) * (1 + random * RETRY_AFTER_SPREAD));
  return Math.max(grown, asked);
};
