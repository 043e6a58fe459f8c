import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { StoredJson } from "@fettle/core";
import * as Effect from "effect/Effect";
import { describe, expect, test } from "vitest";
import { SqliteStorage } from "../../src/storage/sqlite/index.ts";
import * as AgentWorld from "./AgentWorld.ts";
import { bundle } from "./Bundle.ts";
import { type Child, delays, start } from "./ChildProcess.ts";
import { directories } from "./Directories.ts";

const { TENANT, mara } = AgentWorld;
const directory = directories();
const script = await bundle(new URL("./making-child.ts", import.meta.url));
const ASSETS = 1_200;
/** Those of the assets that have an agent, which can be sent a manifest. */
const AGENTS = 300;
// Seven processes start one after the other.
const MINUTES_3 = 180_000;

const asset = (id: string): StoredJson => ({
  id,
  name: id,
  platform: "Linux",
  osFamily: "Enterprise Linux",
  osName: "Enterprise Linux 9",
  arch: "x86_64",
  timeZone: "UTC",
  assignedTags: [],
  tags: [],
  activations: { PM: 1 },
  provisionedAt: 1,
  activationKey: "key",
});
const agent = (id: string): StoredJson => ({
  id,
  attemptId: id,
  publicKey: "A".repeat(43),
  session: { epoch: 1, lastSequence: 1, lastRequest: null },
  provisionedAt: 1,
  lastCheckedInAt: 1,
  agentVersion: "1",
  bootId: id,
  timeZone: "UTC",
  tzdata: "2026a",
  configuration: null,
  statusIntervalSeconds: 900,
  snapshot: null,
  manifestVersion: 0,
  manifests: [],
  factsThrough: 0,
});
const missing = { patchId: "P-1", packages: [{ name: "openssl", arch: "x86_64", installed: "1-1", fixed: "2-1" }] };
const assessment = { snapshot: "", assessedAt: 1, missing: [missing], installed: [] };

/** A file with a fleet of which some have agents, and a job for all of it that is due. */
const prepared = (file: string) =>
  Effect.gen(function* () {
    const storage = yield* SqliteStorage.open({ file });
    const fettle = AgentWorld.open(storage);
    yield* fettle.subscriptions.save(mara, { plan: "Full", expiresAt: null, licences: { PM: { seats: ASSETS } } });
    const ids = Array.from({ length: ASSETS }, (_, i) => `asset-${String(i).padStart(5, "0")}`);
    const put = (kind: "asset" | "assessment" | "agent", id: string, body: StoredJson) =>
      ({ _tag: "Put", kind, id, body, indexes: [] }) as const;
    const writes = ids.flatMap((id) => [put("asset", id, asset(id)), put("assessment", id, assessment)]);
    writes.push(...ids.slice(0, AGENTS).map((id) => put("agent", id, agent(id))));
    const patch = {
      id: "P-1",
      title: "openssl",
      platform: "Linux",
      vendor: "Acme",
      category: "security",
      vendorSeverity: "Critical",
      cves: [],
      packages: [{ name: "openssl", arch: "x86_64", evr: "2-1" }],
      publishedAt: 1,
      modifiedAt: 1,
      reboot: "never",
      isDeprecated: false,
    };
    const rows = [...writes, { _tag: "Put", kind: "patch", id: "P-1", body: patch, indexes: [] } as const];
    yield* storage.commit({ tenantId: TENANT, expect: [], counters: [], uniques: [], writes: rows, events: [] });
    const job = yield* fettle.jobs.create(mara, {
      title: "all",
      kind: "deployment",
      platform: "Linux",
      patches: { _tag: "List", patches: ["P-1"] },
      targets: { assets: ids, include: { mode: "any", tags: [] }, exclude: { mode: "any", tags: [] } },
      schedule: { _tag: "OnDemand" },
      reboot: { _tag: "Suppress" },
      continueOnFailure: true,
    });
    yield* fettle.jobs.enable(mara, job.id);
  });

const check = (file: string) =>
  Effect.gen(function* () {
    const storage = yield* SqliteStorage.open({ file });
    const runs = yield* storage.list(TENANT, "run", { limit: 10 });
    expect(runs).toHaveLength(1);
    expect(runs[0]?.body).not.toHaveProperty("making");
    const assets = new Set<unknown>();
    let count = 0;
    for (let after = ""; ; ) {
      const page = yield* storage.list(TENANT, "assetRun", { after, limit: 1_000 });
      for (const { body } of page) assets.add((body as { readonly assetId: string }).assetId);
      count += page.length;
      after = page.at(-1)?.id ?? "";
      if (page.length < 1_000) break;
    }
    expect([count, assets.size]).toEqual([ASSETS, ASSETS]);
    const told = yield* storage.events(TENANT, 0, 1_000);
    expect(told.filter((e) => e.type === "RunMaterialised")).toMatchObject([{ body: { assets: ASSETS } }]);
    const issued = told.filter((e) => e.type === "ManifestIssued").map((e) => e.id);
    expect([issued.length, new Set(issued).size]).toEqual([AGENTS, AGENTS]);
    for (const { body } of yield* storage.list(TENANT, "agent", { limit: 1_000 })) {
      expect(body).toMatchObject({ manifestVersion: 1, manifests: [{ version: 1 }] });
    }
  });

const scoped = <A>(effect: Effect.Effect<A, unknown, never>) => Effect.runPromise(effect);

describe("processes that tick the same SQLite file", () => {
  test(
    "CMP-03: killed with -9 at any moment, one after the other, the next goes on, and it is made once",
    async () => {
      const file = join(directory(), "killed.db");
      await scoped(Effect.scoped(prepared(file)));
      let next: Child = start(script, [file]);
      for (const delay of delays(17, 6, 400)) {
        const child = next;
        next = start(script, [file]);
        await child.printed(1);
        child.go();
        await pause(delay);
        await child.kill();
      }
      await next.printed(1);
      next.go();
      expect(await next.end()).toEqual(["ready", "whole"]);
      await scoped(Effect.scoped(check(file)));
    },
    MINUTES_3,
  );

  test(
    "CMP-03, PLN-04: three at the same time make it once, between them, and each agent gets one manifest of it",
    async () => {
      const file = join(directory(), "together.db");
      await scoped(Effect.scoped(prepared(file)));
      const children = Array.from({ length: 3 }, () => start(script, [file]));
      for (const child of children) await child.printed(1);
      for (const child of children) child.go();
      for (const child of children) expect(await child.end()).toEqual(["ready", "whole"]);
      await scoped(Effect.scoped(check(file)));
    },
    MINUTES_3,
  );
});
