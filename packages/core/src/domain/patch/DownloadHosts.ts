/**
 * The hosts that agents must reach to fetch what the catalogue has (URL-01), for a firewall's allow-list: one entry per
 * host, and a wildcard where several hosts are of one domain.
 *
 * Addresses come from vendors' data, so nothing in them is trusted: only http and https, no user names, no address of the
 * asset itself or of its own network segment; what is left out is said. No wildcard is ever made of a domain under which
 * strangers get names of their own.
 */
import type { Patch } from "./Patch.ts";

export interface DownloadHost {
  /** In small letters, in the form that DNS has (`xn--…` for other letters), without a dot at its end. */
  readonly host: string;
  /** Ports to open, ascending. */
  readonly ports: readonly number[];
  /** Whether some of it comes without TLS: its digest still says whether it is the vendor's. */
  readonly isPlain: boolean;
  /** How many patches have files there. */
  readonly patches: number;
}

export interface Wildcard {
  /** Such as `*.example.com`. */
  readonly pattern: string;
  /** The hosts that it stands for. */
  readonly hosts: readonly string[];
}

export interface IgnoredUrl {
  readonly patchId: string;
  readonly url: string;
  readonly reason: "not-a-url" | "not-http" | "credentials" | "own-network";
}

export interface DownloadHosts {
  /** Ordered by host. */
  readonly hosts: readonly DownloadHost[];
  readonly wildcards: readonly Wildcard[];
  /** Urls that no agent is to be let out for. Ordered; at most {@link IGNORED_TOLD_MAX}. */
  readonly ignored: readonly IgnoredUrl[];
}

export const IGNORED_TOLD_MAX = 1_000;

/**
 * The hosts of what these patches download; a patch that is withdrawn or that the asset's own repositories bring needs
 * none (PAT-13). `supplied` are the addresses of files that someone supplied (PAT-04), by patch.
 *
 * @example
 * DownloadHosts.of(patches, new Map()).hosts; // [{ host: "download.example.com", ports: [443], isPlain: false, patches: 12 }]
 */
export const of = (patches: readonly Patch[], supplied: ReadonlyMap<string, string>): DownloadHosts => {
  const found = new Map<string, Found>();
  const ignored: IgnoredUrl[] = [];
  for (const patch of patches) {
    if (patch.isDeprecated || patch.isFeatureUpdate) continue;
    for (const text of urlsOf(patch, supplied)) {
      const read = readUrl(text);
      if (read._tag === "Ignored") ignored.push({ patchId: patch.id, url: text, reason: read.reason });
      else add(found, read, patch.id);
    }
  }
  const hosts = [...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([host, f]) => toHost(host, f));
  return { hosts, wildcards: wildcardsOf(hosts.map((h) => h.host)), ignored: told(ignored) };
};

interface Found {
  readonly ports: Set<number>;
  readonly patches: Set<string>;
  isPlain: boolean;
}

const urlsOf = (patch: Patch, supplied: ReadonlyMap<string, string>): readonly string[] => {
  const own = supplied.get(patch.id);
  const files = patch.download._tag === "Automatic" ? patch.download.files.map((f) => f.url) : [];
  return own === undefined ? files : [...files, own];
};

type Read =
  | { readonly _tag: "Host"; readonly host: string; readonly port: number; readonly isPlain: boolean }
  | { readonly _tag: "Ignored"; readonly reason: IgnoredUrl["reason"] };

const ignore = (reason: IgnoredUrl["reason"]): Read => ({ _tag: "Ignored", reason });
const HTTP_PORT = 80;
const HTTPS_PORT = 443;

const readUrl = (text: string): Read => {
  if (!URL.canParse(text)) return ignore("not-a-url");
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return ignore("not-http");
  if (url.username !== "" || url.password !== "") return ignore("credentials");
  const host = url.hostname.replace(/\.+$/, "");
  if (host === "") return ignore("not-a-url");
  if (isOwnNetwork(host)) return ignore("own-network");
  const isPlain = url.protocol === "http:";
  const port = url.port === "" ? (isPlain ? HTTP_PORT : HTTPS_PORT) : Number(url.port);
  return { _tag: "Host", host, port, isPlain };
};

