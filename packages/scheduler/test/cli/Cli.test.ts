import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HELP } from "../../src/cli/Arguments.ts";
import * as Command from "./Command.ts";

let command: Command.Command;
let file: string;
beforeAll(async () => {
  command = await Command.make();
  file = command.write("sundays.json", JSON.stringify(SUNDAYS));
});
afterAll(() => command.close());

/** Sundays at 02:30, which New York's clocks jump over on March 8th of 2026 and Berlin's on the 29th. */
const SUNDAYS = {
  schedule: {
    type: "recurring",
    start: "2026-03-01T02:30",
    pattern: { type: "weekly", weekdays: ["Sun"] },
    except: ["2026-03-22"],
  },
  window: { minutes: 180, bound: "complete" },
  blackouts: [{ weekdays: ["Sun"], from: "00:00", to: "04:00" }],
  freezes: [{ name: "quarter's end", from: "2026-03-28T00:00", to: "2026-04-02T00:00" }],
  zones: ["America/New_York", "Asia/Tokyo", null],
  defaultZone: "Europe/Berlin",
  reserveMinutes: 60,
  reboot: { mode: "request", deferrals: { count: 3, minutes: 15 }, countdownMinutes: 15 },
};

/** What is on the clock in none of the zones of SUNDAYS. */
const DAILY = {
  schedule: { type: "recurring", start: "2026-01-01T12:00", pattern: { type: "daily" } },
  window: { minutes: 60, bound: "start" },
  zones: ["UTC"],
};

const FROM = ["--from", "2026-03-02T00:00Z"];

const rowsOf = (out: string): readonly (readonly string[])[] =>
  out
    .split("\n\n")[0]
    ?.trimEnd()
    .split("\n")
    .slice(2)
    .map((line) => line.split(/ {2,}/)) ?? [];

