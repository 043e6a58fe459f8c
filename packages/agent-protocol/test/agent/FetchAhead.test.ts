import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import { FETCH_AGAIN_MS } from "../../src/agent/FetchAhead.ts";
import { type FileInstaller, InstallerError } from "../../src/agent/index.ts";
import { ConfigurationSettings, Crypto, Dsse } from "../../src/index.ts";
import * as Samples from "../Samples.ts";
import { HOUR, NOW } from "../Samples.ts";
import * as Machine from "./Machine.ts";
import { outcomesTold, packages, patch, standing, statusesTold, truthOf } from "./Orders.ts";

const MINUTE = 60_000;
const bytes = new TextEncoder().encode("an installer");
const digest = Crypto.digest(bytes);
const other = new TextEncoder().encode("another installer");
const fileOf = (of: Uint8Array) => ({ url: null, digest: Crypto.digest(of), sizeBytes: of.length, signer: null });
const START = NOW + 4 * HOUR;
const ahead = { bound: "start", fetchFrom: START - 3 * HOUR, notBefore: START, notAfter: START + HOUR } as const;

/** An installer of files that remembers what it was handed; its keeping fails while `broken` says so. */
const keeper = (broken: () => boolean = () => false) => {
  const kept = new Set<string>();
  const files: FileInstaller = {
    holds: (file) => Effect.sync(() => kept.has(file.digest)),
    fetch: () => Effect.die("no vendor's"),
    keep: (file) =>
      Effect.suspend(() => {
        if (broken())
          return Effect.fail(new InstallerError({ reason: "Unreadable", message: "full", isRetryable: false }));
        kept.add(file.digest);
        return Effect.void;
      }),
    drop: (file) => Effect.sync(() => void kept.delete(file.digest)),
  };
  return { kept, files };
};
const machineWith = (files: FileInstaller, over: Partial<Machine.MachineOptions> = {}): Machine.Machine => {
  const machine = Machine.make({
    packages,
    installer: (simulated) => ({ ...simulated, files, install: ({ files: _f, ...alone }) => simulated.install(alone) }),
    ...over,
  });
  machine.plane.keep(bytes);
  machine.plane.keep(other);
  return machine;
};
const patchA = { ...patch("a"), files: [fileOf(bytes)] };
const patchB = { ...patch("b"), files: [fileOf(other)] };
const cycleAt = (machine: Machine.Machine, at: number): number => {
  machine.clock.now = at;
  const end = machine.cycle();
  return end._tag === "Ended" ? end.report.nextAt : 0;
};

