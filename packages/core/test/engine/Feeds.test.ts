import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as ApprovalAge from "../../src/domain/patch/ApprovalAge.ts";
import type { Patch } from "../../src/domain/patch/Patch.ts";
import * as Patches from "../../src/domain/patch/Patch.ts";
import * as Repository from "../../src/engine/Repository.ts";
import { BlobError } from "../../src/ports/BlobStore.ts";
import type { Batch } from "../../src/ports/Storage.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";

const { patch, pkg } = Values;
const { manager } = ControlPlane;
const numbered = (from: number, to: number): readonly Patch[] =>
  Array.from({ length: to - from + 1 }, (_, i) => patch(`N-${String(from + i).padStart(3, "0")}`));

const world = (limits: NonNullable<Scene.SceneOptions["subscription"]>["limits"] = {}) => {
  const scene = Scene.make({ agents: 1, subscription: { limits } });
  const { plane } = scene;
  const { catalogue } = plane.fettle;
  const ingest = (feed: string, patches: readonly Patch[]) => catalogue.ingest(manager, { feed, patches });
  const live = () =>
    plane
      .call(catalogue.list(manager))
      .filter((p) => !p.isDeprecated)
      .map((p) => p.id);
  return { scene, plane, catalogue, ingest, live };
};

describe("feeds", () => {
  it("PAT-11: are replaced one by one; what one no longer has stands as long as another has it", () => {
    const { plane, ingest, live, catalogue } = world();
    plane.call(ingest("a", [patch("A"), patch("S")]));
    plane.call(ingest("b", [patch("B"), patch("S")]));
    expect(live()).toEqual(["A", "B", "P-1", "P-2", "S"]);
    expect(plane.call(ingest("a", [patch("A")]))).toEqual({ patches: 1, changed: 0, deprecated: 0 });
    expect(live()).toEqual(["A", "B", "P-1", "P-2", "S"]);
    expect(plane.call(ingest("b", []))).toEqual({ patches: 0, changed: 2, deprecated: 2 });
    expect(live()).toEqual(["A", "P-1", "P-2"]);
    expect(plane.call(catalogue.feeds(manager)).map((f) => [f.id, f.patches, f.isSettled])).toEqual([
      ["a", 1, true],
      ["b", 0, true],
      ["default", 2, true],
    ]);
  });

  it("PAT-11: that disagree about a patch leave the other's word standing when one of them lets it go", () => {
    const { plane, ingest, catalogue } = world();
    const title = () => plane.call(catalogue.get(manager, "S")).patch.title;
    plane.call(ingest("a", [patch("S", { title: "newer", modifiedAt: 2 })]));
    plane.call(ingest("b", [patch("S", { title: "older", modifiedAt: 1 })]));
    expect(title()).toBe("newer");
    plane.call(ingest("a", []));
    expect(title()).toBe("older");
  });

  it("PAT-11: the same one again writes nothing and tells nobody, in whatever order its patches come", () => {
    const { plane, ingest } = world();
    const patches = [patch("A"), patch("B")];
    plane.call(ingest("a", patches));
    const before = plane.storage.dump();
    expect(plane.call(ingest("a", [...patches].reverse()))).toEqual({ patches: 2, changed: 0, deprecated: 0 });
    expect(plane.storage.dump()).toEqual(before);
  });

  it.each<readonly [string, string, readonly Patch[], string]>([
    ["a name that is none", "No Name", [patch("A")], "id"],
    ["a patch twice", "a", [patch("A"), patch("A")], "patches.1.id"],
    ["a date that is no whole number", "a", [patch("A"), patch("B", { publishedAt: 1.5 })], "patches.1.publishedAt"],
    ["an id that no storage keeps", "a", [patch("A"), patch("x".repeat(600))], "patches"],
    ["an empty id", "a", [patch("")], "patches"],
    ["half a character", "a", [patch("A", { title: "\ud800" })], "patches"],
    ["more patches than the limit", "a", numbered(1, 51), "patches"],
  ])("PAT-11: with %s is refused whole, and the old catalogue stands", (_, feed, patches, path) => {
    const { plane, ingest } = world({ cataloguePatchesMax: 50 });
    plane.call(ingest("a", [patch("A")]));
    const before = plane.storage.dump();
    expect(plane.rejections(ingest(feed, patches))[0]).toMatchObject({ code: "invalid", path });
    expect(plane.storage.dump()).toEqual(before);
  });

  it("PAT-11: are so many at most", () => {
    const { plane, ingest } = world({ catalogueFeedsMax: 2 });
    plane.call(ingest("a", []));
    const before = plane.storage.dump();
    expect(plane.rejections(ingest("b", []))).toMatchObject([{ rule: "PAT-11", code: "exhausted" }]);
    expect(plane.storage.dump()).toEqual(before);
    plane.call(ingest("a", [patch("A")]));
  });

  it("PAT-11: are told of, with the feed's name and what changed", () => {
    const { plane, ingest } = world();
    plane.call(ingest("a", [patch("A"), patch("B")]));
    plane.call(ingest("a", [patch("A")]));
    expect(
      plane
        .events()
        .filter((e) => e.type === "CatalogueChanged")
        .map((e) => e.body)
        .slice(-2),
    ).toEqual([
      { by: "user:mara", feed: "a", patches: 2, changed: 2, deprecated: 0, isComplete: true },
      { by: "user:mara", feed: "a", patches: 1, changed: 1, deprecated: 1, isComplete: true },
    ]);
  });

  it("PAT-11: of a catalogue of before they were told apart keep what it had", () => {
    const { plane, ingest, live } = world();
    const dump = plane.storage.dump();
    const tenants = dump.tenants.map((t) => ({ ...t, entities: t.entities.filter((e) => e.stored.kind !== "feed") }));
    plane.storage.restore({ tenants });
    plane.call(ingest("a", [patch("A")]));
    expect(live()).toEqual(["A", "P-1", "P-2"]);
    plane.call(ingest("default", []));
    expect(live()).toEqual(["A"]);
  });
});

