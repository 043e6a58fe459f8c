/** A product of a tree as a package of RPM or Debian. Pure. */
import type { Result } from "@fettle/agent-protocol";
import { Patch } from "@fettle/core";
import * as Cpe from "../reading/Cpe.ts";
import * as Grammar from "../reading/Grammar.ts";
import * as PackageUrl from "../reading/PackageUrl.ts";
import type { PlacedProduct, TreeProduct } from "./ProductTree.ts";

export interface ProductPackage {
  readonly format: "rpm" | "deb";
  readonly package: Patch.PatchPackage;
  /** The releases of its platforms, as `id:version`; none when no platform is known to be one. */
  readonly releases: readonly string[];
}

/** What a product of another kind is left out as. */
export type NoPackage = "source" | "other";

const ARCHITECTURES =
  "x86_64|aarch64|ppc64le|ppc64|ppc|s390x|s390|i[3-6]86|ia64|armv7hl|armv6hl|riscv64|noarch|src|nosrc";
/** `telnet-1:0.17-65.el7_6.x86_64`, as vendors name packages without a package URL. */
const NEVRA = new RegExp(`^([^\\s/]{1,128})-(?:(\\d{1,9}):)?([^-:\\s]{1,128})-([^-\\s]{1,128})\\.(${ARCHITECTURES})$`);

interface Told {
  readonly format: "rpm" | "deb";
  readonly name: string;
  readonly version: string;
  readonly arch: string;
  readonly module: string | null;
}

/** The package that a product is, or why it is none; an error when it is one that can't be read. */
export const of = (placed: PlacedProduct): Result<ProductPackage | NoPackage, string> => {
  const told = fromPurl(placed.product) ?? fromName(placed.product);
  if (told === null) return { ok: true, value: "other" };
  if (Grammar.isSource(told.arch) || told.arch === "source") return { ok: true, value: "source" };
  const read = Grammar.pkgAt(told, told.format);
  if (!read.ok) return read;
  const releases = [...new Set(placed.platforms.concat(placed.product).flatMap(releasesOf))];
  const stream = told.module ?? placed.platforms.map(moduleOf).find((module) => module !== null);
  if (stream === undefined || stream === null) {
    return { ok: true, value: { format: told.format, package: read.value, releases } };
  }
  const [name = "", version = ""] = stream.split(":");
  const module = Grammar.moduleStream(name, version);
  if (!module.ok) return module;
  return { ok: true, value: { format: told.format, package: { ...read.value, module: module.value }, releases } };
};

const releasesOf = (product: TreeProduct): readonly string[] =>
  product.cpe === null ? [] : Cpe.releasesOf(product.cpe);

const fromPurl = (product: TreeProduct): Told | null => {
  const purl = product.purl === null ? null : PackageUrl.parse(product.purl);
  if (purl === null || (purl.type !== "rpm" && purl.type !== "deb") || purl.version === null) return null;
  const qualified = (name: string): string | null => purl.qualifiers.get(name) ?? null;
  const epoch = qualified("epoch");
  return {
    format: purl.type,
    name: purl.name,
    version: epoch === null || purl.version.includes(":") ? purl.version : `${epoch}:${purl.version}`,
    arch: qualified("arch") ?? product.architecture ?? Patch.ANY_ARCHITECTURE,
    module: PackageUrl.streamOf(qualified("rpmmod") ?? ""),
  };
};

const fromName = (product: TreeProduct): Told | null => {
  if (product.purl !== null) return null;
  const match = NEVRA.exec(product.name);
  if (match === null) return null;
  const [, name = "", epoch = "0", version = "", release = "", arch = ""] = match;
  return { format: "rpm", name, version: `${epoch}:${version}-${release}`, arch, module: null };
};

// Either the module is the product and its stream the version, or its name is all there is.
const moduleOf = (product: TreeProduct): string | null => {
  const purl = product.purl === null ? null : PackageUrl.parse(product.purl);
  if (purl?.type !== "rpmmod") return null;
  if (purl.version !== null) return PackageUrl.streamOf(`${purl.name}:${purl.version}`);
  return PackageUrl.streamOf(purl.namespace.at(-1) ?? "");
};
