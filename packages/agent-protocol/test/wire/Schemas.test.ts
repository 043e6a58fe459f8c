import { describe, expect, it } from "vitest";
import type * as z from "zod";
import { Documents, Facts, Json, Messages, wireLimits } from "../../src/index.ts";
import { times, value } from "../Runs.ts";
import * as Samples from "../Samples.ts";

interface Subject {
  readonly schema: z.ZodType<unknown>;
  readonly sample: object;
}

const subjects: { readonly [name: string]: Subject } = {
  JobManifest: { schema: Documents.JobManifest, sample: Samples.manifest },
  PatchList: { schema: Documents.PatchList, sample: Samples.patchList },
  Configuration: { schema: Documents.Configuration, sample: Samples.configuration },
  StatusFact: { schema: Facts.Fact, sample: Samples.statusFact },
  PatchFact: { schema: Facts.Fact, sample: Samples.patchFact },
  RefusalFact: { schema: Facts.Fact, sample: Samples.refusalFact },
  DroppedFact: { schema: Facts.Fact, sample: Samples.droppedFact },
  RebootFact: { schema: Facts.Fact, sample: Samples.rebootFact },
  FactsRequest: {
    schema: Messages.FactsRequest,
    sample: { facts: [Samples.statusFact, Samples.patchFact, Samples.refusalFact, Samples.droppedFact] },
  },
  ProvisionRequest: { schema: Messages.ProvisionRequest, sample: Samples.provisionRequest },
  CheckInRequest: { schema: Messages.CheckInRequest, sample: Samples.checkInRequest },
  SnapshotRequest: { schema: Messages.SnapshotRequest, sample: Samples.snapshotRequest },
  ProvisionReply: { schema: Messages.ProvisionReply, sample: Samples.provisionReply },
  CheckInReply: { schema: Messages.CheckInReply, sample: Samples.checkInReply },
  FactsReply: { schema: Messages.FactsReply, sample: Samples.factsReply },
  SnapshotReply: { schema: Messages.SnapshotReply, sample: Samples.snapshotReply },
};
const named = (name: string): Subject => subjects[name] ?? { schema: Facts.Fact, sample: {} };
const accepts = (name: string, sample: unknown): boolean => named(name).schema.safeParse(sample).success;

type Tree = { readonly [key: string]: unknown };
const isTree = (node: unknown): node is Tree => typeof node === "object" && node !== null;

/** The sample with another value at a path such as `facts.0.body.reason`. */
const withAt = (node: unknown, path: string, leaf: unknown): unknown => {
  const [key = "", ...rest] = path.split(".");
  if (!isTree(node)) throw new Error(`no member ${path}`);
  const next = rest.length === 0 ? leaf : withAt(node[key], rest.join("."), leaf);
  return Array.isArray(node) ? node.map((item, i) => (String(i) === key ? next : item)) : { ...node, [key]: next };
};

/** Every object in a tree, by its path; the root's is empty. */
const objectsIn = (node: unknown, path = ""): readonly string[] => {
  if (!isTree(node)) return [];
  const below = Object.entries(node).flatMap(([key, child]) => objectsIn(child, path === "" ? key : `${path}.${key}`));
  return Array.isArray(node) ? below : [path, ...below];
};
const membersIn = (node: unknown, path = ""): readonly string[] => {
  if (!isTree(node)) return [];
  return Object.entries(node).flatMap(([key, child]) => {
    const at = path === "" ? key : `${path}.${key}`;
    return Array.isArray(node) ? membersIn(child, at) : [at, ...membersIn(child, at)];
  });
};
const at = (node: unknown, path: string): unknown =>
  path === "" ? node : path.split(".").reduce<unknown>((n, key) => (isTree(n) ? n[key] : undefined), node);
const replaced = (sample: object, path: string, by: unknown): unknown => (path === "" ? by : withAt(sample, path, by));
const without = (sample: object, path: string): unknown => {
  const cut = path.lastIndexOf(".");
  const parent = cut < 0 ? "" : path.slice(0, cut);
  const { [path.slice(cut + 1)]: _, ...rest } = at(sample, parent) as Tree;
  return replaced(sample, parent, rest);
};