describe("a feed that is larger than one write", () => {
  const small = { patchesPerWriteMax: 10 };
  const isOfPatches = (batch: Batch): boolean => batch.writes.some((w) => w.kind === "patch");

  it("PAT-11: comes in parts, each told of, the last as complete", () => {
    const { plane, ingest, live } = world(small);
    const sizes: number[] = [];
    plane.hooks.before = (batch) => {
      if (isOfPatches(batch)) sizes.push(batch.writes.filter((w) => w.kind === "patch").length);
    };
    expect(plane.call(ingest("a", numbered(1, 25)))).toEqual({ patches: 25, changed: 25, deprecated: 0 });
    expect(sizes).toEqual([10, 10, 5]);
    expect(live()).toHaveLength(27);
    const told = plane
      .events()
      .filter((e) => e.type === "CatalogueChanged")
      .slice(-3);
    expect(told.map((e) => e.body)).toMatchObject([
      { changed: 10, isComplete: false },
      { changed: 10, isComplete: false },
      { changed: 5, isComplete: true },
    ]);
  });

  it("PAT-11: cut off after any of them is completed by the next ingest, of that feed or of another", () => {
    for (const moment of ["before", "after"] as const) {
      for (const dying of [1, 2, 3]) {
        for (const next of ["a", "b"]) {
          const { plane, ingest, live, catalogue } = world(small);
          let seen = 0;
          plane.hooks[moment] = (batch) => {
            seen += isOfPatches(batch) ? 1 : 0;
            if (seen === dying && isOfPatches(batch)) throw new ControlPlane.Death();
          };
          const feed = numbered(1, 25);
          expect(plane.dies(ingest("a", feed))).toBe(true);
          plane.hooks[moment] = null;
          plane.call(next === "a" ? ingest("a", feed) : ingest("b", [patch("B")]));
          // Where not even the first part was written, nobody but the feed itself knows of it.
          const isKnown = next === "a" || moment === "after" || dying > 1;
          const expected = [...(next === "b" ? ["B"] : []), ...(isKnown ? feed.map((p) => p.id) : []), "P-1", "P-2"];
          expect([moment, dying, next, live()]).toEqual([moment, dying, next, expected]);
          expect(plane.call(catalogue.feeds(manager)).every((f) => f.isSettled)).toBe(true);
          const before = plane.storage.dump();
          plane.call(next === "a" ? ingest("a", feed) : ingest("b", [patch("B")]));
          expect(plane.storage.dump()).toEqual(before);
        }
      }
    }
  });

  it("SYN-03, PAT-11: is what every snapshot is held against in the end", () => {
    const { plane, ingest, scene } = world(small);
    const fixes = numbered(1, 25).map((p) => ({ ...p, packages: [pkg("openssl", "9-1")] }));
    plane.call(ingest("a", fixes));
    const missing = plane.call(plane.fettle.assets.missing(manager));
    expect(missing).toHaveLength(27);
    expect(new Set(missing.map((m) => m.asset.id))).toEqual(new Set(scene.agents.map((a) => a.id)));
  });
});

