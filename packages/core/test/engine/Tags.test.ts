import { describe, expect, it } from "vitest";
import * as Limits from "../../src/domain/shared/Limits.ts";
import * as TagScope from "../../src/domain/tag/TagScope.ts";
import * as TagTree from "../../src/domain/tag/TagTree.ts";
import * as Decisions from "../../src/engine/Decisions.ts";
import * as TagRules from "../../src/engine/tags/TagRules.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";

const { any, select } = Values;
const { manager } = ControlPlane;
const rule = (query: string): TagTree.TagRule => ({ _tag: "Dynamic", query });
const tagsOf = (scene: Scene.Scene, n = 0) => scene.stored("asset").get(scene.agents[n]?.id ?? "")?.tags;

describe("tags", () => {
  it("TAG-01: are added, renamed and moved; a cycle and an unknown parent are refused", () => {
    const { plane } = Scene.make({ agents: 0 });
    const { fettle, call, rejections } = plane;
    const made = call(fettle.tags.save(manager, { name: "Berlin" }));
    expect(made).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: "Berlin",
      parent: null,
      rule: { _tag: "Static" },
    });
    expect(call(fettle.tags.save(manager, { ...made, name: "BER", parent: "web" }))).toEqual({
      id: made.id,
      name: "BER",
      parent: "web",
      rule: { _tag: "Static" },
    });
    expect(rejections(fettle.tags.save(manager, { id: "fleet", name: "fleet", parent: made.id }))).toMatchObject([
      { rule: "TAG-01", code: "invalid" },
    ]);
    expect(rejections(fettle.tags.save(manager, { name: "x", parent: "nowhere" }))).toMatchObject([
      { rule: "TAG-01", code: "not-found" },
    ]);
  });

  it("TAG-01: two changes at once that together would close a cycle are not both made", () => {
    for (const [first, second] of [
      ["a", "b"],
      ["a", "c"],
    ] as const) {
      const { plane, stored } = Scene.make({ agents: 0 });
      const { fettle, call, rejections, hooks } = plane;
      for (const [id, parent] of [
        ["a", null],
        ["b", null],
        ["c", "b"],
      ] as const) {
        call(fettle.tags.save(manager, { id, name: id, parent }));
      }
      const rival = fettle.tags.save(manager, { id: "b", name: "b", parent: first });
      hooks.before = () => {
        hooks.before = null;
        call(rival);
      };
      expect(rejections(fettle.tags.save(manager, { id: first, name: first, parent: second }))).toMatchObject([
        { rule: "TAG-01", code: "invalid", path: "parent" },
      ]);
      expect([...stored("tag").values()].map((t) => [t.id, t.parent])).toContainEqual([first, null]);
    }
  });

  it("are at most as many as the subscription allows, also when two are added at once", () => {
    const { plane, stored } = Scene.make({ agents: 0, subscription: { limits: { tagsMax: 6 } } });
    const { fettle, call, rejections, hooks } = plane;
    call(fettle.tags.save(manager, { id: "fifth", name: "fifth" }));
    hooks.before = () => {
      hooks.before = null;
      call(fettle.tags.save(manager, { id: "sixth", name: "sixth" }));
    };
    expect(rejections(fettle.tags.save(manager, { id: "too", name: "too" }))).toMatchObject([
      { rule: "TAG-01", code: "exhausted" },
    ]);
    expect(rejections(fettle.tags.save(manager, { name: "seventh" }))).toMatchObject([
      { rule: "TAG-01", code: "exhausted" },
    ]);
    expect(call(fettle.tags.save(manager, { id: "sixth", name: "renamed" })).name).toBe("renamed");
    expect(stored("tag").size).toBe(6);
  });
});

