/** Generated assets and their facts. Facts are missing as often as not, as where an agent may not read them. */
import * as fc from "fast-check";
import type { Activations, Asset, AssetFacts, NetworkInterface } from "../../domain/asset/Asset.ts";
import * as AssetBuilders from "../builders/AssetBuilders.ts";
import { ASSETS, tagIds } from "./TagArbitraries.ts";

const maybe = <A>(arbitrary: fc.Arbitrary<A>): fc.Arbitrary<A | null> => fc.option(arbitrary, { freq: 2 });

/** Epoch milliseconds of the first hours: small, so that two are often the same. */
export const instant: fc.Arbitrary<number> = fc.integer({ min: 0, max: 4 }).map((hours) => hours * 3_600_000);

const FAMILIES = [
  ["Linux", "Red Hat", "Rocky Linux 9.4", "rocky:9.4", "rpm"],
  ["Linux", "Debian", "Debian GNU/Linux 12", "debian:12", "deb"],
  ["Linux", "Fedora", "Fedora CoreOS 40", "fedora:40", "rpm"],
  ["Windows", "Windows", "Windows Server 2022 Standard Evaluation", null, null],
  ["Windows", "Windows", "Windows 11 Pro", null, null],
  ["Mac", "macOS", "macOS 14.3", "macos:14", null],
  ["Other", "FreeBSD", "FreeBSD 14.0", null, null],
] as const;

/** An interface with up to two addresses of IPv4 and IPv6. */
export const networkInterface: fc.Arbitrary<NetworkInterface> = fc.record({
  name: fc.constantFrom("eth0", "eth1", "wlan0"),
  mac: maybe(fc.integer({ min: 0, max: 255 }).map((n) => `00:50:56:00:00:${n.toString(16).padStart(2, "0")}`)),
  addresses: fc.uniqueArray(fc.oneof(fc.ipV4(), fc.ipV6()), { maxLength: 2 }),
  gateway: maybe(fc.ipV4()),
});

/** What a machine tells of itself. */
export const facts: fc.Arbitrary<AssetFacts> = fc.record({
  release: maybe(fc.constantFrom("rocky:9.4", "rocky:9", "debian:12")),
  osVersion: maybe(fc.constantFrom("9.4", "12", "23H2")),
  packageFormat: maybe(fc.constantFrom("rpm", "deb")),
  modules: maybe(fc.subarray(["nodejs:18", "php:8.1"])),
  manufacturer: maybe(fc.constantFrom("Dell Inc.", "HPE")),
  model: maybe(fc.constantFrom("PowerEdge R750", "ProLiant DL380")),
  serialNumber: maybe(fc.integer({ min: 0, max: 99 }).map((n) => `S${n}`)),
  interfaces: fc.array(networkInterface, { maxLength: 2 }),
  loggedInUser: maybe(fc.constantFrom("alice", "bob")),
  bootedAt: maybe(instant),
  location: maybe(fc.constantFrom("Lisbon", "Porto")),
});

/** Patching active on most, some with another module, some with another alone, some with none. */
export const activations: fc.Arbitrary<Activations> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ PM: instant }) },
  fc.record({ PM: instant, FIM: instant }),
  fc.record({ VM: instant, CM: instant, TP: instant }),
  fc.constant({}),
);

/** An asset of any platform. */
export const asset = (id: string): fc.Arbitrary<Asset> =>
  fc
    .record({
      name: fc.constantFrom("web", "db", "build").chain((name) => fc.nat({ max: 4 }).map((n) => `${name}-${n}`)),
      family: fc.constantFrom(...FAMILIES),
      told: facts,
      tags: tagIds(3),
      activations,
      provisionedAt: instant,
    })
    .map(({ family: [platform, osFamily, osName, release, packageFormat], told, tags, ...over }) => {
      const isTold = told.release !== null;
      const facts = { ...told, release: isTold ? release : null, packageFormat: isTold ? packageFormat : null };
      return AssetBuilders.asset(id, { ...over, platform, osFamily, osName, facts, tags: [...tags].sort() });
    });

/** Up to ten assets with different ids, in the order of these. */
export const assets: fc.Arbitrary<readonly Asset[]> = fc
  .subarray([...ASSETS])
  .chain((ids) => fc.tuple(...ids.map((id) => asset(id))));
