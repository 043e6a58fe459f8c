/** OSV's ecosystems of operating systems, to the releases that they stand for. Pure. */
import type { Result } from "@fettle/agent-protocol";
import * as Cpe from "../reading/Cpe.ts";

export interface Ecosystem {
  readonly vendor: string;
  /** As `id:version` of os-release. */
  readonly releases: readonly string[];
  readonly format: "rpm" | "deb";
  /** What `package.name` names there. */
  readonly names: "source" | "binary";
}

type Reader = (suffix: string) => Omit<Ecosystem, "vendor"> | null;

const VERSION = /^\d{1,8}(?:\.\d{1,8}){0,2}$/;

const numbered =
  (id: string, about: Pick<Ecosystem, "format" | "names">): Reader =>
  (suffix) =>
    VERSION.test(suffix) ? { ...about, releases: [`${id}:${suffix}`] } : null;

const SUSE =
  /^(?:SUSE )?Linux (Enterprise|) ?(Server for SAP Applications|Server|Desktop|High Performance Computing|Micro|Module for [A-Za-z0-9. +-]{1,60}?) (\d{1,4}(?:\.\d{1,4})?)(?: SP(\d{1,2}))?(?:[- ](?:LTSS|ESPOS|TERADATA|CLIENT-TOOLS|BCL).{0,40})?$/;

const suseIds: { readonly [product: string]: readonly string[] } = {
  "Server for SAP Applications": ["sles_sap"],
  Server: ["sles"],
  Desktop: ["sled"],
  "High Performance Computing": ["sle_hpc"],
};

const suse: Reader = (suffix) => {
  const match = SUSE.exec(suffix);
  if (match === null) return null;
  const [, enterprise, product = "", version = "", pack] = match;
  const micro = enterprise === "" ? "sl-micro" : "sle-micro";
  const ids = product === "Micro" ? [micro] : (suseIds[product] ?? Cpe.suseModuleHosts);
  const release = pack === undefined ? version : `${version}.${pack}`;
  return { format: "rpm", names: "source", releases: ids.map((id) => `${id}:${release}`) };
};

const openSuse: Reader = (suffix) => {
  const match = /^Leap (Micro )?(\d{1,4}\.\d{1,4})$/.exec(suffix);
  if (match === null) return null;
  const id = match[1] === undefined ? "opensuse-leap" : "opensuse-leap-micro";
  return { format: "rpm", names: "source", releases: [`${id}:${match[2]}`] };
};

// Fixes of Ubuntu Pro come from an archive of its own, which an asset may not have.
const ubuntu: Reader = (suffix) => {
  const version = /^(\d\d\.\d\d)(?::LTS)?$/.exec(suffix)?.[1];
  return version === undefined ? null : { format: "deb", names: "source", releases: [`ubuntu:${version}`] };
};

const redHat: Reader = (suffix) => {
  const releases = Cpe.releasesOf(`cpe:/o:redhat:${suffix}`);
  return releases.length === 0 ? null : { format: "rpm", names: "binary", releases };
};

const readers: ReadonlyMap<string, Reader> = new Map([
  ["Debian", numbered("debian", { format: "deb", names: "source" })],
  ["Ubuntu", ubuntu],
  ["Rocky Linux", numbered("rocky", { format: "rpm", names: "source" })],
  // Its records list every binary package.
  ["AlmaLinux", numbered("almalinux", { format: "rpm", names: "binary" })],
  ["Red Hat", redHat],
  ["SUSE", suse],
  ["openSUSE", openSuse],
]);

/**
 * What an ecosystem stands for, or why it can't be served.
 *
 * @example of("Ubuntu:22.04:LTS") // { ok: true, value: { vendor: "Ubuntu", releases: ["ubuntu:22.04"], format: "deb", … } }
 */
export const of = (text: string): Result<Ecosystem, string> => {
  const colon = text.indexOf(":");
  const vendor = colon < 0 ? text : text.slice(0, colon);
  const shown = JSON.stringify(text.slice(0, 80));
  const reader = readers.get(vendor);
  if (reader === undefined) return { ok: false, error: `the ecosystem ${shown} is not supported` };
  const read = reader(colon < 0 ? "" : text.slice(colon + 1));
  return read === null
    ? { ok: false, error: `the ecosystem ${shown} is no release that is known here` }
    : { ok: true, value: { vendor, ...read } };
};
