/** Patches and what belongs to them with everything filled in, so that a test says only what it is about; and generated ones, by a seed. */
import * as Patch from "../../domain/patch/Patch.ts";
import type { VendorFile } from "../../domain/patch/VendorFile.ts";
import type { Vulnerability } from "../../domain/patch/Vulnerability.ts";
import type { Random } from "../simulation/Random.ts";

/** A digest that nothing has. */
export const DIGEST = `sha256:${"0".repeat(64)}`;

/** An advisory that brings openssl for x86_64, and what a test says of it. */
export const advisory = (id: string, over: Partial<Patch.Patch> = {}): Patch.Patch =>
  Patch.make({
    id,
    title: `${id} update`,
    platform: "Linux",
    vendor: "Lab",
    category: "security",
    vendorSeverity: "Important",
    packages: [{ name: "openssl", arch: "x86_64", evr: "2-1" }],
    publishedAt: 0,
    ...over,
  });

/** A Windows bulletin that the agent fetches, and what a test says of it. */
export const bulletin = (id: string, over: Partial<Patch.Patch> = {}): Patch.Patch =>
  Patch.make({
    id,
    title: `${id} cumulative update`,
    platform: "Windows",
    vendor: "Lab",
    category: "Security Patches",
    vendorSeverity: "Critical",
    products: ["Windows Server 2022"],
    kb: id,
    publishedAt: 0,
    isRollbackSupported: true,
    download: {
      _tag: "Automatic",
      files: [{ url: `https://download.lab.example/${id}.msu`, digest: DIGEST, sizeBytes: 1_000, signer: null }],
    },
    ...over,
  });

/** A bulletin whose file a person must fetch (PAT-04), and what a test says of it. */
export const vendorOnly = (id: string, over: Partial<Patch.Patch> = {}): Patch.Patch =>
  bulletin(id, { download: { _tag: "AcquireFromVendor", url: `https://vendor.lab.example/${id}` }, ...over });

/** A file that someone supplied, and what a test says of it. */
export const vendorFile = (patchId: string, over: Partial<VendorFile> = {}): VendorFile => ({
  patchId,
  url: `https://files.acme.example/${patchId}.msi`,
  digest: DIGEST,
  sizeBytes: 1_000,
  signer: null,
  suppliedBy: "user:mara",
  suppliedAt: 0,
  ...over,
});

/** A vulnerability by a scanner's number, and what a test says of it. */
export const vulnerability = (qid: number, over: Partial<Vulnerability> = {}): Vulnerability => ({
  qid,
  title: `vulnerability ${qid}`,
  severity: 5,
  cves: [],
  ...over,
});

const DOWNLOADS = [
  { _tag: "Automatic", files: [] },
  { _tag: "AcquireFromVendor", url: "https://vendor.lab.example" },
  { _tag: "Unavailable" },
] as const;

const DAY_MS = 86_400_000;

/**
 * A patch of any kind, drawn from chance: the same draws give the same patch. Its links lead to patches of `others`, to
 * itself and to nowhere, so that a catalogue of them goes in circles as vendors' data does.
 */
export const generate = (id: string, random: Random, others: readonly string[] = []): Patch.Patch => {
  const sometimes = (chance: number): boolean => random.next() < chance;
  const links = [...others, id].filter(() => sometimes(1 / (others.length + 1)));
  if (sometimes(0.1)) links.push("nowhere");
  const isLinux = sometimes(0.5);
  const over: Partial<Patch.Patch> = {
    title: `patch ${random.below(5)}`,
    publishedAt: random.below(4) * DAY_MS,
    modifiedAt: (4 + random.below(4)) * DAY_MS,
    vendorSeverity: Patch.vendorSeverities[random.below(Patch.vendorSeverities.length)] ?? "None",
    cves: ["CVE-2026-0001", "CVE-2026-0002"].filter(() => sometimes(0.3)),
    isDeprecated: sometimes(0.1),
    isFeatureUpdate: sometimes(0.1),
    isRollbackSupported: sometimes(0.5),
  };
  if (isLinux) {
    const packages = ["openssl", "curl"].filter(() => sometimes(0.6));
    return advisory(id, {
      ...over,
      packages: packages.map((name) => ({ name, arch: "x86_64", evr: `${1 + random.below(3)}-1` })),
    });
  }
  return bulletin(id, {
    ...over,
    products: ["Windows 11", "Windows Server 2022"].filter(() => sometimes(0.6)),
    download: DOWNLOADS[random.below(DOWNLOADS.length)] ?? DOWNLOADS[0],
    supersedes: links.map((patchId) => ({ patchId, product: sometimes(0.3) ? "Windows 11" : null })),
  });
};