describe("deleting a tag", () => {
  it("TAG-01: takes it from the assets that bear it, and its id is free again", () => {
    const scene = Scene.make({ agents: 2 });
    const { fettle, call } = scene.plane;
    const assets = scene.agents.map((a) => a.id);
    call(fettle.tags.assign(manager, { tag: "web", assets }));
    expect(tagsOf(scene)).toEqual(["cloud-agent", "fleet", "web"]);
    expect(call(fettle.tags.delete(manager, "web"))).toEqual({ deleted: "web", reparented: [] });
    expect([...scene.stored("asset").values()].map((a) => [a.tags, a.assignedTags])).toEqual([
      [
        ["cloud-agent", "fleet"],
        ["cloud-agent", "fleet"],
      ],
      [
        ["cloud-agent", "fleet"],
        ["cloud-agent", "fleet"],
      ],
    ]);
    expect(scene.plane.events().filter((e) => e.type === "TagDeleted")).toMatchObject([{ id: "web", kind: "tag" }]);
    expect(scene.plane.events().at(-1)).toMatchObject({ type: "AssetChanged", body: { left: ["web"], entered: [] } });
    call(fettle.tags.save(manager, { id: "web", name: "web" }));
    expect(tagsOf(scene)).toEqual(["cloud-agent", "fleet"]);
  });

  it("TAG-01: with reparent brings what is below it to where it stood", () => {
    const scene = Scene.make({ agents: 0 });
    const { fettle, call } = scene.plane;
    call(fettle.tags.save(manager, { id: "front", name: "front", parent: "web" }));
    expect(call(fettle.tags.delete(manager, "web", { reparent: true }))).toEqual({
      deleted: "web",
      reparented: ["front"],
    });
    expect(scene.stored("tag").get("front")?.parent).toBe("fleet");
  });

  it("TAG-01: is refused as long as something uses it, and every use is named", () => {
    const scene = Scene.make({
      agents: 1,
      subscription: { licences: { PM: { seats: 100, include: any("lab", "fleet", "cloud-agent") } } },
    });
    const { plane } = scene;
    const { fettle, call } = plane;
    call(fettle.configurationProfiles.save(manager, Values.profile("p", { targets: select({ exclude: any("lab") }) })));
    call(fettle.keys.create(manager, { title: "lab key", tags: ["lab"] }));
    const job = call(fettle.jobs.create(manager, Values.draft({ targets: select({ include: any("lab") }) })));
    const before = plane.storage.dump();
    const told = plane.rejections(fettle.tags.delete(manager, "lab"));
    expect(told.map((r) => [r.rule, r.code, r.path?.split(".")[0]])).toEqual([
      ["TAG-01", "conflict", "profile"],
      ["TAG-01", "conflict", "licence"],
      ["TAG-01", "conflict", "job"],
      ["TAG-01", "conflict", "activationKey"],
    ]);
    expect(told.map((r) => r.message).join()).toContain(job.id);
    expect(plane.storage.dump()).toEqual(before);
  });

  it("TAG-01: isn't kept by a job that has come to its end", () => {
    const scene = Scene.make({ agents: 0 });
    const { fettle, call, rejections } = scene.plane;
    const jobId = scene.enabled({ targets: select({ include: any("lab") }) });
    expect(rejections(fettle.tags.delete(manager, "lab"))).toMatchObject([{ path: `job.${jobId}` }]);
    call(fettle.tick());
    expect(scene.stored("job").get(jobId)?.status).toBe("Completed");
    expect(call(fettle.tags.delete(manager, "lab")).deleted).toBe("lab");
  });
});

