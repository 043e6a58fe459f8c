import type * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import type * as SavedSearch from "../../src/domain/access/SavedSearch.ts";
import * as Actor from "../../src/domain/shared/Actor.ts";
import * as Limits from "../../src/domain/shared/Limits.ts";
import * as Repository from "../../src/engine/Repository.ts";
import type { SavedSearchInput } from "../../src/engine/searches/Searches.ts";
import * as Builders from "../../src/testing/builders/AssetBuilders.ts";
import * as TagBuilders from "../../src/testing/builders/TagBuilders.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as FleetWorld from "../scenario/FleetWorld.ts";
import * as Values from "../scenario/Values.ts";

const { manager, as } = ControlPlane;
const [web, db] = [1, 2].map(Values.uuid) as [string, string];

const world = () => {
  const plane = FleetWorld.make({
    patches: [Values.patch("P-1"), Values.patch("P-2", { category: "bugfix" })],
    assets: [Builders.asset(web, { name: "web-01" }), Builders.asset(db, { name: "db-01" })],
    assessments: new Map([[web, Builders.assessment(["P-1"], [])]]),
    tags: [TagBuilders.tag("fleet")],
  });
  const { searches } = plane.fettle;
  return {
    plane,
    searches,
    save: (input: Partial<SavedSearchInput> = {}, actor = manager) =>
      plane.call(searches.save(actor, { kind: "asset", name: "webs", query: "name: web", ...input })),
    names: (actor = manager) => plane.call(searches.list(actor)).map((s) => s.search.name),
    recent: (kind: SavedSearch.Kind = "asset", actor = manager) =>
      plane.call(searches.recent(actor, kind)).map((s) => s.question.query),
    look: (assetQuery: string, actor = manager) => plane.call(plane.fettle.assets.search(actor, { assetQuery })),
  };
};

describe("saved searches", () => {
  it("AST-08: are saved, listed by name, renamed, changed and deleted, with an event each", () => {
    const { plane, searches, save, names } = world();
    const first = save();
    save({ name: "all jobs", kind: "job", query: "status: Enabled" });
    expect(names()).toEqual(["all jobs", "webs"]);
    plane.call(searches.rename(manager, first.id, "  web servers "));
    save({ id: first.id, name: "web servers", query: "name: web and licensed: true" });
    expect(plane.call(searches.list(manager, "asset"))).toMatchObject([
      { search: { name: "web servers", question: { query: "name: web and licensed: true" } }, problems: [] },
    ]);
    plane.call(searches.delete(manager, first.id));
    expect(names()).toEqual(["all jobs"]);
    const told = plane.events().filter((e) => e.kind === "savedSearch");
    expect(told.map((e) => e.type)).toEqual([
      "SearchSaved",
      "SearchSaved",
      "SearchSaved",
      "SearchSaved",
      "SearchDeleted",
    ]);
    expect(told[0]?.body).toEqual({ by: "user:mara", kind: "asset", name: "webs" });
  });

  it("AST-08: belong to one user; another has a name of their own for themselves, and sees none of these", () => {
    const { plane, searches, save, names } = world();
    const mine = save();
    expect(names(as("uli"))).toEqual([]);
    save({}, as("uli"));
    expect(names(as("uli"))).toEqual(["webs"]);
    for (const effect of [
      searches.rename(as("rita"), mine.id, "x"),
      searches.delete(as("rita"), mine.id),
      searches.run(as("rita"), mine.id),
      searches.save(as("rita"), { id: mine.id, kind: "asset", name: "x" }),
    ]) {
      expect(plane.rejections(effect)).toMatchObject([{ rule: "AST-08", code: "not-found" }]);
    }
    expect(names()).toEqual(["webs"]);
  });

  it("AST-08: are run, of assets, patches and jobs, in pages and in the scope of whoever runs them", () => {
    const { plane, searches, save } = world();
    plane.call(plane.fettle.jobs.create(manager, Values.draft()));
    const assets = save({ name: "missing", query: null, patchQuery: "category: security", view: "missing" });
    const patches = save({ name: "bugs", kind: "patch", query: "category: bugfix" });
    const jobs = save({ name: "jobs", kind: "job", query: "status: Disabled" });
    const run = (id: string, paging = {}) => plane.call(searches.run(manager, id, paging));
    expect(run(assets.id)).toMatchObject({
      kind: "asset",
      page: { rows: [{ asset: { name: "web-01" }, matching: 1 }] },
    });
    expect(run(patches.id)).toMatchObject({ kind: "patch", page: { rows: [{ patch: { id: "P-2" } }] } });
    expect(run(jobs.id)).toMatchObject({ kind: "job", page: { total: 1 } });
    const all = save({ name: "all", query: "name: 01" });
    const first = run(all.id, { limit: 1 });
    const second = run(all.id, { limit: 1, cursor: first.page.next ?? "" });
    expect([first, second].map((p) => p.page.rows)).toMatchObject([
      [{ asset: { name: "db-01" } }],
      [{ asset: { name: "web-01" } }],
    ]);
    plane.users.set({ ...Values.user("mara", "PatchManager"), scope: { _tag: "Tags", tags: [] } });
    expect(run(all.id).page.total).toBe(0);
  });

  it("DSH-04: one that a change of tokens broke is listed with what is wrong, and is not run as if it found nothing", () => {
    const { plane, searches, save } = world();
    const search = save();
    const broken = { ...search, question: { ...search.question, query: "colour: red" } };
    FleetWorld.put(plane, [Repository.put("savedSearch", search.id, broken)]);
    const [listed] = plane.call(searches.list(manager));
    expect(listed).toMatchObject({ search: { name: "webs" }, problems: [{ rule: "DSH-04", path: "query" }] });
    expect(listed?.problems[0]?.message).toContain("colour");
    expect(plane.rejections(searches.run(manager, search.id))).toMatchObject([{ rule: "DSH-04", code: "invalid" }]);
    // It can be mended, renamed and deleted all the same.
    plane.call(searches.rename(manager, search.id, "odd"));
    save({ id: search.id, name: "odd", query: "name: web" });
    expect(plane.call(searches.list(manager))[0]?.problems).toEqual([]);
  });

  it("AST-08: of two saved at once under one name, one stands", () => {
    const { plane, searches, names } = world();
    const input = { kind: "asset", name: "twin", query: "name: web" } as const;
    plane.hooks.before = () => {
      plane.hooks.before = null;
      plane.call(searches.save(manager, input));
    };
    expect(plane.rejections(searches.save(manager, input))).toMatchObject([{ code: "conflict" }]);
    expect(names()).toEqual(["twin"]);
  });
});

