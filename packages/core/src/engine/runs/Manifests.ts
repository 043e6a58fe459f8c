/**
 * Issues the manifests of a run: signed, and kept many at a time. Each is decided on its asset run and its agent as they were read, and
 * where one of them was changed meanwhile, that manifest alone is left to the next tick.
 */
import { type Documents, Dsse } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import * as CarriedOut from "../../domain/job/CarriedOut.ts";
import type { Job } from "../../domain/job/Job.ts";
import * as Suspension from "../../domain/job/Suspension.ts";
import * as Subscription from "../../domain/license/Subscription.ts";
import type { PlannedPatch } from "../../domain/plan/Plan.ts";
import type * as AssetRun from "../../domain/run/AssetRun.ts";
import * as Run from "../../domain/run/Run.ts";
import * as Sending from "../../domain/run/Sending.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { Environment } from "../../ports/Environment.ts";
import type { AgentRecord } from "../../schema/Stored.ts";
import * as SignedDocuments from "../agents/SignedDocuments.ts";
import * as Repository from "../Repository.ts";
import * as Subscriptions from "../subscription/Subscriptions.ts";

/** An asset run that is to be sent, and when it may start. */
export type Sent = readonly [Repository.Versioned<AssetRun.AssetRun>, AssetRun.AssetRunTiming];

/** Most manifests that one commit keeps. */
export const ISSUED_PER_COMMIT_MAX = 100;

/** Issues manifests of a run, as far as its job may be sent at that moment. Answers how many. */
export const issue = Effect.fn("Manifests.issue")(function* (tenantId: TenantId, run: Run.Run, sent: readonly Sent[]) {
  const lists: Lists = new Map();
  let issued = 0;
  for (let i = 0; i < sent.length; i += ISSUED_PER_COMMIT_MAX) {
    const now = (yield* Environment).now();
    const job = yield* sendable(tenantId, run, now);
    if (job === null) return issued;
    const some = sent.slice(i, i + ISSUED_PER_COMMIT_MAX);
    const agents = yield* agentsOf(tenantId, some);
    const on: Ground = { tenantId, run, job, now, lists, limits: (yield* Subscriptions.of(tenantId)).limits };
    const made: Issue[] = [];
    for (const each of some) {
      const agent = agents.get(each[0].value.assetId);
      // Who is to leave begins nothing more (AGT-07).
      if (agent !== undefined && agent.value.uninstall === null) made.push(yield* issueOf(on, each, agent));
    }
    issued += yield* keep(tenantId, made);
  }
  return issued;
});

type Agent = Repository.Versioned<AgentRecord>;
type Lists = Map<string, SignedDocuments.SealedDocument>;

interface Ground {
  readonly tenantId: TenantId;
  readonly run: Run.Run;
  readonly job: Job;
  readonly now: number;
  readonly limits: { readonly leaseSeconds: number; readonly leadSeconds: number };
  /** Lists that are signed already: assets mostly share theirs. */
  readonly lists: Lists;
}

/** What becomes of one asset run and its agent. */
interface Issue {
  readonly assetRun: Repository.Versioned<AssetRun.AssetRun>;
  readonly agent: Agent;
  readonly documents: Repository.Change["writes"];
  readonly writes: Repository.Change["writes"];
  readonly event: ReturnType<typeof Repository.event>;
}

// Asked at the moment of sending: a tick takes its time, and the fall and a deletion their instant (LIC-02, JOB-28).
const sendable = Effect.fn("Manifests.sendable")(function* (tenantId: TenantId, { jobId }: Run.Run, now: number) {
  const job = yield* Repository.get(tenantId, "job", jobId);
  if (job === null || !Run.isSent(job.value.status)) return null;
  const subscription = yield* Subscriptions.of(tenantId);
  if (Suspension.of(job.value, subscription, now) !== null) return null;
  return Subscription.deploymentFault(subscription, now) === null ? job.value : null;
});

const agentsOf = Effect.fnUntraced(function* (tenantId: TenantId, sent: readonly Sent[]) {
  const ids = sent.map(([{ value }]) => value.assetId);
  return new Map((yield* Repository.some(tenantId, "agent", ids)).map((agent) => [agent.id, agent]));
});

