/**
 * A fleet to search in: assets with the names, systems, tags and machines that fleets have, their agents, and what each
 * lacks of a catalogue. The same in every run. Made in chunks, for a million of them fit into no memory.
 */
import { AssetBuilders, PatchBuilders } from "@fettle/core/testing";
import type { Assessment } from "../../packages/core/src/domain/assessment/Assessment.ts";
import type { Asset } from "../../packages/core/src/domain/asset/Asset.ts";
import type { Patch } from "../../packages/core/src/domain/patch/Patch.ts";
import { assigned } from "../../packages/core/src/domain/tag/TagTree.ts";
import type { AgentRecord } from "../../packages/core/src/schema/StoredAgent.ts";
import * as Random from "../qql/Random.ts";

/** How large a fleet is. */
export interface Size {
  readonly assets: number;
  readonly patches: number;
}

/** An asset with its agent and its assessment. */
export interface Machine {
  readonly asset: Asset;
  readonly agent: AgentRecord;
  readonly assessment: Assessment;
}

/** When it is asked: what is relative counts from here. */
export const NOW = Date.UTC(2026, 10, 1);
export const DAY_MS = 86_400_000;

export const TAGS = 500;
const TAGS_PER_ASSET = 5;
const MISSING_PER_ASSET = 10;
const INSTALLED_PER_ASSET = 5;
/** One asset in so many has no patching activated. */
const UNMANAGED = 33;
const SEED = 8_191;

const ROLES = ["web", "sql", "db", "app", "mail", "file", "dc", "cache", "build", "kiosk", "lb", "proxy"] as const;
const SITES = ["ber", "lis", "nyc", "sin", "tyo", "fra", "ams", "gru"] as const;
const MAKERS = ["Dell Inc.", "HPE", "Lenovo", "VMware, Inc.", "QEMU"] as const;
const MODELS = 20;
const VERSIONS = ["2.1.0", "2.1.3", "2.2.0", "2.10.1", "3.0.0"] as const;

type System = Pick<Asset, "platform" | "osFamily" | "osName">;
const system = (platform: System["platform"], osFamily: string, osName: string): System => ({
  platform,
  osFamily,
  osName,
});

/** The operating systems; the first are the most frequent. */
export const SYSTEMS: readonly System[] = [
  system("Linux", "Red Hat", "Rocky Linux 9.4"),
  system("Windows", "Windows", "Windows Server 2022 Standard"),
  system("Windows", "Windows", "Windows 11 Pro"),
  system("Linux", "Red Hat", "Red Hat Enterprise Linux 8.10"),
  system("Linux", "Debian", "Ubuntu 22.04.4 LTS"),
  system("Windows", "Windows", "Windows Server 2019 Datacenter"),
  system("Linux", "Debian", "Debian GNU/Linux 12"),
  system("Mac", "macOS", "macOS 14.3"),
  system("Linux", "Red Hat", "AlmaLinux 8.9"),
  system("Linux", "SUSE", "SUSE Linux Enterprise Server 15 SP5"),
];

export const tagId = (i: number): string => `tag-${i}`;
export const tagName = (i: number): string => `Team ${i} ${ROLES[i % ROLES.length]}`;

export const tags = () =>
  Array.from({ length: TAGS }, (_, i) => ({ id: tagId(i), name: tagName(i), parent: null, rule: assigned }));

const SEVERITIES = ["Critical", "Important", "Important", "Moderate", "Moderate", "Low", "None"] as const;
const YEARS_DAYS = 730;

export const kbOf = (i: number): string => `KB${5_000_000 + i}`;

const fixOf = (i: number) => [{ name: `package-${i}`, arch: "x86_64", evr: "2-1" }];

/** The catalogue: half bulletins, half advisories, some of them of the last month. */
export const patches = (count: number): readonly Patch[] => {
  const random = Random.make(SEED);
  return Array.from({ length: count }, (_, i) => {
    const vendorSeverity = SEVERITIES[random(SEVERITIES.length)] ?? "None";
    const publishedAt = NOW - random(YEARS_DAYS) * DAY_MS - random(DAY_MS);
    const cves = [`CVE-2026-${1_000 + i}`];
    const id = `FTSA-2026:${String(i).padStart(5, "0")}`;
    return i % 2 === 0
      ? PatchBuilders.advisory(id, {
          title: `package-${i} update`,
          packages: fixOf(i),
          vendorSeverity,
          publishedAt,
          cves,
        })
      : PatchBuilders.bulletin(id, {
          title: `Update for component ${i}`,
          vendorSeverity,
          publishedAt,
          cves,
          kb: kbOf(i),
        });
  });
};