describe("recent searches", () => {
  it("AST-08: are noted once per text, newest first, per user and kind", () => {
    const { plane, recent, look } = world();
    for (const text of ["name: a", "name: b", "name: a"]) look(text);
    plane.call(plane.fettle.jobs.search(manager, { query: "status: Enabled" }));
    plane.call(plane.fettle.catalogue.search(manager, { query: "category: bugfix" }));
    look("name: c", as("uli"));
    expect(recent()).toEqual(["name: a", "name: b"]);
    expect([recent("job"), recent("patch")]).toEqual([["status: Enabled"], ["category: bugfix"]]);
    expect(recent("asset", as("uli"))).toEqual(["name: c"]);
  });

  it("AST-08: the same text again writes nothing, nor does a list that is merely looked at, nor a further page", () => {
    const { plane, look } = world();
    look("name: 01");
    let writes = 0;
    plane.hooks.after = () => {
      writes += 1;
    };
    const first = plane.call(plane.fettle.assets.search(manager, { assetQuery: "name: 01", limit: 1 }));
    const cursor = first.next ?? "";
    plane.call(plane.fettle.assets.search(manager, { assetQuery: "name: 01", limit: 1, cursor }));
    plane.call(plane.fettle.assets.search(manager, {}));
    expect(writes).toBe(0);
  });

  it("AST-08: a failing write of a recent search does not fail the search", () => {
    const { plane, recent, look } = world();
    ControlPlane.failing(plane, "the disk is full").set(false);
    expect(look("name: web").rows).toHaveLength(1);
    plane.hooks.before = null;
    expect(recent()).toEqual([]);
  });

  it("AST-08: a query that is refused is not noted, and the control plane's own searches are nobody's", () => {
    const { plane, recent } = world();
    plane.rejections(plane.fettle.assets.search(manager, { assetQuery: "name:" }));
    plane.call(plane.fettle.assets.search(Actor.system("acme", "test"), { assetQuery: "name: a" }));
    expect(recent()).toEqual([]);
    const dump = JSON.stringify(plane.storage.dump());
    expect(dump).not.toContain('"kind":"recentSearch"');
  });

  it("AST-08: at most recentSearchesMax are kept, the oldest goes first", () => {
    const { recent, look } = world();
    const max = Limits.defaults.recentSearchesMax;
    for (let n = 0; n <= max; n += 1) look(`name: n${n}`);
    const kept = recent();
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([max, `name: n${max}`, "name: n1"]);
  });
});

