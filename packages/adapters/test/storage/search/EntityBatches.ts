/** Random batches of the entities that searches are about: few ids, so that they meet; some batches refused, some failing. */
import { type Batch, type EntityKind, Patch, type PutWrite, SearchParts, type StoredJson } from "@fettle/core";
import { AssetBuilders } from "@fettle/core/testing";
import * as fc from "fast-check";

export const tenants = ["t1", "t2"] as const;
const assetIds = ["a1", "a2", "a3", "a4"];
const patchIds = ["p1", "p2", "p3", "p4", "p5", "p6", "q\u00e9"];
const tagIds = ["g1", "g2", "G3", "g\u00e4"];
const cves = ["CVE-2026-0001", "CVE-2026-0002", " cve-2026-0001", "CVE-2026-0003"];

/** An event of this type makes the commit fail in the middle; see {@link failingEvents}. */
export const BOOM = "Boom";

/** Makes the database fail a batch that has such an event, after its entities were written. */
export const failingEvents = `CREATE TRIGGER boom BEFORE INSERT ON event WHEN NEW.type = '${BOOM}'
  BEGIN SELECT RAISE(ABORT, 'boom'); END`;

const few = <A>(one: fc.Arbitrary<A>, maxLength: number) => fc.array(one, { maxLength, size: "max" });
const some = (ids: readonly string[], maxLength: number) => few(fc.constantFrom(...ids), maxLength);
const unique = (ids: readonly string[]) => fc.subarray([...ids]);
const maybe = <A>(one: fc.Arbitrary<A>) => fc.option(one, { nil: null });
const instant = fc.constantFrom(0, 1, 1_700_000_000_000, 1_800_000_000_123);
const text = fc.constantFrom(
  "",
  "Web-01",
  "WEB 01",
  "Stra\u00dfe",
  "a\u0000b",
  "\ud83d\ude00 x",
  "\ud800",
  "db.example.com",
);

const networkInterface = fc.record({
  name: text,
  mac: maybe(fc.constantFrom("00:50:56:ab:cd:ef", "00:50:56:ab:cd:f0")),
  addresses: some(["10.0.0.1", "10.0.0.2", "fe80::1", "not an address"], 3),
  gateway: maybe(fc.constantFrom("10.0.0.254", "nowhere")),
});

const facts = fc.record({
  release: maybe(fc.constantFrom("rocky:9", "debian:12")),
  osVersion: maybe(text),
  packageFormat: maybe(fc.constantFrom("rpm", "deb")),
  modules: maybe(some(["nodejs:18", "php:8.1"], 2)),
  manufacturer: maybe(text),
  model: maybe(text),
  serialNumber: maybe(text),
  interfaces: few(networkInterface, 2),
  loggedInUser: maybe(text),
  bootedAt: maybe(instant),
  location: maybe(text),
});

const system = fc.constantFrom(
  { platform: "Linux", osFamily: "Red Hat", osName: "Rocky Linux 9" },
  { platform: "Windows", osFamily: "Windows", osName: "Windows Server 2022" },
  // AST-07: not scanned.
  { platform: "Windows", osFamily: "Windows", osName: "Windows Server 2022 Evaluation" },
  { platform: "Other", osFamily: "BSD", osName: "FreeBSD 14" },
);

const asset = (id: string) =>
  fc
    .record({
      name: text,
      system,
      facts,
      tags: unique(tagIds),
      activations: fc.constantFrom({}, { PM: 5 }, { PM: 7, VM: 9 }),
    })
    .map(({ system: { platform, osFamily, osName }, tags, ...rest }) => ({
      id,
      platform,
      osFamily,
      osName,
      arch: "x86_64",
      timeZone: "Europe/Berlin",
      assignedTags: tags,
      tags,
      provisionedAt: 1,
      activationKey: "k",
      ...rest,
    }));

const agent = (id: string) =>
  fc
    .record({ lastCheckedInAt: instant, agentVersion: fc.constantFrom("1.2.3", "2.0", "", "odd") })
    .map((own) => AssetBuilders.agent(id, own));

const missingPackage = fc.record({
  name: fc.constantFrom("openssl", "curl"),
  arch: fc.constant("x86_64"),
  installed: fc.constantFrom("1-1", null),
  fixed: fc.constantFrom("1-2", "1-3"),
});

