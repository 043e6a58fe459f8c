/**
 * Takes what agents report: facts about runs, and snapshots. A fact is stored once for ever under (agent, epoch,
 * sequence); the asset run is the fold over the set of them, written in the same transaction that stores them.
 */
import { Crypto, type Facts, HostReport, Json, type Messages } from "@fettle/agent-protocol";
import type { Package } from "@fettle/agent-protocol/vocabulary";
import * as Effect from "effect/Effect";
import type { Asset } from "../../domain/asset/Asset.ts";
import * as AssetChange from "../../domain/asset/AssetChange.ts";
import * as AssetRun from "../../domain/run/AssetRun.ts";
import { formatOf } from "../../domain/shared/Platform.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { BlobStore } from "../../ports/BlobStore.ts";
import { Environment } from "../../ports/Environment.ts";
import type { FactRecord } from "../../schema/Stored.ts";
import * as Assessments from "../assessment/Assessments.ts";
import * as AssetWrites from "../assets/AssetWrites.ts";
import * as Breakers from "../catalogue/Breakers.ts";
import * as Repository from "../Repository.ts";
import * as RunMarks from "../runs/RunMarks.ts";
import * as ScanEvidence from "../runs/ScanEvidence.ts";
import * as Activities from "./Activities.ts";
import * as CheckIns from "./CheckIns.ts";
import type { ProvedRequest } from "./ProvedRequest.ts";
import * as Replies from "./Replies.ts";
import * as Restored from "./Restored.ts";
import * as Snapshots from "./Snapshots.ts";

/** Stores facts and moves the asset runs that they are about; acknowledges what is durable without a gap. */
export const takeFacts = Effect.fn("Reports.takeFacts")(function* (
  proved: ProvedRequest,
  request: Messages.FactsRequest,
) {
  const acknowledgedThrough = yield* keepFacts(proved, request);
  return yield* Replies.sealed(proved.components, { _tag: "FactsAcknowledged", acknowledgedThrough });
});

/** The same without the answer: up to which fact nothing is missing. */
export const keepFacts = Effect.fnUntraced(function* (proved: ProvedRequest, request: Messages.FactsRequest) {
  const { tenantId, agent } = proved;
  const { factsThrough } = agent.value;
  const records = firstOfEach(request.facts.map((fact) => record(proved, fact)));
  const from = Restored.factsFrom(agent.value, request.facts, request.acknowledged ?? 0);
  const through = proved.isRepeated ? factsThrough : contiguous(from, request.facts);
  // Repeated too: what was stored may have been cut off before it was acted on.
  const counted = proved.isRepeated ? null : yield* kept(proved, records, through);
  yield* Breakers.holdWhatFails(tenantId, records, counted).pipe(
    Effect.catchTag("Rejected", ({ message }) => Replies.refuse("unavailable", "try again", message)),
  );
  return through;
});

// What follows the last fact without a gap is new, unless some behind a gap came before: then the commit is refused, as each
// fact is expected not to be there, and only then there is a need to look.
const kept = (proved: ProvedRequest, records: readonly FactRecord[], through: number) => {
  const looked = Effect.suspend(() => lookedAt(proved, records, through));
  if (records.some(({ fact }) => fact.sequence <= proved.agent.value.factsThrough)) return looked;
  return Effect.catchIf(keptFresh(proved, records, through), isUnavailable, () => looked);
};

const lookedAt = Effect.fnUntraced(function* (proved: ProvedRequest, records: readonly FactRecord[], through: number) {
  const ids = records.map((r) => r.id);
  const known = new Set((yield* Repository.some(proved.tenantId, "fact", ids)).map((f) => f.id));
  yield* keptFresh(
    proved,
    records.filter((r) => !known.has(r.id)),
    through,
  );
  return null;
});

// Answers in which round each patch's attempts were counted.
const keptFresh = Effect.fnUntraced(function* (proved: ProvedRequest, fresh: readonly FactRecord[], through: number) {
  const { tenantId, agent } = proved;
  const found = yield* assetRunsOf(proved, fresh);
  const changes = yield* runChanges(proved, { fresh, through }, found);
  const assetRuns = found.map((a) => a.value);
  const early = earlyAmong(fresh, assetRuns);
  const counting = yield* Breakers.counting(tenantId, agent.id, fresh, assetRuns);
  yield* CheckIns.store(
    proved,
    {
      ...agent.value,
      session: proved.session,
      factsThrough: through,
      ...Activities.afterFacts(agent.value, fresh),
    },
    {
      expect: [
        ...fresh.map((f) => Repository.expected("fact", f.id, null)),
        ...[...early].map((runId) => Repository.expected("assetRun", AssetRun.idOf(runId, agent.id), null)),
        ...changes.expect,
        ...counting.expect,
      ],
      counters: counting.counters,
      writes: [
        ...fresh.map((f) => Repository.put("fact", f.id, early.has(runIdOf(f) ?? "") ? { ...f, isEarly: true } : f)),
        ...changes.writes,
        ...counting.writes,
      ],
      events: changes.events,
    },
  );
  return counting.rounds;
});

