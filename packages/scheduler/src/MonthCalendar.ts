/** A month as text, weeks as rows from Monday, with something written under each day. */
import * as Calendar from "./Calendar.ts";

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/**
 * Draws a month; `write` answers the lines under a day (days count from 1970-01-01, see Calendar).
 *
 * @example
 * MonthCalendar.render(2020, 7, (day) => PatchCycle.stagesOn(cycle, day).map(({ ring }) => ring))
 */
export const render = (year: number, month: number, write: (day: number) => readonly string[]): string => {
  const first = Calendar.dayOf(year, month, 1);
  const days = Calendar.daysInMonth(year, month);
  const cells = Array.from({ length: days }, (_, i) => [`${i + 1}`, ...write(first + i)]);
  const width = Math.max(...WEEKDAYS.map((name) => name.length), ...cells.flat().map((text) => text.length));
  const lead = Array.from({ length: Calendar.weekdayOf(first) - 1 }, () => [] as string[]);
  const all = [...lead, ...cells];
  const lines = [`${MONTHS[month - 1]} ${year}`, row(WEEKDAYS, width)];
  for (let at = 0; at < all.length; at += Calendar.DAYS_A_WEEK) {
    const week = all.slice(at, at + Calendar.DAYS_A_WEEK);
    const height = Math.max(...week.map((cell) => cell.length));
    for (let line = 0; line < height; line++)
      lines.push(
        row(
          week.map((cell) => cell[line] ?? ""),
          width,
        ),
      );
  }
  return lines.join("\n");
};

const row = (cells: readonly string[], width: number): string =>
  cells
    .map((cell) => cell.padEnd(width))
    .join(" | ")
    .trimEnd();
