import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Cut, Moment } from "../../src/index.ts";
import { runs } from "./World.ts";

const { compareRelative, instantOf, parse, print } = Moment;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const read = (text: string): Moment.Moment => {
  const found = parse(text);
  if (!found.ok) throw new Error(`${text} is refused`);
  return found.value;
};
const codeOf = (text: string): string | null => {
  const found = parse(text);
  return found.ok ? null : found.error.at({ start: 0, end: 0 }).code;
};
const interval = (from: string, until: string): Moment.Interval => ({
  _tag: "Interval",
  from: Date.parse(from),
  until: Date.parse(until),
});
const padded = (value: number, width: number): string => String(value).padStart(width, "0");

describe("a written date", () => {
  it.each([
    ["2017", "2017-01-01T00:00Z", "2018-01-01T00:00Z"],
    ["2017-05", "2017-05-01T00:00Z", "2017-06-01T00:00Z"],
    ["2017-12", "2017-12-01T00:00Z", "2018-01-01T00:00Z"],
    ["2017-05-01", "2017-05-01T00:00Z", "2017-05-02T00:00Z"],
    ["2017-12-31", "2017-12-31T00:00Z", "2018-01-01T00:00Z"],
    ["2017-05-01T12:30", "2017-05-01T12:30:00Z", "2017-05-01T12:31:00Z"],
    ["2017-05-01 23:59", "2017-05-01T23:59:00Z", "2017-05-02T00:00:00Z"],
    ["2017-05-01t12:30z", "2017-05-01T12:30:00Z", "2017-05-01T12:31:00Z"],
    ["2017-05-01T12:30:59Z", "2017-05-01T12:30:59Z", "2017-05-01T12:31:00Z"],
    ["2017-05-01T12:30:59.999", "2017-05-01T12:30:59.999Z", "2017-05-01T12:31:00Z"],
    ["2017-05-01T12:30:59.5Z", "2017-05-01T12:30:59.500Z", "2017-05-01T12:30:59.501Z"],
    ["2024-07-08T12:01:12.012+0000", "2024-07-08T12:01:12.012Z", "2024-07-08T12:01:12.013Z"],
    ["2024-07-08T00:30+05:30", "2024-07-07T19:00Z", "2024-07-07T19:01Z"],
    ["2024-12-31T23:30-01:00", "2025-01-01T00:30Z", "2025-01-01T00:31Z"],
    ["1000", "1000-01-01T00:00Z", "1001-01-01T00:00Z"],
    ["9999-12", "9999-12-01T00:00Z", "+010000-01-01T00:00Z"],
    ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z", "+010000-01-01T00:00Z"],
  ])("%s is from %s up to %s", (text, from, until) => {
    expect(read(text)).toEqual(interval(from, until));
  });

  it.each([
    "",
    "now7d",
    "2024-1-1",
    "20240101",
    "01.02.2024",
    "2024-01-01T12",
    "2024-01-01T12:00:00.1234Z",
    "2024-01-01T12:00 Z",
    "24-01-01",
    "12024",
    "2024-",
    "2024-01-01Z",
    "yesterday",
    "now-7",
    "now-7x",
    "now-d",
    "now - ",
    "now-7d-1h",
    "now--7d",
    "2024-01-01-7d",
  ])("isn't %j", (text) => {
    expect(codeOf(text)).toBe("invalid-date");
  });

  it.each([
    "2023-02-29",
    "2024-13",
    "2024-00-10",
    "2024-04-31",
    "2024-01-00",
    "2024-01-01T24:00",
    "2024-01-01T12:60",
    "2024-01-01T12:00:60",
    "2024-01-01T12:00+24:00",
    "2024-01-01T12:00+01:60",
    "0999",
    "0000",
    "0050-01-01",
    "1000-01-01T00:00+00:01",
    "9999-12-31T23:59-00:01",
  ])("isn't in the calendar as %j", (text) => {
    expect(codeOf(text)).toBe("date-out-of-calendar");
  });

  it("is the engine's own day, for every day that exists and those that don't, from 1995 to 2036", () => {
    const wrong: string[] = [];
    for (let year = 1995; year <= 2036; year++) {
      for (let month = 0; month <= 13; month++) {
        for (let day = 0; day <= 32; day++) {
          const text = `${year}-${padded(month, 2)}-${padded(day, 2)}`;
          const at = Date.UTC(year, month - 1, day);
          const exists = new Date(at).toISOString().startsWith(text);
          const found = parse(text);
          const isRight = found.ok
            ? exists && found.value._tag === "Interval" && found.value.from === at && found.value.until === at + DAY
            : !exists;
          if (!isRight) wrong.push(text);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it("is the engine's own instant, with any offset, at any precision", () => {
    const fields = fc.record({
      at: fc.integer({ min: Date.UTC(1001, 0), max: Date.UTC(9998, 0) }),
      precision: fc.constantFrom(16, 19, 23),
      offset: fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 }),
      separator: fc.constantFrom("T", "t", " "),
      colon: fc.constantFrom(":", ""),
    });
    fc.assert(
      fc.property(fields, ({ at, precision, offset, separator, colon }) => {
        const written = new Date(at).toISOString().slice(0, precision).replace("T", separator);
        const minutes = Math.abs(offset);
        const zone = `${offset < 0 ? "-" : "+"}${padded(Math.floor(minutes / 60), 2)}${colon}${padded(minutes % 60, 2)}`;
        const step = { 16: MINUTE, 19: SECOND, 23: 1 }[precision] ?? 0;
        const from = Math.floor(at / step) * step - offset * MINUTE;
        expect(read(written + zone)).toEqual({ _tag: "Interval", from, until: from + step });
      }),
      runs(5_000),
    );
  });

  it("is read back from what it prints, as short as it can be", () => {
    const at = fc.integer({ min: Date.UTC(1000, 0), max: Date.UTC(9999, 11, 31) });
    fc.assert(
      fc.property(at, fc.constantFrom(4, 7, 10, 16, 19, 23), (instant, precision) => {
        const iso = new Date(instant).toISOString();
        const text = iso.slice(0, precision) + (precision > 10 ? "Z" : "");
        expect(print(read(text))).toBe(text);
        expect(read(print(read(text)))).toEqual(read(text));
      }),
      runs(5_000),
    );
  });
});

describe("a relative date", () => {
  it.each([
    ["now", 0, "s"],
    ["NOW", 0, "s"],
    ["now-0d", 0, "s"],
    ["now-7d", -7, "d"],
    ["now+2h", 2, "h"],
    ["now - 7d", -7, "d"],
    ["Now-7D", -7, "d"],
    ["now-3M", -3, "M"],
    ["now-3m", -3, "m"],
    ["now-2Y", -2, "y"],
    ["now-1W", -1, "w"],
    ["now-90S", -90, "s"],
    ["now-007d", -7, "d"],
    ["now-999999d", -999_999, "d"],
    ["now-9999y", -9_999, "y"],
  ])("%s is %i %s", (text, amount, unit) => {
    expect(read(text)).toEqual({ _tag: "Relative", amount, unit });
  });

  it("ends at the largest amount", () => {
    for (const unit of ["s", "m", "h", "d", "w", "M"]) {
      expect(codeOf(`now-${Moment.AMOUNT_MAX}${unit}`)).toBeNull();
      expect(codeOf(`now+${Moment.AMOUNT_MAX + 1}${unit}`)).toBe("date-out-of-calendar");
    }
    expect(codeOf(`now-${Moment.YEARS_MAX + 1}y`)).toBe("date-out-of-calendar");
  });

  it("isn't rounded", () => {
    for (const text of ["now-7d/d", "now-1M/M"]) expect(codeOf(text)).toBe("unsupported-rounding");
  });

  const units = fc.constantFrom<Moment.Unit[]>("s", "m", "h", "d", "w", "M", "y");
  const relatives = fc
    .record({
      amount: fc.oneof(fc.integer({ min: -40, max: 40 }), fc.integer({ min: -9_999, max: 9_999 })),
      unit: units,
    })
    .map((each): Moment.Relative => ({ _tag: "Relative", ...each }));
  const clocks = fc.oneof(
    fc.integer({ min: Date.UTC(1999, 0), max: Date.UTC(2032, 11, 31) }),
    fc
      .tuple(fc.integer({ min: 1999, max: 2032 }), fc.integer({ min: 1, max: 12 }), fc.nat(DAY - 1))
      .map(([year, month, time]) => Date.UTC(year, month, 0) + time),
  );

  it("is read back from what it prints", () => {
    fc.assert(
      fc.property(relatives, (relative) => {
        const nothing = { _tag: "Relative", amount: 0, unit: "s" };
        expect(read(print(relative))).toEqual(relative.amount === 0 ? nothing : relative);
      }),
      runs(2_000),
    );
  });

  it("of seconds to weeks is that many milliseconds away", () => {
    const length = { s: SECOND, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY, M: 0, y: 0 };
    fc.assert(
      fc.property(
        relatives.filter(({ unit }) => length[unit] > 0),
        clocks,
        (relative, now) => {
          expect(instantOf(relative, now)).toBe(now + relative.amount * length[relative.unit]);
        },
      ),
      runs(2_000),
    );
  });

  // ---- Months and years, by walking the days of the calendar one by one.

  interface CalendarDay {
    readonly at: number;
    readonly month: number;
    readonly date: number;
  }

  /** January 1900, in days since 1970. */
  const DAY_ZERO = -25_567;

  /** Days since then, told by the rule of leap years alone, up to 2140. */
  const calendar: readonly CalendarDay[] = (() => {
    const days: CalendarDay[] = [];
    let at = DAY_ZERO * DAY;
    for (let year = 1900; year < 2140; year++) {
      const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
      for (const [i, length] of [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].entries()) {
        for (let date = 1; date <= length; date++, at += DAY) days.push({ at, month: year * 12 + i, date });
      }
    }
    return days;
  })();
  const byMonth = new Map<number, CalendarDay[]>();
  for (const day of calendar) byMonth.set(day.month, [...(byMonth.get(day.month) ?? []), day]);

  /** The same date in that month at the same time of day; where there is no such date, the last. */
  function walked(now: number, months: number): number {
    const today = calendar[Math.floor(now / DAY) - DAY_ZERO];
    if (today === undefined) throw new Error("out of the walked calendar");
    const days = byMonth.get(today.month + months) ?? [];
    const day = days.find(({ date }) => date === today.date) ?? days.at(-1);
    return (day?.at ?? Number.NaN) + (now - today.at);
  }

  it("of months is the same date in another month, or the last one there, at every month's end from 1999 to 2032", () => {
    const wrong: string[] = [];
    for (let year = 1999; year <= 2032; year++) {
      for (let month = 0; month < 12; month++) {
        for (const date of [28, 29, 30, 31]) {
          const now = Date.UTC(year, month, date, 23, 59, 59, 999);
          for (const amount of [-48, -13, -12, -11, -6, -1, 1, 2, 12, 13, 48]) {
            if (instantOf({ _tag: "Relative", amount, unit: "M" }, now) !== walked(now, amount))
              wrong.push(`${new Date(now).toISOString()} ${amount}`);
          }
          for (const amount of [-4, -1, 1, 4]) {
            if (instantOf({ _tag: "Relative", amount, unit: "y" }, now) !== walked(now, 12 * amount))
              wrong.push(`${new Date(now).toISOString()} ${amount}y`);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it("of months and years is what walking the calendar gives, from any instant", () => {
    fc.assert(
      fc.property(clocks, fc.integer({ min: -1_000, max: 1_000 }), (now, amount) => {
        expect(instantOf({ _tag: "Relative", amount, unit: "M" }, now)).toBe(walked(now, amount));
        const years = Math.trunc(amount / 12);
        expect(instantOf({ _tag: "Relative", amount: years, unit: "y" }, now)).toBe(walked(now, 12 * years));
      }),
      runs(1_000),
    );
  });

  it("is an instant for every amount that can be written, and later for a larger one", () => {
    fc.assert(
      fc.property(units, clocks, (unit, now) => {
        const max = unit === "y" ? Moment.YEARS_MAX : Moment.AMOUNT_MAX;
        const instants = [-max, -1, 0, 1, max].map((amount) => instantOf({ _tag: "Relative", amount, unit }, now));
        expect(instants.every((instant) => Number.isSafeInteger(instant))).toBe(true);
        expect([...instants].sort((a, b) => a - b)).toEqual(instants);
        expect(new Set(instants).size).toBe(5);
      }),
      runs(500),
    );
  });

  it("is ordered against another one for every clock as it is said to be", () => {
    fc.assert(
      fc.property(relatives, relatives, fc.array(clocks, { minLength: 1, maxLength: 10 }), (a, b, nows) => {
        const order = compareRelative(a, b);
        if (order === null) {
          // Only the calendar's units depend on the clock.
          expect([a.unit, b.unit].some((unit) => unit === "M" || unit === "y")).toBe(true);
          return;
        }
        for (const now of nows) expect(Math.sign(instantOf(a, now) - instantOf(b, now)) + 0).toBe(Math.sign(order) + 0);
      }),
      runs(5_000),
    );
  });
});

describe("two relative dates", () => {
  it.each([
    ["now-1d", "now-24h", 0],
    ["now-1w", "now-8d", 1],
    ["now-90m", "now-1h", -1],
    ["now-1M", "now-2M", 1],
    ["now+1y", "now+2y", -1],
    ["now-1M", "now-30d", null],
    ["now-30d", "now-1M", null],
    ["now-12M", "now-1y", null],
    ["now-1y", "now-1d", null],
  ])("%s and %s are in the order %j", (a, b, expected) => {
    const order = compareRelative(read(a) as Moment.Relative, read(b) as Moment.Relative);
    expect(order === null ? null : Math.sign(order) + 0).toBe(expected);
  });
});

describe("a place among dates", () => {
  it("is compared with a relative one only where every clock says the same", () => {
    const written = Cut.before(Date.UTC(2024, 0));
    const relative = Cut.after({ _tag: "Relative", amount: -7, unit: "d" });
    expect(Cut.compare(written, relative)).toBeNull();
    expect(Cut.compare(relative, written)).toBeNull();
    expect(Cut.compare(Cut.before({ _tag: "Relative", amount: -1, unit: "w" }), relative)).toBe(-1);
  });
});
