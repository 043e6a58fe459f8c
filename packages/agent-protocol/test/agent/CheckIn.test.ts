import { describe, expect, it } from "vitest";
import { type Crypto, type Documents, Dsse, type Facts, Messages } from "../../src/index.ts";
import { times } from "../Runs.ts";
import * as Samples from "../Samples.ts";
import { HOUR, manifest, NOW, strangerKeys, tenantKeys } from "../Samples.ts";
import * as Machine from "./Machine.ts";
import { outcomesTold, packages, patches, pkg, statusesTold, truthOf } from "./Orders.ts";

const refusals = (machine: Machine.Machine): readonly Facts.RefusalFact[] =>
  [...machine.plane.facts.values()].flatMap((f) => (f.body._tag === "Refusal" ? [f.body] : []));
const sealed = (change: Partial<Documents.JobManifest> = {}, keys: Crypto.KeyPair = tenantKeys): Uint8Array =>
  Dsse.seal(Dsse.payloadTypes.jobManifest, { ...manifest, local: null, ...change }, keys);
const routes = (machine: Machine.Machine): string => machine.plane.heard.map((h) => h.route).join(" ");

describe("a check-in", () => {
  it("AGT-04: of an idle agent is one exchange, and asks again at its slot in the interval that it was told", () => {
    const machine = Machine.make({ packages });
    machine.cycle();
    expect(routes(machine)).toBe("provision checkIn snapshot");
    machine.plane.amend((reply, route) => (route === "checkIn" ? { ...reply, nextCheckInSeconds: 1_234 } : reply));
    const end = machine.cycle();
    expect(routes(machine)).toBe("provision checkIn snapshot checkIn");
    expect(end._tag === "Ended" && end.report.nextAt).toBe(Machine.slotAfter(machine.clock.now, 1_234));
  });

  it("AGT-04: says what the agent holds", () => {
    const machine = Machine.make({ packages });
    machine.cycle();
    machine.cycle();
    const [first, second] = machine.plane.heard.flatMap((h) =>
      h.route === "checkIn" ? [Messages.CheckInRequest.parse(h.body)] : [],
    );
    expect(first).toEqual({
      agentVersion: "1.2.3",
      bootId: Samples.uuid(0xc),
      timeZone: "Etc/UTC",
      tzdata: "2026a",
      configuration: null,
      snapshot: null,
      manifestVersion: 0,
    });
    expect(second).toEqual({ ...first, snapshot: machine.state().snapshot?.digest });
  });

  it("AGT-04: without an answer, asks once more soon, then at slots in the interval of its configuration, or of 900 s", () => {
    let isDown = true;
    const machine = Machine.make({
      packages,
      network: (r, deliver) => (isDown && r.path !== "/v0/provision" ? null : deliver(r)),
    });
    const next = () => {
      const end = machine.cycle();
      return end._tag === "Ended" ? end.report.nextAt : 0;
    };
    // Chance is always in the middle here: 60 s and a quarter, then half as long again before the slot.
    expect(next()).toBe(machine.clock.now + 75_000);
    expect(next()).toBe(Machine.slotAfter(machine.clock.now + 112_500));
    isDown = false;
    const configuration = { ...Samples.configuration, statusIntervalSeconds: 2_700 };
    const digest = machine.plane.keep(Dsse.seal(Dsse.payloadTypes.configuration, configuration, tenantKeys));
    machine.plane.amend((reply, route) => (route === "checkIn" ? { ...reply, configuration: digest } : reply));
    machine.cycle();
    expect(machine.state().configuration).toEqual({ digest, value: configuration });
    isDown = true;
    next();
    expect(next()).toBe(Machine.slotAfter(machine.clock.now + 112_500, 2_700));
  });

  it("I37: doesn't ask again before a control plane that is too busy said it may", () => {
    let told = "600";
    const machine = Machine.make({
      packages,
      network: (r, deliver) =>
        r.path === "/v0/provision"
          ? deliver(r)
          : { status: 503, headers: { "retry-after": told }, body: new Uint8Array() },
    });
    const wait = () => {
      const end = machine.cycle();
      return end._tag === "Ended" ? end.report.nextAt - machine.clock.now : 0;
    };
    // Drawn out by half of a fifth, for chance is in the middle here.
    expect(wait()).toBe(660_000);
    told = "Fri, 27 Nov 2026 12:00:00 GMT";
    expect(wait()).toBeLessThanOrEqual(900_000 + 112_500);
  });

  it.each<[string, Uint8Array]>([
    ["that another key signed", Dsse.seal(Dsse.payloadTypes.configuration, Samples.configuration, strangerKeys)],
    [
      "of another tenant",
      Dsse.seal(Dsse.payloadTypes.configuration, { ...Samples.configuration, tenantId: "other" }, tenantKeys),
    ],
    ["of another type", Dsse.seal(Dsse.payloadTypes.reply, Samples.configuration, tenantKeys)],
  ])("T3: a configuration %s is not held", (_, document) => {
    const machine = Machine.make({ packages });
    const digest = machine.plane.keep(document);
    machine.plane.amend((reply, route) => (route === "checkIn" ? { ...reply, configuration: digest } : reply));
    const end = machine.cycle();
    expect(end._tag === "Ended" && end.report.failures).toMatchObject([{ reason: "Untrusted" }]);
    expect(machine.state().configuration).toBeNull();
  });

  it("T3: a document that hasn't the digest it was asked for by is not even looked at", () => {
    const machine = Machine.make({
      packages,
      network: (request, deliver) => {
        const reply = deliver(request);
        return request.method === "GET" ? { ...reply, body: sealed() } : reply;
      },
    });
    machine.plane.order(patches, { critical: ["unknown"] });
    const end = machine.cycle();
    expect(end._tag === "Ended" && end.report.failures).toMatchObject([{ message: "not the bytes of that digest" }]);
    expect(refusals(machine)).toEqual([]);
    expect(machine.state()).toMatchObject({ manifestVersion: 0, refused: [] });
  });
});

