import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import type { FileInstaller } from "../../src/agent/index.ts";
import { Crypto, type Documents, Messages, type WireReply } from "../../src/index.ts";
import { times } from "../Runs.ts";
import * as Samples from "../Samples.ts";
import { HOUR, NOW } from "../Samples.ts";
import * as Machine from "./Machine.ts";
import { outcomesTold, packages, patch, patches, standing, statusesTold, tagsOf, truthOf } from "./Orders.ts";

const { runId } = Samples.manifest;
const later: Partial<Documents.JobManifest> = {
  validity: "window",
  notBefore: NOW + 3 * HOUR,
  notAfter: NOW + 6 * HOUR,
};

/** Says at every check-in from now on that these runs are revoked, whatever the agent said. */
const revoke = (machine: Machine.Machine, ...revoked: readonly string[]): void =>
  machine.plane.amend((reply, route) => (route === "checkIn" ? { ...reply, revoked } : reply));
const waitingTold = (machine: Machine.Machine): readonly (readonly string[] | undefined)[] =>
  machine.plane.heard.flatMap((h) => (h.route === "checkIn" ? [Messages.CheckInRequest.parse(h.body).waiting] : []));
const droppedTold = (machine: Machine.Machine): readonly string[] =>
  [...machine.plane.facts.values()].flatMap((f) => (f.body._tag === "Dropped" ? [f.body.runId] : []));
const untouched = { a: "1-1", b: "1-1", c: "1-1" };

/** Holds a run that begins in three hours. */
const holding = (options: Partial<Machine.MachineOptions> = {}): Machine.Machine => {
  const machine = Machine.make({ packages, ...options });
  machine.plane.order(patches, later);
  machine.cycle();
  return machine;
};

/** Lets the time of the run come and go. */
const passWindow = (machine: Machine.Machine): void => {
  for (const at of [3, 4, 7]) {
    machine.clock.now = NOW + at * HOUR;
    machine.cycle();
  }
};

describe("a run that is revoked", () => {
  it("JOB-28: before it began is dropped at the next check-in, told so, and never begins", () => {
    const machine = holding();
    expect(machine.status()).toBe("Pending");
    revoke(machine, runId);
    machine.cycle();
    expect(waitingTold(machine)).toEqual([undefined, [runId]]);
    expect(machine.state().runs).toEqual({});
    expect(tagsOf(machine).filter((t) => /Dropped|Fact/.test(t))).toEqual([
      "ManifestDropped",
      "FactRecorded",
      "FactsAcknowledged",
    ]);
    machine.kill();
    passWindow(machine);
    expect([droppedTold(machine), statusesTold(machine)]).toEqual([[runId], []]);
    expect([truthOf(machine), standing(machine)]).toEqual([[], untouched]);
    expect(waitingTold(machine).slice(2)).toEqual([undefined, undefined, undefined]);
  });

  it("JOB-28: begins all the same where its agent hears nothing until then", () => {
    let isDown = false;
    const machine = holding({ network: (request, deliver) => (isDown ? null : deliver(request)) });
    isDown = true;
    revoke(machine, runId);
    machine.clock.now = NOW + 3 * HOUR;
    machine.cycle();
    isDown = false;
    machine.cycle();
    expect(droppedTold(machine)).toEqual([]);
    expect(statusesTold(machine).at(-1)).toBe("Completed");
  });

  it("JOB-28: after it began is finished", () => {
    let hasDied = false;
    const machine = Machine.make({
      packages,
      dies: ({ records, when }) => {
        const dies = !hasDied && when === "after" && records.some((r) => r._tag === "InstallIntended");
        hasDied ||= dies;
        return dies;
      },
    });
    machine.plane.order([patch("a")]);
    while (machine.cycle()._tag !== "Died");
    revoke(machine, runId);
    machine.cycle();
    expect(tagsOf(machine)).not.toContain("ManifestDropped");
    expect([outcomesTold(machine), statusesTold(machine).at(-1)]).toEqual([{ A: "Installed" }, "Completed"]);
  });

  it("is not taken for another, nor for one that isn't held", () => {
    const machine = holding();
    const before = machine.state().runs;
    revoke(machine, Samples.uuid(0x77));
    machine.cycle();
    expect(machine.state().runs).toEqual(before);
    expect(tagsOf(machine)).not.toContain("ManifestDropped");
  });

  it("JOB-28: is taken up when it is ordered anew under a higher number", () => {
    const machine = holding();
    revoke(machine, runId);
    machine.cycle();
    machine.plane.amend((reply) => reply);
    machine.plane.order(patches, { ...later, manifestVersion: 8 });
    machine.cycle();
    expect(machine.status()).toBe("Pending");
    machine.clock.now = NOW + 3 * HOUR;
    machine.finish();
    expect(standing(machine)).toEqual({ a: "2-1", b: "2-1", c: "2-1" });
  });
});