const issueOf = Effect.fn("Manifests.issueOf")(function* (on: Ground, [assetRun, timing]: Sent, agent: Agent) {
  const { tenantId, run, job, now, limits } = on;
  const conduct = run.conduct ?? job;
  const list = yield* listOf(on, assetRun.value);
  const version = agent.value.manifestVersion + 1;
  const valid = Sending.validity(timing, { now, leaseMilliseconds: limits.leaseSeconds * 1_000 });
  const manifest: Documents.JobManifest = {
    tenantId,
    agentId: agent.id,
    epoch: agent.value.session.epoch,
    manifestVersion: version,
    runId: run.id,
    jobId: run.jobId,
    jobRevision: run.jobRevision,
    occurrenceKey: run.occurrenceKey,
    kind: run.kind,
    list: list.digest,
    ...valid,
    ...fetching(conduct, timing, { now, leadMilliseconds: limits.leadSeconds * 1_000 }),
    bound: run.conduct?.bound ?? "start",
    // The instants hold, whatever zone the agent has by then.
    local: null,
    continueOnFailure: conduct.continueOnFailure,
    reboot: CarriedOut.rebootOf(conduct),
    critical: [],
  };
  const sealed = yield* SignedDocuments.seal(tenantId, Dsse.payloadTypes.jobManifest, manifest, agent.id);
  const reference = { version, digest: sealed.digest, notAfter: valid.notAfter };
  const issue: Issue = {
    assetRun,
    agent,
    documents: [list.write, sealed.write],
    writes: [
      Repository.put("agent", agent.id, {
        ...agent.value,
        manifestVersion: version,
        manifests: [...agent.value.manifests, { ...reference, assetRunId: assetRun.id }],
      }),
      Repository.put("assetRun", assetRun.id, { ...assetRun.value, manifest: { ...reference, issuedAt: now } }),
    ],
    event: Repository.event("ManifestIssued", "assetRun", assetRun.id, now, { version, notAfter: valid.notAfter }),
  };
  return issue;
});

const listOf = Effect.fnUntraced(function* ({ tenantId, run, lists }: Ground, { patches }: AssetRun.AssetRun) {
  const list: Documents.PatchList = { tenantId, kind: run.kind, patches: patches.map(listed) };
  const key = JSON.stringify(list.patches);
  const known = lists.get(key);
  if (known !== undefined) return known;
  const sealed = yield* SignedDocuments.seal(tenantId, Dsse.payloadTypes.patchList, list, null);
  lists.set(key, sealed);
  return sealed;
});

// The wire's own arrays, for what is planned is never written to.
const listed = ({ files, ...p }: PlannedPatch): Documents.PatchList["patches"][number] => ({
  ...p,
  ...(files === undefined ? {} : { files: files.map((f) => ({ ...f })) }),
  packages: p.packages.map(({ replaces, ...own }) =>
    replaces === undefined ? own : { ...own, replaces: [...replaces] },
  ),
});

// SCH-10: the lead before the start, as long as that lies ahead.
const fetching = (
  { opportunisticDownload }: Pick<Job, "opportunisticDownload">,
  { start }: AssetRun.AssetRunTiming,
  { now, leadMilliseconds }: { readonly now: number; readonly leadMilliseconds: number },
) => (opportunisticDownload === true && start > now ? { fetchFrom: start - leadMilliseconds } : {});

/** How often a commit is tried again without those that were changed meanwhile. */
const TRIES_MAX = 5;

const keep = Effect.fnUntraced(function* (tenantId: TenantId, issues: readonly Issue[]) {
  let left = issues;
  for (let tries = 0; tries < TRIES_MAX && left.length > 0; tries += 1) {
    const answer = yield* Repository.tryCommit(tenantId, changeOf(left));
    if (answer._tag === "Committed") return left.length;
    left = yield* unchanged(tenantId, left);
  }
  return 0;
});

const changeOf = (issues: readonly Issue[]): Repository.Change => {
  const documents = new Map(issues.flatMap((issue) => issue.documents.map((write) => [write.id, write] as const)));
  return {
    expect: issues.flatMap(({ agent, assetRun }) => [
      Repository.expected("agent", agent.id, agent),
      Repository.expected("assetRun", assetRun.id, assetRun),
    ]),
    writes: [...documents.values(), ...issues.flatMap(({ writes }) => writes)],
    events: issues.map(({ event }) => event),
  };
};

const unchanged = Effect.fnUntraced(function* (tenantId: TenantId, issues: readonly Issue[]) {
  const agentIds = issues.map(({ agent }) => agent.id);
  const assetRunIds = issues.map(({ assetRun }) => assetRun.id);
  const now = new Map([
    ...(yield* Repository.some(tenantId, "agent", agentIds)).map((a) => [`agent ${a.id}`, a.revision] as const),
    ...(yield* Repository.some(tenantId, "assetRun", assetRunIds)).map((a) => [`run ${a.id}`, a.revision] as const),
  ]);
  return issues.filter(
    ({ agent, assetRun }) =>
      now.get(`agent ${agent.id}`) === agent.revision && now.get(`run ${assetRun.id}`) === assetRun.revision,
  );
});