describe("when the catalogue had a patch first", () => {
  const seenAt = (catalogue: ReturnType<typeof world>, id: string) =>
    (catalogue.plane.call(catalogue.catalogue.get(manager, id)).patch.firstSeenAt ?? 0) - Values.START;

  it("PLN-07: is kept when the feed is taken up again, says something else, lets it go and brings it back", () => {
    const w = world();
    const { plane, ingest } = w;
    const days = [patch("A")];
    for (const said of [days, days, [patch("A", { title: "other", modifiedAt: 9, publishedAt: 8 })], [], days]) {
      plane.call(ingest("a", said));
      expect(seenAt(w, "A")).toBe(0);
      plane.clock.pass(Values.DAY_MS);
    }
    plane.call(ingest("a", [...days, patch("B")]));
    plane.call(ingest("b", [patch("A", { modifiedAt: 99 * Values.START })]));
    expect([seenAt(w, "A"), seenAt(w, "B")]).toEqual([0, 5 * Values.DAY_MS]);
  });

  it("PLN-07: is when the write began that it came with, though that was cut off and another feed completes it", () => {
    for (const next of ["a", "b"]) {
      const w = world({ patchesPerWriteMax: 10 });
      const { plane, ingest } = w;
      for (const dying of [1, 2]) {
        plane.hooks.after = (batch) => {
          if (batch.writes.some((write) => write.kind === "patch")) throw new ControlPlane.Death();
        };
        expect([dying, plane.dies(ingest("a", numbered(1, 30)))]).toEqual([dying, true]);
        plane.hooks.after = null;
        plane.clock.pass(Values.DAY_MS);
      }
      plane.call(next === "a" ? ingest("a", numbered(1, 30)) : ingest("b", [patch("B")]));
      expect([1, 11, 30].map((n) => seenAt(w, `N-${String(n).padStart(3, "0")}`))).toEqual([0, 0, 0]);
      if (next === "b") expect(seenAt(w, "B")).toBe(2 * Values.DAY_MS);
    }
  });

  it("PLN-07: stands for the date that a feed doesn't tell, and what was taken from the catalogue may be given back", () => {
    const { plane, ingest, catalogue } = world();
    const undated = Patches.make({ ...patch("A"), publishedAt: null });
    plane.call(ingest("a", [undated]));
    const stored = plane.call(catalogue.get(manager, "A")).patch;
    expect(stored).toMatchObject({ publishedAt: Values.START, firstSeenAt: Values.START, isUndated: true });
    plane.clock.pass(Values.DAY_MS);
    const before = plane.storage.dump();
    for (const said of [undated, stored]) {
      expect(plane.call(ingest("a", [said]))).toMatchObject({ changed: 0 });
    }
    expect(plane.storage.dump()).toEqual(before);
    // Something that comes near to it is kept as it is told, and is none to count from.
    const near = patch("A", { publishedAt: 9, isUndated: true });
    for (const said of [near, { ...near, firstSeenAt: 1 }]) plane.call(ingest("a", [said]));
    const shown = plane.call(catalogue.get(manager, "A")).patch;
    expect([shown.publishedAt, ApprovalAge.outSince(shown)]).toEqual([9, Values.START]);
    plane.call(ingest("a", [patch("A", { publishedAt: 7 })]));
    expect(plane.call(catalogue.get(manager, "A")).patch).toMatchObject({ publishedAt: 7, firstSeenAt: Values.START });
  });

  it("PLN-07: isn't made up for what was stored before it was kept", () => {
    const { plane, ingest, scene } = world();
    plane.call(ingest("a", [patch("A", { publishedAt: 7 })]));
    const { firstSeenAt: _, ...older } = scene.stored("patch").get("A") ?? patch("A");
    Effect.runSync(plane.storage.commit({ ...nothing, writes: [Repository.put("patch", "A", older)] }));
    plane.call(ingest("a", [patch("A", { publishedAt: 7, title: "other" })]));
    const now = plane.call(plane.fettle.catalogue.get(manager, "A")).patch;
    expect([now.title, now.firstSeenAt, ApprovalAge.outSince(now)]).toEqual(["other", undefined, 7]);
    // A date that is told no more counts from the one that was.
    plane.call(ingest("a", [Patches.make({ ...patch("A"), publishedAt: null })]));
    expect(ApprovalAge.outSince(plane.call(plane.fettle.catalogue.get(manager, "A")).patch)).toBe(7);
  });
});