describe("a refused manifest", () => {
  const refusedBy = (change: Partial<Documents.JobManifest>, keys: Crypto.KeyPair = tenantKeys) => {
    const machine = Machine.make({ packages });
    const digest = machine.plane.keep(sealed(change, keys));
    machine.plane.announce(manifest.manifestVersion, digest);
    machine.cycle();
    return { machine, digest };
  };

  it.each<[string, Partial<Documents.JobManifest>, string]>([
    ["made for another agent", { agentId: Samples.uuid(99) }, "foreign"],
    ["over", { notAfter: NOW }, "expired"],
    ["of a zone that isn't the asset's", { local: manifest.local }, "zone-differs"],
    ["with an unknown critical member", { critical: ["x"] }, "unknown-critical"],
  ])("T3: %s is told with its reason, held as refused, and its number is used up", (_, change, reason) => {
    const { machine, digest } = refusedBy(change);
    expect(refusals(machine)).toMatchObject([{ reason, document: digest, runId: manifest.runId }]);
    expect(machine.state()).toMatchObject({ manifestVersion: 7, refused: [digest], runs: {} });
    expect(truthOf(machine)).toEqual([]);
  });

  it("T3: signed by a stranger is told too, but its number shuts nothing out", () => {
    const { machine, digest } = refusedBy({ manifestVersion: 7 }, strangerKeys);
    expect(refusals(machine)).toMatchObject([{ reason: "wrong-signature", document: digest, runId: null }]);
    expect(machine.state()).toMatchObject({ manifestVersion: 0, refused: [digest] });
    machine.plane.order(patches);
    machine.finish();
    expect(statusesTold(machine).at(-1)).toBe("Completed");
  });

  it.each([
    ["signed by a stranger", {}, strangerKeys],
    ["of another agent", { agentId: Samples.uuid(99) }, tenantKeys],
  ])("is not fetched again, in this life or the next (%s)", (_, change, keys) => {
    const { machine, digest } = refusedBy(change, keys);
    machine.cycle();
    machine.kill();
    machine.cycle();
    machine.cycle();
    expect(machine.plane.fetches(digest)).toBe(1);
    expect(refusals(machine)).toHaveLength(1);
  });

  it("T16: tells a reason of a thousand characters at most, however long the message", () => {
    const long = times(16, (n) => `${"😀".repeat(31)}${n % 10}`);
    const { machine } = refusedBy({ critical: [...long], occurrenceKey: "k", jobId: manifest.jobId });
    const [refusal] = refusals(machine);
    expect(refusal?.message.length).toBeGreaterThan(0);
    expect(refusal?.message.length).toBeLessThanOrEqual(1_000);
  });

  it("T3: a list that another key signed makes no run", () => {
    const machine = Machine.make({ packages });
    const list = machine.plane.keep(
      Dsse.seal(Dsse.payloadTypes.patchList, { ...Samples.patchList, patches }, strangerKeys),
    );
    machine.plane.order(patches, { list });
    machine.cycle();
    expect(refusals(machine)).toMatchObject([{ reason: "wrong-signature", runId: manifest.runId }]);
    expect(machine.state().runs).toEqual({});
    expect(machine.plane.fetches(list)).toBe(1);
  });
});

