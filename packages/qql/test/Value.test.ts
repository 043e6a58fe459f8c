import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Value } from "../src/index.ts";
import { runs } from "./Fixtures.ts";

describe("numbers", () => {
  it.each([
    ["5", 5],
    ["-0.5", -0.5],
    ["+7", 7],
    ["007", 7],
    ["1e3", 1000],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
  ])("reads %j as %d", (text, number) => {
    expect(Value.parseNumber(text)).toEqual({ ok: true, value: number });
  });

  it("reads -0 as 0, so that both print the same", () => {
    expect(Value.parseNumber("-0")).toEqual({ ok: true, value: 0 });
  });

  it.each(["", "five", "1 000", "1,000", "0x10", "NaN", "Infinity", ".5", "5.", "5 MB", "١"])("refuses %j", (text) => {
    expect(Value.parseNumber(text).ok).toBe(false);
  });

  it("refuses the first whole number that is no longer exact", () => {
    expect(Value.parseNumber("9007199254740992").ok).toBe(false);
    expect(Value.parseNumber("-9007199254740992").ok).toBe(false);
    expect(Value.parseNumber("1e400").ok).toBe(false);
  });

  it("reads what a number prints as that number", () => {
    const safe = fc.double({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER, noNaN: true });
    fc.assert(
      fc.property(safe, (number) => {
        expect(Value.parseNumber(String(number))).toEqual({ ok: true, value: number + 0 });
      }),
      runs(500),
    );
  });
});

describe("dates", () => {
  it("reads a day as the whole UTC day", () => {
    const from = Date.UTC(2024, 1, 29);
    expect(Value.parseDate("2024-02-29")).toEqual({ ok: true, value: { from, until: from + 24 * 3600 * 1000 } });
  });

  it.each([
    ["2024-07-08T12:01:12.012+0000", Date.UTC(2024, 6, 8, 12, 1, 12, 12)],
    ["2024-07-08T12:01:12.5Z", Date.UTC(2024, 6, 8, 12, 1, 12, 500)],
    ["2024-07-08T12:01:12", Date.UTC(2024, 6, 8, 12, 1, 12)],
    ["2024-07-08t12:01z", Date.UTC(2024, 6, 8, 12, 1)],
    ["2024-07-08T00:30+05:30", Date.UTC(2024, 6, 7, 19, 0)],
    ["2024-12-31T23:30-01:00", Date.UTC(2025, 0, 1, 0, 30)],
  ])("reads %s as one instant", (text, from) => {
    expect(Value.parseDate(text)).toEqual({ ok: true, value: { from, until: from + 1 } });
  });

  it.each([
    "2023-02-29",
    "2024-13-01",
    "2024-00-10",
    "2024-04-31",
    "2024-01-01T24:00",
    "2024-01-01T12:60",
    "2024-01-01T12:00:60",
    "2024-01-01T12:00+24:00",
    "2023-02-29T12:00",
    "2024-01-01T12",
    "2024-1-1",
    "2024-01",
    "20240101",
    "01.02.2024",
    "now",
    "0999-12-31",
    "0050-01-01",
    "1000-01-01T00:00+00:01",
    "9999-12-31T23:59-00:01",
    "2024-01-01T12:00:00.1234Z",
    "",
  ])("refuses %j", (text) => {
    expect(Value.parseDate(text).ok).toBe(false);
  });

  it("agrees with the engine's ISO reader on every day of four centuries", () => {
    const day = fc.record({ year: fc.integer({ min: 1800, max: 2200 }), month: fc.nat(14), date: fc.nat(33) });
    fc.assert(
      fc.property(day, ({ year, month, date }) => {
        const two = (part: number): string => String(part).padStart(2, "0");
        const text = `${year}-${two(month)}-${two(date)}`;
        const engine = new Date(`${text}T00:00:00Z`);
        const exists = !Number.isNaN(engine.getTime()) && engine.getUTCDate() === date;
        const parsed = Value.parseDate(text);
        expect(parsed.ok ? parsed.value.from : null).toBe(exists ? engine.getTime() : null);
      }),
      runs(1000),
    );
  });

  it("reads what it prints, for days and for instants", () => {
    const instant = fc.integer({ min: Date.UTC(1000, 0, 1), max: Date.UTC(9999, 11, 31) });
    fc.assert(
      fc.property(instant, fc.boolean(), (at, isDay) => {
        const from = isDay ? Math.floor(at / 86_400_000) * 86_400_000 : at;
        const interval = { from, until: from + (isDay ? 86_400_000 : 1) };
        expect(Value.parseDate(Value.printDate(interval))).toEqual({ ok: true, value: interval });
      }),
      runs(500),
    );
  });
});

describe("booleans", () => {
  it("reads true and false in any case, and nothing else", () => {
    expect(Value.parseBoolean("TRUE")).toEqual({ ok: true, value: true });
    expect(Value.parseBoolean("False")).toEqual({ ok: true, value: false });
    for (const text of ["yes", "1", "", "tru"]) expect(Value.parseBoolean(text).ok).toBe(false);
  });
});