const nothing = { tenantId: ControlPlane.TENANT, expect: [], counters: [], uniques: [], events: [] };

describe("feeds that come in at once", () => {
  it("PAT-11: are both in the catalogue, whoever was first", () => {
    const { plane, ingest, live } = world();
    plane.hooks.before = (batch) => {
      if (!batch.writes.some((w) => w.kind === "feed")) return;
      plane.hooks.before = null;
      plane.call(ingest("b", [patch("B")]));
    };
    plane.call(ingest("a", [patch("A")]));
    expect(live()).toEqual(["A", "B", "P-1", "P-2"]);
  });

  it("PAT-11: give up when others never cease, having written nothing", () => {
    const { plane, ingest, live } = world();
    let n = 0;
    let isInner = false;
    plane.hooks.before = (batch) => {
      if (isInner || !batch.writes.some((w) => w.kind === "feed")) return;
      isInner = true;
      n += 1;
      plane.call(ingest("b", [patch(`B-${n}`)]));
      isInner = false;
    };
    expect(plane.rejections(ingest("a", [patch("A")]))).toMatchObject([{ rule: "PAT-11", code: "conflict" }]);
    plane.hooks.before = null;
    expect(live()).not.toContain("A");
  });

  it("says when what a feed said is damaged, and leaves the catalogue as it is", () => {
    const { plane, ingest, scene } = world();
    plane.call(ingest("a", [patch("A")]));
    plane.blobs.damage("acme", scene.stored("feed").get("a")?.digest ?? "sha256:");
    const before = plane.storage.dump();
    const failure = Effect.runSync(Effect.flip(ingest("b", [patch("B")])));
    expect(failure).toMatchObject({ _tag: "BlobError", reason: "Corrupt" });
    expect(plane.storage.dump()).toEqual(before);
    // The feed itself brings it back.
    plane.call(ingest("a", [patch("A"), patch("A-2")]));
    plane.call(ingest("b", [patch("B")]));
  });
});