describe.each(Object.entries(subjects))("%s", (name, { schema, sample }) => {
  it("takes its sample unchanged, as the wire brings it", () => {
    const wire: unknown = JSON.parse(value(Json.canonical(sample)));
    expect(schema.parse(wire)).toEqual(sample);
  });

  it.each(["unknown", "__proto__", "constructor", "toString", ""])(
    "T26: refuses an unknown member %j anywhere",
    (key) => {
      const paths = objectsIn(sample);
      expect(paths.length).toBeGreaterThan(0);
      // By JSON.parse, which makes __proto__ a member of the object as an attacker's document would.
      const extra = (path: string): unknown =>
        JSON.parse(`{${JSON.stringify(key)}:1,${JSON.stringify(at(sample, path)).slice(1)}`);
      expect(paths.filter((path) => accepts(name, replaced(sample, path, extra(path))))).toEqual([]);
    },
  );

  it("misses any member that is left out", () => {
    expect(membersIn(sample).filter((path) => accepts(name, without(sample, path)))).toEqual([]);
  });

  it("T26: takes no member of another kind", () => {
    const wrong = (old: unknown): readonly unknown[] =>
      [true, 1.5, 2 ** 53, {}, [], ["x"], "\u0000", { length: 1 }].filter(
        (w) => typeof w !== typeof old || typeof w === "number",
      );
    const taken = membersIn(sample).flatMap((path) => {
      const old = at(sample, path);
      // An empty array is a fair value of an array, and any text of a free text.
      const fair = Array.isArray(old) ? wrong("").filter((w) => !Array.isArray(w)) : wrong(old);
      return fair.filter((w) => accepts(name, withAt(sample, path, w))).map((w) => `${path} = ${JSON.stringify(w)}`);
    });
    expect(taken).toEqual([]);
  });
});

const text = (length: number): string => "t".repeat(length);
const pkg = { name: "a", arch: "noarch", evr: "1-1" };
const product = { name: "Microsoft Visual C++ 2022 (x64) – 14.38", arch: "x86_64", evr: "14.38.33135.0" };
const file = { url: "https://a.example/x.msi", digest: Samples.digest(1), sizeBytes: 1, signer: null };
const withFile = (over: object) => ({ ...item, files: [{ ...file, ...over }] });
const urlOf = (length: number): string => `https://a.example/`.padEnd(length, "x");
const replacing = (own: number, replaced: number) =>
  times(own, (n) => {
    const old = { ...pkg, name: `old${n}` };
    return n < replaced ? { ...pkg, name: `p${n}`, replaces: [old] } : { ...pkg, name: `p${n}` };
  });
const request = (count: number, minutes: number, countdownMinutes: number | null) => ({
  _tag: "Request",
  deferrals: { count, minutes },
  countdownMinutes,
  whenNobody: "countdown",
});
const change = { name: "a", arch: "noarch", before: [], after: [] };
const item = { patchId: "P", advisory: null, packages: [pkg] };
const evr = (length: number): string => `${"1".repeat(length - 2)}-1`;
const LAST_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const nic = { name: "eth0", mac: null, addresses: [], gateway: null };
const SAFE = Number.MAX_SAFE_INTEGER;

