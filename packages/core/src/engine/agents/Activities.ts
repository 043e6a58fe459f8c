/** What agents did, kept a bounded log an agent (AGT-05): written with what it is about, gone by age with events (CFG-07). */
import type { Crypto } from "@fettle/agent-protocol";
import { Dsse, type Messages } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import * as Activity from "../../domain/asset/Activity.ts";
import * as ModuleOperations from "../../domain/asset/ModuleOperations.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import * as TagScope from "../../domain/tag/TagScope.ts";
import { Environment } from "../../ports/Environment.ts";
import type { Storage, StorageError } from "../../ports/Storage.ts";
import type { AgentRecord, FactRecord } from "../../schema/Stored.ts";
import * as Authority from "../access/Authority.ts";
import { reject } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as Tags from "../tags/Tags.ts";

/** The log of an agent that the actor sees, the latest first. */
export const of = Effect.fn("Activities.of")(function* (actor: Actor, assetId: string) {
  const { tenantId } = actor;
  yield* seen(actor, assetId);
  const found = yield* Repository.get(tenantId, "activity", assetId);
  const retention = yield* Repository.get(tenantId, "retention", "retention");
  const days = retention?.value.hold === null ? retention.value.eventsDays : null;
  const from = days === null ? 0 : (yield* Environment).now() - days * DAY_MS;
  const entries = found === null ? [] : Activity.since(found.value, from).entries;
  return entries.map((e) => ({ ...e, words: Activity.label(e.what) })).reverse();
});

/** An asset in the actor's scope, whatever its modules; rejects (`not-found`) any other. */
export const seen = Effect.fn("Activities.seen")(function* (actor: Actor, assetId: string) {
  const user = yield* Authority.require(actor, "view-assets");
  const asset = (yield* Repository.get(actor.tenantId, "asset", assetId))?.value;
  if (asset === undefined || !TagScope.sees(user.scope, yield* Tags.tree(actor.tenantId), asset.tags).ok) {
    return yield* reject("TAG-05", "not-found", `there is no asset ${assetId} in your scope`, "assetId");
  }
  return asset;
});

type Noting = Required<Pick<Repository.Change, "expect" | "writes">>;

const NOTHING: Noting = { expect: [], writes: [] };

/** What goes into a commit to note something; nothing for nothing, which is most of the time. */
export const noted = (
  tenantId: TenantId,
  assetId: string,
  entries: readonly Activity.ActivityEntry[],
): Effect.Effect<Noting, StorageError, Storage> =>
  entries.length === 0
    ? Effect.succeed(NOTHING)
    : Effect.map(Repository.get(tenantId, "activity", assetId), (known) => ({
        expect: [Repository.expected("activity", assetId, known)],
        writes: [Repository.put("activity", assetId, Activity.noted(known?.value ?? null, assetId, entries))],
      }));

/** What an agent holds by its check-in, and what it did before that only now is known. */
export const ofCheckIn = (agent: AgentRecord, request: Messages.CheckInRequest, at: number) => ({
  holds: {
    ...(agent.holds ?? ModuleOperations.nothing),
    configuration: request.configuration,
    manifest: request.manifestVersion,
  } as NonNullable<AgentRecord["holds"]>,
  entries:
    request.agentVersion === agent.agentVersion
      ? []
      : [{ what: "AgentDownloaded" as const, at, about: request.agentVersion }],
});

/** The same of a document that it takes; null: of no interest. */
export const ofDocument = (
  agent: AgentRecord,
  { payloadType, digest }: { readonly payloadType: string; readonly digest: Crypto.Digest },
  at: number,
) => {
  const holds = (agent.holds ?? ModuleOperations.nothing) as NonNullable<AgentRecord["holds"]>;
  if (payloadType === Dsse.payloadTypes.configuration) {
    const entry = { what: "ConfigurationDownloaded" as const, at, about: null };
    return { holds: { ...holds, fetched: digest }, entries: [entry] };
  }
  const manifest = agent.manifests.find((m) => m.digest === digest);
  if (payloadType !== Dsse.payloadTypes.jobManifest || manifest === undefined) return null;
  const about = manifest.assetRunId.split(".")[0] ?? null;
  return {
    holds: { ...holds, manifestFetched: Math.max(holds.manifestFetched, manifest.version) },
    entries: [{ what: "ManifestDownloaded" as const, at, about }],
  };
};

/** What an agent holds after facts that tell what it refused. */
export const afterFacts = (agent: AgentRecord, facts: readonly FactRecord[]): Pick<AgentRecord, "holds"> => {
  const refused = facts.flatMap(({ fact: { body } }) => (body._tag === "Refusal" ? [body.document] : []));
  if (refused.length === 0) return {};
  const versions = agent.manifests.filter((m) => refused.includes(m.digest)).map((m) => m.version);
  const configuration = refused.find((digest) => digest === agent.configuration);
  if (versions.length === 0 && configuration === undefined) return {};
  const holds = (agent.holds ?? ModuleOperations.nothing) as NonNullable<AgentRecord["holds"]>;
  return {
    holds: {
      ...holds,
      refused: configuration ?? holds.refused,
      manifestRefused: Math.max(holds.manifestRefused, ...versions),
    },
  };
};

/** Logs that one tick shortens. */
export const SHORTENED_PER_TICK_MAX = 500;

/** Takes what is older than an instant off the logs, a bounded number of them. */
export const overdue = Effect.fn("Activities.overdue")(function* (tenantId: TenantId, before: number) {
  const change: { expect: Repository.Change["expect"] & {}; writes: Repository.Change["writes"]; isMore: boolean } = {
    expect: [],
    writes: [],
    isMore: false,
  };
  for (let after: string | null = null; ; ) {
    const page: readonly Repository.Versioned<Activity.Activity>[] = yield* Repository.page(tenantId, "activity", {
      after,
      limit: SHORTENED_PER_TICK_MAX,
    });
    const old = page.flatMap((log) => {
      const is = Activity.since(log.value, before);
      return is === log.value ? [] : [{ log, is }];
    });
    const room = old.slice(0, SHORTENED_PER_TICK_MAX - change.writes.length);
    change.expect = [...change.expect, ...room.map(({ log }) => Repository.expected("activity", log.id, log))];
    change.writes = [...change.writes, ...room.map(({ log, is }) => Repository.put("activity", log.id, is))];
    const last = page.at(-1);
    if (room.length < old.length) return { ...change, isMore: true };
    if (last === undefined || page.length < SHORTENED_PER_TICK_MAX) return change;
    after = last.id;
    yield* Effect.yieldNow;
  }
});

const DAY_MS = 86_400_000;
