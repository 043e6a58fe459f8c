/** Stored JSON, read back through schemas: the edge between storage and the domain. One codec per kind of entity. */
import { type Documents, Facts } from "@fettle/agent-protocol";
import type { Blackout } from "@fettle/scheduler";
import * as z from "zod";
import * as SavedSearch from "../domain/access/SavedSearch.ts";
import type { Assessment } from "../domain/assessment/Assessment.ts";
import { unknownReasons } from "../domain/assessment/Judgement.ts";
import type { Activity } from "../domain/asset/Activity.ts";
import { type Asset, noFacts } from "../domain/asset/Asset.ts";
import type { Subscriber } from "../domain/event/Subscriber.ts";
import type { Job } from "../domain/job/Job.ts";
import type { SavedScript } from "../domain/job/SavedScript.ts";
import type { ScriptAuthor } from "../domain/job/ScriptAuthor.ts";
import type { ActivationKey } from "../domain/key/ActivationKey.ts";
import type { Subscription } from "../domain/license/Subscription.ts";
import type { ChangeFreeze } from "../domain/maintenance/ChangeFreeze.ts";
import type { QuorumGroup } from "../domain/maintenance/QuorumGroup.ts";
import type * as Breaker from "../domain/patch/Breaker.ts";
import type { Hold } from "../domain/patch/Hold.ts";
import { type Patch, vendorSeverities } from "../domain/patch/Patch.ts";
import type { VendorFile } from "../domain/patch/VendorFile.ts";
import type { Vulnerability } from "../domain/patch/Vulnerability.ts";
import type { PlanHead, PlanPart } from "../domain/plan/PlanParts.ts";
import type { AssessmentProfile } from "../domain/profile/AssessmentProfile.ts";
import type { ConfigurationProfile } from "../domain/profile/ConfigurationProfile.ts";
import * as Presets from "../domain/profile/Presets.ts";
import * as Settings from "../domain/profile/Settings.ts";
import type { PurgeRule } from "../domain/purge/PurgeRule.ts";
import type { Retention } from "../domain/retention/Retention.ts";
import type { AssetRun } from "../domain/run/AssetRun.ts";
import type { Cause } from "../domain/run/Cause.ts";
import type { Recurred, Run } from "../domain/run/Run.ts";
import { defaults, type Limits } from "../domain/shared/Limits.ts";
import * as Module from "../domain/shared/Module.ts";
import { packageFormats, platforms } from "../domain/shared/Platform.ts";
import * as Rejection from "../domain/shared/Rejection.ts";
import { fail, ok, type Result } from "../domain/shared/Result.ts";
import type { Tag } from "../domain/tag/TagTree.ts";
import { type AgentRecord, activity, agent, type RemovedAgentRecord, removedAgent } from "./StoredAgent.ts";
import * as StoredJob from "./StoredJob.ts";
import { changeFreeze, quorumGroup, scheduling } from "./StoredMaintenance.ts";
import { digest, int, pkg, platform, selection, tagSet, text, texts } from "./StoredParts.ts";
import { plan, planPart } from "./StoredPlan.ts";
import * as StoredRun from "./StoredRun.ts";
import { script, scriptAuthor } from "./StoredScript.ts";

export type { AgentRecord, RemovedAgentRecord } from "./StoredAgent.ts";

const limits = z.record(z.string(), int).transform((stored): Limits => ({ ...defaults, ...stored }));

const snapshot = z.strictObject({
  id: text,
  digest,
  takenAt: int,
  receivedAt: int,
  packages: int,
  /** Ids of the lists that hold the names of its packages; null before they were kept. */
  names: texts.nullable().default(null),
  /** Which names they are, for more was added later: {@link ../engine/SnapshotNames.ts | SnapshotNames.NAMING}. */
  naming: int.default(0),
});
export type SnapshotRecord = z.infer<typeof snapshot>;

/** Names of packages, kept once for every snapshot that has just these. */
const packageNames = z.strictObject({ id: text, names: texts });
export type PackageNamesRecord = z.infer<typeof packageNames>;

