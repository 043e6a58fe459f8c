/**
 * Requests and replies of wire v0, their schemas and the routes that carry them. A reply is a signed document bound to
 * its request by the request's digest, so that an acknowledgement can't be forged or moved to another request.
 */
import * as z from "zod";
import * as Crypto from "./Crypto.ts";
import { Fact } from "./Facts.ts";
import { HostReport } from "./HostReport.ts";
import type { RequestComponents } from "./SignedRequest.ts";
import { type WireLimits, wireLimits } from "./WireLimits.ts";
import * as Words from "./Words.ts";

/** First contact (AGT-01): who the agent says it is, and the proof that it holds an activation key. */
export const ProvisionRequest = z.strictObject({
  /** Kept before the first send, so that a repeated request gets the same answer. */
  attemptId: Words.uuid,
  activationKeyId: Words.uuid,
  /** HMAC over {@link provisionTranscript} under the digest of the key's secret. */
  proof: z.string().length(43),
  publicKey: z.string().max(128),
  name: Words.name,
  /** `Other` is inventoried, and never patched (AST-13). */
  platform: z.enum(["Windows", "Linux", "Mac", "Other"]),
  osFamily: Words.name,
  osName: Words.name,
  arch: Words.architecture,
  timeZone: Words.zone,
  agentVersion: Words.version,
  bootId: Words.uuid,
});
export type ProvisionRequest = z.infer<typeof ProvisionRequest>;

/** What an activation key's holder proves knowledge under. */
export const provisionTranscript = (
  r: Pick<ProvisionRequest, "attemptId" | "activationKeyId" | "publicKey">,
  who: { readonly tenantId: string; readonly agentId: string },
): string => ["fettle-provision-v0", who.tenantId, who.agentId, r.activationKeyId, r.attemptId, r.publicKey].join("\n");

/** The proof that goes with {@link provisionTranscript}. `secretDigest` is all that the control plane keeps of a secret. */
export const provisionProof = (
  r: Pick<ProvisionRequest, "attemptId" | "activationKeyId" | "publicKey">,
  who: { readonly tenantId: string; readonly agentId: string },
  secretDigest: Crypto.Digest,
): string => Crypto.hmac(secretDigest, provisionTranscript(r, who));

/** "Here I am, this is what I hold." Under 1 KiB when idle (AGT-04). */
export const CheckInRequest = z.strictObject({
  agentVersion: Words.version,
  bootId: Words.uuid,
  timeZone: Words.zone,
  tzdata: Words.version,
  configuration: Words.digest.nullable(),
  snapshot: Words.digest.nullable(),
  manifestVersion: Words.count,
  /**
   * Runs whose manifests it holds and that it has not begun, those that may begin first ahead: of these it can be told that they
   * are revoked. Without any, it isn't told.
   */
  waiting: z.array(Words.uuid).min(1).max(wireLimits.waitingPerCheckIn).exactOptional(),
});
export type CheckInRequest = z.infer<typeof CheckInRequest>;

export const FactsRequest = z.strictObject({
  facts: z.array(Fact).min(1).max(wireLimits.factsPerReport),
  /**
   * Up to which fact it has none any more, though the platform, which was restored from a backup, has lost some: what it still knows of
   * them was told again.
   */
  acknowledged: Words.count.exactOptional(),
});
export type FactsRequest = z.infer<typeof FactsRequest>;

/**
 * What the machine is, and every installed package, sorted by name, architecture, version (SYN-01, the full snapshot).
 * Without packages: they are still those of the snapshot that the platform holds, and only the report changed.
 */
export const SnapshotRequest = z
  .strictObject({
    takenAt: Words.instant,
    bootId: Words.uuid,
    report: HostReport,
    packages: z.array(Words.pkg).max(wireLimits.packagesPerSnapshot).nullable(),
  })
  .refine(
    ({ report: { packageFormat }, packages }) =>
      packageFormat === null || packages === null || packages.every((p) => Words.isOf(packageFormat, p)),
    "a name or a version that the machine's package format doesn't know",
  );
export type SnapshotRequest = z.infer<typeof SnapshotRequest>;

const answers = {
  agentId: Words.uuid,
  epoch: Words.count,
  sequence: Words.count,
  request: Words.digest,
  serverTime: Words.instant,
};

export const ProvisionReply = z.strictObject({
  ...answers,
  _tag: z.literal("Provisioned"),
  tenantId: Words.tenantId,
  assetId: Words.uuid,
  newEpoch: z.int().min(1),
});
export type ProvisionReply = z.infer<typeof ProvisionReply>;

