/** Assets and asset runs by number, as the engine writes them; the same number is always the same entity. */
import type { Asset } from "../../packages/core/src/domain/asset/Asset.ts";
import type { AssetRun } from "../../packages/core/src/domain/run/AssetRun.ts";
import * as Repository from "../../packages/core/src/engine/Repository.ts";
import type { Batch } from "../../packages/core/src/ports/Storage.ts";

export const TENANT = "acme";

/** Entities of one batch. */
export const BATCH = 1_000;

const START = Date.UTC(2026, 0, 1);
const TAGS = 500;

/** A version 4 UUID that looks like any other; numbers in a row are far apart, as ids of a fleet are. */
export const idOf = (n: number): string => {
  const hex = (Math.imul(n + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, "0");
  return `${hex}-0b1d-4a53-9c1c-${n.toString(16).padStart(12, "0")}`;
};

export const asset = (n: number): Asset => {
  const tags = [`tag-${n % TAGS}`, `tag-${(n * 7) % TAGS}`, "fleet"].filter((tag, i, all) => all.indexOf(tag) === i);
  return {
    id: idOf(n),
    name: `server-${n}.example.com`,
    platform: "Linux",
    osFamily: "Rocky Linux",
    osName: `Rocky Linux 9.${n % 6}`,
    arch: "x86_64",
    timeZone: n % 3 === 0 ? "America/New_York" : "Europe/Berlin",
    facts: {
      release: `rocky:9.${n % 6}`,
      osVersion: `9.${n % 6}`,
      packageFormat: "rpm",
      modules: [],
      manufacturer: "Example Machines",
      model: `M${n % 40}`,
      serialNumber: `SN-${n}`,
      interfaces: [
        {
          name: "eth0",
          mac: "02:00:00:00:00:01",
          addresses: [`10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`],
          gateway: "10.0.0.1",
        },
      ],
      loggedInUser: null,
      bootedAt: START + n,
      location: null,
    },
    assignedTags: tags,
    tags,
    activations: { PM: START + n },
    provisionedAt: START + n,
    activationKey: "key-1",
  };
};

/** A job's share on an asset: found by its run and by its asset, and nothing that is searched. */
export const assetRun = (n: number, results = 0): AssetRun => ({
  id: `run-${n % 100}.${idOf(n)}`,
  runId: `run-${n % 100}`,
  jobId: "job-1",
  assetId: idOf(n),
  placed: { status: "Pending", reason: null, at: START },
  marks: [],
  timing: { start: START, windowEnd: null },
  patches: ["FTSA-2026:0001", "FTSA-2026:0002"].map((patchId) => ({
    patchId,
    advisory: patchId,
    packages: [{ name: "openssl-lab", arch: "x86_64", evr: "3.0.7-2.el9" }],
  })),
  manifest: { version: 1, digest: `sha256:${"0".repeat(64)}`, notAfter: START + results },
  state: {
    status: "Pending",
    reason: null,
    by: "placement",
    changedAt: START + results,
    results: {},
    violations: 0,
    facts: 0,
    heardAt: null,
    reboot: null,
    scan: null,
  },
});

/** What is written of each number: the entity, and the event that tells of it. */
export type Kind = "asset" | "assetRun";

const writeOf = (kind: Kind, n: number) =>
  kind === "asset" ? Repository.put(kind, idOf(n), asset(n)) : Repository.put(kind, assetRun(n).id, assetRun(n));

/** A batch of entities that weren't there, from a number on. */
export const fresh = (kind: Kind, from: number): Batch => {
  const writes = Array.from({ length: BATCH }, (_, i) => writeOf(kind, from + i));
  return {
    tenantId: TENANT,
    expect: writes.map(({ id }) => Repository.expected(kind, id, null)),
    counters: [],
    uniques: [],
    writes,
    events: writes.map(({ id }) => Repository.event("AssetChanged", kind, id, START, { changed: ["tags"] })),
  };
};
