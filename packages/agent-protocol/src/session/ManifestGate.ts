/**
 * The agent's last word on a job manifest: taken, already held, or refused (MAN-02, PLN-04, invariant I1). Pure.
 *
 * A manifest passes only when the tenant's key signed it, it is for this agent of this tenant in this epoch, its number
 * is above every number seen, its validity interval isn't over, the agent understands every critical member, and the
 * zone facts that its instants came from are the agent's own.
 */
import { fail, ok, type Result } from "../Result.ts";
import type { PublicKey, SignatureSuite } from "../wire/Crypto.ts";
import * as Documents from "../wire/Documents.ts";
import * as Dsse from "../wire/Dsse.ts";
import type { RefusalReason } from "../wire/Facts.ts";
import { type WireLimits, wireLimits } from "../wire/WireLimits.ts";

/** What the agent knows for sure when a manifest arrives. */
export interface GateKeeper {
  readonly tenantId: string;
  readonly agentId: string;
  readonly epoch: number;
  readonly tenantKey: PublicKey;
  /** The highest manifest number ever accepted. */
  readonly manifestVersion: number;
  /** The later of the agent's clock and the latest signed time it has seen. */
  readonly now: number;
  readonly timeZone: string;
  readonly tzdata: string;
  /** How signatures are checked; Ed25519 unless told. */
  readonly suite?: SignatureSuite;
}

export interface Refusal {
  readonly _tag: "Refusal";
  readonly reason: RefusalReason;
  readonly message: string;
  /** The run, where the manifest could be read. */
  readonly runId: string | null;
}

const refuse = (reason: RefusalReason, message: string, runId: string | null = null): Result<never, Refusal> =>
  fail({ _tag: "Refusal", reason, message, runId });

/** Judges a sealed job manifest. */
export const admitManifest = (
  sealed: Uint8Array,
  keeper: GateKeeper,
  limits: WireLimits = wireLimits,
): Result<Documents.JobManifest, Refusal> => {
  const { tenantKey, suite } = keeper;
  const most = { bytes: limits.manifestPayloadBytes, depth: limits.jsonDepth };
  const opened = Dsse.openAs(Documents.JobManifest, Dsse.payloadTypes.jobManifest, sealed, tenantKey, most, suite);
  if (!opened.ok) return refuse(dsseReason(opened.error), opened.error.message);
  const m = opened.value;
  if (m.tenantId !== keeper.tenantId || m.agentId !== keeper.agentId || m.epoch !== keeper.epoch) {
    return refuse("foreign", "made for another tenant, agent or epoch", m.runId);
  }
  if (m.manifestVersion <= keeper.manifestVersion) {
    return refuse("older-than-seen", `number ${m.manifestVersion}; ${keeper.manifestVersion} was seen`, m.runId);
  }
  const unknown = m.critical.filter((c) => !Documents.criticalMembers.has(c));
  if (unknown.length > 0) return refuse("unknown-critical", unknown.join(", "), m.runId);
  if (m.notAfter <= keeper.now) return refuse("expired", `valid until ${m.notAfter}, now ${keeper.now}`, m.runId);
  if (m.local !== null && (m.local.zone !== keeper.timeZone || m.local.tzdata !== keeper.tzdata)) {
    const mine = `${keeper.timeZone} (${keeper.tzdata})`;
    return refuse("zone-differs", `made for ${m.local.zone} (${m.local.tzdata}); here ${mine}`, m.runId);
  }
  return ok(m);
};

/** Judges the patch list that a manifest names; the bytes' digest was compared by whoever fetched them. */
export const admitList = (
  sealed: Uint8Array,
  manifest: Documents.JobManifest,
  keeper: GateKeeper,
  limits: WireLimits = wireLimits,
): Result<Documents.PatchList, Refusal> => {
  const { tenantKey, suite } = keeper;
  const most = { bytes: limits.documentBytes, depth: limits.jsonDepth };
  const opened = Dsse.openAs(Documents.PatchList, Dsse.payloadTypes.patchList, sealed, tenantKey, most, suite);
  if (!opened.ok) return refuse(dsseReason(opened.error), opened.error.message, manifest.runId);
  const list = opened.value;
  return list.tenantId === keeper.tenantId && list.kind === manifest.kind
    ? ok(list)
    : refuse("foreign", "a list of another tenant or kind of job", manifest.runId);
};

const dsseReason = (e: Dsse.DsseError): RefusalReason =>
  e.reason === "wrong-signature" ? "wrong-signature" : "malformed";
