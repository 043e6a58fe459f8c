/**
 * When agents come: spread so that a fleet never comes all at once, by what each is, not by chance, so that nothing is rolled
 * anew when something restarts.
 */
import * as Backoff from "./Backoff.ts";
import * as Duration from "./Duration.ts";
import * as Instant from "./Instant.ts";

/**
 * The next moment of an agent's slot in a repeating interval: the same for ever, whoever works it out (AGT-04).
 *
 * @example Pacing.nextSlot("host-id", Duration.seconds(900), now)
 */
export const nextSlot = (id: string, interval: Duration.Duration, after: Instant.Instant): Instant.Instant => {
  const phase = Backoff.slotPhase(id, interval);
  const turns = Math.floor((after - phase) / interval) + 1;
  return Instant.held(turns * interval + phase);
};

/**
 * When, in a stretch after an event that all saw together (a blackout's end, a restarted control plane), this one comes.
 * `event` names what they wait for, so that it isn't always the same one that comes first.
 */
export const spread = (id: string, event: string, from: Instant.Instant, over: Duration.Duration): Instant.Instant =>
  over <= 0 ? from : Instant.add(from, Backoff.slotPhase(`${event}\n${id}`, over));

/**
 * The start of a scan that something calls for at an instant (CFG-05): the end of a blackout, a boot, an installation, a new
 * manifest, a new version of the agent. A delay, then a random whole number of minutes from 1 to
 * `randomizeMinutes`, none for 0. `random` lies in [0, 1).
 */
export const scanStart = (
  {
    at,
    delayMinutes,
    randomizeMinutes,
  }: { readonly at: Instant.Instant; readonly delayMinutes: number; readonly randomizeMinutes: number },
  { random }: { readonly random: number },
): Instant.Instant => {
  const spreadMinutes = randomizeMinutes === 0 ? 0 : 1 + Math.floor(random * randomizeMinutes);
  return Instant.add(at, Duration.minutes(delayMinutes + spreadMinutes));
};

/** How long to wait before a retry: the back-off (AGT-01), never less than the server asked for. */
export const retryDelay = (
  attempt: number,
  { random, retryAfter }: { readonly random: number; readonly retryAfter: Duration.Duration | null },
): Duration.Duration => {
  const delay = Backoff.delayFor(attempt, { random });
  return retryAfter !== null && retryAfter > delay ? retryAfter : delay;
};