describe("several manifests", () => {
  const runIds = [Samples.uuid(0x51), Samples.uuid(0x52), Samples.uuid(0x53)] as const;

  it("MAN-02: are held by their numbers, whatever the order they were announced in", () => {
    const machine = Machine.make({ packages });
    const [a, b, c] = patches;
    if (a === undefined || b === undefined || c === undefined) throw new Error("three patches");
    machine.plane.order([c], { manifestVersion: 9, runId: runIds[2] });
    machine.plane.order([a], { manifestVersion: 7, runId: runIds[0] });
    machine.plane.order([b], { manifestVersion: 8, runId: runIds[1] });
    machine.finish();
    expect(truthOf(machine).filter((t) => t.startsWith("begin"))).toEqual(["begin A", "begin B", "begin C"]);
    expect(machine.state().manifestVersion).toBe(9);
  });

  it("MAN-02: none is held after one that could not be fetched, as that would shut it out", () => {
    let isLost = true;
    const lost: Crypto.Digest[] = [];
    const machine = Machine.make({
      packages,
      network: (r, deliver) => (isLost && lost.some((d) => r.path === Messages.documentPath(d)) ? null : deliver(r)),
    });
    lost.push(machine.plane.order(patches.slice(0, 1), { manifestVersion: 7, runId: runIds[0] }));
    machine.plane.order(patches.slice(1), { manifestVersion: 8, runId: runIds[1] });
    machine.cycle();
    expect(machine.state()).toMatchObject({ manifestVersion: 0, runs: {} });
    isLost = false;
    machine.finish();
    expect(outcomesTold(machine)).toEqual({ A: "Installed", B: "Installed", C: "Installed" });
  });

  it("I4: a manifest that is announced again and again runs once", () => {
    const machine = Machine.make({ packages });
    const digest = machine.plane.order(patches);
    machine.finish();
    for (let i = 0; i < 5; i += 1) machine.cycle();
    machine.kill();
    machine.cycle();
    expect(machine.plane.fetches(digest)).toBe(1);
    expect(truthOf(machine).filter((t) => t.startsWith("effect"))).toEqual(["effect A", "effect B", "effect C"]);
  });
});

describe("time in a check-in", () => {
  it("T28: a clock that was set back opens no manifest that is over by the control plane's time", () => {
    const machine = Machine.make({ packages });
    machine.cycle();
    machine.plane.amend((reply, route) => (route === "checkIn" ? { ...reply, serverTime: NOW + 2 * HOUR } : reply));
    machine.plane.order(patches, { notAfter: NOW + HOUR });
    machine.cycle();
    expect(refusals(machine)).toMatchObject([{ reason: "expired" }]);
    expect(truthOf(machine)).toEqual([]);
  });

  it("T28: a window that is over by the latest signed time stays over, though the clock was set back", () => {
    const machine = Machine.make({ packages });
    machine.plane.order(patches.slice(0, 1), { notBefore: NOW + HOUR / 2, notAfter: NOW + HOUR });
    machine.cycle();
    machine.plane.amend((reply, route) => (route === "checkIn" ? { ...reply, serverTime: NOW + 2 * HOUR } : reply));
    const later = {
      manifestVersion: 8,
      runId: Samples.uuid(0x51),
      notBefore: NOW + 2 * HOUR,
      notAfter: NOW + 3 * HOUR,
    };
    machine.plane.order(patches.slice(1), later);
    machine.clock.now = NOW + HOUR / 2 + 1;
    machine.cycle();
    expect(machine.status()).toBe("TimedOut");
    expect(truthOf(machine).filter((t) => t.startsWith("begin"))).toEqual(["begin B", "begin C"]);
  });
});

