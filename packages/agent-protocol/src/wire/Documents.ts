/**
 * The documents that the tenant's key signs. A run has one patch list for all assets of equal fate, content-addressed,
 * and one small job manifest per asset (reliability figure F4: a signature an asset, not a list an asset).
 */
import * as z from "zod";
import * as Package from "../vocabulary/Package.ts";
import * as Files from "../vocabulary/PatchFile.ts";
import * as ConfigurationSettings from "./ConfigurationSettings.ts";
import { wireLimits } from "./WireLimits.ts";
import * as Words from "./Words.ts";

const minutes = z.int().min(1).max(1_440);

/** RBT-02 to RBT-04, RBT-13, with the widest limits that any subscription may have. */
const rebootPolicy = z.discriminatedUnion("_tag", [
  z.strictObject({ _tag: z.literal("Suppress") }),
  z.strictObject({
    _tag: z.literal("Request"),
    deferrals: z.strictObject({ count: z.int().min(1).max(12), minutes }).nullable(),
    countdownMinutes: minutes.nullable(),
    whenNobody: z.enum(["reboot", "countdown"]),
  }),
  z.strictObject({ _tag: z.literal("Automatic"), countdownMinutes: minutes.nullable() }),
]);

/** What one asset is to do, until when, and under which number (PLN-04, MAN-02). */
export const JobManifest = z.strictObject({
  tenantId: Words.tenantId,
  agentId: Words.uuid,
  epoch: Words.count,
  /** Grows with each manifest to this agent; a lower one than the highest seen is refused. */
  manifestVersion: z.int().min(1),
  runId: Words.uuid,
  jobId: Words.uuid,
  jobRevision: z.int().min(1),
  occurrenceKey: z.string().min(1).max(128),
  kind: z.enum(["deployment", "rollback"]),
  /** Digest of the sealed patch list. */
  list: Words.digest,
  /** The validity interval, half-open; a window's end is the end, a lease is renewed by another manifest (PLN-04). */
  validity: z.enum(["window", "lease"]),
  notBefore: Words.instant,
  notAfter: Words.instant,
  /** From when it may fetch what it will need, ahead of its start (SCH-10). Told only where the job asks for it. */
  fetchFrom: Words.instant.exactOptional(),
  bound: z.enum(["start", "complete"]),
  /** What the instants were resolved from; null when they depend on no zone (on demand). */
  local: z.strictObject({ zone: Words.zone, nominal: z.string().max(32), tzdata: Words.version }).nullable(),
  continueOnFailure: z.boolean(),
  reboot: rebootPolicy,
  /** Members an agent must understand to carry this out; an unknown one is refused. */
  critical: z.array(z.string().max(64)).max(16),
});
export type JobManifest = z.infer<typeof JobManifest>;

/** The members of {@link JobManifest.critical} that this version understands. */
export const criticalMembers: ReadonlySet<string> = new Set();

/** A package of a patch. What doesn't hold of it has no member: one value, one text. */
export const WantedPackage = Words.pkg.extend({
  replaces: z.array(Words.pkg).min(1).max(wireLimits.replacedPerPackage).exactOptional(),
  isPresence: z.literal(true).exactOptional(),
});

/** A file that installs a patch, so that who signed the list signed for its bytes (PAT-04). */
export const PatchFile = z
  .strictObject({ url: z.string().nullable(), digest: Words.digest, sizeBytes: z.int(), signer: z.string().nullable() })
  .refine((file) => Files.problemOf(file) === null, "not a file that a list may name");

/** One patch of a list: exactly these packages at exactly these versions. */
export const PatchListItem = z
  .strictObject({
    patchId: Words.patchId,
    advisory: Words.advisory.nullable(),
    /** How its versions compare; not told, they are RPM's. */
    format: Words.packageFormat.exclude(["rpm"]).exactOptional(),
    packages: z
      .array(WantedPackage)
      .min(1)
      .max(wireLimits.packagesPerPatch)
      .refine(
        (wanted) => Package.concerned(wanted).length <= wireLimits.packagesPerPatch,
        `at most ${wireLimits.packagesPerPatch} packages, those whose place they take included`,
      ),
    files: z.array(PatchFile).min(1).max(Files.PER_PATCH_MAX).exactOptional(),
  })
  .refine(
    ({ format, packages }) => Package.concerned(packages).every((p) => Words.isOf(format ?? "rpm", p)),
    "a name or a version that its package format doesn't know",
  );

/** The patches of every asset of equal fate in a run, in the order of work. */
export const PatchList = z.strictObject({
  tenantId: Words.tenantId,
  kind: z.enum(["deployment", "rollback"]),
  patches: z.array(PatchListItem).min(1).max(wireLimits.patchesPerList),
});
export type PatchList = z.infer<typeof PatchList>;

/** An agent's configuration: the effective settings of its profile (CFG-01). */
export const Configuration = z.strictObject({
  tenantId: Words.tenantId,
  profile: Words.name,
  revision: z.int().min(1),
  /** AGT-04; the control plane keeps it inside the subscription's limits. */
  statusIntervalSeconds: z.int().min(1).max(86_400),
  scanIntervalSeconds: z.int().min(1).max(2_592_000),
  /** PRO-02: from the end of one scan for patches to the next. Not told by platforms of before: then as the other scans. */
  assessmentIntervalSeconds: z.int().min(1).max(2_592_000).exactOptional(),
  /** Not told by platforms of before these travelled: see {@link ConfigurationSettings.unsaid}. */
  settings: ConfigurationSettings.ConfigurationSettings.exactOptional(),
  modules: ConfigurationSettings.ActiveModules.exactOptional(),
});
export type Configuration = z.infer<typeof Configuration>;
