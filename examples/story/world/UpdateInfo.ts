/** The vendor's updateinfo.xml: what its advisories say, in the format that dnf reads. Pure. */
import type { Advisory, LabPackage } from "./Catalogue.ts";
import { epochOf, nvr } from "./Catalogue.ts";

/** The document for one repository. Throws when an advisory names a package that was never built. */
export const render = (advisories: readonly Advisory[], packages: readonly LabPackage[]): string =>
  [
    '<?xml version="1.0" encoding="UTF-8"?>',
    "<updates>",
    ...advisories.flatMap((a) => update(a, packages)),
    "</updates>",
    "",
  ].join("\n");

const update = (a: Advisory, packages: readonly LabPackage[]): readonly string[] => [
  `  <update from="security@vendor.test" status="final" type="${a.type}" version="1">`,
  `    <id>${text(a.id)}</id>`,
  `    <title>${text(a.title)}</title>`,
  `    <issued date="${a.issued}"/>`,
  `    <updated date="${a.issued}"/>`,
  ...(a.severity === "None" ? [] : [`    <severity>${a.severity}</severity>`]),
  "    <rights>Copyright Fettle Lab</rights>",
  "    <release>Fettle Lab Linux 9</release>",
  `    <summary>${text(a.title)}</summary>`,
  `    <description>${text(`What ${a.id} is about.`)}</description>`,
  "    <references>",
  `      <reference href="https://errata.vendor.test/${a.id}" id="${a.id}" title="${a.id}" type="self"/>`,
  ...a.cves.map(
    (cve) => `      <reference href="https://cve.vendor.test/${cve}" id="${cve}" title="${cve}" type="cve"/>`,
  ),
  "    </references>",
  "    <pkglist>",
  '      <collection short="lab-9">',
  "        <name>Fettle Lab Linux 9</name>",
  ...a.packages.flatMap((name) => pkg(a, find(name, packages))),
  "      </collection>",
  "    </pkglist>",
  "  </update>",
];

const pkg = (a: Advisory, p: LabPackage): readonly string[] => [
  `        <package name="${p.name}" version="${p.version}" release="${p.release}" epoch="${epochOf(p)}" arch="noarch" src="${nvr(p)}.src.rpm">`,
  `          <filename>${nvr(p)}.noarch.rpm</filename>`,
  ...(a.rebootSuggested ? ["          <reboot_suggested>True</reboot_suggested>"] : []),
  "        </package>",
];

const find = (name: string, packages: readonly LabPackage[]): LabPackage => {
  const found = packages.find((p) => nvr(p) === name);
  if (found === undefined) throw new Error(`an advisory names ${name}, which no package of the catalogue is`);
  return found;
};

const text = (s: string): string => s.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
