/**
 * Generated patches of every kind, catalogues, feeds, and what belongs to patches. Few ids and few CVEs, so that they meet:
 * links of supersedence go in circles, to the patch itself and to nowhere, as vendors' data does.
 */
import * as fc from "fast-check";
import type { Feed } from "../../domain/patch/Feed.ts";
import { type Download, type Patch, type PatchFile, vendorSeverities } from "../../domain/patch/Patch.ts";
import type { VendorFile } from "../../domain/patch/VendorFile.ts";
import type { Vulnerability } from "../../domain/patch/Vulnerability.ts";
import * as PatchBuilders from "../builders/PatchBuilders.ts";
import { brought } from "./AssessmentArbitraries.ts";

/** The ids that catalogues draw from. */
export const PATCHES = ["P-1", "P-2", "P-3", "P-4", "P-5", "P-6"] as const;

const CVES = ["CVE-2026-0001", "CVE-2026-0002", "CVE-2026-0003"];
const PRODUCTS = ["Windows 11", "Windows Server 2022"];
const DAY_MS = 86_400_000;

const day = (min: number, max: number) => fc.integer({ min, max }).map((n) => n * DAY_MS);

/** The digest of something. */
export const digest: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(..."0123456789abcdef"), { minLength: 64, maxLength: 64 })
  .map((digits) => `sha256:${digits.join("")}`);

const file: fc.Arbitrary<PatchFile> = fc.record({
  url: fc.integer({ min: 0, max: 9 }).map((n) => `https://download.lab.example/${n}.msu`),
  digest,
  sizeBytes: fc.integer({ min: 1, max: 1_000_000 }),
  signer: fc.constantFrom(null, "Lab Ltd."),
});

const automatic = fc
  .array(file, { minLength: 1, maxLength: 2 })
  .map((files): Download => ({ _tag: "Automatic", files }));

const download: fc.Arbitrary<Download> = fc.oneof(
  { weight: 3, arbitrary: automatic },
  fc.constant<Download>({ _tag: "AcquireFromVendor", url: "https://vendor.lab.example/get" }),
  fc.constant<Download>({ _tag: "Unavailable" }),
);

const common = {
  title: fc.integer({ min: 0, max: 4 }).map((n) => `patch ${n}`),
  vendorSeverity: fc.constantFrom(...vendorSeverities),
  cves: fc.subarray(CVES),
  publishedAt: day(0, 3),
  modifiedAt: day(4, 7),
  reboot: fc.constantFrom("never", "may", "always"),
  isDeprecated: fc.constantFrom(false, false, false, false, true),
} as const;

/** An advisory of a Linux vendor. What is known by its presence needs releases to say where, and is left out without. */
export const advisory = (id: string): fc.Arbitrary<Patch> =>
  fc
    .record({
      ...common,
      packages: fc.array(brought, { maxLength: 3 }),
      releases: fc.constantFrom<readonly string[]>([], [], ["os:9"], ["os:9.4", "os:8"]),
      category: fc.constantFrom("security", "bugfix", "enhancement"),
    })
    .map(({ packages, ...over }) => {
      const sound = packages.filter((p) => over.releases.length > 0 || p.isPresence !== true);
      return PatchBuilders.advisory(id, { ...over, packages: sound });
    });

/** A bulletin of Windows that may supersede some of `others`, itself, and one that is nowhere. */
export const bulletin = (id: string, others: readonly string[] = []): fc.Arbitrary<Patch> =>
  fc
    .record({
      ...common,
      products: fc.subarray(PRODUCTS),
      download,
      isRollbackSupported: fc.boolean(),
      isFeatureUpdate: fc.constantFrom(false, false, false, true),
      supersedes: fc.uniqueArray(
        fc.record({
          patchId: fc.constantFrom(...others, id, "nowhere"),
          product: fc.constantFrom(null, null, ...PRODUCTS),
        }),
        { maxLength: 2, selector: (link) => `${link.patchId}/${link.product}` },
      ),
    })
    .map((over) => PatchBuilders.bulletin(id, over));

/** A patch of either kind. */
export const patch = (id: string, others: readonly string[] = []): fc.Arbitrary<Patch> =>
  fc.oneof(advisory(id), bulletin(id, others));

/** Patches with different ids, of which those of Windows supersede one another. */
export const catalogue: fc.Arbitrary<readonly Patch[]> = fc
  .subarray([...PATCHES])
  .chain((ids) => fc.tuple(...ids.map((id) => patch(id, ids))));

/** A feed as it may be ingested. */
export const feed: fc.Arbitrary<Feed> = fc.record({
  id: fc.constantFrom("default", "rocky-9-baseos", "windows.2026"),
  patches: catalogue,
});

/** A vulnerability by a scanner's number. */
export const vulnerability: fc.Arbitrary<Vulnerability> = fc
  .record({
    qid: fc.integer({ min: 1, max: 20 }),
    severity: fc.option(fc.integer({ min: 1, max: 5 })),
    cves: fc.subarray(CVES),
  })
  .map(({ qid, ...over }) => PatchBuilders.vulnerability(qid, over));

/** Vulnerabilities with different numbers. */
export const vulnerabilities: fc.Arbitrary<readonly Vulnerability[]> = fc.uniqueArray(vulnerability, {
  maxLength: 5,
  selector: (v) => v.qid,
});

/** A file that someone supplied for a patch, at an address or kept here. */
export const vendorFile = (patchId: string): fc.Arbitrary<VendorFile> =>
  fc
    .record({
      url: fc.constantFrom(null, `https://files.acme.example/${patchId}.msi`),
      digest,
      sizeBytes: fc.integer({ min: 1, max: 1_000_000 }),
      signer: fc.constantFrom(null, "Acme Inc."),
      suppliedAt: day(0, 9),
    })
    .map((over) => PatchBuilders.vendorFile(patchId, over));