describe("a feed that loses much", () => {
  const asked = { feedLossPatchesMax: 2, feedLossPercentMax: 50 };

  it("PAT-11: of more than half its patches is refused with the figures, and the old catalogue stands", () => {
    const { plane, ingest, catalogue, live } = world(asked);
    plane.call(ingest("a", numbered(1, 8)));
    const before = plane.storage.dump();
    const [rejection] = plane.rejections(ingest("a", numbered(1, 3)));
    expect(rejection).toMatchObject({ rule: "PAT-11", code: "conflict", path: "patches" });
    expect(rejection?.message).toMatch(/^5 of the feed's 8 patches .* 50 % .*acceptLoss: true/);
    expect(plane.storage.dump()).toEqual(before);
    const meant = { acceptLoss: true };
    expect(plane.call(catalogue.ingest(manager, { feed: "a", patches: [] }, meant))).toMatchObject({ deprecated: 8 });
    expect(live()).toEqual(["P-1", "P-2"]);
  });

  it.each<readonly [string, readonly [had: number, has: number], boolean]>([
    ["half of them", [8, 4], true],
    ["one more than half", [8, 3], false],
    ["as few as pass whatever it had", [2, 0], true],
    ["one more than that", [3, 0], false],
  ])("PAT-11: of %s is taken or refused at the limit", (_, [had, has], isTaken) => {
    const { plane, ingest } = world(asked);
    plane.call(ingest("a", numbered(1, had)));
    const ask = ingest("a", numbered(1, has));
    if (isTaken) expect(plane.call(ask)).toMatchObject({ deprecated: had - has });
    else expect(plane.rejections(ask)).toMatchObject([{ code: "conflict" }]);
  });

  it("PAT-11: keeps up to 20 patches and half of a feed by default", () => {
    const { plane, ingest } = world();
    plane.call(ingest("a", numbered(1, 41)));
    expect(plane.rejections(ingest("a", numbered(1, 20)))[0]?.message).toContain("21 of the feed's 41");
    plane.call(ingest("a", numbered(1, 21)));
    plane.call(ingest("a", numbered(1, 1)));
  });

  it("PAT-11: is asked nothing of what another feed carries, nor of what its vendor withdraws by saying so", () => {
    const { plane, ingest } = world(asked);
    plane.call(ingest("a", numbered(1, 8)));
    plane.call(ingest("b", numbered(1, 6)));
    expect(plane.call(ingest("a", []))).toMatchObject({ deprecated: 2 });
    const withdrawn = numbered(1, 6).map((p) => ({ ...p, isDeprecated: true }));
    expect(plane.call(ingest("b", withdrawn))).toMatchObject({ deprecated: 6 });
  });

  it("PAT-11: is asked once: what was begun with consent and cut off is completed without", () => {
    const { plane, ingest, catalogue, live } = world({ ...asked, patchesPerWriteMax: 3 });
    plane.call(ingest("a", numbered(1, 9)));
    plane.hooks.after = () => {
      throw new ControlPlane.Death();
    };
    expect(plane.dies(catalogue.ingest(manager, { feed: "a", patches: [] }, { acceptLoss: true }))).toBe(true);
    plane.hooks.after = null;
    plane.call(ingest("a", []));
    expect(live()).toEqual(["P-1", "P-2"]);
  });

  it("PAT-11: whose former word is gone is mended by the new one, and a blob store that is away is not taken for that", () => {
    const { scene, plane, ingest } = world(asked);
    plane.call(ingest("a", numbered(1, 9)));
    const digest = scene.stored("feed").get("a")?.digest;
    const { get } = plane.blobs;
    let reason: "Missing" | "Unavailable" = "Unavailable";
    Object.assign(plane.blobs, {
      get: (...args: Parameters<typeof get>) =>
        args[1] === digest
          ? Effect.fail(new BlobError({ reason, message: "no", isRetryable: reason === "Unavailable" }))
          : get(...args),
    });
    expect(Effect.runSync(Effect.flip(ingest("a", [])))).toMatchObject({ _tag: "BlobError", reason: "Unavailable" });
    reason = "Missing";
    expect(plane.call(ingest("a", []))).toMatchObject({ deprecated: 9 });
  });
});