describe("fettle-schedule preview", () => {
  it("SCH-12: shows people each run in each zone: UTC, the clock there, the window's end, and what happens to it", async () => {
    const { code, out, err } = await command.run(["preview", file, ...FROM, "--runs", "3"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(rowsOf(out)).toEqual([
      // 02:30 isn't there that night: it is 03:30, and 07:30 in UTC. The blackout ends at 04:00.
      [
        "2026-03-08 02:30",
        "America/New_York",
        "2026-03-08 07:30",
        "2026-03-08 03:30",
        "2026-03-08 06:30",
        "clocks jump over it: 2026-03-08 03:30; blackout: from 2026-03-08 08:00 UTC",
      ],
      [
        "2026-03-08 02:30",
        "Asia/Tokyo",
        "2026-03-07 17:30",
        "2026-03-08 02:30",
        "2026-03-08 05:30",
        "blackout: from 2026-03-07 19:00 UTC",
      ],
      [
        "2026-03-08 02:30",
        "Europe/Berlin",
        "2026-03-08 01:30",
        "2026-03-08 02:30",
        "2026-03-08 05:30",
        "zone unknown: default; blackout: from 2026-03-08 03:00 UTC",
      ],
      ...["America/New_York", "Asia/Tokyo", "Europe/Berlin"].map((zone) => [
        "2026-03-15 02:30",
        zone,
        expect.any(String),
        "2026-03-15 02:30",
        "2026-03-15 05:30",
        expect.stringContaining("blackout: from"),
      ]),
      // The 22nd is left out, and on the 29th everything is frozen.
      ...["America/New_York", "Asia/Tokyo", "Europe/Berlin"].map((zone) => [
        "2026-03-29 02:30",
        zone,
        expect.any(String),
        expect.any(String),
        expect.any(String),
        expect.stringContaining("frozen (quarter's end): can't start"),
      ]),
    ]);
    // Three times 15 minutes and a countdown of 15.
    expect(out).toContain("users may defer it 3 times by 15 min; it comes 60 min after the work at the latest");
  });

  it("gives programs the same as JSON, instants in UTC", async () => {
    const { out } = await command.run(["preview", file, "--json", ...FROM, "--runs", "1"]);
    const { ok, runs } = JSON.parse(out);
    expect(ok).toBe(true);
    expect(runs).toHaveLength(3);
    expect(runs[0]).toEqual({
      local: "2026-03-08T02:30:00",
      zone: "America/New_York",
      start: "2026-03-08T07:30:00.000Z",
      startLocal: "2026-03-08T03:30:00",
      windowEnd: "2026-03-08T10:30:00.000Z",
      windowEndLocal: "2026-03-08T06:30:00",
      notes: [
        { note: "Gap", movedTo: "2026-03-08T03:30:00", text: expect.any(String) },
        { note: "Blackout", startsAt: "2026-03-08T08:00:00.000Z", text: expect.any(String) },
      ],
    });
  });

  it("takes other zones than the file's, each once", async () => {
    const args = ["preview", file, "--json", ...FROM, "--runs", "1", "--zones", "Asia/Kolkata, +05:30,Asia/Kolkata"];
    const { runs } = JSON.parse((await command.run(args)).out);
    expect(runs.map(({ zone, start }: { zone: string; start: string }) => [zone, start])).toEqual([
      ["Asia/Kolkata", "2026-03-07T21:00:00.000Z"],
      ["+05:30", "2026-03-07T21:00:00.000Z"],
    ]);
  });

  it("reads standard input, shows five runs from the clock's time on unless told otherwise", async () => {
    const { code, out } = await command.run(["preview", "--json"], `\ufeff${JSON.stringify(DAILY)}`);
    expect(code).toBe(0);
    const starts = JSON.parse(out).runs.map(({ local }: { local: string }) => Date.parse(`${local}Z`));
    expect(starts).toHaveLength(5);
    expect(starts[0]).toBeGreaterThan(Date.now() - 60_000);
    expect(starts[0]).toBeLessThan(Date.now() + 86_400_000);
  });

  it("shows a run-once job and one on demand", async () => {
    const once = { schedule: { type: "once", at: "2026-07-01T22:00", zone: "Europe/Paris" } };
    const onceRows = rowsOf((await command.run(["preview", ...FROM], JSON.stringify(once))).out);
    expect(onceRows).toEqual([["2026-07-01 22:00", "UTC", "2026-07-01 20:00", "2026-07-01 20:00", "-"]]);
    const unknown = JSON.stringify({ ...once, zones: [null] });
    expect(rowsOf((await command.run(["preview", ...FROM], unknown)).out)).toEqual([
      ["2026-07-01 22:00", "all", "2026-07-01 20:00", "2026-07-01 22:00", "-"],
    ]);
    const onDemand = { schedule: { type: "on-demand" } };
    const rows = rowsOf((await command.run(["preview", ...FROM], JSON.stringify(onDemand))).out);
    expect(rows).toEqual([["on demand", "UTC", "2026-03-02 00:00", "2026-03-02 00:00", "-"]]);
  });

  it.each([
    ["SCH-06: a window that has elapsed in every zone", "once", "2026-03-01T02:30", "SCH-06"],
    ["SCH-05: a time that is skipped", "skip", "2026-03-08T02:30", "SCH-05"],
  ])("%s ends with 1", async (_, kind, at, rule) => {
    const schedule = { type: "once", at, zone: "America/New_York", ...(kind === "skip" ? { gap: "skip" } : {}) };
    const json = JSON.stringify({ schedule, window: { minutes: 60, bound: "start" } });
    const people = await command.run(["preview", ...FROM], json);
    expect(people.code).toBe(1);
    expect(people.out).toContain(`(${rule})`);
    const programs = await command.run(["preview", "--json", ...FROM], json);
    expect(programs.code).toBe(1);
    expect(JSON.parse(programs.out)).toMatchObject({ ok: false, problems: [{ rule }] });
  });

  it("SCH-07: ends with 1 where no run is left", async () => {
    const ended = { schedule: { ...DAILY.schedule, end: { count: 3 } } };
    const { code, out } = await command.run(["preview", ...FROM], JSON.stringify(ended));
    expect({ code, out }).toEqual({ code: 1, out: expect.stringContaining("no run left. (SCH-07)") });
  });
});

describe("fettle-schedule lint", () => {
  it("names what is hardly meant, the worst first, with a remedy", async () => {
    const { code, out } = await command.run(["lint", file, ...FROM]);
    expect(code).toBe(0);
    const severities = out.match(/^(error|warning|note)(?=\[)/gm) ?? [];
    expect(severities.length).toBeGreaterThan(2);
    expect(severities).toEqual([...severities].sort((a, b) => "ewn".indexOf(a.charAt(0)) - "ewn".indexOf(b.charAt(0))));
    expect(out).toMatch(/^warning\[zone-unknown\]: Europe\/Berlin: .+ \(SCH-03\)\n {2}\S/m);
    expect(out).toContain(`${severities.length} findings.`);
  });

  it("ends with 1 on an error, for programs too", async () => {
    const always = { weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], from: "00:00", to: "24:00" };
    const json = JSON.stringify({ ...SUNDAYS, blackouts: [always] });
    const people = await command.run(["lint", ...FROM], json);
    expect(people.code).toBe(1);
    expect(people.out).toMatch(/^error\[/);
    const programs = await command.run(["lint", "--json", ...FROM], json);
    expect(programs.code).toBe(1);
    const { ok, findings } = JSON.parse(programs.out);
    expect(ok).toBe(false);
    expect(findings[0]).toMatchObject({ severity: "error", rule: "WIN-05", remedy: expect.any(String) });
  });

  it("RBT-07: advises a countdown", async () => {
    const json = JSON.stringify({ ...DAILY, reboot: { mode: "automatic" } });
    const { code, out } = await command.run(["lint", ...FROM], json);
    expect(code).toBe(0);
    expect(out).toContain("warning[reboot.countdownMinutes]: Set a countdown");
  });

  it("says so where there is nothing", async () => {
    const { code, out } = await command.run(["lint", ...FROM], JSON.stringify(DAILY));
    expect({ code, out }).toEqual({ code: 0, out: "Nothing to find fault with.\n" });
  });
});

interface Explained {
  readonly zone: string;
  readonly verdict: string;
  readonly until?: string;
  readonly mustStopBy?: string | null;
  readonly run?: { readonly local: string | null; readonly start: string; readonly windowEnd: string | null };
  readonly because?: readonly { readonly reason: string; readonly rule: string; readonly until?: string | null }[];
}

describe("fettle-schedule explain", () => {
  const explained = async (args: readonly string[], input = JSON.stringify(SUNDAYS)): Promise<readonly Explained[]> => {
    const { code, out } = await command.run(["explain", "--json", ...args], input);
    expect(code).toBe(0);
    return (JSON.parse(out) as { readonly zones: readonly Explained[] }).zones;
  };

  it("WIN-05: says that a blackout keeps a run, and until when", async () => {
    const [zone] = await explained(["--at", "2026-03-08T07:45Z", "--zones", "America/New_York"]);
    expect(zone).toMatchObject({
      verdict: "Waits",
      until: "2026-03-08T08:00:00.000Z",
      run: {
        local: "2026-03-08T02:30:00",
        start: "2026-03-08T07:30:00.000Z",
        windowEnd: "2026-03-08T10:30:00.000Z",
      },
      because: [{ reason: "Blackout", rule: "WIN-05", until: "2026-03-08T08:00:00.000Z" }],
    });
  });

  it("WIN-02: lets it start while the work still fits, and says when it has to be complete", async () => {
    const at = async (time: string): Promise<Explained | undefined> =>
      (await explained(["--at", `2026-03-08T${time}Z`, "--zones", "America/New_York"]))[0];
    expect(await at("08:00")).toMatchObject({
      verdict: "MayStart",
      mustStopBy: "2026-03-08T10:30:00.000Z",
      because: [],
    });
    // An hour of work: from 09:30 on it doesn't fit.
    expect(await at("09:29")).toMatchObject({ verdict: "MayStart" });
    expect(await at("09:30")).toMatchObject({
      verdict: "TimedOut",
      because: [{ reason: "DoesNotFit", rule: "WIN-02" }],
    });
    // The window is over: it is about the next run then.
    expect(await at("10:30")).toMatchObject({ verdict: "Waits", run: { local: "2026-03-15T02:30:00" } });
  });

  it("WIN-07: says that a freeze lies over the whole window", async () => {
    const [zone] = await explained(["--at", "2026-03-29T07:00Z", "--zones", "America/New_York"]);
    expect(zone?.verdict).toMatch(/TimedOut|CanceledBlackout/);
    expect(zone?.because?.map(({ reason }) => reason).sort()).toEqual(["Blackout", "Freeze"]);
  });

  it("answers for each zone of the file, in words for people", async () => {
    const { code, out } = await command.run(["explain", file, "--at", "2026-03-08T07:45Z"]);
    expect(code).toBe(0);
    expect(out).toContain("At 2026-03-08 07:45 UTC:\n\n");
    expect(out).toContain(
      [
        "America/New_York: waits until 2026-03-08 04:00 (08:00 UTC)",
        "  run of 2026-03-08 02:30: due 2026-03-08 03:30 (07:30 UTC), window to 2026-03-08 06:30 (10:30 UTC)",
        "  a blackout, until 2026-03-08 04:00 (08:00 UTC) (WIN-05)",
      ].join("\n"),
    );
    expect(out).toContain("Asia/Tokyo: waits until 2026-03-15 04:00 (2026-03-14 19:00 UTC)");
    expect(out).toContain("Europe/Berlin (the default, for unknown zones): waits until");
  });

  it("SCH-08: passes over runs sooner than the lead after --from, exactly the lead being in time", async () => {
    const local = async (from: string): Promise<string | null | undefined> =>
      (await explained(["--at", "2026-03-08T08:30Z", "--from", from, "--zones", "America/New_York"]))[0]?.run?.local;
    expect(await local("2026-03-08T04:30Z")).toBe("2026-03-08T02:30:00");
    expect(await local("2026-03-08T04:31Z")).toBe("2026-03-15T02:30:00");
  });

  it("SCH-01: takes --from for the start of a job on demand", async () => {
    const json = JSON.stringify({ schedule: { type: "on-demand" }, window: { minutes: 60, bound: "start" } });
    const at = async (time: string): Promise<Explained | undefined> =>
      (await explained(["--from", "2026-03-08T08:00Z", "--at", time], json))[0];
    expect(await at("2026-03-08T08:59Z")).toMatchObject({
      verdict: "MayStart",
      run: { local: null },
      mustStopBy: null,
    });
    expect(await at("2026-03-08T09:00Z")).toMatchObject({ verdict: "TimedOut", because: [{ reason: "WindowOver" }] });
  });

  it("WIN-01: lets a run without a window start whenever nothing keeps it", async () => {
    const { window: _, ...withoutWindow } = DAILY;
    const [zone] = await explained(["--at", "2026-03-08T11:59Z"], JSON.stringify(withoutWindow));
    expect(zone).toMatchObject({
      verdict: "MayStart",
      mustStopBy: null,
      run: { local: "2026-03-07T12:00:00", windowEnd: null },
    });
  });

  it("ends with 1 where there is no run in any zone", async () => {
    const ended = JSON.stringify({ ...DAILY, schedule: { ...DAILY.schedule, end: { count: 1 } } });
    const programs = await command.run(["explain", "--json", "--at", "2026-03-08T11:59Z"], ended);
    expect(programs.code).toBe(1);
    expect(JSON.parse(programs.out).zones).toMatchObject([{ zone: "UTC", verdict: "NoRun" }]);
    const people = await command.run(["explain", "--at", "2026-03-08T11:59Z"], ended);
    expect(people.out).toContain("UTC: no run\n  The recurrence has no run left.");
  });
});

describe("fettle-schedule calendar", () => {
  it("draws the month with its runs, when they start, and the freezes", async () => {
    const { code, out } = await command.run(["calendar", file, ...FROM, "--zones", "America/New_York,Asia/Tokyo"]);
    expect(code).toBe(0);
    const [newYork = "", tokyo = ""] = out.split("\n\n");
    expect(newYork.split("\n").slice(0, 2)).toEqual(["America/New_York", "March 2026"]);
    const cells = (text: string): readonly string[] => text.match(/\d\d:\d\d (?:> \d\d:\d\d|never)|frozen/g) ?? [];
    const frozen = (count: number): readonly string[] => Array(count).fill("frozen");
    // On Sunday the 29th it can't start, and the 28th to the 31st are frozen.
    expect(cells(newYork).toSorted()).toEqual(
      ["02:30 > 04:00", "02:30 never", "03:30 > 04:00", ...frozen(4)].toSorted(),
    );
    expect(cells(tokyo).toSorted()).toEqual(["02:30 > 04:00", "02:30 > 04:00", "02:30 never", ...frozen(4)].toSorted());
  });

  it("gives programs the days on which something is", async () => {
    const { out } = await command.run(["calendar", file, "--json", ...FROM, "--zones", "America/New_York"]);
    const [month] = JSON.parse(out).months;
    expect(month).toMatchObject({ zone: "America/New_York", year: 2026, month: 3 });
    expect(month.days.map(({ date }: { date: string }) => date)).toEqual([
      "2026-03-08",
      "2026-03-15",
      "2026-03-28",
      "2026-03-29",
      "2026-03-30",
      "2026-03-31",
    ]);
    expect(month.days[0]).toEqual({
      date: "2026-03-08",
      runs: [{ due: "2026-03-08T07:30:00.000Z", start: "2026-03-08T08:00:00.000Z" }],
      freezes: [],
    });
    expect(month.days[3]).toEqual({
      date: "2026-03-29",
      runs: [{ due: "2026-03-29T06:30:00.000Z", start: null }],
      freezes: ["quarter's end"],
    });
  });
});

describe("fettle-schedule", () => {
  it.each([
    [[], "a command is missing"],
    [["prevue", "x"], "there is no command prevue"],
    [["preview", "a", "b"], "b is one argument too many"],
    [["preview", "--run", "5"], "--run"],
    [["preview", "--runs", "0"], "--runs 0 is not a number from 1 to 1000"],
    [["preview", "--runs", "1001"], "--runs 1001"],
    [["preview", "--from", "2026-03-08T02:30"], "--from"],
    [["lint", "--at", "2026-03-08T02:30Z"], "lint takes no --at"],
    [["explain", "--runs", "3"], "explain takes no --runs"],
    [["explain", "--zones", "UTC,Mars/Olympus"], "Mars/Olympus"],
    [["preview", "no-such-file.json"], "no-such-file.json can't be read"],
  ])("ends with 2 and a sentence when it is called as %j", async (args, complaint) => {
    const { code, out, err } = await command.run(args, JSON.stringify(DAILY));
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^error: /);
    expect(err).toContain(complaint);
    // One sentence with the hint behind it, not two.
    expect(err).not.toContain(".;");
  });

  it.each(["preview", "lint", "explain", "calendar"])("tells everything wrong with a schedule: %s", async (name) => {
    const faulty = JSON.stringify({ ...DAILY, window: { minutes: 5, bound: "start" }, zone: "UTC" });
    const people = await command.run([name], faulty);
    expect(people.code).toBe(1);
    expect(people.out).toContain("error: window.minutes: ");
    expect(people.out).toContain("(WIN-01)");
    expect(people.out).toContain("error: zone: There is no such member here");
    expect(people.out).toContain("2 problems.");
    const programs = await command.run([name, "--json"], faulty);
    expect(programs.code).toBe(1);
    expect(JSON.parse(programs.out)).toMatchObject({
      ok: false,
      problems: [
        { path: "zone", rule: null },
        { path: "window.minutes", rule: "WIN-01", message: expect.any(String) },
      ],
    });
  });

  it("ends with 1 on what is no JSON, and on a stream without end, which it doesn't wait for", async () => {
    expect(await command.run(["lint"], "{")).toMatchObject({ code: 1, out: expect.stringContaining("It is not JSON") });
    const endless = await command.run(["lint"], " ".repeat(50_000_000));
    expect(endless).toMatchObject({ code: 1, out: expect.stringContaining("more than 65536 characters") });
  });

  it("moves nobody's cursor, whatever the file says", async () => {
    const zone = "\u009b2J\u001b[31mUTC";
    const { out } = await command.run(["lint"], JSON.stringify({ ...DAILY, defaultZone: zone, "\u009b2J": 1 }));
    expect(out).not.toMatch(/(?!\n)\p{Cc}/u);
    expect(out).toContain("defaultZone");
  });

  it("tells how it is used, and its version", async () => {
    expect(await command.run(["--help"])).toEqual({ code: 0, out: HELP, err: "" });
    expect(await command.run(["preview", "-h"])).toEqual({ code: 0, out: HELP, err: "" });
    expect((await command.run(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("runs from the source", async () => {
    const source = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
    const { code, out } = await Command.ended(["--import", "tsx", source, "lint", ...FROM], JSON.stringify(DAILY));
    expect({ code, out }).toEqual({ code: 0, out: "Nothing to find fault with.\n" });
  });
});
