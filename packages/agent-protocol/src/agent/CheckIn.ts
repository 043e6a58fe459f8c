/**
 * A check-in (AGT-04): the agent says what it holds, hears what it lacks, fetches it and lets it through the gate.
 * A document is fetched by its digest; its bytes must have that digest before anything else is asked of them.
 */
import * as Effect from "effect/Effect";
import * as ManifestGate from "../session/ManifestGate.ts";
import type { RunWindow } from "../vocabulary/CpuLimit.ts";
import * as Crypto from "../wire/Crypto.ts";
import * as Documents from "../wire/Documents.ts";
import * as Dsse from "../wire/Dsse.ts";
import type { FactBody, RefusalFact } from "../wire/Facts.ts";
import * as HostReport from "../wire/HostReport.ts";
import * as Json from "../wire/Json.ts";
import * as Messages from "../wire/Messages.ts";
import { wireLimits } from "../wire/WireLimits.ts";
import * as AgentState from "./AgentState.ts";
import type { Hold } from "./ConfiguredConduct.ts";
import * as ConfiguredConduct from "./ConfiguredConduct.ts";
import * as Dropping from "./Dropping.ts";
import * as Exchange from "./Exchange.ts";
import { Host, noDetails } from "./Host.ts";
import { type Effort, Installer } from "./Installer.ts";
import { Inventory } from "./Inventory.ts";
import type { JournalRecord } from "./Journal.ts";
import type { Memory } from "./Memory.ts";
import { AgentEnvironment } from "./Ports.ts";
import * as Retelling from "./Retelling.ts";
import { Signatures } from "./Signatures.ts";

/** What a member of a tenant needs for any exchange. */
export interface Session {
  readonly memory: Memory;
  readonly next: Exchange.Sequencer;
  readonly party: Exchange.Party;
  readonly tenantKey: Crypto.PublicKey;
  readonly agentVersion: string;
  readonly bootId: string;
  /** When this life of the agent asked last whether a run's reboot is still needed, by run. */
  readonly lookedAt: Map<string, number>;
  /** The asset's zone, as its own clock goes by. */
  readonly timeZone: string;
  /** What keeps a run from starting at that time. */
  readonly hold: (now: number) => Hold | null;
  /** How the installer is to go about a run with this window at that time. */
  readonly effort: (window: RunWindow, now: number) => Effort;
  /**
   * Numbers and times a fact body; the record goes into the journal with the change that it tells of, behind `ahead` other
   * facts of the same append.
   */
  readonly fact: (body: FactBody, ahead?: number) => Effect.Effect<JournalRecord, never>;
}

/** Checks in and brings configuration, manifests and snapshot up to date. */
export const checkIn = Effect.fnUntraced(function* (session: Session) {
  const { memory } = session;
  const host = yield* Host;
  const environment = yield* AgentEnvironment;
  const state = memory.state();
  const waiting = AgentState.waiting(state, Math.max(environment.now(), state.timeFloor));
  const request: Messages.CheckInRequest = {
    agentVersion: session.agentVersion,
    bootId: yield* host.bootId(),
    timeZone: session.timeZone,
    tzdata: environment.tzdata(),
    configuration: state.configuration?.digest ?? null,
    snapshot: state.snapshot?.digest ?? null,
    manifestVersion: state.manifestVersion,
    ...named(waiting),
  };
  const call = { method: "POST", path: "/v0/check-in", body: Json.canonicalBytes(request) } as const;
  const { reply, components } = yield* Exchange.send(session.party, yield* session.next(), call);
  const answer = yield* Exchange.openReply(Messages.CheckInReply, reply, components, session.tenantKey);
  yield* Retelling.hear(session, answer.acknowledgedThrough);
  // Kept before anything else: from here on nothing new is begun.
  if (answer.uninstall && memory.state().farewell === "none") yield* memory.record([{ _tag: "UninstallOrdered" }]);
  if (memory.state().farewell !== "none") return answer;
  yield* Dropping.hear(memory, answer.revoked ?? []);
  const modules = ConfiguredConduct.conductOf(state).active;
  if (answer.configuration !== null) yield* holdConfiguration(session, answer.configuration);
  const isOther = modules.join() !== ConfiguredConduct.conductOf(memory.state()).active.join();
  yield* callScan(session, request, isOther);
  // Lowest number first, and none after one that could not be fetched: a higher one would shut the gate on it.
  for (const { digest, version } of [...answer.manifests].sort((a, b) => a.version - b.version)) {
    yield* holdManifest(session, digest, version, answer.serverTime, request.timeZone);
  }
  if (ConfiguredConduct.isScanDue(memory.state(), environment.now(), answer.wantSnapshot)) {
    yield* uploadSnapshot(session, answer.wantSnapshot);
  }
  return answer;
});

