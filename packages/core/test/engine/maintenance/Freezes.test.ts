/** Change freezes and quorum groups as a tenant keeps them (WIN-07, PLN-06), and what freezes do to jobs. */
import type * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as ControlPlane from "../../scenario/ControlPlane.ts";
import * as Scene from "../../scenario/Scene.ts";
import * as Values from "../../scenario/Values.ts";

const { manager } = ControlPlane;
const { any, select, START, HOUR_MS } = Values;

const at = (day: number, hour = 0) => ({ year: 2026, month: 2, day, hour, minute: 0, second: 0 });
const web = select({ include: any("web") });
const lab = select({ include: any("lab") });

type Api = ControlPlane.ControlPlane["fettle"];

/** Both kinds, of which the same is owed. */
const kinds = {
  freezes: {
    rule: "WIN-07",
    limit: "freezesMax",
    path: "targets",
    kind: "freeze",
    events: ["FreezeSaved", "FreezeDeleted"],
    valid: (id: string, over: object = {}) => ({ id, name: id, from: at(2), to: at(3), targets: web, ...over }),
    api: ({ freezes }: Api) => ({
      save: (input: object): Effect.Effect<object, unknown> =>
        freezes.save(manager, input as Parameters<Api["freezes"]["save"]>[1]),
      remove: (id: string) => freezes.delete(manager, id),
      list: (by = manager): Effect.Effect<readonly { readonly id: string }[], unknown> => freezes.list(by),
    }),
  },
  quorums: {
    rule: "PLN-06",
    limit: "quorumGroupsMax",
    path: "members",
    kind: "quorumGroup",
    events: ["QuorumGroupSaved", "QuorumGroupDeleted"],
    valid: (id: string, over: object = {}) => ({ id, name: id, members: web, atMost: 1, ...over }),
    api: ({ quorums }: Api) => ({
      save: (input: object): Effect.Effect<object, unknown> =>
        quorums.save(manager, input as Parameters<Api["quorums"]["save"]>[1]),
      remove: (id: string) => quorums.delete(manager, id),
      list: (by = manager): Effect.Effect<readonly { readonly id: string }[], unknown> => quorums.list(by),
    }),
  },
} as const;