/** All machines of the fleet, so many at a time. */
export function* machines(size: Size, chunk: number): Generator<readonly Machine[], void> {
  const random = Random.make(SEED + 1);
  for (let from = 0; from < size.assets; from += chunk) {
    const count = Math.min(chunk, size.assets - from);
    yield Array.from({ length: count }, (_, i) => machine(random, from + i, size));
  }
}

const FRACTION = 1 << 20;
// From 0 to 1, the small ones more often.
const skewed = (random: Random.Random): number => (random(FRACTION) / FRACTION) ** 2;

const several = (count: number, draw: () => number): readonly number[] => {
  const found = new Set<number>();
  for (let i = 0; i < count; i += 1) found.add(draw());
  return [...found].sort((a, b) => a - b);
};

const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, "0");

const machine = (random: Random.Random, i: number, size: Size): Machine => {
  const id = `${hex(random(2 ** 31), 8)}-0000-4000-a000-${hex(i, 12)}`;
  const asset = assetOf(random, id, i, size);
  return { asset, agent: agentOf(random, id), assessment: assessmentOf(random, size) };
};

const nameOf = (random: Random.Random, size: Size): string => {
  const role = ROLES[random(ROLES.length)] ?? "web";
  const number = random(size.assets);
  const site = SITES[random(SITES.length)] ?? "ber";
  return random(5) < 3 ? `${role}-${number}-${hex(random(4_096), 3)}` : `${site}-${role}-${number}`;
};

const assetOf = (random: Random.Random, id: string, i: number, size: Size): Asset => {
  const of = SYSTEMS[Math.floor(skewed(random) * SYSTEMS.length)] ?? (SYSTEMS[0] as System);
  const mine = several(TAGS_PER_ASSET, () => Math.floor(skewed(random) * TAGS)).map(tagId);
  const address = `10.${(i >>> 16) & 255}.${(i >>> 8) & 255}.${i & 255}`;
  return AssetBuilders.asset(id, {
    ...of,
    name: nameOf(random, size),
    arch: random(10) === 0 ? "aarch64" : "x86_64",
    timeZone: "Europe/Berlin",
    tags: [...mine].sort(),
    assignedTags: [...mine].sort(),
    activations: random(UNMANAGED) === 0 ? {} : { PM: NOW - random(300 * DAY_MS) },
    provisionedAt: NOW - 300 * DAY_MS,
    facts: AssetBuilders.facts({
      manufacturer: MAKERS[random(MAKERS.length)] ?? null,
      model: `Model ${random(MODELS)}`,
      serialNumber: `SN${hex(random(2 ** 31), 8)}`,
      interfaces: [
        AssetBuilders.networkInterface({ mac: `02:00:${hex(i, 8).match(/../g)?.join(":")}`, addresses: [address] }),
      ],
      loggedInUser: random(2) === 0 ? null : `user${random(200)}`,
      bootedAt: NOW - random(60 * DAY_MS),
      location: SITES[random(SITES.length)] ?? null,
    }),
  });
};

const DIGEST = PatchBuilders.DIGEST as `sha256:${string}`;
const KEY = "MCowBQYDK2VwAyEA0000000000000000000000000000000000000000000=";

const agentOf = (random: Random.Random, id: string): AgentRecord =>
  AssetBuilders.agent(id, {
    publicKey: KEY,
    session: { epoch: 1, lastSequence: 1 + random(10_000), lastRequest: DIGEST },
    provisionedAt: NOW - 300 * DAY_MS,
    // Most of them lately.
    lastCheckedInAt: NOW - Math.floor(skewed(random) ** 2 * 30 * DAY_MS),
    agentVersion: VERSIONS[random(VERSIONS.length)] ?? "1.0",
    timeZone: "Europe/Berlin",
    configuration: DIGEST,
    snapshot: DIGEST,
  });

const assessmentOf = (random: Random.Random, { patches: count }: Size): Assessment => {
  const of = (n: number): string => `FTSA-2026:${String(n).padStart(5, "0")}`;
  // Of no patches none is missing.
  const drawn = (each: number): readonly number[] => (count === 0 ? [] : several(each, () => random(count)));
  const missing = drawn(MISSING_PER_ASSET);
  const lacked = new Set(missing);
  const installed = drawn(INSTALLED_PER_ASSET).filter((n) => !lacked.has(n));
  const packages = (n: number) => [{ name: `package-${n}`, arch: "x86_64", installed: "1-1", fixed: "2-1" }];
  return {
    ...AssetBuilders.assessment([], installed.map(of), { assessedAt: NOW - random(3 * DAY_MS), snapshot: DIGEST }),
    missing: missing.map((n) => ({ patchId: of(n), packages: packages(n) })),
  };
};