const named = (waiting: readonly AgentState.HeldRun[]): Pick<Messages.CheckInRequest, "waiting"> =>
  waiting.length === 0
    ? {}
    : { waiting: waiting.slice(0, wireLimits.waitingPerCheckIn).map((run) => run.manifest.runId) };

// Once for each boot, agent version and set of modules; the configuration that it is to go by is held by now.
const callScan = Effect.fnUntraced(function* (
  session: Session,
  { bootId, agentVersion }: Messages.CheckInRequest,
  hasOtherModules: boolean,
) {
  const state = session.memory.state();
  if (!hasOtherModules && !ConfiguredConduct.isAnotherLife(state, { bootId, agentVersion })) return;
  const environment = yield* AgentEnvironment;
  const at = ConfiguredConduct.calledScan(state, environment.now(), environment.random());
  yield* session.memory.record([{ _tag: "ScanCalled", at, bootId, agentVersion }]);
});

/** Says farewell, once nothing is left that was begun (AGT-07); from then on the agent does nothing more. */
export const leave = Effect.fn("CheckIn.leave")(function* (session: Session) {
  const call = { method: "POST", path: "/v0/leave", body: Json.canonicalBytes({}) } as const;
  const { reply, components } = yield* Exchange.send(session.party, yield* session.next(), call);
  yield* Exchange.openReply(Messages.LeaveReply, reply, components, session.tenantKey);
  yield* session.memory.record([{ _tag: "Left" }]);
});

/**
 * Reads the inventory and what the machine is, and sends it when it differs from what the platform holds, or when it asked.
 * When only the machine's report changed, the packages stay at home.
 */
export const uploadSnapshot = Effect.fn("CheckIn.uploadSnapshot")(function* (session: Session, wanted: boolean) {
  const environment = yield* AgentEnvironment;
  const takenAt = environment.now();
  const afterFact = session.memory.state().factsRecorded;
  const packages = yield* (yield* Inventory).packages();
  const report = yield* hostReport();
  const packagesDigest = Crypto.digest(Json.canonicalBytes(packages));
  const digest = HostReport.snapshotDigest(packagesDigest, report);
  const known = session.memory.state().snapshot;
  if (wanted || digest !== known?.digest) {
    const isKnown = !wanted && known?.packages === packagesDigest;
    const bootId = yield* (yield* Host).bootId();
    const body = Json.canonicalBytes({ takenAt, bootId, report, packages: isKnown ? null : packages });
    const call = { method: "POST", path: "/v0/snapshots", body } as const;
    const { reply, components } = yield* Exchange.send(session.party, yield* session.next(), call);
    const held = yield* Exchange.openReply(Messages.SnapshotReply, reply, components, session.tenantKey);
    if (held.snapshot !== digest) return yield* Exchange.untrusted(reply.status, "another snapshot was acknowledged");
  }
  const endedAt = environment.now();
  yield* session.memory.record([
    { _tag: "SnapshotHeld", digest, packages: packagesDigest, takenAt, endedAt, afterFact },
  ]);
});