/**
 * A feed: the digest of what it says, whole, in the blob store; how many patches that is; and how far the catalogue has
 * taken it up. What is not `settled` is completed by the next ingest, whatever it brings.
 */
const feed = z.strictObject({
  id: text,
  digest,
  patches: int,
  ingestedAt: int,
  state: z.enum(["writing", "settled"]),
});
export type FeedRecord = z.infer<typeof feed>;

/** A signed document: where its bytes are and who may fetch it (null: every agent of the tenant). */
const document = z.strictObject({ id: text, digest, payloadType: text, agentId: text.nullable() });
export type DocumentRecord = z.infer<typeof document>;

/** `isEarly`: told before its asset run was there, which a platform that was restored from a backup makes once more. */
const fact = z.strictObject({
  id: text,
  agentId: text,
  epoch: int,
  fact: Facts.Fact,
  isEarly: z.literal(true).exactOptional(),
});
export type FactRecord = z.infer<typeof fact>;

/** The answer to a request that was sent under an idempotency key; `request` is its digest, `day` what it is found by. */
const answer = z.strictObject({ id: text, request: text, answer: z.json(), at: int, day: text });
export type AnswerRecord = z.infer<typeof answer>;

/** How far the walk over a tenant's assets has come that brings each in line with tag rules and profiles. */
const sweep = z.strictObject({
  isPending: z.boolean(),
  /** The last asset that is done; null before the first. */
  after: text.nullable(),
  /** Deleted tags that assets may bear still. */
  removedTags: texts,
  /** When a walk began last, for rules with relative dates. */
  startedAt: int,
  /** What rules meant when it began, beside their text. */
  language: text,
});
export type SweepRecord = z.infer<typeof sweep>;

const packageFormat = z.enum(packageFormats);

const tagRule = z.discriminatedUnion("_tag", [
  z.strictObject({ _tag: z.literal("Static") }),
  z.strictObject({ _tag: z.literal("Dynamic"), query: text }),
]);
const assetFacts = z.strictObject({
  release: text.nullable(),
  osVersion: text.nullable(),
  packageFormat: packageFormat.nullable(),
  modules: texts.nullable(),
  manufacturer: text.nullable(),
  model: text.nullable(),
  serialNumber: text.nullable(),
  interfaces: z.array(z.strictObject({ name: text, mac: text.nullable(), addresses: texts, gateway: text.nullable() })),
  loggedInUser: text.nullable(),
  bootedAt: int.nullable(),
  location: text.nullable(),
});
// Before there were dynamic tags, every tag was an assigned one.
const withAssignedTags = (stored: unknown): unknown =>
  typeof stored === "object" && stored !== null && "tags" in stored && !("assignedTags" in stored)
    ? { ...stored, assignedTags: stored.tags }
    : stored;

// Before each module had an instant of its own, there was one for all. `AI` has none: it is always active.
const withActivations = (stored: unknown): unknown => {
  if (typeof stored !== "object" || stored === null || !("activatedAt" in stored)) return stored;
  const { modules, activatedAt, ...rest } = stored as { readonly modules?: unknown; readonly activatedAt: unknown };
  const words: readonly unknown[] = Array.isArray(modules) ? modules : [];
  const known = words.filter((m) => typeof m === "string" && Module.isModule(m) && m !== "AI");
  return { ...rest, activations: Object.fromEntries(known.map((m) => [m, activatedAt])) };
};

// Before modules were licensed apart, seats and licence tags were those of patching.
const withLicences = (stored: unknown): unknown => {
  if (typeof stored !== "object" || stored === null || !("seats" in stored)) return stored;
  const { seats, include, exclude, ...rest } = stored as Record<string, unknown>;
  return { ...rest, licences: { PM: { seats, include, exclude } }, lapsedAt: null };
};

