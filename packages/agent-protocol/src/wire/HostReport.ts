/**
 * What an agent tells of its machine beside the packages (AST-02, AST-10): what it is called, which system it runs, its
 * hardware and network, who is logged in. What the agent can't find out is null, never a guess; it goes with every snapshot,
 * so that names and addresses may change as they like (AST-01).
 */
import * as z from "zod";
import * as Crypto from "./Crypto.ts";
import * as Json from "./Json.ts";
import { wireLimits } from "./WireLimits.ts";
import * as Words from "./Words.ts";

const RELEASE = /^[A-Za-z0-9._-]{1,64}:[A-Za-z0-9._~+-]{1,64}$/;
const STREAM = /^[A-Za-z0-9+._-]{1,128}:[A-Za-z0-9+._-]{1,128}$/;
const MAC = /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/;
const ADDRESS = /^(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9a-fA-F:]{2,39}|[0-9a-fA-F:]{2,29}(?:\.?[0-9]{1,3}){4})$/;

const address = z.string().regex(ADDRESS);

export const NetworkInterface = z.strictObject({
  name: Words.name,
  /** Six bytes in lower case, by colons. */
  mac: z.string().regex(MAC).nullable(),
  /** IPv4 and IPv6 addresses without a prefix length or zone. */
  addresses: z.array(address).max(wireLimits.addressesPerInterface),
  gateway: address.nullable(),
});
export type NetworkInterface = z.infer<typeof NetworkInterface>;

export const HostReport = z.strictObject({
  name: Words.name,
  osFamily: Words.name,
  osName: Words.name,
  arch: Words.architecture,
  /** The release of the operating system as `id:version`. */
  release: z.string().regex(RELEASE).nullable(),
  osVersion: Words.name.nullable(),
  packageFormat: Words.packageFormat.nullable(),
  /** Module streams that are enabled, as `name:stream`. */
  modules: z.array(z.string().regex(STREAM)).max(wireLimits.modulesPerHost).nullable(),
  manufacturer: Words.name.nullable(),
  model: Words.name.nullable(),
  serialNumber: Words.name.nullable(),
  interfaces: z.array(NetworkInterface).max(wireLimits.interfacesPerHost),
  loggedInUser: Words.name.nullable(),
  bootedAt: Words.instant.nullable(),
  location: Words.name.nullable(),
});
export type HostReport = z.infer<typeof HostReport>;

/**
 * A report as it may travel: texts cut to their length, lists to theirs, and what has no form that the wire knows left out.
 * A machine with more interfaces than anyone asked for is told in part, rather than not at all.
 */
export const fitted = (report: HostReport): HostReport => ({
  name: cut(report.name) ?? "unknown",
  osFamily: cut(report.osFamily) ?? "unknown",
  osName: cut(report.osName) ?? "unknown",
  arch: report.arch,
  release: shaped(RELEASE, report.release),
  osVersion: cut(report.osVersion),
  packageFormat: report.packageFormat,
  modules: report.modules?.filter((m) => STREAM.test(m)).slice(0, wireLimits.modulesPerHost) ?? null,
  manufacturer: cut(report.manufacturer),
  model: cut(report.model),
  serialNumber: cut(report.serialNumber),
  interfaces: report.interfaces.flatMap(fittedInterface).slice(0, wireLimits.interfacesPerHost),
  loggedInUser: cut(report.loggedInUser),
  bootedAt: Words.instant.safeParse(report.bootedAt).success ? report.bootedAt : null,
  location: cut(report.location),
});

/** What both sides call a snapshot: a digest over its packages' and its report's, so that a change of either is one. */
export const snapshotDigest = (packages: Crypto.Digest, report: HostReport): Crypto.Digest =>
  Crypto.digest(Json.canonicalBytes({ packages, report: Crypto.digest(Json.canonicalBytes(report)) }));

const fittedInterface = (one: NetworkInterface): readonly NetworkInterface[] => {
  const name = cut(one.name);
  if (name === null) return [];
  const addresses = one.addresses.filter((a) => ADDRESS.test(a)).slice(0, wireLimits.addressesPerInterface);
  return [{ name, mac: shaped(MAC, one.mac), addresses, gateway: shaped(ADDRESS, one.gateway) }];
};

const NAME_CHARACTERS_MAX = 256;

const cut = (text: string | null): string | null => {
  const fit = Json.wellFormed((text ?? "").slice(0, NAME_CHARACTERS_MAX));
  return fit === "" ? null : fit;
};

const shaped = (form: RegExp, text: string | null): string | null => (text !== null && form.test(text) ? text : null);