describe("what is refused of tags", () => {
  const wide = "name: ".concat("x".repeat(9_000));
  it.each([
    [
      "a rule that doesn't read",
      (f: ControlPlane.ControlPlane["fettle"]) => f.tags.save(manager, { name: "n", rule: rule("platfrom: Linux") }),
      "TAG-08",
      "invalid",
      "rule.query",
    ],
    [
      "a rule over tags",
      (f: ControlPlane.ControlPlane["fettle"]) => f.tags.save(manager, { name: "n", rule: rule("tags.name: web") }),
      "TAG-08",
      "invalid",
      "rule.query",
    ],
    [
      "a rule over what only an assessment tells",
      (f: ControlPlane.ControlPlane["fettle"]) =>
        f.tags.save(manager, { name: "n", rule: rule("missingPatchCount > 3") }),
      "TAG-08",
      "invalid",
      "rule.query",
    ],
    [
      "a rule that is too long",
      (f: ControlPlane.ControlPlane["fettle"]) => f.tags.save(manager, { name: "n", rule: rule(wide) }),
      "TAG-08",
      "invalid",
      "rule.query",
    ],
    [
      "one rule more than the subscription allows",
      (f: ControlPlane.ControlPlane["fettle"]) => f.tags.save(manager, { name: "n", rule: rule("platform: Mac") }),
      "TAG-08",
      "exhausted",
      "rule",
    ],
    [
      "a name that a sibling has",
      (f: ControlPlane.ControlPlane["fettle"]) => f.tags.save(manager, { name: "FLEET" }),
      "TAG-01",
      "conflict",
      "name",
    ],
    [
      "a tag without a name",
      (f: ControlPlane.ControlPlane["fettle"]) => f.tags.save(manager, { name: "" }),
      "TAG-01",
      "invalid",
      "name",
    ],
    [
      "a level more than the subscription allows",
      (f: ControlPlane.ControlPlane["fettle"]) => f.tags.save(manager, { name: "n", parent: "web" }),
      "TAG-01",
      "exhausted",
      "parent",
    ],
    [
      "a rule for Cloud Agent",
      (f: ControlPlane.ControlPlane["fettle"]) =>
        f.tags.save(manager, { ...TagTree.cloudAgent, rule: rule("platform: Mac") }),
      "TAG-07",
      "conflict",
      "rule",
    ],
    [
      "a parent that isn't there",
      (f: ControlPlane.ControlPlane["fettle"]) => f.tags.save(manager, { name: "n", parent: "nowhere" }),
      "TAG-01",
      "not-found",
      "parent",
    ],
    [
      "deleting Cloud Agent",
      (f: ControlPlane.ControlPlane["fettle"]) => f.tags.delete(manager, "cloud-agent"),
      "TAG-07",
      "conflict",
      null,
    ],
    [
      "deleting a tag that isn't there",
      (f: ControlPlane.ControlPlane["fettle"]) => f.tags.delete(manager, "nowhere"),
      null,
      "not-found",
      null,
    ],
    [
      "deleting a tag with others below it",
      (f: ControlPlane.ControlPlane["fettle"]) => f.tags.delete(manager, "fleet"),
      "TAG-01",
      "conflict",
      null,
    ],
    [
      "looking at a tag that isn't there",
      (f: ControlPlane.ControlPlane["fettle"]) => f.tags.get(manager, "nowhere"),
      null,
      "not-found",
      null,
    ],
    [
      "a list under a tag that isn't there",
      (f: ControlPlane.ControlPlane["fettle"]) => f.tags.list(manager, { under: "nowhere" }),
      null,
      "not-found",
      "under",
    ],
    [
      "a list sorted by anything",
      (f: ControlPlane.ControlPlane["fettle"]) => f.tags.list(manager, { sort: { by: "colour" as "name" } }),
      null,
      "invalid",
      "sort",
    ],
    [
      "a page of no rows",
      (f: ControlPlane.ControlPlane["fettle"]) => f.tags.list(manager, { limit: 0 }),
      null,
      "invalid",
      "limit",
    ],
    [
      "a cursor that was made up",
      (f: ControlPlane.ControlPlane["fettle"]) => f.tags.list(manager, { cursor: "a.b" }),
      null,
      "invalid",
      "cursor",
    ],
    [
      "a preview of a rule that doesn't read",
      (f: ControlPlane.ControlPlane["fettle"]) => f.tags.preview(manager, { query: "platfrom: Linux" }),
      "TAG-08",
      "invalid",
      "rule.query",
    ],
    [
      "a preview for a tag that isn't there",
      (f: ControlPlane.ControlPlane["fettle"]) => f.tags.preview(manager, { query: "platform: Mac", tag: "nowhere" }),
      null,
      "not-found",
      "tag",
    ],
    [
      "coverage of too many tags",
      (f: ControlPlane.ControlPlane["fettle"]) =>
        f.tags.coverage(manager, select({ include: any(...Array(501).fill("a")) })),
      "TAG-03",
      "invalid",
      "include",
    ],
    [
      "coverage of too many assets",
      (f: ControlPlane.ControlPlane["fettle"]) => f.tags.coverage(manager, select({ assets: Array(10_001).fill("a") })),
      "TAG-03",
      "invalid",
      "assets",
    ],
    [
      "giving a tag that isn't there",
      (f: ControlPlane.ControlPlane["fettle"]) => f.tags.assign(manager, { tag: "nowhere", assets: ["a"] }),
      null,
      "not-found",
      "tag",
    ],
    [
      "giving a tag that has a rule",
      (f: ControlPlane.ControlPlane["fettle"]) => f.tags.assign(manager, { tag: "linux", assets: ["a"] }),
      "TAG-08",
      "conflict",
      "tag",
    ],
    [
      "taking a tag that has a rule",
      (f: ControlPlane.ControlPlane["fettle"]) => f.tags.unassign(manager, { tag: "linux", assets: ["a"] }),
      "TAG-08",
      "conflict",
      "tag",
    ],
    [
      "taking Cloud Agent",
      (f: ControlPlane.ControlPlane["fettle"]) => f.tags.unassign(manager, { tag: "cloud-agent", assets: ["a"] }),
      "TAG-07",
      "conflict",
      "tag",
    ],
    [
      "giving a tag to nobody",
      (f: ControlPlane.ControlPlane["fettle"]) => f.tags.assign(manager, { tag: "web", assets: [] }),
      "AST-09",
      "invalid",
      "assets",
    ],
    [
      "giving a tag to too many at once",
      (f: ControlPlane.ControlPlane["fettle"]) =>
        f.tags.assign(manager, { tag: "web", assets: Array(1_001).fill("a") }),
      "AST-09",
      "invalid",
      "assets",
    ],
    [
      "a key that is none",
      (f: ControlPlane.ControlPlane["fettle"]) =>
        f.tags.assign(manager, { tag: "web", assets: ["a"] }, { idempotencyKey: "" }),
      null,
      "invalid",
      "idempotencyKey",
    ],
  ] as const)("TAG-01, TAG-07, TAG-08: %s, and nothing of it is stored", (_, ask, ofRule, code, path) => {
    const scene = Scene.make({ subscription: { limits: { dynamicTagsMax: 1, tagDepthMax: 2 } } });
    const { plane } = scene;
    plane.call(plane.fettle.tags.save(manager, { id: "linux", name: "linux", rule: rule("platform: Linux") }));
    const before = plane.storage.dump();
    expect(plane.rejections(ask(plane.fettle))).toMatchObject([{ rule: ofRule, code, path }]);
    expect(plane.storage.dump()).toEqual(before);
  });

  it("a change that others forestall again and again is given up as stale, and nothing of it is stored", () => {
    const { plane } = Scene.make({ agents: 0 });
    let rivals = 0;
    plane.hooks.before = (batch) => {
      if (!batch.writes.some((w) => w.id === "mine")) return;
      rivals += 1;
      plane.call(plane.fettle.tags.save(manager, { name: `rival ${rivals}` }));
    };
    expect(plane.rejections(plane.fettle.tags.save(manager, { id: "mine", name: "mine" }))).toMatchObject([
      { rule: "JOB-18", code: "stale" },
    ]);
    expect(rivals).toBe(Decisions.TRIES_MAX);
    plane.hooks.before = null;
    expect(plane.rejections(plane.fettle.tags.get(manager, "mine"))).toMatchObject([{ code: "not-found" }]);
  });

  it("TAG-01: two tags of one name, saved at once, are not both kept", () => {
    const { plane, stored } = Scene.make({ agents: 0 });
    plane.hooks.before = () => {
      plane.hooks.before = null;
      plane.call(plane.fettle.tags.save(manager, { name: "Berlin" }));
    };
    expect(plane.rejections(plane.fettle.tags.save(manager, { name: "BERLIN" }))).toMatchObject([
      { rule: "TAG-01", code: "conflict", path: "name" },
    ]);
    expect([...stored("tag").values()].filter((t) => t.name.toLowerCase() === "berlin")).toHaveLength(1);
  });
});