describe("who revokes", () => {
  const checkIn = "/v0/check-in";

  it("T1 JOB-28: is the tenant alone: a reply that somebody else changed drops nothing", () => {
    let isHeld = false;
    const machine = holding({
      network: (request, deliver) => {
        const reply = deliver(request);
        if (!isHeld || request.path !== checkIn) return reply;
        const { payload, ...rest } = JSON.parse(Buffer.from(reply.body).toString("utf8")) as {
          readonly payload: string;
        };
        const told = { ...JSON.parse(Buffer.from(payload, "base64").toString("utf8")), revoked: [runId] };
        const forged = Buffer.from(JSON.stringify(told)).toString("base64");
        return { ...reply, body: Buffer.from(JSON.stringify({ ...rest, payload: forged })) };
      },
    });
    isHeld = true;
    const end = machine.cycle();
    expect(end._tag === "Ended" && end.report.failures).toMatchObject([{ reason: "Untrusted" }]);
    expect(tagsOf(machine)).not.toContain("ManifestDropped");
    expect(machine.status()).toBe("Pending");
  });

  it("T1 T2 JOB-28: says so in the answer to this very check-in: one that was kept from before drops nothing", () => {
    let kept: WireReply | null = null;
    let isReplayed = false;
    const machine = holding({
      network: (request, deliver) => {
        const reply = deliver(request);
        if (request.path !== checkIn) return reply;
        if (isReplayed) return kept;
        kept = reply;
        return reply;
      },
    });
    // Revoked once, heard, and ordered anew; the old reply comes again.
    revoke(machine, runId);
    machine.cycle();
    machine.plane.amend((reply) => reply);
    const dropping = kept;
    machine.plane.order(patches, { ...later, manifestVersion: 8 });
    machine.cycle();
    isReplayed = true;
    kept = dropping;
    const end = machine.cycle();
    expect(end._tag === "Ended" && end.report.failures).toMatchObject([{ message: "an answer to another request" }]);
    expect(machine.status()).toBe("Pending");
  });
});

describe("dropping", () => {
  const bytes = new TextEncoder().encode("an installer");
  const file = { url: null, digest: Crypto.digest(bytes), sizeBytes: bytes.length, signer: null };

  /** Has fetched everything and is about to begin when it is told to drop it; dies at one moment after that, if at all. */
  const fetched = (dies: (moment: Machine.Moment) => boolean) => {
    const held = new Set<string>();
    let whenRemoved: readonly string[] = [];
    const keeper: FileInstaller = {
      holds: (f) => Effect.sync(() => held.has(f.digest)),
      fetch: () => Effect.succeed(bytes),
      keep: (f) => Effect.sync(() => void held.add(f.digest)),
      drop: (f) =>
        Effect.sync(() => {
          whenRemoved = tagsOf(machine);
          held.delete(f.digest);
        }),
    };
    let from = -1;
    const machine: Machine.Machine = Machine.make({
      packages,
      installer: (simulated) => ({ ...simulated, files: keeper }),
      dies: (moment) => {
        const { when, records } = moment;
        const isDownloaded = records.some(
          (r) => r._tag === "FactRecorded" && r.fact.body._tag === "Status" && r.fact.body.status === "Downloaded",
        );
        if (from < 0 && when === "after" && isDownloaded) {
          from = moment.n + 1;
          revoke(machine, runId);
          return true;
        }
        return from >= 0 && dies({ ...moment, n: moment.n - from });
      },
    });
    machine.plane.keep(bytes);
    machine.plane.order([{ ...patch("a"), files: [file] }]);
    while (machine.cycle()._tag !== "Died");
    expect(held.size).toBe(1);
    const ends = times(6, () => machine.cycle());
    if (ends.at(-1)?._tag === "Died") machine.cycle();
    return { machine, held, ends, whenRemoved, moments: machine.moments.length - from };
  };

  it("CFG-06 JOB-28: removes what was fetched, once it is on record that nothing begins", () => {
    const { machine, held, whenRemoved } = fetched(() => false);
    expect([held.size, whenRemoved.at(-1)]).toEqual([0, "ManifestDropped"]);
    expect([droppedTold(machine), truthOf(machine)]).toEqual([[runId], []]);
  });

  it("CFG-06 JOB-28: comes to the same at whatever moment its agent dies on the way", () => {
    const whole = fetched(() => false).moments;
    expect(whole).toBeGreaterThan(10);
    for (const n of times(whole, (i) => i)) {
      const { machine, held, ends } = fetched((moment) => moment.n === n);
      expect(ends.filter((end) => end._tag === "Died").length).toBeLessThanOrEqual(1);
      // Whoever dies before the answer asks again, before anything else.
      expect([n, truthOf(machine), held.size]).toEqual([n, [], 0]);
      expect([n, droppedTold(machine), machine.plane.conflicts]).toEqual([n, [runId], []]);
      expect(machine.state().runs).toEqual({});
    }
  });

  it("JOB-28: goes on when the network is gone after it was told", () => {
    let isDown = false;
    let hasDied = false;
    const machine = holding({
      network: (request, deliver) => (isDown ? null : deliver(request)),
      dies: ({ when, records }) => {
        const dies = !hasDied && when === "after" && records.some((r) => r._tag === "ManifestDropped");
        hasDied ||= dies;
        return dies;
      },
    });
    revoke(machine, runId);
    expect(machine.cycle()._tag).toBe("Died");
    isDown = true;
    passWindow(machine);
    expect([truthOf(machine), machine.state().runs]).toEqual([[], {}]);
    isDown = false;
    machine.cycle();
    expect(droppedTold(machine)).toEqual([runId]);
  });
});

describe("what is said to be waiting", () => {
  it("T16: is 64 runs at most, those that begin first", () => {
    const machine = Machine.make({ packages });
    const runOf = (n: number): string => Samples.uuid(0x1000 + n);
    const held = 70;
    // The last begins first.
    times(held, (n) =>
      machine.plane.order([patch("a")], {
        ...later,
        runId: runOf(n),
        manifestVersion: n + 1,
        notBefore: NOW + 3 * HOUR + held - n,
      }),
    );
    machine.plane.amend((reply, route) => {
      if (route !== "checkIn") return reply;
      const { manifests } = reply as Messages.CheckInReply;
      const known = machine.state().manifestVersion;
      return { ...reply, manifests: manifests.filter((m) => m.version > known).slice(0, 64) };
    });
    times(3, () => machine.cycle());
    expect(Object.keys(machine.state().runs)).toHaveLength(held);
    expect(waitingTold(machine).at(-1)).toEqual(times(64, (n) => runOf(held - 1 - n)));
  });
});