describe("snapshots", () => {
  it("the first is sent at the first check-in, the next when something changed", () => {
    const machine = Machine.make({ packages });
    machine.cycle();
    machine.cycle();
    expect(machine.plane.snapshots.map((s) => s.packages)).toEqual([packages]);
    machine.plane.order(patches.slice(0, 1));
    machine.finish();
    expect(machine.plane.snapshots.at(-1)?.packages).toEqual([pkg("a", "2-1"), ...packages.slice(1)]);
    expect(machine.plane.snapshots).toHaveLength(2);
  });

  it("is sent again when the control plane asks, changed or not", () => {
    const machine = Machine.make({ packages });
    machine.cycle();
    machine.plane.amend((reply, route) => (route === "checkIn" ? { ...reply, wantSnapshot: true } : reply));
    machine.cycle();
    expect(machine.plane.snapshots).toHaveLength(2);
  });

  it("is not believed to be held when another one was acknowledged", () => {
    const machine = Machine.make({ packages });
    machine.plane.amend((reply, route) => (route === "snapshot" ? { ...reply, snapshot: Samples.digest(1) } : reply));
    const end = machine.cycle();
    expect(end._tag === "Ended" && end.report.failures).toMatchObject([
      { message: "another snapshot was acknowledged" },
    ]);
    expect(machine.state().snapshot).toBeNull();
  });

  it("AST-02: tells what the machine is, and a change of that alone is told without the packages", () => {
    const machine = Machine.make({ packages });
    machine.cycle();
    expect(machine.plane.snapshots[0]?.report).toMatchObject({
      name: "web-01",
      packageFormat: "rpm",
      model: "Machine",
    });
    machine.os.becomes({ facts: { name: "web-02" }, details: { loggedInUser: "alice" } });
    const configuration = machine.plane.keep(
      Dsse.seal(Dsse.payloadTypes.configuration, Samples.configuration, tenantKeys),
    );
    machine.plane.amend((reply, route) => (route === "checkIn" ? { ...reply, configuration } : reply));
    machine.cycle();
    machine.clock.now += 14_400_000;
    machine.cycle();
    expect(machine.plane.snapshots.slice(1)).toMatchObject([
      { packages: null, report: { name: "web-02", loggedInUser: "alice" } },
    ]);
    machine.clock.now += 14_400_000;
    machine.cycle();
    expect(machine.plane.snapshots).toHaveLength(2);
  });

  it("SYN-02: goes whole when the platform asks, though nothing changed, and names are cut to what may travel", () => {
    const machine = Machine.make({ packages });
    machine.cycle();
    machine.os.becomes({ details: { manufacturer: "x".repeat(300), release: "no release", modules: ["a:1", "odd"] } });
    machine.plane.amend((reply, route) => (route === "checkIn" ? { ...reply, wantSnapshot: true } : reply));
    machine.cycle();
    expect(machine.plane.snapshots[1]).toMatchObject({
      packages,
      report: { manufacturer: "x".repeat(256), release: null, modules: ["a:1"] },
    });
  });

  it("AST-02: a machine whose details can't be read tells its packages all the same", () => {
    const machine = Machine.make({ packages });
    machine.os.becomes({ details: null });
    machine.cycle();
    expect(machine.plane.snapshots).toMatchObject([{ packages, report: { name: "web-01", manufacturer: null } }]);
  });

  it("is taken anew when the scan interval has passed, and sent only when it differs", () => {
    const machine = Machine.make({ packages });
    const digest = machine.plane.keep(Dsse.seal(Dsse.payloadTypes.configuration, Samples.configuration, tenantKeys));
    machine.plane.amend((reply, route) => (route === "checkIn" ? { ...reply, configuration: digest } : reply));
    machine.cycle();
    machine.clock.now += 14_400_000 - 1;
    machine.cycle();
    expect(machine.state().snapshot?.takenAt).toBe(NOW);
    machine.clock.now += 1;
    machine.cycle();
    expect(machine.state().snapshot?.takenAt).toBe(NOW + 14_400_000);
    expect(machine.plane.snapshots).toHaveLength(1);
  });
});
