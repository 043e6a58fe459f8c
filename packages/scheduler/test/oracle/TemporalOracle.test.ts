import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { type Comparison, compare } from "./TemporalOracle.ts";
import { ALIASES, everyZone, isDeep, ODD_ZONES, OFFSETS } from "./Zones.ts";

const root = fileURLToPath(new URL("../../../../", import.meta.url));
const probe = fileURLToPath(new URL("./TemporalProbe.ts", import.meta.url));

const TIMEOUT = isDeep ? 1_800_000 : 120_000;

/** Zones of the host, and what a Date there makes of noon on 2026-07-01. */
const HOSTS = [
  ["UTC", "2026-07-01T12:00:00.000Z"],
  ["America/New_York", "2026-07-01T16:00:00.000Z"],
  ["Asia/Kolkata", "2026-07-01T06:30:00.000Z"],
  ["Australia/Lord_Howe", "2026-07-01T01:30:00.000Z"],
  ["Africa/Casablanca", "2026-07-01T11:00:00.000Z"],
] as const;

const comparedUnder = async (TZ: string): Promise<Comparison & { readonly plainDate: string }> => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", probe], {
    cwd: root,
    env: { ...process.env, TZ },
  });
  return JSON.parse(stdout) as Comparison & { readonly plainDate: string };
};

describe("zones against Temporal", () => {
  const lines: string[] = [];
  afterAll(() => {
    if (isDeep) process.stdout.write(`${lines.join("\n")}\n`);
  });

  it.each(HOSTS)(
    "SCH-05: instants, wall times, gaps and overlaps from 2000 to 2040 agree on a host in %s",
    async (host, noon) => {
      const { plainDate, examples, ...counts } = await comparedUnder(host);
      lines.push(`host ${host}: ${JSON.stringify(counts)}`);
      expect(plainDate).toBe(noon);
      expect(examples).toEqual([]);
      expect(counts.mismatches).toBe(0);
      // Enough was looked at for that to mean something.
      expect(counts.zones).toBe(isDeep ? everyZone().length : ODD_ZONES.length);
      expect(counts.transitions).toBeGreaterThan(2500);
      expect(counts.gapTimes).toBeGreaterThan(9000);
      expect(counts.overlapTimes).toBeGreaterThan(9000);
      expect(counts.nearTimes).toBeGreaterThan(25_000);
      expect(counts.instants).toBeGreaterThan(20_000);
    },
    TIMEOUT,
  );

  it("SCH-02: agree for every zone, alias and offset in this year's changes", () => {
    const { examples, mismatches, zones } = compare(everyZone(), { firstYear: 2026, lastYear: 2026, walks: false });
    expect(examples).toEqual([]);
    expect(mismatches).toBe(0);
    expect(zones).toBeGreaterThan(550);
  });

  it("counts each zone of its lists once, and sixty odd ones", () => {
    const names = everyZone();
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(ODD_ZONES).size).toBe(60);
    expect(ODD_ZONES.filter((name) => !names.includes(name))).toEqual([]);
    expect(names.length - ALIASES.length - OFFSETS.length).toBe(Intl.supportedValuesOf("timeZone").length);
  });
});
