/** Assets and their facts with everything filled in, so that a test says only what it is about; and generated ones, by a seed. */
import type { Assessment } from "../../domain/assessment/Assessment.ts";
import { type Asset, type AssetFacts, type NetworkInterface, noFacts } from "../../domain/asset/Asset.ts";
import type { AgentRecord } from "../../schema/StoredAgent.ts";
import type { Random } from "../simulation/Random.ts";

/** A Linux asset with PM activated that bears no tag, and what a test says of it. Tags are assigned ones unless told. */
export const asset = (id: string, over: Partial<Asset> = {}): Asset => ({
  id,
  name: `asset-${id}`,
  platform: "Linux",
  osFamily: "Red Hat",
  osName: "Rocky Linux 9.4",
  arch: "x86_64",
  timeZone: "UTC",
  facts: noFacts,
  assignedTags: over.tags ?? [],
  tags: [],
  activations: { PM: 0 },
  provisionedAt: 0,
  activationKey: "00000000-0000-4000-a000-000000000001",
  ...over,
});

/** Facts of a machine that told everything, and what a test says of them. */
export const facts = (over: Partial<AssetFacts> = {}): AssetFacts => ({
  release: "rocky:9",
  osVersion: "9.4",
  packageFormat: "rpm",
  modules: [],
  manufacturer: "Dell Inc.",
  model: "PowerEdge R750",
  serialNumber: "CZJ0420FKX",
  interfaces: [networkInterface()],
  loggedInUser: "alice",
  bootedAt: 0,
  location: null,
  ...over,
});

/** An interface with one address, and what a test says of it. */
export const networkInterface = (over: Partial<NetworkInterface> = {}): NetworkInterface => ({
  name: "eth0",
  mac: "00:50:56:00:00:01",
  addresses: ["192.0.2.10"],
  gateway: "192.0.2.1",
  ...over,
});

/** What the control plane keeps of an asset's agent that has checked in once, and what a test says of it. */
export const agent = (id: string, over: Partial<AgentRecord> = {}): AgentRecord => ({
  id,
  attemptId: id,
  publicKey: "key",
  session: { epoch: 1, lastSequence: 1, lastRequest: null },
  provisionedAt: 0,
  lastCheckedInAt: 0,
  agentVersion: "1.0.0",
  bootId: id,
  timeZone: "UTC",
  tzdata: "2026a",
  configuration: null,
  statusIntervalSeconds: 900,
  snapshot: null,
  manifestVersion: 0,
  manifests: [],
  factsThrough: 0,
  uninstall: null,
  ...over,
});

/** An assessment by the ids of patches: what is missing, without packages, and what is installed. */
export const assessment = (
  missing: readonly string[],
  installed: readonly string[],
  over: Partial<Assessment> = {},
): Assessment => ({
  snapshot: "sha256:0",
  assessedAt: 0,
  catalogue: 0,
  traits: "",
  missing: [...missing].sort().map((patchId) => ({ patchId, packages: [] })),
  installed: [...installed].sort(),
  unknown: [],
  ...over,
});

const FAMILIES = [
  ["Linux", "Red Hat", "Rocky Linux 9.4", "rocky:9"],
  ["Linux", "Debian", "Debian GNU/Linux 12", "debian:12"],
  ["Linux", "Fedora", "Fedora CoreOS 40", "fedora:40"],
  ["Windows", "Windows", "Windows Server 2022 Standard Evaluation", null],
  ["Windows", "Windows", "Windows 11 Pro", null],
  ["Mac", "macOS", "macOS 14.3", "macos:14"],
] as const;

/**
 * An asset of any kind, drawn from chance: the same draws give the same asset. Facts are missing as often as not, as they
 * are where an agent may not read them.
 */
export const generate = (id: string, random: Random, tags: readonly string[] = []): Asset => {
  const maybe = <A>(value: A): A | null => (random.next() < 0.5 ? value : null);
  const [platform, osFamily, osName, release] = FAMILIES[random.below(FAMILIES.length)] ?? FAMILIES[0];
  const borne = tags.filter(() => random.next() < 0.3);
  return asset(id, {
    name: `asset-${random.below(5)}`,
    platform,
    osFamily,
    osName,
    tags: borne,
    activations: { [random.next() < 0.8 ? "PM" : "VM"]: random.below(4) },
    facts: {
      release: release === null ? null : maybe(release),
      osVersion: maybe("9.4"),
      packageFormat: maybe(osFamily === "Debian" ? ("deb" as const) : ("rpm" as const)),
      modules: maybe(["nodejs:18"]),
      manufacturer: maybe("Dell Inc."),
      model: maybe("PowerEdge R750"),
      serialNumber: maybe(`S${random.below(100)}`),
      interfaces: Array.from({ length: random.below(3) }, (_, i) =>
        networkInterface({ name: `eth${i}`, addresses: [`192.0.2.${random.below(255)}`], gateway: maybe("192.0.2.1") }),
      ),
      loggedInUser: maybe("alice"),
      bootedAt: maybe(random.below(1_000)),
      location: maybe("Lisbon"),
    },
  });
};
