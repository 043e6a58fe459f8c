/**
 * An oracle for reboots: a little machine that is told of every minute, first that its time is up and then of what happened in
 * it, and writes down what it does (RBT-02 to RBT-06, RBT-11, RBT-13). Minutes count from when the job was done.
 */
import type { RebootSettings, UserEvent } from "../../src/RebootTimeline.ts";

export type Happening = { readonly minute: number; readonly what: UserEvent["what"] };

/** A stretch of minutes without reboots; `end` null: for good. */
export type Hold = { readonly start: number; readonly end: number | null };

export type Story = {
  readonly isUserLoggedIn: boolean;
  readonly happenings: readonly Happening[];
  readonly holds: readonly Hold[];
};

/** As RebootTimeline.Step, in minutes. */
export type Noted = { readonly _tag: string; readonly minute: number; readonly [what: string]: unknown };

type Doing =
  | { readonly what: "prompting"; readonly until: number; readonly isAnswered: boolean }
  | { readonly what: "counting down"; readonly until: number }
  | { readonly what: "holding back"; readonly until: number }
  /** Until somebody does it by hand. */
  | { readonly what: "waiting" }
  | { readonly what: "nothing more" };

/** The warning where no countdown is set. */
const WARNING = 5;

/** Long enough for every deferral, countdown and hold that is tried. */
const END = 300;

export const walkReboot = (
  settings: RebootSettings,
  { isUserLoggedIn, happenings, holds }: Story,
): readonly Noted[] => {
  const notes: Noted[] = [];
  let isThere = isUserLoggedIn;
  let deferrals = settings._tag === "Request" ? (settings.deferrals?.count ?? 0) : 0;
  const countdown = settings._tag === "Suppress" ? 0 : (settings.countdownMinutes ?? WARNING);
  let prompts = 0;

  const tryReboot = (minute: number): Doing => {
    const hold = holds.find(({ start, end }) => minute >= start && (end === null || minute < end));
    if (hold === undefined) {
      notes.push({ _tag: "Reboot", minute, by: "policy" });
      return { what: "nothing more" };
    }
    if (hold.end === null) return { what: "waiting" };
    notes.push({ _tag: "HeldBack", minute, until: hold.end });
    return { what: "holding back", until: hold.end };
  };
  const count = (minute: number): Doing => {
    notes.push({ _tag: "Countdown", minute, minutes: countdown });
    return { what: "counting down", until: minute + countdown };
  };
  const ask = (minute: number): Doing => {
    if (settings._tag === "Suppress") return { what: "waiting" };
    if (settings._tag === "Request" && isThere && deferrals > 0) {
      prompts += 1;
      notes.push({ _tag: "Prompt", minute, number: prompts, deferralsLeft: deferrals });
      return { what: "prompting", until: minute + (settings.deferrals?.minutes ?? 0), isAnswered: false };
    }
    if (isThere || (settings._tag === "Request" && settings.whenNobody === "countdown")) return count(minute);
    return tryReboot(minute);
  };
  const timeIsUp = (doing: Doing, minute: number): Doing => {
    switch (doing.what) {
      case "prompting":
        if (!doing.isAnswered) notes.push({ _tag: "Deferred", minute, byUser: false });
        deferrals -= 1;
        return ask(minute);
      case "counting down":
        return tryReboot(minute);
      case "holding back":
        return isThere ? count(minute) : tryReboot(minute);
      default:
        return doing;
    }
  };
  const happen = (doing: Doing, { minute, what }: Happening): Doing => {
    if (doing.what === "nothing more") return doing;
    if (what === "log-out") isThere = false;
    if (what === "log-in") isThere = true;
    if (what === "defer" && doing.what === "prompting" && !doing.isAnswered) {
      notes.push({ _tag: "Deferred", minute, byUser: true });
      return { ...doing, isAnswered: true };
    }
    if (what === "defer" || what === "log-out" || what === "log-in") return doing;
    notes.push(
      what === "no-longer-needed"
        ? { _tag: "Dropped", minute }
        : { _tag: "Reboot", minute, by: what === "reboot-now" ? "user" : "hand" },
    );
    return { what: "nothing more" };
  };

  let doing = ask(0);
  for (let minute = 0; minute < END; minute++) {
    if ("until" in doing && doing.until === minute) doing = timeIsUp(doing, minute);
    for (const happening of happenings) if (happening.minute === minute) doing = happen(doing, happening);
  }
  return notes;
};