const assessment = fc
  .record({
    assessedAt: instant,
    missing: unique(patchIds).chain((ids) =>
      fc.tuple(...ids.map((patchId) => few(missingPackage, 2).map((packages) => ({ patchId, packages })))),
    ),
    installed: unique(patchIds),
  })
  .map((own) => ({ snapshot: "s", unknown: [], catalogue: 1, traits: "", ...own }));

const patch = (id: string) =>
  fc
    .record({
      title: text,
      platform: fc.constantFrom("Linux", "Windows"),
      vendor: text,
      category: fc.constantFrom("security", "bugfix"),
      vendorSeverity: fc.constantFrom("Critical", "Low"),
      publishedAt: instant,
      products: some(["A", "B"], 2),
      cves: some(cves, 3),
      kb: maybe(fc.constant("KB1")),
      releases: some(["rocky:9", "rocky:8"], 2),
      packages: few(
        fc.constantFrom({ name: "openssl", arch: "x86_64", evr: "1-2" }, { name: "curl", arch: "any", evr: "1-3" }),
        2,
      ),
      supersedes: few(fc.record({ patchId: fc.constantFrom(...patchIds), product: fc.constantFrom("A", null) }), 2),
      isDeprecated: fc.boolean(),
      download: fc.constantFrom({ _tag: "Repository" }, { _tag: "AcquireFromVendor", url: "u" }),
    })
    .map((own) => Patch.make({ id, ...own } as Patch.PatchInput));

const vendorFile = (patchId: string) =>
  fc.constant({ patchId, url: null, digest: "d", sizeBytes: 1, signer: null, suppliedBy: "u", suppliedAt: 1 });

const tag = (id: string) => text.map((name) => ({ id, name, parent: null, rule: { _tag: "Static" } }));

const vulnerability = fc
  .record({ qid: fc.integer({ min: 1, max: 3 }), cves: some(["CVE-2026-0001", "CVE-2026-0002"], 2) })
  .map((own) => ({ title: "t", severity: null, ...own }));

const bodies: readonly (readonly [EntityKind, readonly string[], (id: string) => fc.Arbitrary<unknown>])[] = [
  ["asset", assetIds, asset],
  ["agent", assetIds, agent],
  ["assessment", assetIds, () => assessment],
  ["patch", patchIds, patch],
  ["vendorFile", patchIds, vendorFile],
  ["tag", tagIds, tag],
  ["vulnerability", ["1", "2", "3"], () => vulnerability],
];

// What no codec reads, though any of it may be stored.
const junk = fc.constantFrom<unknown>(null, 1, "text", {}, [], { id: "a1" }, { name: 5 });

const write: fc.Arbitrary<Batch["writes"][number]> = fc.constantFrom(...bodies).chain(([kind, ids, of]) =>
  fc.constantFrom(...ids).chain((id) =>
    fc.oneof(
      {
        weight: 8,
        arbitrary: fc.tuple(of(id), fc.boolean()).map(([body, withPart]) => put(kind, id, body, withPart)),
      },
      { weight: 1, arbitrary: junk.map((body) => put(kind, id, body, false)) },
      { weight: 3, arbitrary: fc.constant({ _tag: "Delete" as const, kind, id }) },
    ),
  ),
);

const put = (kind: EntityKind, id: string, body: unknown, withPart: boolean): PutWrite => {
  const part = withPart ? SearchParts.ofValue(kind, body as never) : undefined;
  return {
    _tag: "Put",
    kind,
    id,
    body: body as StoredJson,
    indexes: [],
    ...(part === undefined ? {} : { part }),
  };
};

const expectation = fc.record({
  kind: fc.constantFrom<EntityKind>("asset", "patch"),
  id: fc.constantFrom("a1", "p1"),
  revision: fc.constantFrom<number | "absent">(1, 2, "absent"),
});

/** A batch that is sometimes refused, and sometimes fails. */
export const batch: fc.Arbitrary<Batch> = fc.record({
  tenantId: fc.constantFrom(...tenants),
  expect: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: few(expectation, 1) }),
  counters: fc.constant([]),
  uniques: fc.constant([]),
  writes: few(write, 5),
  events: fc
    .oneof({ weight: 9, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.constant([BOOM]) })
    .map((types) => types.map((type) => ({ type, kind: "asset" as const, id: "a1", at: 0, body: null }))),
});
