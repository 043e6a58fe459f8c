/** A tenant that is set up: a subscription, tags, a small catalogue, an activation key, agents with something to patch. */
import * as Effect from "effect/Effect";
import type { JobDraft } from "../../src/domain/job/Job.ts";
import type { AssetRun } from "../../src/domain/run/AssetRun.ts";
import type { IssuedActivationKey } from "../../src/engine/agents/ActivationKeys.ts";
import type { SubscriptionInput } from "../../src/engine/subscription/Subscriptions.ts";
import type { EntityKind } from "../../src/ports/Storage.ts";
import { codecs, type EntityOf } from "../../src/schema/Stored.ts";
import * as ControlPlane from "./ControlPlane.ts";
import * as Values from "./Values.ts";
import * as WireAgent from "./WireAgent.ts";

const { patch, pkg } = Values;

/** Openssl and curl, each a version ahead of what the machines have. */
export const catalogue = [
  patch("P-1", { packages: [pkg("openssl", "2-1")], publishedAt: 1 }),
  patch("P-2", { packages: [pkg("curl", "2-1")], publishedAt: 2, category: "bugfix", vendorSeverity: "None" }),
];
/** Two Windows patches that must be acquired from their vendor, and a file for the first. */
export const windows = ["W-1", "W-2"].map((id) =>
  patch(id, {
    platform: "Windows",
    packageFormat: null,
    packages: [],
    download: { _tag: "AcquireFromVendor", url: "https://vendor.example.com/get" },
  }),
);
export const vendorFile = {
  patchId: "W-1",
  url: "https://files.acme.example/w-1.msi",
  sizeBytes: 10,
  digest: `sha256:${"0".repeat(64)}`,
} as const;
export const installed = [pkg("curl", "1-1"), pkg("openssl", "1-1")];

export interface Scene {
  readonly plane: ControlPlane.ControlPlane;
  readonly tenantId: string;
  readonly manager: ReturnType<typeof ControlPlane.as>;
  readonly issued: IssuedActivationKey;
  readonly agents: readonly WireAgent.WireAgent[];
  /** Makes a job and enables it; answers its id. */
  readonly enabled: (over?: Partial<JobDraft>) => string;
  /** The only run of a job, and its asset runs by asset id. */
  readonly run: (jobId: string) => { readonly id: string; readonly assetRuns: ReadonlyMap<string, AssetRun> };
  /** The stored entities of a kind, by id. */
  readonly stored: <K extends EntityKind>(kind: K) => ReadonlyMap<string, EntityOf<K>>;
}

export interface SceneOptions {
  readonly plane?: ControlPlane.ControlPlane;
  readonly tenantId?: string;
  /** How many agents are provisioned and assessed. */
  readonly agents?: number;
  readonly subscription?: Partial<SubscriptionInput>;
}

/** Sets a tenant up. */
export const make = (options: SceneOptions = {}): Scene => {
  const { plane = ControlPlane.make(), tenantId = ControlPlane.TENANT } = options;
  const { fettle, call } = plane;
  const manager = ControlPlane.as("mara", tenantId);
  call(
    fettle.subscriptions.save(manager, {
      plan: "Full",
      expiresAt: null,
      licences: { PM: { seats: 100 } },
      ...options.subscription,
    }),
  );
  for (const [id, parent] of [
    ["fleet", null],
    ["web", "fleet"],
    ["lab", null],
  ] as const) {
    call(fettle.tags.save(manager, { id, name: id, parent }));
  }
  call(fettle.catalogue.ingest(manager, catalogue));
  const issued = call(fettle.keys.create(manager, { title: "fleet", tags: ["fleet"] }));
  const agents = Array.from({ length: options.agents ?? 1 }, (_, i) => {
    const agent = WireAgent.make(plane, i + 1, tenantId);
    agent.provision(issued);
    agent.snapshot(installed);
    return agent;
  });
  const stored: Scene["stored"] = (kind) => {
    const found = Effect.runSync(plane.storage.list(tenantId, kind, { limit: 1_000 }));
    return new Map(found.map((s) => [s.id, codecs[kind].parse(s.body) as EntityOf<typeof kind>]));
  };
  return {
    plane,
    tenantId,
    manager,
    issued,
    agents,
    stored,
    enabled: (over) => {
      const job = call(fettle.jobs.create(manager, Values.draft(over)));
      call(fettle.jobs.enable(manager, job.id));
      return job.id;
    },
    run: (jobId) => {
      const runs = call(fettle.runs.ofJob(manager, jobId));
      const [run] = runs;
      if (run === undefined || runs.length > 1) throw new Error(`${runs.length} runs of ${jobId}`);
      const { assetRuns } = call(fettle.runs.progress(manager, run.id));
      return { id: run.id, assetRuns: new Map(assetRuns.map((a) => [a.assetId, a])) };
    },
  };
};