describe("the scope of who changes tags", () => {
  const scoped = () => {
    const scene = Scene.make({ agents: 2 });
    const { plane } = scene;
    const [mine, other] = scene.agents.map((a) => a.id) as [string, string];
    plane.call(plane.fettle.tags.save(manager, { id: "mine", name: "mine" }));
    plane.call(plane.fettle.tags.assign(manager, { tag: "mine", assets: [mine] }));
    plane.users.set(Values.user("mara", "PatchManager", TagScope.tags(["mine"])));
    return { ...scene, mine, other };
  };

  it("TAG-05: gives and takes tags in their own scope only; what they don't see isn't there", () => {
    const { plane, mine, other, stored } = scoped();
    const answer = plane.call(plane.fettle.tags.assign(manager, { tag: "web", assets: [other, mine] }));
    expect(answer).toMatchObject({
      changed: 1,
      items: [
        { assetId: other, outcome: "refused", rejection: { rule: "TAG-05", code: "not-found" } },
        { assetId: mine, outcome: "changed", rejection: null },
      ],
    });
    expect(stored("asset").get(other)?.tags).not.toContain("web");
  });

  it("TAG-05: can't widen it by moving tags or by rules, and the refusal changes nothing", () => {
    const { plane } = scoped();
    const { fettle } = plane;
    const before = plane.storage.dump();
    for (const ask of [
      fettle.tags.save(manager, { id: "fleet", name: "fleet", parent: "mine" }),
      fettle.tags.save(manager, { name: "all of them", parent: "mine", rule: rule("platform: Linux") }),
      fettle.tags.save(manager, { id: "mine", name: "mine", rule: rule("platform: Linux") }),
    ]) {
      expect(plane.rejections(ask)).toMatchObject([{ rule: "TAG-05", code: "not-permitted" }]);
    }
    expect(plane.storage.dump()).toEqual(before);
    expect(plane.call(fettle.tags.save(manager, { name: "below", parent: "mine" })).parent).toBe("mine");
  });

  it("TAG-05, TAG-09: previews and counts only what they see", () => {
    const { plane } = scoped();
    const { fettle, call } = plane;
    expect(call(fettle.tags.preview(manager, { query: "platform: Linux" }))).toMatchObject({ matching: 1, of: 1 });
    expect(call(fettle.tags.coverage(manager, select({ include: any("fleet") })))).toMatchObject({
      selected: 1,
      bearing: 1,
    });
    expect(call(fettle.tags.get(manager, "fleet")).assets).toBe(1);
    plane.users.set(Values.user("mara", "PatchManager", TagScope.tags([])));
    expect(call(fettle.tags.preview(manager, { query: "platform: Linux" }))).toMatchObject({ matching: 0, of: 0 });
  });
});