// Before profiles had all settings, they had these two.
const withSettings = (stored: unknown): unknown => {
  if (typeof stored !== "object" || stored === null || !("statusIntervalSeconds" in stored)) return stored;
  const { statusIntervalSeconds, scanIntervalSeconds, ...rest } = stored as Record<string, unknown>;
  return { ...rest, settings: { statusIntervalSeconds, scanIntervalSeconds } };
};
const weekday = z.union([1, 2, 3, 4, 5, 6, 7].map((day) => z.literal(day as Blackout.Blackout["weekdays"][number])));
const profileSettings: z.ZodType<Settings.Given> = z.strictObject({
  preset: z.enum(Presets.presets).exactOptional(),
  statusIntervalSeconds: int.exactOptional(),
  deltaIntervalSeconds: int.exactOptional(),
  chunkKilobytes: int.exactOptional(),
  cpuLimitPercent: int.exactOptional(),
  cpuThrottleMilliseconds: int.exactOptional(),
  mayExceedCpuLimitInWindow: z.boolean().exactOptional(),
  isCollectionSuspended: z.boolean().exactOptional(),
  isAutoUpdatePrevented: z.boolean().exactOptional(),
  blackouts: z.array(z.strictObject({ weekdays: z.array(weekday), fromMinute: int, toMinute: int })).exactOptional(),
  loggingLevel: z.enum(Settings.loggingLevels).exactOptional(),
  scanIntervalSeconds: int.exactOptional(),
  scanDelayMinutes: int.exactOptional(),
  scanRandomizeMinutes: int.exactOptional(),
  isScanMergeEnabled: z.boolean().exactOptional(),
  scanMergePorts: z.array(int).exactOptional(),
  eventPayloadSeconds: int.exactOptional(),
  isPmEnabled: z.boolean().exactOptional(),
  isFimEnabled: z.boolean().exactOptional(),
  isEdrEnabled: z.boolean().exactOptional(),
  cacheMegabytes: z.union([int, z.literal("unlimited")]).exactOptional(),
});

const hold = z.strictObject({ reason: text, by: text, since: int });

const searchKind = z.enum(SavedSearch.kinds);
const question = z.strictObject({ query: text.nullable(), patchQuery: text.nullable(), view: text.nullable() });

const patchPackage = pkg.extend({
  obsoletes: z.array(z.strictObject({ name: text, before: text.nullable() })).exactOptional(),
  module: text.exactOptional(),
  isInstallOnly: z.boolean().exactOptional(),
  isPresence: z.literal(true).exactOptional(),
});
const patchFile = z.strictObject({ url: text, digest: text, sizeBytes: int, signer: text.nullable() });
const download = z.discriminatedUnion("_tag", [
  z.strictObject({ _tag: z.literal("Repository") }),
  z.strictObject({ _tag: z.literal("Automatic"), files: z.array(patchFile) }),
  z.strictObject({ _tag: z.literal("AcquireFromVendor"), url: text }),
  z.strictObject({ _tag: z.literal("Unavailable") }),
]);

const missingPackage = z.strictObject({
  name: text,
  arch: text,
  installed: text.nullable(),
  fixed: text,
  isPresence: z.literal(true).exactOptional(),
  replaces: z.array(pkg).exactOptional(),
});

const modules = z.array(z.enum(Module.modules));

const codec = <A>(schema: z.ZodType<A>): z.ZodType<A> => schema;

const subscriber = z.strictObject({
  name: text,
  through: int,
  behind: z.array(z.strictObject({ kind: text, id: text, from: int, tries: int, notBefore: int })),
  missed: int,
  lease: z.strictObject({ holder: text, until: int }).nullable(),
});