/** Keeps a snapshot with what the machine says of itself, and assesses it. */
export const takeSnapshot = Effect.fn("Reports.takeSnapshot")(function* (
  proved: ProvedRequest,
  request: Messages.SnapshotRequest,
) {
  const { tenantId, components } = proved;
  const packages = yield* packagesOf(proved, request);
  const digest = HostReport.snapshotDigest(packages.digest, request.report);
  if (!proved.isRepeated) {
    if (packages.bytes !== null) yield* (yield* BlobStore).put(tenantId, packages.bytes);
    // The catalogue may change meanwhile, or another machine send the same names: read again, it goes through.
    yield* Effect.retry(storeSnapshot(proved, request, { ...packages, snapshot: digest }), {
      times: SNAPSHOT_RETRIES,
      while: isUnavailable,
    });
  }
  return yield* Replies.sealed(components, { _tag: "SnapshotHeld", snapshot: digest });
});

// Those that came along, or those that are held when only the machine's report changed.
const packagesOf = Effect.fn("Reports.packagesOf")(function* (
  proved: ProvedRequest,
  request: Messages.SnapshotRequest,
) {
  const { tenantId, agent } = proved;
  if (request.packages !== null) {
    const bytes = Json.canonicalBytes(request.packages);
    return { bytes, digest: Crypto.digest(bytes), list: request.packages };
  }
  const held = yield* Repository.get(tenantId, "snapshot", agent.id);
  if (held === null) return yield* Replies.refuse("unavailable", "no packages held", "send the whole snapshot");
  const { digest } = held.value;
  return { bytes: null, digest, list: yield* Snapshots.packages(tenantId, digest) };
});

// Something changed while the request was under way.
const isUnavailable = (failure: { readonly _tag: string }): failure is Replies.Refusal =>
  failure instanceof Replies.Refusal && failure.problem.code === "unavailable";

/** How often a snapshot is assessed anew because something changed meanwhile, before the agent is asked to send it again. */
export const SNAPSHOT_RETRIES = 3;

const storeSnapshot = Effect.fn("Reports.storeSnapshot")(function* (
  proved: ProvedRequest,
  { report, takenAt, bootId }: Messages.SnapshotRequest,
  sent: { readonly snapshot: Crypto.Digest; readonly digest: Crypto.Digest; readonly list: readonly Package.Package[] },
) {
  const { tenantId, agent } = proved;
  const now = (yield* Environment).now();
  const asset = yield* Repository.get(tenantId, "asset", agent.id);
  if (asset === null) return yield* Replies.refuse("unknown-agent", "unknown asset", "provision first");
  const told = yield* changed(tenantId, asset, report, now);
  const received = { digest: sent.digest, packages: sent.list, takenAt, receivedAt: now };
  const taken = yield* Assessments.take(tenantId, { was: asset, is: told.asset }, received);
  const runs = yield* ScanEvidence.change(tenantId, agent.id, { takenAt, bootId, packages: sent.list });
  const noted = yield* Activities.noted(tenantId, agent.id, [
    { what: "InventoryScanComplete", at: now, about: null },
    { what: "ScanComplete", at: now, about: null },
  ]);
  yield* CheckIns.store(
    proved,
    { ...agent.value, session: proved.session, snapshot: sent.snapshot, bootId, ...told.held },
    {
      expect: [...taken.change.expect, ...told.change.expect, ...runs.expect, ...noted.expect],
      counters: [...taken.change.counters, ...told.change.counters],
      writes: [...taken.change.writes, ...told.change.writes, ...runs.writes, ...noted.writes],
      events: [
        ...told.change.events,
        ...runs.events,
        Repository.event("SnapshotReceived", "asset", agent.id, now, {
          snapshot: sent.digest,
          packages: sent.list.length,
          missing: taken.assessment.missing.length,
        }),
      ],
    },
  );
});

const unchanged = { expect: [], counters: [], writes: [], events: [] };

