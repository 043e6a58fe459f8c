/** A plan as it is stored, and its parts, which an asset run keeps too. */
import * as z from "zod";
import { packageFormats } from "../domain/shared/Platform.ts";
import { actions, deferral, reboot, rollout, window } from "./StoredJobParts.ts";
import { digest, int, kind, pkg, text, texts } from "./StoredParts.ts";

const wantedPackage = pkg.extend({
  replaces: z.array(pkg).exactOptional(),
  isPresence: z.literal(true).exactOptional(),
});

export const plannedPatch = z.strictObject({
  patchId: text,
  advisory: text.nullable(),
  format: z.enum(packageFormats).exclude(["rpm"]).exactOptional(),
  packages: z.array(wantedPackage),
  files: z
    .array(z.strictObject({ url: text.nullable(), digest, sizeBytes: int, signer: text.nullable() }))
    .exactOptional(),
});

export const conduct = z.strictObject({
  window: window.exactOptional(),
  reboot,
  continueOnFailure: z.boolean(),
  deferral: deferral.exactOptional(),
  opportunisticDownload: z.literal(true).exactOptional(),
  actions: actions.exactOptional(),
  rollout: rollout.exactOptional(),
});

const timing = z.strictObject({
  zone: text.nullable(),
  start: int.nullable(),
  windowEnd: int.nullable(),
  latestReboot: int.nullable(),
});

// Before rings told of their slots, they told the days alone.
const ring = z.strictObject({
  name: text,
  number: int,
  afterDays: int,
  earliest: int.nullable().default(null),
  why: text.nullable().default(null),
});

// Before plans told of times, every job was on demand, without a window, and never rebooted.
const withTimes = (stored: unknown): unknown => {
  if (!isRecord(stored) || !("schedule" in stored)) return stored;
  const { schedule: _, groups, excluded, ...rest } = stored;
  const atOnce = { zone: null, start: null, windowEnd: null, latestReboot: null };
  return {
    ...rest,
    occurrence: { key: "on-demand", nominalLocal: null },
    isProvisional: false,
    conduct: { reboot: { _tag: "Suppress" }, continueOnFailure: true },
    groups: listOf(groups).map((group) => ({ ...group, timing: atOnce })),
    excluded: listOf(excluded).map(({ isUnlicensed, ...exclusion }) => ({
      ...exclusion,
      shownAs: isUnlicensed === true ? "NotLicensed" : null,
    })),
  };
};

const isRecord = (value: unknown): value is { readonly [member: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly { readonly [member: string]: unknown }[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];

const groups = z.array(
  z.strictObject({ patches: z.array(plannedPatch), timing, ring: ring.exactOptional(), assets: texts }),
);
const excluded = z.array(
  z.strictObject({
    assetId: text,
    rule: text,
    reason: text,
    shownAs: z.enum(["NotLicensed", "TimedOut", "CanceledBlackout"]).nullable(),
  }),
);

/** Some of a large plan's assets. */
export const planPart = z.strictObject({ isContinued: z.boolean(), groups, excluded });

export const plan = z.preprocess(
  withTimes,
  z.strictObject({
    jobId: text,
    kind,
    occurrence: z.strictObject({ key: text, nominalLocal: text.nullable() }),
    isProvisional: z.boolean(),
    conduct,
    groups,
    excluded,
    leftOut: z.array(z.strictObject({ patchId: text, rule: text, reason: text })),
    versions: z.strictObject({ tzdata: text, tokenizer: text }),
    parts: int.exactOptional(),
  }),
);