// What the machine doesn't tell, or can't at the moment, is unknown; it keeps no package from being told.
const hostReport = Effect.fn("CheckIn.hostReport")(function* () {
  const host = yield* Host;
  const { name, osFamily, osName, arch } = yield* host.facts();
  const details = yield* Effect.catch(host.details?.() ?? Effect.succeed(noDetails), () => Effect.succeed(noDetails));
  const { packageFormat = null } = yield* Installer;
  return HostReport.fitted({ name, osFamily, osName, arch, packageFormat, ...details });
});

const fetchDocument = Effect.fn("CheckIn.fetchDocument")(function* (session: Session, digest: Crypto.Digest) {
  const call = { method: "GET", path: Messages.documentPath(digest), body: new Uint8Array() } as const;
  const { reply } = yield* Exchange.send(session.party, yield* session.next(), call);
  if (Crypto.digest(reply.body) !== digest)
    return yield* Exchange.untrusted(reply.status, "not the bytes of that digest");
  return reply.body;
});

const holdConfiguration = Effect.fn("CheckIn.holdConfiguration")(function* (session: Session, digest: Crypto.Digest) {
  const sealed = yield* fetchDocument(session, digest);
  const limits = { bytes: wireLimits.documentBytes, depth: wireLimits.jsonDepth };
  const { payloadTypes } = Dsse;
  const suite = yield* Signatures;
  const opened = Dsse.openAs(
    Documents.Configuration,
    payloadTypes.configuration,
    sealed,
    session.tenantKey,
    limits,
    suite,
  );
  if (!opened.ok) return yield* Exchange.untrusted(200, opened.error.message);
  if (opened.value.tenantId !== session.party.tenantId)
    return yield* Exchange.untrusted(200, "another tenant's configuration");
  yield* session.memory.record([{ _tag: "ConfigurationHeld", digest, configuration: opened.value }]);
});

const holdManifest = Effect.fn("CheckIn.holdManifest")(function* (
  session: Session,
  digest: Crypto.Digest,
  version: number,
  serverTime: number,
  timeZone: string,
) {
  const state = session.memory.state();
  if (version <= state.manifestVersion || state.refused.includes(digest)) return;
  const environment = yield* AgentEnvironment;
  const sealed = yield* fetchDocument(session, digest);
  const keeper: ManifestGate.GateKeeper = {
    tenantId: session.party.tenantId,
    agentId: session.party.agentId,
    epoch: session.party.epoch,
    tenantKey: session.tenantKey,
    manifestVersion: state.manifestVersion,
    now: Math.max(environment.now(), state.timeFloor, serverTime),
    timeZone,
    tzdata: environment.tzdata(),
    suite: yield* Signatures,
  };
  const admitted = ManifestGate.admitManifest(sealed, keeper);
  if (!admitted.ok) return yield* refuse(session, digest, version, admitted.error);
  const list = ManifestGate.admitList(yield* fetchDocument(session, admitted.value.list), admitted.value, keeper);
  if (!list.ok) return yield* refuse(session, digest, version, list.error);
  yield* session.memory.record([
    { _tag: "ManifestHeld", digest, manifest: admitted.value, list: list.value, serverTime },
  ]);
});

const refuse = Effect.fn("CheckIn.refuse")(function* (
  session: Session,
  digest: Crypto.Digest,
  version: number,
  refusal: ManifestGate.Refusal,
) {
  const body: RefusalFact = {
    _tag: "Refusal",
    document: digest,
    runId: refusal.runId,
    reason: refusal.reason,
    message: Json.wellFormed(refusal.message.slice(0, 1_000)),
  };
  // A forged number must not shut the gate on true manifests, so only a number that the tenant's key signed counts.
  const seen = refusal.runId === null ? session.memory.state().manifestVersion : version;
  yield* session.memory.record([{ _tag: "ManifestRefused", digest, version: seen }, yield* session.fact(body)]);
});