describe("fetching ahead", () => {
  it("SCH-10: begins when the manifest says, tells that it is downloaded, and installs nothing before the start", () => {
    const { kept, files } = keeper();
    const machine = machineWith(files);
    machine.plane.order([patchA, patchB], ahead);
    cycleAt(machine, NOW);
    expect([kept.size, machine.status()]).toEqual([0, "Pending"]);
    cycleAt(machine, ahead.fetchFrom - 1);
    expect(kept.size).toBe(0);
    cycleAt(machine, ahead.fetchFrom);
    expect([kept.size, machine.status()]).toEqual([2, "Downloaded"]);
    cycleAt(machine, START - 1);
    expect([machine.status(), truthOf(machine)]).toEqual(["Downloaded", []]);
    cycleAt(machine, START);
    machine.finish();
    expect(statusesTold(machine)).toEqual(["Downloaded", "JobStarted", "Patching", "Completed"]);
    expect(machine.plane.fetches(digest)).toBe(1);
  });

  it("SCH-10: isn't done for a job that doesn't ask for it", () => {
    const { kept, files } = keeper();
    const machine = machineWith(files);
    const { fetchFrom: _, ...plain } = ahead;
    machine.plane.order([patchA], plain);
    cycleAt(machine, START - 1);
    expect(kept.size).toBe(0);
  });

  it("SCH-10: what can't be had is no failure yet: it is tried again every quarter of an hour, and the others go on", () => {
    let isFull = true;
    const { kept, files } = keeper(() => isFull);
    const machine = machineWith(files);
    machine.plane.order([patchA, patch("b")], ahead);
    const next = cycleAt(machine, ahead.fetchFrom);
    expect(next).toBeLessThanOrEqual(ahead.fetchFrom + FETCH_AGAIN_MS);
    expect([kept.size, machine.status(), machine.state().facts]).toEqual([0, "Pending", []]);
    expect(machine.plane.fetches(digest)).toBe(1);
    cycleAt(machine, ahead.fetchFrom + FETCH_AGAIN_MS - 1);
    expect(machine.plane.fetches(digest)).toBe(1);
    isFull = false;
    cycleAt(machine, ahead.fetchFrom + FETCH_AGAIN_MS);
    expect([kept.size, machine.status()]).toEqual([1, "Downloaded"]);
  });

  it("RUN-04: what can't be had at the start either has failed then", () => {
    const { files } = keeper(() => true);
    const machine = machineWith(files);
    machine.plane.order([patchA, patch("b")], { ...ahead, continueOnFailure: true });
    cycleAt(machine, ahead.fetchFrom);
    cycleAt(machine, START);
    machine.finish();
    expect(machine.status()).toBe("JobFailed");
  });

  it("SCH-10: what was fetched and has gone since is fetched once more", () => {
    const { kept, files } = keeper();
    const machine = machineWith(files);
    machine.plane.order([patchA], ahead);
    cycleAt(machine, ahead.fetchFrom);
    kept.clear();
    cycleAt(machine, START);
    machine.finish();
    expect([outcomesTold(machine), machine.plane.fetches(digest)]).toEqual([{ A: "Installed" }, 2]);
  });

  it("SCH-10: a patch that stands there when the others are fetched is judged anew at the start", () => {
    const { kept, files } = keeper();
    const installed = packages.map((p) => (p.name === "a" ? { ...p, evr: "2-1" } : p));
    const machine = machineWith(files, { packages: installed });
    machine.plane.order([patchA, patchB], ahead);
    cycleAt(machine, ahead.fetchFrom);
    expect([kept.size, machine.status()]).toEqual([1, "Pending"]);
    cycleAt(machine, START);
    machine.finish();
    expect(outcomesTold(machine)).toEqual({ A: "AlreadyInstalled", B: "Installed" });
    expect(standing(machine)).toMatchObject({ a: "2-1", b: "2-1" });
  });

  it("WIN-05: nothing is fetched inside a blackout", () => {
    const { kept, files } = keeper();
    const machine = machineWith(files);
    const day = 1_440 * MINUTE;
    const minuteOf = (at: number) => (at % day) / MINUTE;
    const blackout = {
      weekdays: [1, 2, 3, 4, 5, 6, 7] as [1, 2, 3, 4, 5, 6, 7],
      fromMinute: minuteOf(ahead.fetchFrom),
      toMinute: minuteOf(ahead.fetchFrom) + 60,
    };
    tell(machine, { blackouts: [blackout] });
    machine.plane.order([patchA], ahead);
    cycleAt(machine, NOW);
    cycleAt(machine, ahead.fetchFrom + 30 * MINUTE);
    expect(kept.size).toBe(0);
    cycleAt(machine, ahead.fetchFrom + 60 * MINUTE);
    expect(kept.size).toBe(1);
  });

  it("CFG-06: no more is fetched than the cache may hold; the rest waits, and at the start it is a failure that says so", () => {
    const { kept, files } = keeper();
    const machine = machineWith(files);
    const MEGABYTE = 1_048_576;
    const large = (n: number) => new Uint8Array(MEGABYTE).fill(n);
    for (const n of [1, 2]) machine.plane.keep(large(n));
    tell(machine, { cacheMegabytes: 1 });
    const [first, second] = [1, 2].map((n) => [fileOf(large(n))]) as [
      ReturnType<typeof fileOf>[],
      ReturnType<typeof fileOf>[],
    ];
    machine.plane.order([{ ...patch("a"), files: first }, { ...patch("b"), files: second }, patch("c")], {
      ...ahead,
      continueOnFailure: true,
    });
    cycleAt(machine, ahead.fetchFrom);
    expect([...kept]).toEqual([first[0]?.digest]);
    expect(machine.status()).toBe("Pending");
    cycleAt(machine, START);
    machine.finish();
    expect(outcomesTold(machine)).toEqual({ A: "Installed", B: "Failed 4", C: "Installed" });
    const told = [...machine.plane.facts.values()].flatMap((f) => (f.body._tag === "Patch" ? [f.body] : []));
    expect(told.find((p) => p.patchId === "B")?.outputTail).toContain("may hold 1 MB");
    expect(kept.size).toBe(0);
  });
});

const tell = (machine: Machine.Machine, settings: object): void => {
  const configuration = {
    ...Samples.configuration,
    statusIntervalSeconds: 900,
    settings: { ...ConfigurationSettings.unsaid, ...settings },
    modules: ["AI", "PM"],
  };
  const held = machine.plane.keep(Dsse.seal(Dsse.payloadTypes.configuration, configuration, Samples.tenantKeys));
  machine.plane.amend((reply, route) => (route === "checkIn" ? { ...reply, configuration: held } : reply));
};
