/** Writes CSAF documents for tests as Red Hat and SUSE structure them, with every part open to be spoilt. */
import type { Patch } from "@fettle/core";
import { expect } from "vitest";
import { type CsafOptions, parseCsaf, type RecordFeed } from "../../../src/feed/csaf/index.ts";

export type Json = { readonly [key: string]: unknown };

/** A platform and the packages that are its components. */
export interface PlatformJson {
  readonly id: string;
  readonly cpe?: string;
  /** The purl of a module between the platform and its packages. */
  readonly module?: string;
  readonly packages: readonly PackageJson[];
}

export interface PackageJson {
  /** `openssl-1:3.0.7-25.el9_3.x86_64`: its name and product id. */
  readonly nevra: string;
  /** Null: none is told. */
  readonly purl?: string | null;
}

export const baseos: PlatformJson = {
  id: "BaseOS-9.3.0",
  cpe: "cpe:/o:redhat:enterprise_linux:9::baseos",
  packages: [{ nevra: "openssl-1:3.0.7-25.el9_3.x86_64" }, { nevra: "openssl-libs-1:3.0.7-25.el9_3.x86_64" }],
};

/** `pkg:rpm/…` of a NEVRA. */
export const purlOf = (nevra: string): string => {
  const [, name = "", epoch, version = "", arch = ""] = /^(.+)-(?:(\d+):)?([^-]+-[^-]+)\.([^.]+)$/.exec(nevra) ?? [];
  return `pkg:rpm/redhat/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${arch}${epoch === undefined ? "" : `&epoch=${epoch}`}`;
};

const product = (id: string, helper: Json): Json => ({
  name: id,
  product_id: id,
  product_identification_helper: helper,
});

const relationship = (component: string, whole: string, id = `${whole}:${component}`): Json => ({
  category: "default_component_of",
  full_product_name: { name: `${component} as a component of ${whole}`, product_id: id },
  product_reference: component,
  relates_to_product_reference: whole,
});

/** Where a package of a platform is found. */
export const idIn = (platform: PlatformJson, nevra: string): string =>
  platform.module === undefined ? `${platform.id}:${nevra}` : `${platform.id}:module:${nevra}`;

/** The tree of platforms, modules and packages. */
export const treeOf = (...platforms: readonly PlatformJson[]): Json => {
  const packages = new Map(platforms.flatMap((p) => p.packages.map((q) => [q.nevra, q] as const)));
  const modules = platforms.filter((p) => p.module !== undefined);
  return {
    branches: [
      {
        category: "vendor",
        name: "Red Hat",
        branches: [
          {
            category: "product_family",
            name: "Red Hat Enterprise Linux",
            branches: platforms.map(({ id, cpe }) => ({
              category: "product_name",
              name: id,
              product: product(id, cpe === undefined ? {} : { cpe }),
            })),
          },
          ...modules.map(({ id, module }) => ({
            category: "product_version",
            name: "module",
            product: product(`module of ${id}`, { purl: module }),
          })),
          ...[...packages.values()].map(({ nevra, purl = purlOf(nevra) }) => ({
            category: "architecture",
            name: nevra.split(".").at(-1),
            branches: [
              { category: "product_version", name: nevra, product: product(nevra, purl === null ? {} : { purl }) },
            ],
          })),
        ],
      },
    ],
    relationships: platforms.flatMap((p) =>
      p.module === undefined
        ? p.packages.map((q) => relationship(q.nevra, p.id))
        : [
            relationship(`module of ${p.id}`, p.id, `${p.id}:module`),
            ...p.packages.map((q) => relationship(q.nevra, `${p.id}:module`)),
          ],
    ),
  };
};

export const vulnerability = (cve: string, platforms: readonly PlatformJson[], more: Json = {}): Json => ({
  cve,
  product_status: { fixed: platforms.flatMap((p) => p.packages.map((q) => idIn(p, q.nevra))) },
  remediations: [{ category: "vendor_fix", details: "Update.", url: "https://vendor.test/errata/fix" }],
  threats: [{ category: "impact", details: "Moderate" }],
  ...more,
});

export interface CsafJson {
  readonly id?: string;
  /** Of `document`. */
  readonly document?: Json;
  /** Of `document.tracking`. */
  readonly tracking?: Json;
  readonly platforms?: readonly PlatformJson[];
  readonly tree?: unknown;
  readonly vulnerabilities?: readonly unknown[];
}

/** A sound document; what is given as undefined is left out. */
export const csaf = (c: CsafJson = {}): Json => {
  const platforms = c.platforms ?? [baseos];
  return {
    document: {
      aggregate_severity: { namespace: "https://vendor.test/classification", text: "Important" },
      category: "csaf_security_advisory",
      csaf_version: "2.0",
      notes: [
        { category: "legal_disclaimer", text: "No warranty." },
        { category: "general", text: "More about it." },
        { category: "summary", text: "An update for openssl." },
      ],
      publisher: { category: "vendor", name: "Red Hat Product Security", namespace: "https://vendor.test" },
      references: [
        { category: "external", summary: "x", url: "https://vendor.test/other" },
        { category: "self", summary: "Canonical URL", url: "https://vendor.test/csaf/rhsa-2026_1001.json" },
        { category: "self", summary: "x", url: "https://vendor.test/errata/RHSA-2026:1001" },
      ],
      title: "Red Hat Security Advisory: openssl security update",
      ...c.document,
      tracking: {
        id: c.id ?? "RHSA-2026:1001",
        status: "final",
        version: "1",
        revision_history: [],
        initial_release_date: "2026-01-10T08:00:00+00:00",
        current_release_date: "2026-01-11T10:30:00+02:00",
        ...c.tracking,
      },
    },
    product_tree: "tree" in c ? c.tree : treeOf(...platforms),
    vulnerabilities: c.vulnerabilities ?? [vulnerability("CVE-2026-0001", platforms)],
  };
};

/** Documents of a feed, each as pretty as vendors print them. */
export const documents = (...all: readonly Json[]): { readonly name: string; readonly content: string }[] =>
  all.map((each, i) => ({ name: `${i}.json`, content: JSON.stringify(each, null, 2) }));

export const read = async (all: readonly Json[], options?: CsafOptions): Promise<RecordFeed> => {
  const result = await parseCsaf(documents(...all), options);
  if (!result.ok) throw new Error(`${result.error.reason}: ${result.error.message}`);
  return result.value;
};

export const patchesOf = async (c: CsafJson, options?: CsafOptions): Promise<readonly Patch.Patch[]> => {
  const { patches, skipped } = await read([csaf(c)], options);
  expect(skipped).toEqual([]);
  return patches;
};

export const only = async (c: CsafJson = {}, options?: CsafOptions): Promise<Patch.Patch> => {
  const patches = await patchesOf(c, options);
  expect(patches).toHaveLength(1);
  return patches[0] as Patch.Patch;
};

/** Why a document is left out, beside a sound one that isn't: `kind path: reason`. */
export const skippedBecause = async (c: CsafJson | Json, options?: CsafOptions): Promise<string> => {
  const { patches, skipped } = await read(
    [csaf({ id: "SOUND-1" }), "document" in c && "product_tree" in c ? (c as Json) : csaf(c)],
    options,
  );
  expect(patches.map((p) => p.id)).toEqual(["SOUND-1"]);
  expect(skipped).toHaveLength(1);
  const [left] = skipped;
  expect([left?.source, left?.index]).toEqual(["1.json", 1]);
  return `${left?.kind} ${left?.path}: ${left?.reason}`;
};
