/** Writes updateinfo.xml for tests, with every part open to be spoilt. */

export interface AdvisoryXml {
  readonly id?: string;
  readonly title?: string;
  readonly from?: string;
  readonly status?: string;
  readonly type?: string | null;
  readonly severity?: string | null;
  readonly issued?: string | null;
  readonly updated?: string | null;
  readonly cves?: readonly string[];
  readonly packages?: readonly PackageXml[];
  /** As it stands in the element, so markup is markup. */
  readonly description?: string;
  /** The address of the reference to the advisory itself. */
  readonly self?: string;
  /** The module of its first collection. */
  readonly module?: { readonly name: string; readonly stream: string };
  /** One list a collection, instead of `packages`. */
  readonly collections?: readonly (readonly PackageXml[])[];
  /** More child elements, as they stand. */
  readonly extra?: string;
}

export interface PackageXml {
  readonly name?: string;
  readonly version?: string;
  readonly release?: string;
  readonly epoch?: string | null;
  readonly arch?: string;
  /** More child elements, as they stand. */
  readonly extra?: string;
}

export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

export const pkg = (p: PackageXml = {}): string => {
  const epoch = p.epoch === null ? "" : ` epoch="${escaped(p.epoch ?? "0")}"`;
  const { name = "openssl", version = "3.0.7", release = "2.el9", arch = "x86_64" } = p;
  return `<package name="${escaped(name)}" version="${escaped(version)}" release="${escaped(release)}"${epoch} arch="${escaped(arch)}" src="a.src.rpm"><filename>a.rpm</filename>${p.extra ?? ""}</package>`;
};

export const update = (a: AdvisoryXml = {}): string =>
  [
    `<update from="${escaped(a.from ?? "security@vendor.test")}" status="${a.status ?? "final"}"${a.type === null ? "" : ` type="${escaped(a.type ?? "security")}"`} version="1">`,
    `<id>${escaped(a.id ?? "RHSA-2026:1001")}</id>`,
    `<title>${escaped(a.title ?? "Important: openssl security update")}</title>`,
    a.issued === null ? "" : `<issued date="${a.issued ?? "2026-01-10 00:00:00"}"/>`,
    a.updated === null ? "" : `<updated date="${a.updated ?? "2026-01-11 00:00:00"}"/>`,
    a.severity === null ? "" : `<severity>${escaped(a.severity ?? "Important")}</severity>`,
    `<description>${a.description ?? "About it."}</description><references>`,
    a.self === undefined ? "" : `<reference href="${escaped(a.self)}" id="x" type="self" title="x"/>`,
    ...(a.cves ?? []).map(
      (c) => `<reference href="https://cve.vendor.test/" id="${escaped(c)}" title="${escaped(c)}" type="cve"/>`,
    ),
    `</references>${a.extra ?? ""}<pkglist>`,
    ...(a.collections ?? [a.packages ?? [{}]]).map(
      (packages, at) =>
        `<collection short="base"><name>base</name>${at > 0 || a.module === undefined ? "" : `<module name="${escaped(a.module.name)}" stream="${escaped(a.module.stream)}" version="9020020230331" context="rhel9" arch="x86_64"/>`}${packages.map(pkg).join("")}</collection>`,
    ),
    "</pkglist></update>",
  ].join("");

/** A whole feed, each advisory on a line of its own: the first on line 3. */
export const feed = (...advisories: readonly AdvisoryXml[]): string =>
  ['<?xml version="1.0" encoding="UTF-8"?>', "<updates>", ...advisories.map(update), "</updates>", ""].join("\n");
