/** Names of platforms (CPE 2.2 and 2.3) to the releases of operating systems that they stand for. Pure. */

interface Cpe {
  readonly vendor: string;
  readonly product: string;
  readonly version: string;
  readonly update: string;
  readonly edition: string;
}

/** Of `/etc/os-release`: digits with dots. */
const VERSION = /^\d{1,8}(?:\.\d{1,8}){0,3}$/;

/** Products that are a distribution under another name than its os-release has. */
const distributions: ReadonlyMap<string, string> = new Map([
  ["rocky:rocky", "rocky"],
  ["rocky:rocky_linux", "rocky"],
  ["almalinux:almalinux", "almalinux"],
  ["oracle:linux", "ol"],
  ["centos:centos", "centos"],
  ["fedoraproject:fedora", "fedora"],
  ["amazon:amazon_linux", "amzn"],
  ["debian:debian_linux", "debian"],
  ["canonical:ubuntu_linux", "ubuntu"],
  ["opensuse:leap", "opensuse-leap"],
  ["opensuse:leap-micro", "opensuse-leap-micro"],
  ["suse:sles", "sles"],
  ["suse:sled", "sled"],
  ["suse:sles_sap", "sles_sap"],
  ["suse:sle_hpc", "sle_hpc"],
  ["suse:sle-micro", "sle-micro"],
  ["suse:sl-micro", "sl-micro"],
]);

/** What a module of SUSE Linux Enterprise can be added to. */
export const suseModuleHosts = ["sled", "sles", "sles_sap"] as const;

/** Streams of Red Hat Enterprise Linux that stay on one minor release. */
const rhelStream = /^rhel_(?:eus|eus_long_life|aus|e4s|tus|els|els_plus)$/;

/**
 * The releases that a platform is, as `id:version` of its os-release; none when it isn't known to be one.
 *
 * @example releasesOf("cpe:/o:redhat:enterprise_linux:9::baseos") // ["rhel:9"]
 */
export const releasesOf = (text: string): readonly string[] => {
  const cpe = parse(text);
  if (cpe === null) return [];
  const version = servicePack(cpe);
  if (cpe.vendor === "redhat") return redHat(cpe);
  const id = distributions.get(`${cpe.vendor}:${cpe.product}`);
  if (id !== undefined) return VERSION.test(version) ? [`${id}:${version}`] : [];
  const isModule = cpe.vendor === "suse" && /^(?:sle-module-|packagehub)/.test(cpe.product);
  return isModule && VERSION.test(version) ? suseModuleHosts.map((host) => `${host}:${version}`) : [];
};

const redHat = (cpe: Cpe): readonly string[] => {
  const isSystem = cpe.product === "enterprise_linux" || rhelStream.test(cpe.product);
  if (isSystem && VERSION.test(cpe.version)) return [`rhel:${cpe.version}`];
  // Layered products say in their edition what they run on.
  const major = /^el(\d{1,2})$/.exec(cpe.edition)?.[1];
  return major === undefined ? [] : [`rhel:${major}`];
};

const servicePack = (cpe: Cpe): string => {
  const pack = /^sp(\d{1,2})$/.exec(cpe.update)?.[1];
  return pack === undefined ? cpe.version : `${cpe.version}.${pack}`;
};

const parse = (text: string): Cpe | null => {
  const lower = text.toLowerCase();
  const isFormatted = lower.startsWith("cpe:2.3:");
  if (!isFormatted && !lower.startsWith("cpe:/")) return null;
  // A quoted colon parts nothing.
  const parts = isFormatted ? lower.slice(8).split(/(?<!\\):/) : lower.slice(5).split(":");
  const part = (i: number): string => plain(parts[i] ?? "");
  return { vendor: part(1), product: part(2), version: part(3), update: part(4), edition: part(5) };
};

const plain = (part: string): string => (part === "*" || part === "-" ? "" : part.replaceAll("\\", ""));