// AST-01, AST-02: its name and addresses are what they are now; it stays the same asset.
const changed = Effect.fn("Reports.changed")(function* (
  tenantId: TenantId,
  asset: Repository.Versioned<Asset>,
  report: HostReport.HostReport,
  now: number,
) {
  const { name, osFamily, osName, arch, ...told } = report;
  // Where a platform has one way to compare versions, it is that, whatever its agent's installer says or doesn't.
  const facts = { ...told, packageFormat: formatOf(asset.value.platform) ?? told.packageFormat };
  const is: Asset = { ...asset.value, name, osFamily, osName, arch, facts };
  const members = AssetChange.changed(asset.value, is);
  if (members.length === 0) return { asset: asset.value, held: {}, change: unchanged };
  const on = yield* AssetWrites.ground(tenantId, now);
  const { asset: stored, ...written } = yield* AssetWrites.ofAgent(on, { was: asset, is, about: { changed: members } });
  const { configuration } = written;
  const held =
    configuration === null
      ? {}
      : { configuration: configuration.digest, statusIntervalSeconds: configuration.statusIntervalSeconds };
  return { asset: stored, held, change: written.change };
});

const SEQUENCE_DIGITS = 16;

const record = (proved: ProvedRequest, fact: Facts.Fact): FactRecord => {
  const epoch = proved.components.epoch;
  const id = `${proved.agent.id}.${epoch}.${String(fact.sequence).padStart(SEQUENCE_DIGITS, "0")}`;
  return { id, agentId: proved.agent.id, epoch, fact: withRun(proved, fact) };
};

// Of two facts under one number, which only a broken agent tells, the first stands, in one report as over several.
const firstOfEach = (records: readonly FactRecord[]): readonly FactRecord[] => {
  const first = new Map<string, FactRecord>();
  for (const record of records) if (!first.has(record.id)) first.set(record.id, record);
  return [...first.values()];
};

// A document that could not even be read names no run; the record of what was offered does.
const withRun = (proved: ProvedRequest, fact: Facts.Fact): Facts.Fact => {
  const { body } = fact;
  if (body._tag !== "Refusal" || body.runId !== null) return fact;
  const offered = proved.agent.value.manifests.find((m) => m.digest === body.document);
  const runId = offered?.assetRunId.split(".")[0] ?? null;
  return { ...fact, body: { ...body, runId } };
};

// The highest number up to which nothing is missing.
const contiguous = (from: number, facts: readonly Facts.Fact[]): number => {
  const numbers = new Set(facts.map((f) => f.sequence));
  let through = from;
  while (numbers.has(through + 1)) through += 1;
  return through;
};

const runIdOf = ({ fact: { body } }: FactRecord): string | null => body.runId;

// Runs that a restored platform doesn't know yet, or never will: what is told of them waits for them.
const earlyAmong = (fresh: readonly FactRecord[], assetRuns: readonly AssetRun.AssetRun[]): ReadonlySet<string> => {
  const known = new Set(assetRuns.map((a) => a.runId));
  return new Set(fresh.flatMap((f) => runIdOf(f) ?? []).filter((runId) => !known.has(runId)));
};

const assetRunsOf = Effect.fnUntraced(function* ({ tenantId, agent }: ProvedRequest, fresh: readonly FactRecord[]) {
  const found: Repository.Versioned<AssetRun.AssetRun>[] = [];
  for (const runId of new Set(fresh.map(runIdOf))) {
    const assetRun =
      runId === null ? null : yield* Repository.get(tenantId, "assetRun", AssetRun.idOf(runId, agent.id));
    if (assetRun !== null) found.push(assetRun);
  }
  return found;
});

const runChanges = Effect.fnUntraced(function* (
  { tenantId, components: { epoch } }: ProvedRequest,
  { fresh, through }: { readonly fresh: readonly FactRecord[]; readonly through: number },
  assetRuns: readonly Repository.Versioned<AssetRun.AssetRun>[],
) {
  const now = (yield* Environment).now();
  const expect = [];
  const writes = [];
  const events = [];
  for (const found of assetRuns) {
    const { id } = found;
    const { runId } = found.value;
    const told = fresh.filter((f) => runIdOf(f) === runId).map(RunMarks.toAgentFact);
    const earlier = AssetRun.isHeard(found.value) ? yield* RunMarks.facts(tenantId, id) : [];
    const heard = AssetRun.heard(found.value, [...earlier, ...told], { epoch, through, at: now });
    // Beside all that is stored, before all is taken for told: some of it may have come as the run was being made.
    const isAsBefore = heard.marks === found.value.marks;
    const all = isAsBefore ? [] : [...(yield* RunMarks.facts(tenantId, id)), ...told];
    const after = isAsBefore ? heard : AssetRun.heard(found.value, all, { epoch, through, at: now });
    expect.push(Repository.expected("assetRun", id, found));
    writes.push(Repository.put("assetRun", id, after));
    const { status } = after.state;
    if (status !== found.value.state.status) {
      events.push(Repository.event("AssetRunChanged", "assetRun", id, now, { runId, status }));
    }
  }
  return { expect, writes, events };
});
