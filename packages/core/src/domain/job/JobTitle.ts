/** Titles that are made of a job's: of its clone (CLN-02), and of its runs where they bear their own time (JOB-15). */
import { Instant, TimeZone, WallTime } from "@fettle/scheduler";
import type { JobDraft } from "./Job.ts";

/** The title of a clone. One that would become too long is cut, so that clones of clones can be saved. */
export const ofClone = (
  title: string,
  { now, titleCharactersMax }: { readonly now: number; readonly titleCharactersMax: number },
): string => {
  const [before, after] = ["Copy of ", ` ${Math.floor(now / 1_000)}`];
  return `${before}${cut(title, titleCharactersMax - before.length - after.length)}${after}`;
};

/** Which time a run is of. */
export interface RunTime {
  /** The local time that its occurrence names, as a wall time's text; null: it names none. */
  readonly nominalLocal: string | null;
  /** When it is made, by a clock that stands for those of assets, where its occurrence names no time. */
  readonly now: number;
  readonly zone: TimeZone.TimeZone;
}

/** The title of a run: its job's, and the time of the run behind it where the job says so. */
export const ofRun = (
  { title, dynamicTitle }: Pick<JobDraft, "title" | "dynamicTitle">,
  { nominalLocal, now, zone }: RunTime,
  titleCharactersMax: number,
): string => {
  if (dynamicTitle === undefined) return title;
  const local = nominalLocal ?? WallTime.print(TimeZone.wallAt(zone, Instant.held(now)));
  const time = ` ${local.slice(0, TO_THE_MINUTE.length).replace("T", " ")}`;
  return `${cut(title, titleCharactersMax - time.length)}${time}`;
};

const TO_THE_MINUTE = "2026-02-10T21:00";

// Never through the middle of a character that takes two.
const cut = (text: string, length: number): string => {
  if (text.length <= length) return text;
  const part = text.slice(0, Math.max(0, length));
  return /[\uD800-\uDBFF]$/.test(part) ? part.slice(0, -1) : part;
};
