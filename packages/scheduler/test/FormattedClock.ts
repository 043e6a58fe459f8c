/**
 * An oracle for zones that shares nothing with the code under test: it only compares the text that `Intl` formats, minute by
 * minute, with the text of the wall time looked for. Slow, for zones whose offsets are whole minutes.
 */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const formats = new Map<string, Intl.DateTimeFormat>();

const formatOf = (zone: string): Intl.DateTimeFormat => {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
  formats.set(zone, made);
  return made;
};

/** What the clocks of a zone show, as `YYYY-MM-DDTHH:mm:ss`. */
export const shown = (zone: string, milliseconds: number): string =>
  formatOf(zone).format(milliseconds).replace(" ", "T");

const names = new Map<string, Intl.DateTimeFormat>();

/** The offset in the words of `Intl`, such as `GMT-05:00`. */
export const offsetText = (zone: string, milliseconds: number): string => {
  const format = names.get(zone) ?? new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  names.set(zone, format);
  return format.format(milliseconds).replace(/^.*, /, "");
};

/** Every minute at which the clocks show `wall` (with its seconds), in order. */
export const momentsShowing = (zone: string, wall: string): readonly number[] => {
  const middle = Date.parse(`${wall}Z`);
  const found: number[] = [];
  for (let at = middle - 15 * HOUR; at <= middle + 15 * HOUR; at += MINUTE)
    if (shown(zone, at) === wall) found.push(at);
  return found;
};

/** For a wall time that is never shown: the minute the clocks jump over it, and when an unadjusted clock would show it. */
export const jumpOver = (zone: string, wall: string): { readonly jump: number; readonly unadjusted: number } => {
  const middle = Date.parse(`${wall}Z`);
  const second = middle % MINUTE;
  let at = middle - second - 15 * HOUR;
  while (shown(zone, at) <= wall) at += MINUTE;
  const lastShown = Date.parse(`${shown(zone, at - MINUTE)}Z`);
  return { jump: at, unadjusted: at - MINUTE + (middle - lastShown) };
};
