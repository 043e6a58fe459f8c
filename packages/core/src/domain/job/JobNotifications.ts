/**
 * Whom of the host app a job tells of its runs, and when (JOB-15). Who they are is the host's to know: here they are words of
 * its own, which it finds again in the events.
 */
import * as Rejection from "../shared/Rejection.ts";

/** `run-failures`: a run is over, and some asset failed; `job-ended`: nothing more comes of the job, well or not. */
export const occasions = ["run-made", "run-closed", "run-failures", "job-ended"] as const;
export type Occasion = (typeof occasions)[number];

export interface Notifications {
  readonly on: readonly Occasion[];
  /** The host's ids of its subscribers. */
  readonly to: readonly string[];
}

export const SUBSCRIBERS_MAX = 50;
/** Longest id of a subscriber, in characters. */
export const SUBSCRIBER_CHARACTERS_MAX = 128;

/** What is wrong with them. */
export const problems = (notifications: Notifications | undefined): readonly Rejection.Rejection[] => {
  if (notifications === undefined) return [];
  const { on, to } = notifications;
  const isSound = (id: string): boolean => id.trim() !== "" && id.length <= SUBSCRIBER_CHARACTERS_MAX;
  const isCounted = to.length > 0 && to.length <= SUBSCRIBERS_MAX;
  return [
    ...refuseIf(on.length === 0, "say of what they are told", "on"),
    ...refuseIf(!areUnique(on), "an occasion stands twice", "on"),
    ...refuseIf(!isCounted, `1–${SUBSCRIBERS_MAX} subscribers`, "to"),
    ...refuseIf(!to.every(isSound), `a subscriber's id has 1–${SUBSCRIBER_CHARACTERS_MAX} characters`, "to"),
    ...refuseIf(!areUnique(to), "a subscriber stands twice", "to"),
  ];
};

const areUnique = (texts: readonly string[]): boolean => new Set(texts).size === texts.length;

const refuseIf = (refused: boolean, message: string, path: string): readonly Rejection.Rejection[] =>
  refused ? [Rejection.make("JOB-15", "invalid", message, `notifications.${path}`)] : [];