/** The codec of each kind of entity. */
export const codecs = {
  subscription: codec<Subscription>(
    z.preprocess(
      withLicences,
      z.strictObject({
        id: text,
        plan: z.enum(["Free", "Trial", "Full"]),
        expiresAt: int.nullable(),
        licences: z.partialRecord(
          z.enum(Module.licensed),
          z.strictObject({ seats: int, include: tagSet, exclude: tagSet }),
        ),
        lapsedAt: int.nullable(),
        limits,
        scheduling: scheduling.exactOptional(),
      }),
    ),
  ),
  tag: codec<Tag>(
    z.strictObject({ id: text, name: text, parent: text.nullable(), rule: tagRule.default({ _tag: "Static" }) }),
  ),
  activationKey: codec<ActivationKey>(
    z.strictObject({
      id: text,
      title: text,
      secretDigest: text,
      tags: texts,
      // Any word was taken before there was a list of modules.
      modules: z.preprocess(
        (stored) =>
          Array.isArray(stored) ? stored.filter((m) => typeof m !== "string" || Module.isModule(m)) : stored,
        modules,
      ),
      agentsMax: int.nullable(),
      expiresAt: int.nullable(),
      isEnabled: z.boolean().default(true),
      spreading: z
        .strictObject({ activate: modules, deactivate: modules, after: text.nullable() })
        .nullable()
        .default(null),
    }),
  ),
  asset: codec<Asset>(
    z.preprocess(
      (stored) => withActivations(withAssignedTags(stored)),
      z.strictObject({
        id: text,
        name: text,
        platform: z.enum([...platforms, "Other"]),
        osFamily: text,
        osName: text,
        arch: text,
        timeZone: text,
        facts: assetFacts.default(() => ({ ...noFacts, modules: null, interfaces: [] })),
        assignedTags: texts,
        tags: texts,
        activations: z.partialRecord(z.enum(Module.modules), int),
        provisionedAt: int,
        activationKey: text,
      }),
    ),
  ),
  agent: codec<AgentRecord>(agent),
  removedAgent: codec<RemovedAgentRecord>(removedAgent),
  activity: codec<Activity>(activity),
  freeze: codec<ChangeFreeze>(changeFreeze),
  quorumGroup: codec<QuorumGroup>(quorumGroup),
  purgeRule: codec<PurgeRule>(
    z.strictObject({
      id: text,
      name: text,
      query: text,
      ownerId: text,
      savedAt: int,
      lastRun: z.strictObject({ at: int, removed: int, kept: int, failure: text.nullable() }).nullable(),
    }),
  ),
  retention: codec<Retention>(
    z.strictObject({
      runsDays: int.nullable(),
      eventsDays: int.nullable(),
      auditDays: int.nullable(),
      hold: hold.nullable(),
      jobHolds: z.record(z.string(), hold),
      anchor: z.strictObject({ position: int, hash: text }).nullable(),
      lastRun: z.strictObject({ at: int, failure: text.nullable() }).nullable(),
    }),
  ),
  patch: codec<Patch>(
    z.strictObject({
      id: text,
      title: text,
      platform,
      vendor: text,
      category: text,
      vendorSeverity: z.enum(vendorSeverities),
      cves: texts,
      packages: z.array(patchPackage),
      publishedAt: int,
      modifiedAt: int,
      reboot: z.enum(["never", "may", "always"]),
      isDeprecated: z.boolean(),
      // What catalogues of before the first release did not keep.
      description: text.default(""),
      vendorLink: text.nullable().default(null),
      appFamilies: texts.default([]),
      products: texts.default([]),
      kb: text.nullable().default(null),
      bulletin: text.nullable().default(null),
      architectures: texts.default([]),
      language: text.nullable().default(null),
      releases: texts.default([]),
      packageFormat: packageFormat.nullable().default("rpm"),
      sizeBytes: int.nullable().default(null),
      download: download.default({ _tag: "Repository" }),
      supersedes: z.array(z.strictObject({ patchId: text, product: text.nullable() })).default([]),
      isRollbackSupported: z.boolean().default(true),
      isFeatureUpdate: z.boolean().default(false),
      isUndated: z.literal(true).exactOptional(),
      firstSeenAt: int.exactOptional(),
    }),
  ),
  feed: codec<FeedRecord>(feed),
  vendorFile: codec<VendorFile>(
    z.strictObject({
      patchId: text,
      url: text.nullable(),
      digest: text,
      sizeBytes: int,
      signer: text.nullable(),
      suppliedBy: text,
      suppliedAt: int,
    }),
  ),
  hold: codec<Hold>(z.strictObject({ patchId: text, reason: text, heldBy: text, heldAt: int })),
  breaker: codec<Breaker.Round>(z.strictObject({ patchId: text, round: int })),
  attempts: codec<Breaker.Attempts>(
    z.strictObject({
      assetId: text,
      latest: z.record(z.string(), z.strictObject({ epoch: int, sequence: int, round: int, isFailed: z.boolean() })),
    }),
  ),
  vulnerability: codec<Vulnerability>(z.strictObject({ qid: int, title: text, severity: int.nullable(), cves: texts })),
  profile: codec<ConfigurationProfile>(
    z.preprocess(
      withSettings,
      z.strictObject({
        id: text,
        name: text,
        position: int,
        isDefault: z.boolean(),
        targets: selection,
        settings: profileSettings,
      }),
    ),
  ),
  assessmentProfile: codec<AssessmentProfile>(
    z.strictObject({
      id: text,
      name: text,
      position: int,
      isDefault: z.boolean(),
      isEnabled: z.boolean(),
      tags: texts,
      intervalSeconds: int,
      savedAt: int,
    }),
  ),
  snapshot: codec<SnapshotRecord>(snapshot),
  packageNames: codec<PackageNamesRecord>(packageNames),
  assessment: codec<Assessment>(
    z.strictObject({
      snapshot: text,
      assessedAt: int,
      missing: z.array(
        z.strictObject({
          patchId: text,
          packages: z.array(missingPackage),
        }),
      ),
      installed: texts,
      unknown: z.array(z.strictObject({ patchId: text, reason: z.enum(unknownReasons) })).default([]),
      // Zero changes of a catalogue seen: what was assessed before this was kept is assessed anew.
      catalogue: int.default(0),
      traits: text.default(""),
    }),
  ),
  job: codec<Job>(StoredJob.job),
  plan: codec<PlanHead>(plan),
  planPart: codec<PlanPart>(planPart),
  run: codec<Run>(StoredRun.run),
  assetRun: codec<AssetRun>(StoredRun.assetRun),
  recurred: codec<Recurred>(StoredRun.recurred),
  cause: codec<Cause>(StoredRun.cause),
  fact: codec<FactRecord>(fact),
  document: codec<DocumentRecord>(document),
  answer: codec<AnswerRecord>(answer),
  savedSearch: codec<SavedSearch.SavedSearch>(
    z.strictObject({ id: text, userId: text, kind: searchKind, name: text, question, savedAt: int }),
  ),
  recentSearch: codec<SavedSearch.RecentSearches>(
    z.strictObject({ userId: text, kind: searchKind, searches: z.array(z.strictObject({ question, at: int })) }),
  ),
  sweep: codec<SweepRecord>(sweep),
  subscriber: codec<Subscriber>(subscriber),
  scriptAuthor: codec<ScriptAuthor>(scriptAuthor),
  script: codec<SavedScript>(script),
} as const;

export type EntityOf<K extends keyof typeof codecs> = z.infer<(typeof codecs)[K]>;

/**
 * What a caller gave, when it could be read back: types let through fractions and members of wider types, and one stored
 * value that doesn't read back would stop its whole tenant.
 */
export const readable = <K extends keyof typeof codecs>(
  kind: K,
  value: EntityOf<K>,
): Result<EntityOf<K>, readonly Rejection.Rejection[]> => {
  const parsed = codecs[kind].safeParse(value);
  if (parsed.success) return ok(value);
  return fail(
    parsed.error.issues.map((i) => Rejection.make(null, "invalid", `${kind}: ${i.message}`, i.path.join(".") || null)),
  );
};

/** The sealed configuration's payload, for the engine that makes it. */
export type ConfigurationPayload = Documents.Configuration;
