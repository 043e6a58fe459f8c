/**
 * An agent made by hand: it signs what a test tells it to, right or wrong, and opens what comes back. It has no journal and
 * no judgement; the real agent is in the story.
 */
import {
  Crypto,
  Documents,
  Dsse,
  type Facts,
  type HostReport,
  Json,
  Messages,
  type Package,
  SignedRequest,
  wireLimits,
} from "@fettle/agent-protocol";
import type { PatchOutcome, RunStatus } from "@fettle/agent-protocol/vocabulary";
import type * as z from "zod";
import type { IssuedActivationKey } from "../../src/engine/agents/ActivationKeys.ts";
import * as ControlPlane from "./ControlPlane.ts";
import * as Values from "./Values.ts";

export type RouteName = Messages.Route["name"];
export type FactBody = Facts.FactBody;

/** What of a request is to be other than it ought to be. */
export interface Deviation {
  readonly tenantId?: string;
  readonly agentId?: string;
  readonly epoch?: number;
  readonly sequence?: number;
  readonly created?: number;
  readonly path?: string;
  readonly keys?: Crypto.KeyPair;
}

export interface WireAgent {
  readonly id: string;
  readonly tenantId: string;
  readonly keys: Crypto.KeyPair;
  /** Signs a body for a route with the next sequence, or as the deviation has it. */
  readonly sign: (route: RouteName, body: unknown, deviation?: Deviation) => SignedRequest.WireRequest;
  readonly send: (request: SignedRequest.WireRequest) => SignedRequest.WireReply;
  readonly provisionBody: (
    issued: IssuedActivationKey,
    over?: Partial<Messages.ProvisionRequest>,
  ) => Messages.ProvisionRequest;
  readonly provision: (
    issued: IssuedActivationKey,
    over?: Partial<Messages.ProvisionRequest>,
  ) => SignedRequest.WireReply;
  readonly checkInBody: (over?: Partial<Messages.CheckInRequest>) => Messages.CheckInRequest;
  readonly checkIn: (over?: Partial<Messages.CheckInRequest>) => Messages.CheckInReply;
  /** Without packages (null), those of before are meant. */
  readonly snapshot: (
    packages: readonly Package.Package[] | null,
    report?: Partial<HostReport.HostReport>,
  ) => Messages.SnapshotReply;
  readonly snapshotBody: (
    packages: readonly Package.Package[] | null,
    report?: Partial<HostReport.HostReport>,
  ) => Messages.SnapshotRequest;
  /** Facts as they would be numbered from a number on. */
  readonly factsBody: (from: number, ...bodies: readonly FactBody[]) => Messages.FactsRequest;
  readonly report: (from: number, ...bodies: readonly FactBody[]) => Messages.FactsReply;
  /** Says farewell, whether or not it was asked to. */
  readonly leave: () => SignedRequest.WireReply;
  readonly fetch: (digest: Crypto.Digest) => SignedRequest.WireReply;
  readonly manifest: (digest: Crypto.Digest) => Documents.JobManifest;
  readonly list: (digest: Crypto.Digest) => Documents.PatchList;
  /** Every request that was sent, in order. */
  readonly sent: readonly SignedRequest.WireRequest[];
}

const METHODS: { readonly [R in RouteName]: readonly ["GET" | "POST", string] } = {
  provision: ["POST", "/v0/provision"],
  checkIn: ["POST", "/v0/check-in"],
  facts: ["POST", "/v0/facts"],
  snapshot: ["POST", "/v0/snapshots"],
  document: ["GET", "/v0/documents/"],
  leave: ["POST", "/v0/leave"],
};

const FIRST_KEYS = new Map<number, Crypto.KeyPair>();

/** Keys by number: the same in every world, so that signatures repeat. */
export const keysOf = (n: number): Crypto.KeyPair => {
  const keys = FIRST_KEYS.get(n) ?? Crypto.generateKeyPair();
  FIRST_KEYS.set(n, keys);
  return keys;
};