describe.each(Object.entries(kinds))("%s", (_, { rule, limit, path, kind, events, valid, api }) => {
  const world = (limits: object = {}) => {
    const scene = Scene.make({ agents: 0, subscription: { limits } });
    return { ...scene, ...api(scene.plane.fettle) };
  };

  it(`${rule}: is kept, changed by its id, listed by name, and goes; events and the audit trail tell of each`, () => {
    const { plane, save, remove, list, stored } = world();
    const before = plane.events().length;
    const b = plane.call(save(valid("b")));
    const a = plane.call(save(valid("a")));
    expect(plane.call(list())).toEqual([a, b]);
    expect(plane.call(list(ControlPlane.as("rita")))).toEqual([a, b]);
    const changed = plane.call(save(valid("b", { name: "B" })));
    expect([...stored(kind).values()]).toEqual([a, changed]);
    expect(plane.call(remove("a"))).toEqual({ deleted: "a" });
    expect(plane.rejections(remove("a"))).toMatchObject([{ rule, code: "not-found" }]);
    const told = plane.events().slice(before);
    const [saved, deleted] = events;
    expect(told.map((e) => [e.type, e.id])).toEqual([
      [saved, "b"],
      [saved, "a"],
      [saved, "b"],
      [deleted, "a"],
    ]);
    const trail = plane.storage.dump().tenants.flatMap((t) => t.audit);
    expect(trail.slice(-2).map((r) => [r.kind, r.id])).toEqual([
      [kind, "b"],
      [kind, "a"],
    ]);
  });

  it(`${rule}: everything wrong with it is said at once, and nothing is saved`, () => {
    const { plane, save } = world({ tagsPerSelectionMax: 1, assetsPerSelectionMax: 1 });
    const before = plane.storage.dump();
    const wide = select({ assets: ["a", "b"], include: any("web", "lab"), exclude: any("fleet", "nowhere") });
    const wrong = plane.rejections(save(valid("i".repeat(129), { name: " ", [path]: wide })));
    expect(wrong.map((r) => [r.rule, r.code, r.path])).toEqual([
      [rule, "invalid", "id"],
      [rule, "invalid", "name"],
      [rule, "invalid", `${path}.assets`],
      [rule, "invalid", `${path}.include.tags`],
      [rule, "invalid", `${path}.exclude.tags`],
      [rule, "not-found", path],
    ]);
    expect(plane.rejections(save(valid("x", { name: "n".repeat(201) })))).toMatchObject([{ rule, path: "name" }]);
    expect(plane.rejections(save(valid("x", { [path]: select({}) })))).toMatchObject([{ rule, path }]);
    expect(plane.rejections(save(valid("x", { more: 1 })))).toMatchObject([{ code: "invalid" }]);
    expect(plane.storage.dump()).toEqual(before);
  });

  it(`${rule}: there are at most as many as the limit says; a deletion makes room, a change needs none`, () => {
    const { plane, save, remove } = world({ [limit]: 2 });
    for (const id of ["a", "b"]) plane.call(save(valid(id)));
    const before = plane.storage.dump();
    expect(plane.rejections(save(valid("c")))).toMatchObject([{ rule, code: "exhausted" }]);
    expect(plane.storage.dump()).toEqual(before);
    plane.call(save(valid("a", { name: "changed" })));
    plane.call(remove("a"));
    plane.call(save(valid("c")));
    expect(plane.rejections(save(valid("d")))).toMatchObject([{ rule, code: "exhausted" }]);
  });

  it("TAG-01: keeps the tags that it names from being deleted, whichever comes first", () => {
    const { plane, save, remove } = world();
    const { tags } = plane.fettle;
    plane.call(save(valid("a", { [path]: lab })));
    expect(plane.rejections(tags.delete(manager, "lab"))).toMatchObject([{ rule: "TAG-01", path: `${kind}.a` }]);
    plane.call(remove("a"));
    plane.hooks.before = () => {
      plane.hooks.before = null;
      plane.call(save(valid("b", { [path]: lab })));
    };
    expect(plane.rejections(tags.delete(manager, "lab"))).toMatchObject([{ path: `${kind}.b` }]);
    plane.call(remove("b"));
    plane.hooks.before = () => {
      plane.hooks.before = null;
      plane.call(tags.delete(manager, "lab"));
    };
    expect(plane.rejections(save(valid("c", { [path]: lab })))).toMatchObject([{ rule, code: "not-found", path }]);
  });

  it("JOB-18: of two who change the same at once the later hears of it", () => {
    const { plane, save } = world();
    plane.call(save(valid("a")));
    plane.hooks.before = () => {
      plane.hooks.before = null;
      plane.call(save(valid("a", { name: "theirs" })));
    };
    expect(plane.rejections(save(valid("a", { name: "mine" })))).toMatchObject([{ code: "stale" }]);
  });

  it("RBAC-10: a reader may look and not change, and hears which permission is missing", () => {
    const { plane } = world();
    const rita = ControlPlane.as("rita");
    const { freezes, quorums } = plane.fettle;
    const asked = [
      freezes.save(rita, kinds.freezes.valid("a")),
      freezes.delete(rita, "a"),
      quorums.save(rita, kinds.quorums.valid("a")),
      quorums.delete(rita, "a"),
    ];
    for (const ask of asked) {
      expect(plane.rejections(ask)).toMatchObject([
        { code: "not-permitted", denial: { permission: "edit-configuration-profile" } },
      ]);
    }
  });
});

