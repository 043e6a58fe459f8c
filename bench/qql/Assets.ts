/** Assets as a patch-management product keeps them, and the catalogue of their tokens. */
import { Catalog } from "@fettle/qql";
import type { Random } from "./Random.ts";

const PLATFORMS = ["windows", "linux", "macos"] as const;
const STATUSES = ["Enabled", "Disabled", "Scanned", "Failed"] as const;

export const catalog = Catalog.define({
  name: { type: "keyword", required: true, description: "Name in the network", example: "web-17" },
  operatingSystem: { type: "keyword", required: true, description: "System and release", example: "debian 12" },
  platform: { type: "enum", values: PLATFORMS, description: "Family of the system", example: "linux" },
  status: { type: "enum", values: STATUSES, description: "What the last scan came to", example: "Scanned" },
  region: { type: "keyword", description: "Where it stands", example: "eu" },
  owner: { type: "keyword", description: "Who answers for it", example: "u17" },
  model: { type: "keyword", description: "Hardware", example: "m12" },
  processors: { type: "number", description: "Cores", example: "8" },
  missingPatchCount: { type: "number", required: true, description: "Patches it lacks", example: "10" },
  lastCheckedIn: { type: "date", description: "When its agent was heard of", example: "2026-01-01" },
  licensed: { type: "boolean", description: "Whether it takes a seat", example: "true" },
  agentVersion: { type: "version", description: "Of the agent", example: "2.1.7" },
  tags: {
    type: "group",
    repeated: true,
    description: "Its tags",
    tokens: {
      name: { type: "keyword", description: "The tag's name", example: "production" },
      weight: { type: "number", description: "How much it matters", example: "3" },
    },
  },
});

export type Asset = Catalog.DocumentOf<typeof catalog.definitions>;

/** The instant of all queries. */
export const NOW = Date.UTC(2026, 0, 1);
export const DAY = 86_400_000;

export const TAGS = 40;
const TAGS_EACH = 5;
const SYSTEMS = ["windows 10", "windows 11", "rocky linux 9", "debian 12", "macos 15"] as const;

/** Assets of twelve fields and five tags, read from JSON, as documents mostly come. */
export const makeAssets = (random: Random, count: number): readonly Asset[] =>
  JSON.parse(JSON.stringify(Array.from({ length: count }, () => makeAsset(random))));

const makeAsset = (random: Random): Asset => {
  const operatingSystem = pick(random, SYSTEMS);
  return {
    name: `web-${random(5_000)}`,
    operatingSystem,
    platform: operatingSystem.startsWith("windows") ? "windows" : operatingSystem.startsWith("mac") ? "macos" : "linux",
    status: pick(random, STATUSES),
    region: pick(random, ["eu", "us", "ap"]),
    owner: `u${random(100)}`,
    model: `m${random(50)}`,
    processors: 2 ** random(7),
    missingPatchCount: random(200),
    lastCheckedIn: NOW - random(60) * DAY - random(DAY),
    licensed: random(2) === 0,
    agentVersion: `${random(5)}.${random(30)}.${random(10)}`,
    tags: Array.from({ length: TAGS_EACH }, () => ({ name: `tag-${random(TAGS)}`, weight: random(40) })),
  };
};

export const pick = <A>(random: Random, all: readonly [A, ...A[]]): A => all[random(all.length)] ?? all[0];
