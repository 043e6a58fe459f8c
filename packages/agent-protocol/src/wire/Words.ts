/** The grammars of what travels: ids, packages, instants, texts. Closed, so that nothing else gets past the edge. */
import * as z from "zod";
import * as PackageVersion from "../vocabulary/PackageVersion.ts";
import * as PatchOutcome from "../vocabulary/PatchOutcome.ts";
import * as RunStatus from "../vocabulary/RunStatus.ts";
import { DIGEST, type Digest } from "./Crypto.ts";

/** An instant: epoch milliseconds, an integer, years 1970 to 9999. */
export const instant = z.int().min(0).max(253_402_300_799_999);
export const uuid = z.uuid();
export const tenantId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);
export const digest = z.custom<Digest>(
  (v) => typeof v === "string" && DIGEST.test(v),
  "sha256: and 64 hexadecimal digits",
);
const PACKAGE_NAME = /^[A-Za-z0-9][A-Za-z0-9+._-]{0,127}$/;
const EVR = /^(\d{1,9}:)?[A-Za-z0-9._+~^]+-[A-Za-z0-9._+~^]+$/;
export const architecture = z.string().regex(/^[A-Za-z0-9_]{1,32}$/);
/** What a product is called on Windows or a Mac: letters of any script, no control characters, no space at its ends. */
export const productName = z
  .string()
  .regex(/^[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}\p{P}\p{S} ]{0,126}[\p{L}\p{M}\p{N}\p{P}\p{S}])?$/u);
/** A version in any package format. */
export const packageVersion = z
  .string()
  .max(256)
  .regex(/^(?:\d{1,9}:)?[A-Za-z0-9._+~^]+(?:-[A-Za-z0-9._+~^]+)*$/);
export const packageFormat = z.enum(PackageVersion.formats);
export const advisory = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9:._-]{0,127}$/);
export const patchId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9:._-]{0,127}$/);
export const name = z.string().min(1).max(256);
export const zone = z.string().min(1).max(64);
export const version = z.string().min(1).max(64);
export const count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** A package in any format; {@link isOf} holds it against one. */
export const pkg = z.strictObject({ name: productName, arch: architecture, evr: packageVersion });

/** Whether a package is called, and its version written, as its format has it: a package manager's are of a closed grammar. */
export const isOf = (
  format: PackageVersion.PackageFormat,
  p: { readonly name: string; readonly evr: string },
): boolean => {
  if (format === "rpm") return PACKAGE_NAME.test(p.name) && EVR.test(p.evr);
  return format !== "deb" || PACKAGE_NAME.test(p.name);
};

export const installed = z.strictObject({
  name: productName,
  arch: architecture,
  evrs: z.array(packageVersion).max(64),
  sideBySide: z.boolean(),
});
export const runStatus = z.enum(RunStatus.all as [RunStatus.RunStatus, ...RunStatus.RunStatus[]]);
export const patchOutcome = z.enum(PatchOutcome.all as [PatchOutcome.PatchOutcome, ...PatchOutcome.PatchOutcome[]]);