describe("a change freeze", () => {
  it("WIN-07: names no time, ends before it begins, or lies in no zone: refused with the place", () => {
    const { plane } = Scene.make({ agents: 0 });
    const refused = (over: object) =>
      plane
        .rejections(plane.fettle.freezes.save(manager, { name: "f", from: at(2), to: at(3), ...over }))
        .map((r) => [r.rule, r.path]);
    expect(refused({ to: at(2) })).toEqual([["WIN-07", "to"]]);
    expect(refused({ from: at(30) })).toEqual([["WIN-07", "from"]]);
    expect(refused({ zone: "Mars/Olympus" })).toEqual([["WIN-07", "zone"]]);
  });

  it("WIN-07: keeps what a change leaves out, and takes null for everything and everywhere", () => {
    const { plane } = Scene.make({ agents: 0 });
    const { freezes } = plane.fettle;
    const freeze = { id: "f", name: "f", from: at(2), to: at(3) };
    plane.call(freezes.save(manager, { ...freeze, zone: "Asia/Tokyo", targets: web }));
    expect(plane.call(freezes.save(manager, freeze))).toMatchObject({ zone: "Asia/Tokyo", targets: web });
    const everywhere = plane.call(freezes.save(manager, { ...freeze, zone: null, targets: null }));
    expect(everywhere).toEqual({ ...freeze, zone: null, targets: null });
  });

  it("WIN-07: puts off a start in it to its end, and the explanation says until when", () => {
    const { plane, agents } = Scene.make();
    const { fettle, call } = plane;
    const assetId = agents[0]?.id ?? "";
    const id = call(fettle.jobs.create(manager, Values.draft({ schedule: monday, window: { minutes: 600 } }))).id;
    const timing = () => call(fettle.jobs.plan(manager, id)).plan.groups[0]?.timing;
    expect(timing()).toMatchObject({ start: Date.UTC(2026, 1, 2, 10) });
    call(fettle.freezes.save(manager, { id: "f", name: "audit", from: at(2, 8), to: at(2, 15), zone: "UTC" }));
    const until = Date.UTC(2026, 1, 2, 15);
    expect(timing()).toMatchObject({ start: until });
    expect(call(fettle.jobs.explain(manager, id, { assetId }))).toMatchObject({
      waits: [{ rule: "WIN-07", until, reason: "frozen by audit until 2026-02-02T15:00:00.000Z" }],
    });
    // Of tags that the asset doesn't bear it is none of its.
    call(fettle.freezes.save(manager, { id: "f", name: "audit", from: at(2, 8), to: at(2, 15), targets: lab }));
    expect(timing()).toMatchObject({ start: Date.UTC(2026, 1, 2, 10) });
  });

  it("WIN-07: over the whole window leaves the asset out, and the explanation says by which and until when", () => {
    const { plane, agents } = Scene.make();
    const { fettle, call } = plane;
    const assetId = agents[0]?.id ?? "";
    call(fettle.freezes.save(manager, { id: "f", name: "audit", from: at(2, 8), to: at(3), zone: "UTC" }));
    const draft = Values.draft({ schedule: monday, window: { minutes: 600 } });
    const { id } = call(fettle.jobs.create(manager, draft));
    const { plan } = call(fettle.jobs.plan(manager, id));
    expect(plan.groups).toEqual([]);
    expect(plan.excluded).toMatchObject([{ assetId, rule: "WIN-07", shownAs: "TimedOut" }]);
    const explanation = call(fettle.jobs.explain(manager, id, { assetId }));
    expect(JSON.stringify(explanation)).toContain("frozen by audit until 2026-02-03T00:00:00.000Z");
    // By then this Monday's window is over: the next one's is the first that it could start in.
    expect(explanation).toMatchObject({ blockers: [{ rule: "WIN-07", until: Date.UTC(2026, 1, 9, 10) }] });
    call(fettle.freezes.delete(manager, "f"));
    expect(call(fettle.jobs.plan(manager, id)).plan.groups).toHaveLength(1);
  });

  it("WIN-07: that stands when a job is enabled puts off the start that its agents are told", () => {
    const { plane, enabled, run } = Scene.make();
    const { fettle, call } = plane;
    call(fettle.freezes.save(manager, { id: "f", name: "audit", from: at(1), to: at(1, 5), zone: "UTC" }));
    const jobId = enabled();
    call(fettle.tick());
    const [assetRun] = run(jobId).assetRuns.values();
    expect(assetRun?.timing).toMatchObject({ start: START + 5 * HOUR_MS });
  });
});

const monday = {
  _tag: "Recurring",
  rule: {
    pattern: { _tag: "Weekly", every: 1, weekdays: [1] },
    start: at(2, 10),
    end: { _tag: "Never" },
    except: [],
  },
  zone: { _tag: "Agent" },
} as const;
