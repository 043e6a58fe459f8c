import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import type { Batch, EntityKind, StoredJson } from "../../src/ports/Storage.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Journey from "../scenario/Journey.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";

// What a subscriber may hear of; the rest is how the control plane remembers (sessions, documents, plans, facts).
const TOLD: readonly EntityKind[] = [
  "subscription",
  "tag",
  "activationKey",
  "asset",
  "patch",
  "feed",
  "profile",
  "snapshot",
  "job",
  "run",
  "assetRun",
];

const member = (body: StoredJson | undefined, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], body);

describe("the outbox", () => {
  it("EVT-01: tells of every change in the transaction that makes it", () => {
    const plane = ControlPlane.make();
    const silent: string[] = [];
    const kinds = new Set<string>();
    plane.hooks.before = (batch: Batch) => {
      for (const write of batch.writes) {
        if (write._tag !== "Put" || !TOLD.includes(write.kind)) continue;
        kinds.add(write.kind);
        const before = Effect.runSync(plane.storage.get(batch.tenantId, write.kind, write.id))?.body;
        if (JSON.stringify(before) === JSON.stringify(write.body)) continue;
        // That a run has all its manifests is told by each of theirs.
        if (write.kind === "run" && before !== undefined) continue;
        if (
          write.kind === "assetRun" &&
          before !== undefined &&
          member(before, "state", "status") === member(write.body, "state", "status")
        ) {
          if (JSON.stringify(member(before, "manifest")) === JSON.stringify(member(write.body, "manifest"))) continue;
        }
        if (batch.events.length === 0) silent.push(`${write.kind} ${write.id}`);
      }
    };
    Journey.go({ plane });
    expect(silent).toEqual([]);
    expect([...kinds].sort()).toEqual([...TOLD].sort());
  });

  it("EVT-01: numbers events without gaps, in the order of what happened, each with an id to know it again (in process)", () => {
    const plane = ControlPlane.make();
    Journey.go({ plane });
    const events = plane.events();
    expect(events.map((e) => e.position)).toEqual(events.map((_, i) => i + 1));
    const times = events.map((e) => e.at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const of = (id: string) => events.filter((e) => e.id === id).map((e) => e.type);
    const job = events.find((e) => e.type === "JobCreated");
    expect(of(job?.id ?? "")).toEqual(["JobCreated", "JobEnabled", "JobCompleted"]);
    const types = [
      "AgentProvisioned",
      "AssetChanged",
      "AssetRunChanged",
      "ActivationKeyCreated",
      "CatalogueChanged",
      "JobCompleted",
      "JobCreated",
      "JobEnabled",
    ];
    const more = [
      "ManifestIssued",
      "ManifestWithheld",
      "ProfileSaved",
      "RunMaterialised",
      "SnapshotReceived",
      "SubscriptionOpened",
      "TagSaved",
    ];
    expect([...new Set(events.map((e) => e.type))].sort()).toEqual([...types, ...more].sort());
  });

  it("EVT-01: is read from any position, page by page, as often as wanted", () => {
    const { plane, manager, tenantId } = Scene.make({ agents: 2 });
    const { fettle, call } = plane;
    const all = call(fettle.events.after(tenantId, 0, 1_000));
    const paged = [];
    for (let at = 0; ; ) {
      const page = call(fettle.events.after(tenantId, at, 3));
      if (page.length === 0) break;
      paged.push(...page);
      at = page.at(-1)?.position ?? at;
    }
    expect(paged).toEqual(all);
    call(fettle.jobs.create(manager, Values.draft()));
    expect(call(fettle.events.after(tenantId, all.length, 10)).map((e) => e.type)).toEqual(["JobCreated"]);
    expect(call(fettle.events.after(tenantId, 0, all.length))).toEqual(all);
  });

  it("EVT-01: tells nothing of what was refused", () => {
    const { plane, manager } = Scene.make();
    const before = plane.events();
    plane.rejections(plane.fettle.tags.save(manager, { name: "x", parent: "nowhere" }));
    plane.rejections(plane.fettle.jobs.enable(manager, "nothing"));
    expect(plane.events()).toEqual(before);
  });

  it("refuses a page that is none", () => {
    const { plane, tenantId } = Scene.make({ agents: 0 });
    for (const [after, limit] of [
      [-1, 10],
      [0, 0],
      [0, 1_001],
    ] as const) {
      const failure = Effect.runSync(Effect.flip(plane.fettle.events.after(tenantId, after, limit)));
      expect(failure).toMatchObject({ _tag: "StorageError", reason: "Refused" });
    }
  });
});
