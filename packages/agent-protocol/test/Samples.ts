/** Keys, ids and one true example of everything that travels. Nothing here is random: a failing test fails again. */
import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import type { Crypto, Documents, Facts, HostReport, Messages, SignedRequest } from "../src/index.ts";

// PKCS #8 of an Ed25519 key is this prefix and the 32 bytes of the seed.
const PKCS8_PREFIX = "302e020100300506032b657004220420";

/** The n-th key pair, always the same. */
export const keyPair = (n: number): Crypto.KeyPair => {
  const seed = createHash("sha256").update(`fettle test key ${n}`).digest();
  const der = Buffer.concat([Buffer.from(PKCS8_PREFIX, "hex"), seed]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  return {
    publicKey: createPublicKey(key).export({ format: "der", type: "spki" }).toString("base64url"),
    privateKey: der.toString("base64url"),
  };
};

/** The n-th UUID. */
export const uuid = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;

/** A digest of something nobody has. */
export const digest = (n: number): Crypto.Digest => `sha256:${n.toString(16).padStart(64, "0")}`;

export const TENANT = "acme";
export const tenantKeys = keyPair(1);
export const agentKeys = keyPair(2);
export const strangerKeys = keyPair(3);
export const agentId = uuid(0xa);
export const assetId = uuid(0xb);
export const NOW = Date.UTC(2026, 5, 2, 12);
export const HOUR = 3_600_000;

export const manifest: Documents.JobManifest = {
  tenantId: TENANT,
  agentId,
  epoch: 1,
  manifestVersion: 7,
  runId: uuid(0x10),
  jobId: uuid(0x11),
  jobRevision: 3,
  occurrenceKey: "2026-06-02T22:00 America/Argentina/ComodRivadavia 0",
  kind: "deployment",
  list: digest(0xabc),
  validity: "window",
  notBefore: NOW - HOUR,
  notAfter: NOW + HOUR,
  bound: "complete",
  local: { zone: "America/Argentina/ComodRivadavia", nominal: "2026-06-02T22:00", tzdata: "2026a" },
  continueOnFailure: true,
  reboot: { _tag: "Suppress" },
  critical: [],
};

export const patchList: Documents.PatchList = {
  tenantId: TENANT,
  kind: "deployment",
  patches: [
    {
      patchId: "FTSA-2026:0001",
      advisory: "FTSA-2026:0001",
      packages: [{ name: "openssl-lab", arch: "x86_64", evr: "1:3.0.7-2.el9" }],
    },
  ],
};

export const configuration: Documents.Configuration = {
  tenantId: TENANT,
  profile: "default",
  revision: 1,
  statusIntervalSeconds: 900,
  scanIntervalSeconds: 14_400,
};

/** A fact of these samples. */
export const factOf = (sequence: number, body: Facts.FactBody): Facts.Fact => ({
  sequence,
  at: NOW,
  bootId: uuid(0xc),
  body,
});

export const statusFact: Facts.Fact = factOf(1, {
  _tag: "Status",
  runId: manifest.runId,
  status: "JobStarted",
  reason: "the window is open",
});
export const patchFact: Facts.Fact = factOf(2, {
  _tag: "Patch",
  runId: manifest.runId,
  patchId: "FTSA-2026:0001",
  attempt: 1,
  outcome: "Failed",
  reasonCode: 9,
  exitCode: 1,
  outputTail: "a %pre scriptlet failed",
  packages: [{ name: "openssl-lab", arch: "x86_64", before: ["3.0.7-1.el9"], after: ["3.0.7-1.el9"] }],
});
export const refusalFact: Facts.Fact = factOf(3, {
  _tag: "Refusal",
  document: digest(4),
  runId: null,
  reason: "wrong-signature",
  message: "not signed by the tenant's key",
});
export const droppedFact: Facts.Fact = factOf(4, { _tag: "Dropped", runId: manifest.runId });
export const rebootFact: Facts.Fact = factOf(5, {
  _tag: "Reboot",
  runId: manifest.runId,
  event: { _tag: "Prompted", number: 1, deferralsLeft: 3, until: 1_760_000_000_000 },
});

export const provisionRequest: Messages.ProvisionRequest = {
  attemptId: uuid(0x20),
  activationKeyId: uuid(0x21),
  proof: "p".repeat(43),
  publicKey: agentKeys.publicKey,
  name: "web-01.example.org",
  platform: "Linux",
  osFamily: "RHEL",
  osName: "Red Hat Enterprise Linux 9.4",
  arch: "x86_64",
  timeZone: "Europe/Berlin",
  agentVersion: "1.2.3",
  bootId: uuid(0xc),
};

/** What an idle agent says: it holds everything there is. */
export const checkInRequest: Messages.CheckInRequest = {
  agentVersion: "1.2.3",
  bootId: uuid(0xc),
  timeZone: "America/Argentina/ComodRivadavia",
  tzdata: "2026a",
  configuration: digest(5),
  snapshot: digest(6),
  manifestVersion: 7,
};

export const hostReport: HostReport.HostReport = {
  name: "web-01.example.org",
  osFamily: "RHEL",
  osName: "Red Hat Enterprise Linux 9.4",
  arch: "x86_64",
  release: "rhel:9",
  osVersion: "9.4",
  packageFormat: "rpm",
  modules: ["nodejs:18"],
  manufacturer: "Dell Inc.",
  model: "PowerEdge R750",
  serialNumber: "CZJ0420FKX",
  interfaces: [
    { name: "eth0", mac: "00:50:56:ab:cd:01", addresses: ["192.0.2.7", "2001:db8::7"], gateway: "192.0.2.1" },
  ],
  loggedInUser: "alice",
  bootedAt: NOW - HOUR,
  location: "Lisbon",
};

export const snapshotRequest: Messages.SnapshotRequest = {
  takenAt: NOW,
  bootId: uuid(0xc),
  report: hostReport,
  packages: [{ name: "openssl-lab", arch: "x86_64", evr: "1:3.0.7-1.el9" }],
};

const answers = { agentId, epoch: 1, sequence: 12_345, request: digest(7), serverTime: NOW };

export const provisionReply: Messages.ProvisionReply = {
  ...answers,
  _tag: "Provisioned",
  tenantId: TENANT,
  assetId,
  newEpoch: 1,
};
export const checkInReply: Messages.CheckInReply = {
  ...answers,
  _tag: "CheckedIn",
  nextCheckInSeconds: 900,
  configuration: digest(5),
  wantSnapshot: false,
  manifests: [{ version: 8, digest: digest(8) }],
  acknowledgedThrough: 3,
  uninstall: false,
};
export const leaveReply: Messages.LeaveReply = { ...answers, _tag: "Left" };
export const factsReply: Messages.FactsReply = { ...answers, _tag: "FactsAcknowledged", acknowledgedThrough: 3 };
export const snapshotReply: Messages.SnapshotReply = { ...answers, _tag: "SnapshotHeld", snapshot: digest(6) };

/** What is signed about a request. */
export const about: Omit<SignedRequest.RequestComponents, "bodyDigest"> = {
  method: "POST",
  path: "/v0/check-in",
  tenantId: TENANT,
  agentId,
  epoch: 1,
  sequence: 12_345,
  created: NOW,
  nonce: "AAAAAAAAAAAAAAAAAAAAAA",
};
