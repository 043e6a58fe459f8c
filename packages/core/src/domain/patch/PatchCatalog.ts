/** The QQL tokens of a patch, and how a patch answers them. */
import * as Qql from "@fettle/qql";
import * as Patch from "./Patch.ts";

/** The patch catalogue: what a query over patches may ask for. */
export const catalog = Qql.Catalog.define({
  id: { type: "keyword", required: true, description: "The vendor's id of the patch", example: "FTSA-2026:0001" },
  title: { type: "text", required: true, description: "The patch's title", example: "openssl" },
  platform: {
    type: "enum",
    values: ["Windows", "Linux", "Mac"],
    required: true,
    description: "The platform it is for",
    example: "Linux",
  },
  vendor: { type: "text", required: true, description: "Who publishes it", example: "Lab" },
  category: { type: "text", required: true, description: "The vendor's type of patch", example: "security" },
  vendorSeverity: {
    type: "enum",
    values: Patch.vendorSeverities,
    required: true,
    description: "How severe the vendor calls it",
    example: "Critical",
  },
  cve: { type: "keyword", repeated: true, description: "Vulnerabilities that it fixes", example: "CVE-2026-0001" },
  package: { type: "keyword", repeated: true, description: "Packages that it brings", example: "openssl-libs" },
  isSecurity: { type: "boolean", required: true, description: "Whether it closes a security hole", example: "true" },
  rebootRequired: { type: "boolean", required: true, description: "Whether it may need a reboot", example: "false" },
  publishedDate: { type: "date", required: true, description: "When it was published", example: "2026-01-10" },
  modifiedDate: { type: "date", required: true, description: "When it last changed", example: "2026-01-11" },
});

export type PatchDocument = Qql.Catalog.DocumentOf<typeof catalog.definitions>;

/** A patch as the query language sees it. */
export const toDocument = (patch: Patch.Patch): PatchDocument => ({
  id: patch.id,
  title: patch.title,
  platform: patch.platform,
  vendor: patch.vendor,
  category: patch.category,
  vendorSeverity: patch.vendorSeverity,
  cve: patch.cves,
  package: patch.packages.map((p) => p.name),
  isSecurity: Patch.isSecurity(patch),
  rebootRequired: patch.reboot !== "never",
  publishedDate: patch.publishedAt,
  modifiedDate: patch.modifiedAt,
});