type Cap = readonly [subject: string, path: string, most: unknown, beyond: unknown];
const caps: readonly Cap[] = [
  ["JobManifest", "tenantId", text(63), text(64)],
  ["JobManifest", "epoch", 0, -1],
  ["JobManifest", "epoch", SAFE, SAFE + 1],
  ["JobManifest", "manifestVersion", 1, 0],
  ["JobManifest", "manifestVersion", SAFE, SAFE + 1],
  ["JobManifest", "jobRevision", 1, 0],
  ["JobManifest", "occurrenceKey", text(128), text(129)],
  ["JobManifest", "occurrenceKey", "t", ""],
  ["JobManifest", "kind", "rollback", "uninstall"],
  ["JobManifest", "bound", "start", "end"],
  ["JobManifest", "notBefore", 0, -1],
  ["JobManifest", "notBefore", LAST_INSTANT, LAST_INSTANT + 1],
  ["JobManifest", "fetchFrom", 0, -1],
  ["JobManifest", "notAfter", LAST_INSTANT, LAST_INSTANT + 1],
  ["JobManifest", "local", null, undefined],
  ["JobManifest", "local.zone", text(64), text(65)],
  ["JobManifest", "local.zone", "t", ""],
  ["JobManifest", "local.nominal", text(32), text(33)],
  ["JobManifest", "local.tzdata", text(64), text(65)],
  ["JobManifest", "critical", times(16, () => "c"), times(17, () => "c")],
  ["JobManifest", "critical", [text(64)], [text(65)]],
  ["JobManifest", "reboot", { _tag: "Suppress" }, { _tag: "Request" }],
  ["JobManifest", "reboot", request(12, 1_440, 1_440), request(13, 1_440, 1_440)],
  ["JobManifest", "reboot", request(1, 1_440, null), request(1, 1_441, null)],
  ["JobManifest", "reboot", request(1, 1, 1_440), request(1, 1, 1_441)],
  ["JobManifest", "reboot", { ...request(1, 1, 1), deferrals: null }, request(0, 1, 1)],
  ["JobManifest", "reboot", { _tag: "Automatic", countdownMinutes: null }, { _tag: "Automatic", countdownMinutes: 0 }],
  ["PatchList", "patches", [item], []],
  ["PatchList", "patches", times(2_000, () => item), times(2_001, () => item)],
  ["PatchList", "patches.0.patchId", text(128), text(129)],
  ["PatchList", "patches.0.advisory", null, ""],
  ["PatchList", "patches.0.advisory", text(128), text(129)],
  ["PatchList", "patches.0.packages", [pkg], []],
  ["PatchList", "patches.0.packages", times(512, () => pkg), times(513, () => pkg)],
  ["PatchList", "patches.0.packages", [{ ...pkg, replaces: [pkg] }], [{ ...pkg, replaces: [] }]],
  [
    "PatchList",
    "patches.0.packages",
    [{ ...pkg, replaces: times(64, () => pkg) }],
    [{ ...pkg, replaces: times(65, () => pkg) }],
  ],
  [
    "PatchList",
    "patches.0.packages",
    [{ ...pkg, replaces: [pkg] }],
    [{ ...pkg, replaces: [{ ...pkg, replaces: [pkg] }] }],
  ],
  ["PatchList", "patches.0.packages", [{ ...pkg, isPresence: true }], [{ ...pkg, isPresence: false }]],
  ["PatchList", "patches.0", { ...item, format: "windows", packages: [product] }, { ...item, packages: [product] }],
  ["PatchList", "patches.0", { ...item, format: "mac" }, { ...item, format: "rpm" }],
  [
    "PatchList",
    "patches.0",
    { ...item, format: "deb", packages: [{ ...pkg, evr: "1.0" }] },
    { ...item, format: "deb", packages: [product] },
  ],
  [
    "PatchList",
    "patches.0",
    { ...item, packages: [{ ...pkg, replaces: [pkg] }] },
    { ...item, packages: [{ ...pkg, replaces: [product] }] },
  ],
  ["PatchList", "patches.0", { ...item, files: times(16, () => file) }, { ...item, files: times(17, () => file) }],
  ["PatchList", "patches.0", { ...item, files: [file] }, { ...item, files: [] }],
  [
    "PatchList",
    "patches.0",
    withFile({ url: null, sizeBytes: 2 ** 28 }),
    withFile({ url: null, sizeBytes: 2 ** 28 + 1 }),
  ],
  ["PatchList", "patches.0", withFile({ sizeBytes: 2 ** 32 }), withFile({ sizeBytes: 2 ** 32 + 1 })],
  ["PatchList", "patches.0", withFile({ sizeBytes: 1 }), withFile({ sizeBytes: 0 })],
  ["PatchList", "patches.0", withFile({ url: urlOf(2_048) }), withFile({ url: urlOf(2_049) })],
  ["PatchList", "patches.0", withFile({ url: "https://a.example/x" }), withFile({ url: "http://a.example/x" })],
  ["PatchList", "patches.0", withFile({ url: "https://a.example/@b" }), withFile({ url: "https://u:p@a.example/" })],
  ["PatchList", "patches.0", withFile({ signer: text(512) }), withFile({ signer: text(513) })],
  ["PatchList", "patches.0", withFile({ signer: null }), withFile({ signer: "" })],
  ["PatchList", "patches.0", withFile({ digest: Samples.digest(2) }), withFile({ digest: "sha256:00" })],
  // 508 of their own and four that they replace, or five.
  ["PatchList", "patches.0.packages", replacing(508, 4), replacing(508, 5)],
  ["PatchList", "patches.0.packages.0.name", text(128), text(129)],
  ["PatchList", "patches.0.packages.0.arch", text(32), text(33)],
  ["PatchList", "patches.0.packages.0.evr", evr(256), evr(257)],
  ["PatchList", "patches.0.packages.0.evr", "123456789:1-1", "1234567890:1-1"],
  ["PatchList", "patches.0.packages.0.evr", "1-1", "1"],
  ["Configuration", "profile", text(256), text(257)],
  ["Configuration", "profile", "t", ""],
  ["Configuration", "revision", 1, 0],
  ["Configuration", "statusIntervalSeconds", 1, 0],
  ["Configuration", "statusIntervalSeconds", 86_400, 86_401],
  ["Configuration", "assessmentIntervalSeconds", 1, 0],
  ["Configuration", "assessmentIntervalSeconds", 2_592_000, 2_592_001],
  ["Configuration", "scanIntervalSeconds", 1, 0],
  ["Configuration", "scanIntervalSeconds", 2_592_000, 2_592_001],
  ["StatusFact", "sequence", 1, 0],
  ["StatusFact", "at", LAST_INSTANT, LAST_INSTANT + 1],
  ["StatusFact", "body.status", "CanceledBlackout", "Canceled - Blackout"],
  ["StatusFact", "body.reason", null, undefined],
  ["StatusFact", "body.reason", text(1_000), text(1_001)],
  ["PatchFact", "body.attempt", 0, -1],
  ["PatchFact", "body.attempt", 1_000, 1_001],
  ["PatchFact", "body.outcome", "AlreadyInstalled", "Already Installed"],
  ["PatchFact", "body.reasonCode", 0, -1],
  ["PatchFact", "body.reasonCode", 65_535, 65_536],
  ["PatchFact", "body.exitCode", null, undefined],
  ["PatchFact", "body.exitCode", -2_147_483_648, 0.5],
  ["PatchFact", "body.outputTail", text(2_000), text(2_001)],
  ["PatchFact", "body.packages", times(512, () => change), times(513, () => change)],
  ["PatchFact", "body.packages.0.before", times(64, () => "1-1"), times(65, () => "1-1")],
  ["PatchFact", "body.packages.0.after", times(64, () => "1-1"), times(65, () => "1-1")],
  ["PatchFact", "body.packages.0.after", [evr(256)], [evr(257)]],
  ["RefusalFact", "body.reason", "zone-differs", "because"],
  ["RefusalFact", "body.message", text(1_000), text(1_001)],
  ["RebootFact", "body.event.number", 13, 14],
  ["RebootFact", "body.event.deferralsLeft", 12, 13],
  ["RebootFact", "body.event.until", LAST_INSTANT, LAST_INSTANT + 1],
  [
    "RebootFact",
    "body.event",
    { _tag: "Needed", reasons: times(16, () => text(256)) },
    { _tag: "Needed", reasons: times(17, () => "r") },
  ],
  ["RebootFact", "body.event", { _tag: "Needed", reasons: [] }, { _tag: "Needed", reasons: [text(257)] }],
  ["RebootFact", "body.event", { _tag: "Unknown", message: text(1_000) }, { _tag: "Unknown", message: text(1_001) }],
  [
    "RebootFact",
    "body.event",
    { _tag: "Countdown", minutes: 1_440, until: 0 },
    { _tag: "Countdown", minutes: 1_441, until: 0 },
  ],
  ["FactsRequest", "facts", [Samples.statusFact], []],
  ["FactsRequest", "facts", times(100, () => Samples.statusFact), times(101, () => Samples.statusFact)],
  ["ProvisionRequest", "proof", text(43), text(44)],
  ["ProvisionRequest", "proof", text(43), text(42)],
  ["ProvisionRequest", "publicKey", text(128), text(129)],
  ["ProvisionRequest", "name", text(256), text(257)],
  ["ProvisionRequest", "name", "t", ""],
  ["ProvisionRequest", "platform", "Mac", "FreeBSD"],
  ["ProvisionRequest", "osFamily", text(256), text(257)],
  ["ProvisionRequest", "osName", text(256), text(257)],
  ["ProvisionRequest", "arch", text(32), text(33)],
  ["ProvisionRequest", "timeZone", text(64), text(65)],
  ["ProvisionRequest", "agentVersion", text(64), text(65)],
  ["CheckInRequest", "agentVersion", text(64), text(65)],
  ["CheckInRequest", "tzdata", text(64), text(65)],
  ["CheckInRequest", "timeZone", text(64), text(65)],
  ["CheckInRequest", "configuration", null, undefined],
  ["CheckInRequest", "snapshot", null, ""],
  ["CheckInRequest", "manifestVersion", 0, -1],
  ["CheckInRequest", "waiting", times(64, Samples.uuid), times(65, Samples.uuid)],
  ["CheckInRequest", "waiting", [Samples.uuid(1)], []],
  ["SnapshotRequest", "packages", [], undefined],
  ["SnapshotRequest", "packages", null, undefined],
  ["SnapshotRequest", "report.name", text(256), text(257)],
  ["SnapshotRequest", "report.name", "t", ""],
  ["SnapshotRequest", "report.osFamily", text(256), text(257)],
  ["SnapshotRequest", "report.osName", text(256), text(257)],
  ["SnapshotRequest", "report.arch", text(32), text(33)],
  ["SnapshotRequest", "report.release", `${text(64)}:${text(64)}`, `${text(65)}:${text(64)}`],
  ["SnapshotRequest", "report.release", null, "rhel"],
  ["SnapshotRequest", "report.osVersion", text(256), text(257)],
  ["SnapshotRequest", "report.packageFormat", "deb", "msi"],
  ["SnapshotRequest", "report.modules", [`${text(128)}:${text(128)}`], [`${text(128)}:${text(129)}`]],
  [
    "SnapshotRequest",
    "report.modules",
    times(wireLimits.modulesPerHost, () => "a:1"),
    times(wireLimits.modulesPerHost + 1, () => "a:1"),
  ],
  ["SnapshotRequest", "report.manufacturer", text(256), text(257)],
  ["SnapshotRequest", "report.model", text(256), text(257)],
  ["SnapshotRequest", "report.serialNumber", text(256), text(257)],
  ["SnapshotRequest", "report.loggedInUser", text(256), text(257)],
  ["SnapshotRequest", "report.location", text(256), text(257)],
  ["SnapshotRequest", "report.bootedAt", LAST_INSTANT, LAST_INSTANT + 1],
  [
    "SnapshotRequest",
    "report.interfaces",
    times(wireLimits.interfacesPerHost, () => nic),
    times(wireLimits.interfacesPerHost + 1, () => nic),
  ],
  ["SnapshotRequest", "report.interfaces.0.name", text(256), text(257)],
  ["SnapshotRequest", "report.interfaces.0.mac", null, "00:50:56:ab:cd"],
  [
    "SnapshotRequest",
    "report.interfaces.0.addresses",
    times(wireLimits.addressesPerInterface, () => "::1"),
    times(wireLimits.addressesPerInterface + 1, () => "::1"),
  ],
  [
    "SnapshotRequest",
    "report.interfaces.0.addresses",
    ["2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
    ["2001:db8::1%eth0"],
  ],
  ["SnapshotRequest", "report.interfaces.0.gateway", "::ffff:192.0.2.1", "gateway"],
  [
    "SnapshotRequest",
    "packages",
    times(wireLimits.packagesPerSnapshot, () => pkg),
    times(wireLimits.packagesPerSnapshot + 1, () => pkg),
  ],
  ["SnapshotRequest", "takenAt", LAST_INSTANT, LAST_INSTANT + 1],
  ["ProvisionReply", "newEpoch", 1, 0],
  ["ProvisionReply", "sequence", SAFE, SAFE + 1],
  ["ProvisionReply", "serverTime", LAST_INSTANT, LAST_INSTANT + 1],
  ["CheckInReply", "nextCheckInSeconds", 1, 0],
  ["CheckInReply", "nextCheckInSeconds", 86_400, 86_401],
  ["CheckInReply", "configuration", null, undefined],
  [
    "CheckInReply",
    "manifests",
    times(64, () => ({ version: 1, digest: Samples.digest(1) })),
    times(65, () => ({ version: 1, digest: Samples.digest(1) })),
  ],
  ["CheckInReply", "manifests.0.version", 1, 0],
  ["CheckInReply", "acknowledgedThrough", 0, -1],
  ["CheckInReply", "revoked", times(64, Samples.uuid), times(65, Samples.uuid)],
  ["CheckInReply", "revoked", [Samples.uuid(1)], []],
  ["FactsReply", "acknowledgedThrough", SAFE, SAFE + 1],
];

describe("limits of the schemas", () => {
  it.each(caps.map((c) => [c[0], c[1], JSON.stringify(c[2]).slice(0, 24), c] as const))(
    "T16: %s.%s goes as far as %s and not one further",
    (_, __, ___, [name, path, most, beyond]) => {
      const { sample } = named(name);
      expect(accepts(name, withAt(sample, path, most))).toBe(true);
      expect(accepts(name, withAt(sample, path, beyond))).toBe(false);
    },
  );

  it("T16: the limits are those of wire v0", () => {
    expect(wireLimits).toEqual({
      provisionBytes: 16_384,
      checkInBytes: 65_536,
      factsBytes: 262_144,
      snapshotBytes: 16_777_216,
      replyBytes: 262_144,
      documentBytes: 2_097_152,
      jsonDepth: 32,
      factsPerReport: 100,
      waitingPerCheckIn: 64,
      packagesPerSnapshot: 50_000,
      interfacesPerHost: 256,
      addressesPerInterface: 64,
      modulesPerHost: 1_000,
      patchesPerList: 2_000,
      packagesPerPatch: 512,
      replacedPerPackage: 64,
      outputTailCharacters: 2_000,
      clockSkewSeconds: 300,
      manifestPayloadBytes: 1_024,
    });
  });
});

const grammars: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
  [
    "JobManifest",
    "agentId",
    [Samples.uuid(1)],
    ["", "1", "../x", `{${Samples.uuid(1)}}`, `${Samples.uuid(1)}\n`, "g".repeat(36)],
  ],
  ["JobManifest", "tenantId", ["a", "0-a", "acme-2"], ["", "-a", "A", "a_b", "a/b", "a.b", "a\n", "ä"]],
  [
    "JobManifest",
    "list",
    [Samples.digest(1)],
    ["sha256:", Samples.digest(1).toUpperCase(), `${Samples.digest(1)}0`, "md5:0"],
  ],
  [
    "PatchList",
    "patches.0.patchId",
    ["a", "FTSA-2026:0001", "KB5.1_2"],
    ["", "-a", ".a", "a b", "a/b", "a'b", "a\n", "__proto__"],
  ],
  ["PatchList", "patches.0.advisory", ["RHSA-2026:1"], ["--exclude=x", "a b", "a;b", "$(a)", "\u0000"]],
  [
    "PatchList",
    "patches.0.packages.0.name",
    ["a", "libstdc++", "a.b-c_d+e", "0ad"],
    ["", "-y", ".a", "+a", "a b", "a/b", "../a", "a*", "a;b", "a\n"],
  ],
  [
    "PatchFact",
    "body.packages.0.name",
    ["a", "libstdc++", "Notepad++ (64-bit x64)", "µTorrent", "Яндекс 24", "7-Zip", "C#", "x".repeat(128)],
    ["", "-y", " a", "a ", "a\n", "a\tb", "a\u0000b", "a\u202eb", "a\u200bb", "\ud800", "x".repeat(129), "(a)"],
  ],
  [
    "PatchFact",
    "body.packages.0.after.0",
    ["1-1", "10.0.19045.3803", "1:2.0-1-2", "23E224"],
    ["", "-1", "1-", "1 (2)", "1\n", "x:1"],
  ],
  ["PatchList", "patches.0.packages.0.arch", ["x86_64", "noarch"], ["", "x86-64", "x.y", "(none)", "*", "a b"]],
  [
    "PatchList",
    "patches.0.packages.0.evr",
    ["1-1", "0:1-1", "1~rc^2+x_y-1.el9"],
    ["", "-1", "1-", ":1-1", "1-1-1", "1 -1", "1/2-1", "a:1-1", "*-1", "1-1\n"],
  ],
];

describe("grammars", () => {
  it.each(grammars)("T9: %s.%s has a closed grammar", (name, path, taken, refused) => {
    const { sample } = named(name);
    expect(taken.filter((word) => !accepts(name, withAt(sample, path, word)))).toEqual([]);
    expect(refused.filter((word) => accepts(name, withAt(sample, path, word)))).toEqual([]);
  });

  it("RUN-10: an unknown reason code travels as it is", () => {
    for (const reasonCode of [0, 1, 2, 6, 14, 4_711, null]) {
      expect(accepts("PatchFact", withAt(Samples.patchFact, "body.reasonCode", reasonCode))).toBe(true);
    }
  });

  it("an agent understands no critical member yet", () => {
    expect(Documents.criticalMembers.size).toBe(0);
  });
});