/** The n-th agent of a tenant; agents of one number have one id and one key in every tenant. */
export const make = (
  plane: ControlPlane.ControlPlane,
  n: number,
  tenantId: string = ControlPlane.TENANT,
): WireAgent => {
  const id = Values.uuid(0x1000 + n);
  const keys = keysOf(n);
  const sent: SignedRequest.WireRequest[] = [];
  let sequence = 0;
  let tenantKey = "";
  const sign: WireAgent["sign"] = (route, body, deviation = {}) => {
    sequence += 1;
    const [method, path] = METHODS[route];
    const { keys: signer = keys, ...about } = deviation;
    const bytes = body instanceof Uint8Array ? body : Json.canonicalBytes(body);
    const made = {
      tenantId,
      agentId: id,
      epoch: route === "provision" ? 0 : 1,
      sequence,
      created: plane.clock.now(),
      nonce: nonce(sequence),
    };
    return SignedRequest.sign({ method, path, ...made, ...about }, bytes, signer);
  };
  const send: WireAgent["send"] = (request) => {
    sent.push(request);
    return plane.call(plane.fettle.gateway.handle(request));
  };
  const ask = <A>(schema: z.ZodType<A>, route: RouteName, body: unknown): A =>
    open(schema, Dsse.payloadTypes.reply, send(sign(route, body)), tenantKey);
  const fetch: WireAgent["fetch"] = (digest) =>
    send(sign("document", new Uint8Array(), { path: Messages.documentPath(digest) }));
  const provisionBody: WireAgent["provisionBody"] = (issued, over = {}) => {
    const named = {
      attemptId: Values.uuid(0x2000 + n),
      activationKeyId: issued.key.id,
      publicKey: keys.publicKey,
      ...over,
    };
    return {
      ...host,
      proof: Messages.provisionProof(named, { tenantId, agentId: id }, Crypto.digest(issued.secret)),
      name: `machine-${String(n).padStart(3, "0")}`,
      ...named,
    };
  };
  const snapshotBody: WireAgent["snapshotBody"] = (packages, report = {}) => ({
    takenAt: plane.clock.now(),
    bootId: Values.uuid(5),
    report: { ...reported, name: `machine-${String(n).padStart(3, "0")}`, ...report },
    packages: packages === null ? null : [...packages],
  });
  const checkInBody: WireAgent["checkInBody"] = (over = {}) => ({ ...idle, ...over });
  const factsBody: WireAgent["factsBody"] = (from, ...bodies) => ({
    facts: bodies.map((body, i) => ({ sequence: from + i, at: plane.clock.now() + i, bootId: Values.uuid(5), body })),
  });
  return {
    id,
    tenantId,
    keys,
    sign,
    send,
    provisionBody,
    provision: (issued, over) => {
      const reply = send(sign("provision", provisionBody(issued, over)));
      tenantKey = reply.headers[Messages.TENANT_KEY_HEADER] ?? tenantKey;
      return reply;
    },
    checkInBody,
    checkIn: (over) => ask(Messages.CheckInReply, "checkIn", checkInBody(over)),
    snapshot: (packages, report) => ask(Messages.SnapshotReply, "snapshot", snapshotBody(packages, report)),
    snapshotBody,
    factsBody,
    report: (from, ...bodies) => ask(Messages.FactsReply, "facts", factsBody(from, ...bodies)),
    leave: () => send(sign("leave", {})),
    fetch,
    manifest: (digest) => open(Documents.JobManifest, Dsse.payloadTypes.jobManifest, fetch(digest), tenantKey),
    list: (digest) => open(Documents.PatchList, Dsse.payloadTypes.patchList, fetch(digest), tenantKey),
    sent,
  };
};

/** A status as an agent reports it. */
export const status = (runId: string, to: RunStatus.RunStatus, reason: string | null = null): FactBody => ({
  _tag: "Status",
  runId,
  status: to,
  reason,
});

/** What became of a patch that brought openssl from one version to another, as an agent reports it. */
export const patched = (
  runId: string,
  patchId: string,
  outcome: PatchOutcome.PatchOutcome,
  change: readonly [string, string] = ["1-1", "2-1"],
): FactBody => ({
  _tag: "Patch",
  runId,
  patchId,
  attempt: 1,
  outcome,
  reasonCode: outcome === "Failed" ? 9 : null,
  exitCode: outcome === "Failed" ? 1 : 0,
  outputTail: "",
  packages: [{ name: "openssl", arch: "x86_64", before: [change[0]], after: [change[1]] }],
});

/** Everything an agent reports of a run that brings one patch, from the first status to the last. */
export const wholeRun = (
  runId: string,
  patchId = "P-1",
  outcome: PatchOutcome.PatchOutcome = "Installed",
  change: readonly [string, string] = ["1-1", "2-1"],
): readonly FactBody[] => [
  ...(["Downloaded", "JobStarted", "Patching"] as const).map((to) => status(runId, to)),
  patched(runId, patchId, outcome, change),
  status(runId, outcome === "Failed" ? "CompletedWithFailure" : "Completed"),
];

/** The problem document of a refused request. */
export const problemOf = (
  reply: SignedRequest.WireReply,
): { readonly code: string; readonly status: number; readonly rule?: string; readonly serverTime?: number } =>
  JSON.parse(Buffer.from(reply.body).toString("utf8"));

const host = {
  platform: "Linux",
  osFamily: "Enterprise Linux",
  osName: "Enterprise Linux 9",
  arch: "x86_64",
  timeZone: "UTC",
  agentVersion: "1.0.0",
  bootId: Values.uuid(5),
} as const;

const { osFamily, osName, arch } = host;

/** What a machine says of itself that knows no more than at first contact. */
export const reported: HostReport.HostReport = {
  name: "machine",
  osFamily,
  osName,
  arch,
  release: null,
  osVersion: null,
  packageFormat: null,
  modules: null,
  manufacturer: null,
  model: null,
  serialNumber: null,
  interfaces: [],
  loggedInUser: null,
  bootedAt: null,
  location: null,
};

const idle: Messages.CheckInRequest = {
  agentVersion: "1.0.0",
  bootId: Values.uuid(5),
  timeZone: "UTC",
  tzdata: "2026a",
  configuration: null,
  snapshot: null,
  manifestVersion: 0,
};

const nonce = (n: number): string => Buffer.alloc(16, n & 0xff).toString("base64url");

const open = <A>(
  schema: z.ZodType<A>,
  type: Dsse.PayloadType,
  reply: SignedRequest.WireReply,
  tenantKey: string,
): A => {
  if (reply.status !== 200) throw new Error(`refused: ${Buffer.from(reply.body).toString("utf8")}`);
  const opened = Dsse.openAs(schema, type, reply.body, tenantKey, {
    bytes: wireLimits.documentBytes,
    depth: wireLimits.jsonDepth,
  });
  if (!opened.ok) throw new Error(`can't be trusted: ${opened.error.message}`);
  return opened.value;
};