const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const isAddress = (host: string): boolean => host.startsWith("[") || IPV4.test(host);

// The machine itself and its segment: loopback, link-local (where clouds keep their instances' credentials), unspecified.
const isOwnNetwork = (host: string): boolean =>
  host === "localhost" ||
  host.endsWith(".localhost") ||
  /^(?:127|0)\./.test(host) ||
  host.startsWith("169.254.") ||
  /^\[(?:::1?|fe[89ab][0-9a-f]:.*|::ffff:(?:7f|a9fe|0:).*)\]$/.test(host);

const add = (found: Map<string, Found>, read: Read & { readonly _tag: "Host" }, patchId: string): void => {
  const known = found.get(read.host) ?? { ports: new Set<number>(), patches: new Set<string>(), isPlain: false };
  known.ports.add(read.port);
  known.patches.add(patchId);
  known.isPlain ||= read.isPlain;
  found.set(read.host, known);
};

const toHost = (host: string, { ports, patches, isPlain }: Found): DownloadHost => ({
  host,
  ports: [...ports].sort((a, b) => a - b),
  isPlain,
  patches: patches.size,
});

// Two hosts or more directly or further below one domain are worth a wildcard; of nested ones the widest.
const wildcardsOf = (hosts: readonly string[]): readonly Wildcard[] => {
  const byDomain = new Map<string, string[]>();
  for (const host of hosts) {
    const domain = domainOf(host);
    if (domain === null || domain === host) continue;
    byDomain.set(domain, [...(byDomain.get(domain) ?? []), host]);
  }
  return [...byDomain.entries()]
    .filter(([, members]) => members.length > 1)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([domain, members]) => ({ pattern: `*.${domain}`, hosts: members }));
};

/** Second levels under which countries give names to everybody, as in `co.uk`. */
const secondLevels = new Set(["ac", "co", "com", "edu", "gob", "gouv", "gov", "go", "govt", "ltd", "mil", "ne", "net"]);
for (const more of ["nhs", "nom", "or", "org", "plc", "sch", "web"]) secondLevels.add(more);

/** Domains under which anybody gets a name; a wildcard of one would let agents out to strangers. */
export const sharedDomains: readonly string[] = [
  "akamaihd.net",
  "akamaized.net",
  "amazonaws.com",
  "appspot.com",
  "azureedge.net",
  "azurefd.net",
  "azurewebsites.net",
  "b-cdn.net",
  "cdn77.org",
  "cloudapp.net",
  "cloudflare.net",
  "cloudfront.net",
  "digitaloceanspaces.com",
  "edgekey.net",
  "edgesuite.net",
  "fastly.net",
  "github.io",
  "githubusercontent.com",
  "gitlab.io",
  "googleapis.com",
  "googleusercontent.com",
  "herokuapp.com",
  "netlify.app",
  "pages.dev",
  "r2.dev",
  "sourceforge.net",
  "vercel.app",
  "windows.net",
  "workers.dev",
];
const shared = new Set(sharedDomains);

// The domain that one owner has: the last two labels, three under a country's second level; null where there is none.
const domainOf = (host: string): string | null => {
  if (isAddress(host)) return null;
  const labels = host.split(".");
  const top = labels.at(-1) ?? "";
  const isCountrys = top.length === 2 && secondLevels.has(labels.at(-2) ?? "");
  const wanted = isCountrys ? 3 : 2;
  if (labels.length < wanted) return null;
  const domain = labels.slice(-wanted).join(".");
  return shared.has(domain) ? null : domain;
};

const told = (ignored: readonly IgnoredUrl[]): readonly IgnoredUrl[] =>
  [...ignored]
    .sort((a, b) => (a.patchId < b.patchId ? -1 : a.patchId > b.patchId ? 1 : a.url < b.url ? -1 : 1))
    .slice(0, IGNORED_TOLD_MAX);
