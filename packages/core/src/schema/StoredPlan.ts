/** A plan as it is stored, and its parts, which an asset run keeps too. */
import * as z from "zod";
import { packageFormats } from "../domain/shared/Platform.ts";
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

export const plan = z.strictObject({
  jobId: text,
  kind,
  schedule: z.literal("on-demand"),
  groups: z.array(z.strictObject({ patches: z.array(plannedPatch), assets: texts })),
  excluded: z.array(z.strictObject({ assetId: text, rule: text, reason: text, isUnlicensed: z.boolean() })),
  leftOut: z.array(z.strictObject({ patchId: text, rule: text, reason: text })),
  versions: z.strictObject({ tzdata: text, tokenizer: text }),
});