export const CheckInReply = z.strictObject({
  ...answers,
  _tag: z.literal("CheckedIn"),
  nextCheckInSeconds: z.int().min(1).max(86_400),
  /** The configuration to hold; null when the agent holds it. */
  configuration: Words.digest.nullable(),
  wantSnapshot: z.boolean(),
  /** Job manifests not yet known to be held, lowest version first. */
  manifests: z.array(z.strictObject({ version: z.int().min(1), digest: Words.digest })).max(64),
  acknowledgedThrough: Words.count,
  /** The agent is to leave: finish what it has begun, say farewell, and remove itself (AGT-07). */
  uninstall: z.boolean(),
  /**
   * Of the runs that it said are waiting, those that it is to drop (JOB-28). Without any, it isn't told; so an agent that doesn't
   * know the member never meets it.
   */
  revoked: z.array(Words.uuid).min(1).max(wireLimits.waitingPerCheckIn).exactOptional(),
});
export type CheckInReply = z.infer<typeof CheckInReply>;

export const FactsReply = z.strictObject({
  ...answers,
  _tag: z.literal("FactsAcknowledged"),
  /** Every fact up to and with this one is durable. */
  acknowledgedThrough: Words.count,
});
export type FactsReply = z.infer<typeof FactsReply>;

/** "I leave": the last request of an agent (AGT-07). */
export const LeaveRequest = z.strictObject({});
export type LeaveRequest = z.infer<typeof LeaveRequest>;

/** Its asset is removed, its seat free; nothing that it sends from now on is taken. */
export const LeaveReply = z.strictObject({ ...answers, _tag: z.literal("Left") });
export type LeaveReply = z.infer<typeof LeaveReply>;

/** `snapshot` is {@link ./HostReport.ts | HostReport.snapshotDigest} of what the platform now holds. */
export const SnapshotReply = z.strictObject({ ...answers, _tag: z.literal("SnapshotHeld"), snapshot: Words.digest });
export type SnapshotReply = z.infer<typeof SnapshotReply>;

/** What binds a reply to its request. */
export const answering = (
  components: RequestComponents,
  serverTime: number,
): { agentId: string; epoch: number; sequence: number; request: Crypto.Digest; serverTime: number } => ({
  agentId: components.agentId,
  epoch: components.epoch,
  sequence: components.sequence,
  request: components.bodyDigest,
  serverTime,
});

/** The header of a provisioning reply that carries the tenant's public key, to be checked against the fingerprint. */
export const TENANT_KEY_HEADER = "fettle-tenant-key";

/** Who may call a route. There is no other kind, and a route can't be declared without one. */
export type RoutePrincipal = "activation" | "agent" | "user" | "public";

/** A route: exact method and path, who may call it, and how large a body it reads. */
export interface Route {
  readonly name: "provision" | "checkIn" | "facts" | "snapshot" | "document" | "leave";
  readonly method: "GET" | "POST";
  /** An exact path, or one that ends in `/` and takes one more segment. */
  readonly path: string;
  readonly principal: RoutePrincipal;
  readonly bodyLimit: (limits: WireLimits) => number;
}

const DOCUMENTS = "/v0/documents/";

/** All routes an agent may call. Whatever isn't here doesn't exist (T10). */
export const routes: readonly Route[] = [
  {
    name: "provision",
    method: "POST",
    path: "/v0/provision",
    principal: "activation",
    bodyLimit: (l) => l.provisionBytes,
  },
  { name: "checkIn", method: "POST", path: "/v0/check-in", principal: "agent", bodyLimit: (l) => l.checkInBytes },
  { name: "facts", method: "POST", path: "/v0/facts", principal: "agent", bodyLimit: (l) => l.factsBytes },
  { name: "snapshot", method: "POST", path: "/v0/snapshots", principal: "agent", bodyLimit: (l) => l.snapshotBytes },
  { name: "leave", method: "POST", path: "/v0/leave", principal: "agent", bodyLimit: (l) => l.checkInBytes },
  { name: "document", method: "GET", path: DOCUMENTS, principal: "agent", bodyLimit: () => 0 },
];

/** The route of a request, or null: a path is compared as it stands, never normalised. */
export const routeOf = (request: { readonly method: string; readonly path: string }): Route | null =>
  routes.find(
    (r) =>
      r.method === request.method && (r.path.endsWith("/") ? isUnder(r.path, request.path) : r.path === request.path),
  ) ?? null;

/** The path of a signed document. */
export const documentPath = (digest: Crypto.Digest): string => `${DOCUMENTS}${digest.slice("sha256:".length)}`;

/** The digest that a document's path names, or null. */
export const documentDigest = (path: string): Crypto.Digest | null => {
  const digest = `sha256:${path.slice(DOCUMENTS.length)}` as const;
  return path.startsWith(DOCUMENTS) && Crypto.DIGEST.test(digest) ? digest : null;
};

const isUnder = (prefix: string, path: string): boolean =>
  path.startsWith(prefix) && /^[0-9a-f]{1,64}$/.test(path.slice(prefix.length));
