import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Crypto, HostReport } from "../../src/index.ts";
import { runs } from "../Runs.ts";
import * as Samples from "../Samples.ts";

const told = fc.option(fc.string({ unit: "binary", maxLength: 300 }));
const odd = fc.oneof(
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.constantFrom("rhel:9", "00:50:56:ab:cd:01", "192.0.2.1", "::1", "fe80::1%eth0", "nodejs:18"),
);
const report: fc.Arbitrary<HostReport.HostReport> = fc.record({
  name: fc.string({ unit: "binary", maxLength: 300 }),
  osFamily: fc.string({ maxLength: 300 }),
  osName: fc.string({ maxLength: 300 }),
  arch: fc.constantFrom("x86_64", "arm64"),
  release: fc.option(odd),
  osVersion: told,
  packageFormat: fc.constantFrom("rpm", "deb", null),
  modules: fc.option(fc.array(odd, { maxLength: 1_100, size: "max" })),
  manufacturer: told,
  model: told,
  serialNumber: told,
  interfaces: fc.array(
    fc.record({
      name: odd,
      mac: fc.option(odd),
      addresses: fc.array(odd, { maxLength: 70, size: "max" }),
      gateway: fc.option(odd),
    }),
    { maxLength: 5 },
  ),
  loggedInUser: told,
  bootedAt: fc.option(fc.double()),
  location: told,
});

describe("what a machine says of itself", () => {
  it("T16: whatever a machine calls itself, what is told fits the wire, and is told again as it is", () => {
    fc.assert(
      fc.property(report, (raw) => {
        const fit = HostReport.fitted(raw);
        expect(HostReport.HostReport.safeParse(fit).error).toBeUndefined();
        expect(HostReport.fitted(fit)).toEqual(fit);
      }),
      runs(300),
    );
    expect(HostReport.fitted(Samples.hostReport)).toEqual(Samples.hostReport);
  });

  it("T16: of more interfaces than may travel the first are told", () => {
    const [nic] = Samples.hostReport.interfaces;
    if (nic === undefined) throw new Error("no interface");
    const many = Array.from({ length: 300 }, (_, i) => ({ ...nic, name: `veth${i}` }));
    const fit = HostReport.fitted({ ...Samples.hostReport, interfaces: many });
    expect(fit.interfaces).toEqual(many.slice(0, 256));
  });

  it("SYN-02: the snapshot's digest changes with the packages and with each member of the report", () => {
    const packages = Crypto.digest("packages");
    const { hostReport } = Samples;
    const digest = HostReport.snapshotDigest(packages, hostReport);
    expect(HostReport.snapshotDigest(Crypto.digest("others"), hostReport)).not.toBe(digest);
    for (const name of Object.keys(hostReport)) {
      expect([name, HostReport.snapshotDigest(packages, { ...hostReport, [name]: null })]).not.toEqual([name, digest]);
    }
  });
});
