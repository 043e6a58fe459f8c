import { describe, expect, it } from "vitest";
import * as MonthCalendar from "../src/MonthCalendar.ts";
import * as PatchCycle from "../src/PatchCycle.ts";
import * as Recurrence from "../src/Recurrence.ts";
import { value, wall } from "./Arbitraries.ts";

const DAY = 86_400_000;
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

describe("MonthCalendar.render", () => {
  it("RNG-04: draws the cycle of July 2020 as a month", () => {
    const anchor = value(
      Recurrence.make({
        pattern: { _tag: "MonthlyOnWeekday", every: 1, nth: 2, weekday: 2, offsetDays: 0 },
        start: wall("2020-07-01T00:00"),
        end: { _tag: "Never" },
        except: [],
      }),
    );
    const cycle = value(PatchCycle.make({ anchor, tracks: PatchCycle.pilotTracks }));
    const written = MonthCalendar.render(2020, 7, (day) =>
      PatchCycle.stagesOn(cycle, day).map(({ track, number }) => `${track.slice(0, 2)} ${number}`),
    );
    expect(written.split("\n")).toEqual([
      "July 2020",
      "Mon  | Tue  | Wed  | Thu  | Fri  | Sat  | Sun",
      "     |      | 1    | 2    | 3    | 4    | 5",
      "6    | 7    | 8    | 9    | 10   | 11   | 12",
      "13   | 14   | 15   | 16   | 17   | 18   | 19",
      "     | OS 1 | OS 1 | OS 1 | OS 2 | OS 2 | OS 2",
      "20   | 21   | 22   | 23   | 24   | 25   | 26",
      "OS 2 | OS 2 | OS 3 | OS 3 | OS 3 | OS 3 | OS 3",
      "27   | 28   | 29   | 30   | 31",
      "OS 3 | OS 3 | OS 3 | OS 3 | OS 3",
      "     | 3r 1 | 3r 1 | 3r 1 | 3r 2",
    ]);
  });

  it("stands each day of a month under its weekday, for thirty years", () => {
    for (let year = 2010; year < 2040; year++) {
      for (let month = 1; month <= 12; month++) {
        const seen: number[] = [];
        const [title = "", heading = "", ...weeks] = MonthCalendar.render(year, month, (day) => {
          seen.push(day);
          return [];
        }).split("\n");
        const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
        const first = Date.UTC(year, month - 1, 1) / DAY;
        expect(seen).toEqual(Array.from({ length: days }, (_, i) => first + i));
        expect(title).toBe(
          new Date(first * DAY).toLocaleDateString("en-US", { month: "long", year: "numeric", timeZone: "UTC" }),
        );
        expect(heading.split(" | ").map((name) => name.trim())).toEqual(WEEKDAYS);
        const placed = weeks.flatMap((week) =>
          week.split(" | ").flatMap((cell, column) => (cell.trim() === "" ? [] : [[Number(cell), column]])),
        );
        expect(placed).toEqual(
          Array.from({ length: days }, (_, i) => [i + 1, (new Date((first + i) * DAY).getUTCDay() + 6) % 7]),
        );
      }
    }
  });

  it("is as wide as its longest text, and leaves no space at the end of a line", () => {
    const lines = MonthCalendar.render(2026, 2, (day) => (day % 7 === 0 ? ["a rather long word"] : [])).split("\n");
    expect(lines.every((line) => line === line.trimEnd())).toBe(true);
    // February 2026 begins on a Sunday: six cells before it.
    expect(lines[2]).toBe(`${" ".repeat(18)} | `.repeat(6).concat("1"));
    expect(lines.filter((line) => line.includes("a rather long word"))).toHaveLength(4);
  });
});