describe("looking at tags", () => {
  it("TAG-01: by path, a tag comes right before what is below it, page by page", () => {
    const { plane } = Scene.make({ agents: 0 });
    const { fettle, call } = plane;
    call(fettle.tags.save(manager, { id: "front", name: "front", parent: "web" }));
    const all = call(fettle.tags.list(manager));
    expect(all.rows.map((r) => r.path.join("/"))).toEqual([
      "Cloud Agent",
      "fleet",
      "fleet/web",
      "fleet/web/front",
      "lab",
    ]);
    expect(all).toMatchObject({ total: 5, next: null });
    expect(all.rows[1]).toMatchObject({ tag: { id: "fleet" }, children: 1, diagnostics: [] });
    const paged = [];
    let cursor: string | null = null;
    do {
      const page: typeof all = call(fettle.tags.list(manager, { limit: 2, ...(cursor === null ? {} : { cursor }) }));
      paged.push(...page.rows);
      cursor = page.next;
    } while (cursor !== null);
    expect(paged).toEqual(all.rows);
    expect(call(fettle.tags.list(manager, { under: "web" })).rows.map((r) => r.tag.id)).toEqual(["web", "front"]);
    const byName = call(fettle.tags.list(manager, { sort: { by: "name", direction: "descending" } }));
    expect(byName.rows.map((r) => r.tag.name)).toEqual(["web", "lab", "front", "fleet", "Cloud Agent"]);
  });

  it("a cursor of another list, or of another user, is refused", () => {
    const { plane } = Scene.make({ agents: 0 });
    const { fettle, call, rejections } = plane;
    const cursor = call(fettle.tags.list(manager, { limit: 1 })).next ?? "";
    for (const ask of [
      fettle.tags.list(manager, { cursor, under: "fleet" }),
      fettle.tags.list(manager, { cursor, sort: { by: "name" } }),
      fettle.tags.list(ControlPlane.as("rita"), { cursor }),
    ]) {
      expect(rejections(ask)).toMatchObject([{ code: "invalid", path: "cursor" }]);
    }
  });

  it("TAG-08: a preview tells which assets a rule would find, and which enter and leave, and changes nothing", () => {
    const scene = Scene.make({ agents: 3 });
    const { plane } = scene;
    const { fettle, call } = plane;
    call(fettle.tags.save(manager, { id: "odd", name: "odd", rule: rule("name: [`machine-001`, `machine-003`]") }));
    const before = plane.storage.dump();
    expect(call(fettle.tags.preview(manager, { query: "name: [`machine-001`, `machine-002`]", tag: "odd" }))).toEqual({
      matching: 2,
      of: 3,
      entering: 1,
      leaving: 1,
      assets: [
        { id: scene.agents[0]?.id, name: "machine-001" },
        { id: scene.agents[1]?.id, name: "machine-002" },
      ],
      warnings: [],
    });
    expect(plane.storage.dump()).toEqual(before);
  });

  it("TAG-09: coverage counts assets with PM activated that bear the tags, in the job and in all", () => {
    const scene = Scene.make({ agents: 3 });
    const { fettle, call } = scene.plane;
    const [first = "", second = ""] = scene.agents.map((a) => a.id);
    call(fettle.tags.assign(manager, { tag: "web", assets: [first] }));
    call(fettle.tags.assign(manager, { tag: "lab", assets: [second] }));
    expect(call(fettle.tags.coverage(manager, select({ include: any("fleet"), exclude: any("lab") })))).toEqual({
      selected: 2,
      tagged: 2,
      bearing: 3,
      byTag: [{ tag: "fleet", selected: 2, bearing: 3 }],
    });
  });

  it("knows every limit of tags as a member of the subscription's limits", () => {
    expect(Limits.defaults).toMatchObject({
      tagsMax: 10_000,
      tagDepthMax: 32,
      dynamicTagsMax: 1_000,
      assetsPerBulkMax: 1_000,
    });
  });

  it("TAG-08: a rule asks of an asset what is its own, and nothing that changes beside it", () => {
    const names = TagRules.catalog.tokens.map((t) => t.name);
    expect(names).toContain("interfaces.address");
    for (const name of ["tags.name", "licensed", "missingPatchCount", "lastCheckedIn", "agentVersion"]) {
      expect(names).not.toContain(name);
    }
  });
});