describe("what is refused of searches", () => {
  const agent = { _tag: "Agent", tenantId: ControlPlane.TENANT, agentId: web } as const;
  const system = { _tag: "System", tenantId: ControlPlane.TENANT, reason: "test" } as const;
  const bad = <A>(value: unknown) => value as A;
  const input = { kind: "asset", name: "x", query: "name: web" } as const;
  const { plane, searches, save } = world();
  const kept = save();
  const long = "n".repeat(Limits.defaults.titleCharactersMax);
  const refused: readonly (readonly [string, Effect.Effect<unknown, unknown>, string, string | null])[] = [
    ["a query that doesn't read", searches.save(manager, { ...input, query: "name:" }), "invalid", "query"],
    [
      "a patch part that doesn't read",
      searches.save(manager, { ...input, patchQuery: "x: 1" }),
      "invalid",
      "patchQuery",
    ],
    [
      "a patch part in a search of jobs",
      searches.save(manager, { kind: "job", name: "x", patchQuery: "id: P" }),
      "invalid",
      "patchQuery",
    ],
    [
      "a view in a search of jobs",
      searches.save(manager, { kind: "job", name: "x", view: "missing" }),
      "invalid",
      "view",
    ],
    ["a view that is none", searches.save(manager, { ...input, view: bad("new") }), "invalid", "view"],
    ["a kind that is none", searches.save(manager, { ...input, kind: bad("tag") }), "invalid", "kind"],
    ["a name that is none", searches.save(manager, { ...input, name: " \t" }), "invalid", "name"],
    ["a name that is too long", searches.save(manager, { ...input, name: `${long}n` }), "invalid", "name"],
    ["a name that is taken", searches.save(manager, { ...input, name: "WEBS" }), "conflict", "name"],
    ["to change what isn't there", searches.save(manager, { ...input, id: Values.uuid(9) }), "not-found", "searchId"],
    ["saving by an agent", searches.save(agent, input), "not-permitted", null],
    ["saving by the control plane", searches.save(system, input), "not-permitted", null],
    ["saving by nobody", searches.save(as("nobody"), input), "not-permitted", null],
    ["to rename what isn't there", searches.rename(manager, Values.uuid(9), "y"), "not-found", "searchId"],
    ["to rename to nothing", searches.rename(manager, kept.id, ""), "invalid", "name"],
    ["to delete what isn't there", searches.delete(manager, Values.uuid(9)), "not-found", "searchId"],
    ["to run what isn't there", searches.run(manager, Values.uuid(9)), "not-found", "searchId"],
    ["to run from another list's cursor", searches.run(manager, kept.id, { cursor: "x.y" }), "invalid", "cursor"],
    ["to rename, by an agent", searches.rename(agent, kept.id, "y"), "not-permitted", null],
    ["to delete, by an agent", searches.delete(agent, kept.id), "not-permitted", null],
    ["to run, by an agent", searches.run(agent, kept.id), "not-permitted", null],
    ["a list for an agent", searches.list(agent), "not-permitted", null],
    ["recent searches of a kind that is none", searches.recent(manager, bad("tag")), "invalid", "kind"],
    ["recent searches of an agent", searches.recent(agent, "asset"), "not-permitted", null],
    ["jobs by a query that doesn't read", plane.fettle.jobs.search(manager, { query: "cve: x" }), "invalid", "query"],
    [
      "jobs by a sort key that is none",
      plane.fettle.jobs.search(manager, { sort: { by: bad("x") } }),
      "invalid",
      "sort.by",
    ],
    ["jobs by another list's cursor", plane.fettle.jobs.search(manager, { cursor: "x.y" }), "invalid", "cursor"],
    ["jobs for an agent", plane.fettle.jobs.search(agent, {}), "not-permitted", null],
  ];

  it.each(refused)("%s", (_, effect, code, path) => {
    const before = JSON.stringify(plane.storage.dump());
    expect(plane.rejections(effect)[0]).toMatchObject({ code, path });
    expect(JSON.stringify(plane.storage.dump())).toBe(before);
  });

  it("one saved search more than savedSearchesMax of a kind, while another kind has room", () => {
    const full = world();
    const max = Limits.defaults.savedSearchesMax;
    for (let n = 1; n <= max; n += 1) full.save({ name: `n${n}` });
    const one = full.searches.save(manager, { ...input, name: "one more" });
    expect(full.plane.rejections(one)).toMatchObject([{ rule: "AST-08", code: "exhausted" }]);
    full.save({ name: "n1", kind: "job", query: null });
    full.save({ name: "n1", id: full.plane.call(full.searches.list(manager, "asset"))[0]?.search.id ?? "" });
    expect(full.names()).toHaveLength(max + 1);
  });

  it("the longest name is taken", () => {
    expect(world().save({ name: long }).name).toBe(long);
  });
});

describe("a search of jobs", () => {
  it("JOB-25: finds every job, those that the caller may view with all there is to ask of them, in pages", () => {
    const { plane } = world();
    const create = (title: string, actor = manager) => {
      plane.clock.pass(1);
      return plane.call(plane.fettle.jobs.create(actor, Values.draft({ title })));
    };
    create("first");
    create("second");
    create("of uli", as("uli"));
    const titles = (actor = manager, more = {}) =>
      plane.call(plane.fettle.jobs.search(actor, { query: "status: Disabled", ...more })).rows.map((r) => r.job.title);
    expect(titles()).toEqual(["of uli", "second", "first"]);
    expect(titles(as("uli")).sort()).toEqual(["first", "of uli", "second"]);
    expect(titles(as("uli"), { query: "status: Disabled and platform: Linux" })).toEqual(["of uli"]);
    expect(titles(manager, { query: "name: second or ownerId: uli", sort: { by: "title" } })).toEqual([
      "of uli",
      "second",
    ]);
    const page = plane.call(plane.fettle.jobs.search(manager, { limit: 2 }));
    const rest = plane.call(plane.fettle.jobs.search(manager, { limit: 2, cursor: page.next ?? "" }));
    expect([page, rest].map((p) => p.rows.length)).toEqual([2, 1]);
  });
});
