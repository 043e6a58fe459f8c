/** A job's life before and after it is enabled: edited, added to, cloned, deleted. */
import { describe, expect, it } from "vitest";
import * as TagScope from "../../src/domain/tag/TagScope.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { any, draft, select, user } = Values;
const { as, manager } = ControlPlane;
const list = (...patches: readonly string[]) => ({ _tag: "List", patches }) as const;

const world = (options: Scene.SceneOptions = {}) => {
  const scene = Scene.make(options);
  const { fettle, call, rejections } = scene.plane;
  return { scene, plane: scene.plane, fettle, call, rejections, stored: scene.stored };
};

describe("a draft", () => {
  it("JOB-02: that lacks parts is saved, shown as partially configured, and can't be enabled until it is completed", () => {
    const { fettle, call, rejections } = world();
    const { id } = call(fettle.jobs.create(manager, draft({ patches: null, targets: null })));
    expect(call(fettle.jobs.get(manager, id))).toMatchObject({
      status: "Disabled",
      isPartiallyConfigured: true,
      missing: ["patches", "targets"],
    });
    expect(rejections(fettle.jobs.enable(manager, id))).toMatchObject([{ rule: "JOB-02" }]);
    call(fettle.jobs.update(manager, id, { patches: list("P-1") }));
    expect(call(fettle.jobs.get(manager, id)).missing).toEqual(["targets"]);
    call(fettle.jobs.update(manager, id, { targets: select({ include: any("fleet") }) }));
    expect(call(fettle.jobs.get(manager, id)).isPartiallyConfigured).toBe(false);
    expect(call(fettle.jobs.enable(manager, id)).status).toBe("Enabled");
  });

  it("JOB-03, JOB-04, JOB-05, JOB-15: hears everything at once, with rule and place, and isn't saved by that", () => {
    const { fettle, call, plane } = world();
    const message = { title: "Wait", description: "" };
    const before = plane.storage.dump();
    const wrong = {
      ...draft({ title: "", kind: "rollback", patches: { _tag: "Query", query: "category: security" }, targets: null }),
      messages: { before: message, progress: null, completion: null },
    };
    const verdict = call(fettle.jobs.validate(manager, wrong));
    expect(verdict.problems.map((p) => [p.rule, p.path])).toEqual([
      ["JOB-03", "title"],
      ["JOB-05", "patches.query"],
      ["JOB-15", "messages.before"],
    ]);
    expect(verdict).toMatchObject({ isPartiallyConfigured: true, missing: ["targets"] });
    expect(plane.storage.dump()).toEqual(before);
  });

  it("JOB-15: with a message that has no description draws a warning, and is saved all the same", () => {
    const { fettle, call } = world();
    const messages = { before: { title: "Wait", description: "" }, progress: null, completion: null };
    const { id } = call(fettle.jobs.create(manager, { ...draft({ platform: "Windows" }), messages }));
    const read = call(fettle.jobs.get(manager, id));
    expect(read.messages).toEqual(messages);
    expect(read.warnings).toEqual([
      { rule: "JOB-15", message: "a message without its description", path: "messages.before.description" },
    ]);
  });

  it("JOB-27: starts from chosen patches or chosen assets, prefilled, and is complete with the other", () => {
    const { fettle, call, scene } = world();
    const asset = scene.agents[0]?.id ?? "";
    const ofPatches = call(fettle.jobs.draft(manager, { patches: ["P-1", "P-2", "P-1"] }));
    expect(ofPatches).toMatchObject({ platform: "Linux", patches: list("P-1", "P-2"), targets: null });
    const ofAssets = call(fettle.jobs.draft(manager, { assets: [asset] }));
    expect(ofAssets).toMatchObject({ platform: "Linux", patches: null, targets: select({ assets: [asset] }) });
    const whole = { ...ofPatches, title: "Now", targets: ofAssets.targets };
    expect(call(fettle.jobs.create(manager, whole, { enable: true })).status).toBe("Enabled");
  });

  it("JOB-27, JOB-01: starts from nothing that isn't there or isn't seen, and from one platform", () => {
    const { fettle, call, rejections, plane, scene } = world();
    call(fettle.catalogue.ingest(manager, { feed: "windows", patches: Scene.windows }));
    plane.users.set(user("uli", "PatchUser", TagScope.tags(["lab"])));
    const asset = scene.agents[0]?.id ?? "";
    const refused = (actor: typeof manager, origin: Parameters<typeof fettle.jobs.draft>[1]) =>
      rejections(fettle.jobs.draft(actor, origin)).map((r) => [r.rule, r.code, r.path]);
    expect(refused(manager, { patches: [] })).toEqual([["JOB-27", "invalid", "patches"]]);
    expect(refused(manager, { patches: ["X", "P-1", "Y"] })).toEqual([
      ["JOB-27", "not-found", "patches"],
      ["JOB-27", "not-found", "patches"],
    ]);
    expect(refused(as("uli"), { assets: [asset] })).toEqual([["JOB-27", "not-found", "assets"]]);
    expect(refused(manager, { patches: ["P-1", "W-1"] })).toEqual([["JOB-01", "invalid", "patches"]]);
  });
});

describe("saving and enabling in one step", () => {
  it("JOB-06: gives a job that runs, with both events and its plan, and exists at creation only", () => {
    const { fettle, call, plane, scene, stored } = world();
    const job = call(fettle.jobs.create(as("uli"), draft(), { enable: true }));
    expect(job.status).toBe("Enabled");
    expect(plane.events().slice(-2)).toMatchObject([
      { type: "JobCreated", id: job.id },
      { type: "JobEnabled", id: job.id, body: { plan: job.enabled?.planHash } },
    ]);
    expect(stored("plan").has(job.enabled?.planHash ?? "")).toBe(true);
    call(fettle.tick());
    expect(scene.run(job.id).assetRuns.size).toBe(1);
  });

  it("JOB-06, JOB-02: of a job that lacks a part saves nothing at all", () => {
    const { fettle, rejections, plane } = world();
    const before = plane.storage.dump();
    expect(rejections(fettle.jobs.create(manager, draft({ targets: null }), { enable: true }))).toMatchObject([
      { rule: "JOB-02" },
    ]);
    expect(plane.storage.dump()).toEqual(before);
  });

  it("PLN-02: doesn't get round the second person for a large plan", () => {
    const { fettle, rejections } = world({ subscription: { limits: { assetsWithoutApprovalMax: 0 } } });
    expect(rejections(fettle.jobs.create(manager, draft(), { enable: true }))).toMatchObject([{ rule: "PLN-02" }]);
  });
});

describe("editing", () => {
  it("JOB-07: changes a job before it is enabled, keeps what is left out, and tells what changed", () => {
    const { fettle, call, plane } = world();
    const job = call(fettle.jobs.create(manager, draft()));
    const edited = call(fettle.jobs.update(manager, job.id, { title: "Others", patches: list("P-2") }));
    expect(edited).toEqual({ ...job, title: "Others", patches: list("P-2") });
    expect(plane.events().at(-1)).toMatchObject({
      type: "JobChanged",
      body: { by: "user:mara", changed: ["title", "patches"] },
    });
    const before = plane.storage.dump();
    expect(call(fettle.jobs.update(manager, job.id, { title: "Others" }))).toEqual(edited);
    expect(plane.storage.dump()).toEqual(before);
  });

  it("JOB-07: is refused once a run-once job was enabled, in every later state", () => {
    const { fettle, rejections, scene, plane, call } = world();
    const id = scene.enabled();
    const tries = () => rejections(fettle.jobs.update(manager, id, { title: "Others" }));
    expect(tries()).toMatchObject([{ rule: "JOB-07", code: "conflict" }]);
    call(fettle.tick());
    expect(tries()).toMatchObject([{ rule: "JOB-07", code: "conflict" }]);
    expect(plane.events().some((e) => e.type === "JobChanged")).toBe(false);
  });

  it("says everything that would be wrong, and keeps kind, platform, owner and status out of reach", () => {
    const { fettle, call, rejections, plane } = world();
    const job = call(fettle.jobs.create(as("uli"), draft()));
    const wrong = { title: "", patches: list(), targets: select({ include: any("nowhere") }) };
    expect(rejections(fettle.jobs.update(manager, job.id, wrong)).map((r) => r.rule)).toEqual(["JOB-03", "JOB-04"]);
    const unknown = { targets: select({ include: any("nowhere") }) };
    expect(rejections(fettle.jobs.update(manager, job.id, unknown))).toMatchObject([{ rule: "TAG-03" }]);
    const before = plane.storage.dump();
    const sneaky = { ownerId: "uma", status: "Enabled", kind: "rollback", coAuthors: ["uma"] };
    expect(call(fettle.jobs.update(manager, job.id, sneaky as never))).toEqual(job);
    expect(plane.storage.dump()).toEqual(before);
  });

  it("JOB-18: of what somebody else has changed since it was read is refused, and nothing is lost", () => {
    const { fettle, call, rejections } = world();
    const { id } = call(fettle.jobs.create(manager, draft()));
    const { revision } = call(fettle.jobs.get(manager, id));
    call(fettle.jobs.update(as("sue"), id, { title: "Sue's" }, { revision }));
    for (const late of [
      fettle.jobs.update(manager, id, { title: "Mara's" }, { revision }),
      fettle.jobs.addPatches(manager, id, ["P-2"], { revision }),
      fettle.jobs.delete(manager, id, { revision }),
    ]) {
      expect(rejections(late)).toMatchObject([{ rule: "JOB-18", code: "stale", path: "revision" }]);
    }
    const now = call(fettle.jobs.get(manager, id));
    expect(now).toMatchObject({ title: "Sue's", patches: list("P-1") });
    expect(call(fettle.jobs.update(manager, id, { title: "Mara's" }, { revision: now.revision })).title).toBe("Mara's");
  });

  it("JOB-18: that meets another at once is refused, and can be tried again", () => {
    const { fettle, call, rejections, plane } = world();
    const { id } = call(fettle.jobs.create(manager, draft()));
    plane.hooks.before = () => {
      plane.hooks.before = null;
      call(fettle.jobs.update(as("sue"), id, { title: "Sue's" }));
    };
    const ask = () => fettle.jobs.update(manager, id, { description: "Mara's" });
    expect(rejections(ask())).toMatchObject([{ rule: "JOB-18", code: "stale" }]);
    expect(call(ask())).toMatchObject({ title: "Sue's", description: "Mara's" });
  });

  it("RBAC-06: a co-author changes patches and tags, not single assets", () => {
    const { fettle, call, rejections, plane } = world();
    plane.users.set(user("uma", "PatchUser"));
    const { id } = call(fettle.jobs.create(as("uli"), draft()));
    call(fettle.jobs.share(as("uli"), id, { coAuthors: ["uma"] }));
    const tags = select({ include: any("lab") });
    call(fettle.jobs.update(as("uma"), id, { targets: tags, patches: list("P-2"), title: "Uma's" }));
    for (const ask of [
      fettle.jobs.update(as("uma"), id, { targets: { ...tags, assets: [Values.uuid(1)] } }),
      fettle.jobs.addAssets(as("uma"), id, [Values.uuid(1)]),
    ]) {
      expect(rejections(ask)).toMatchObject([{ rule: "RBAC-06", code: "not-permitted" }]);
    }
  });

  it("TAG-01: a tag that an edit brings in can't be deleted any more", () => {
    const { fettle, call, rejections } = world();
    const { id } = call(fettle.jobs.create(manager, draft({ targets: null })));
    call(fettle.jobs.update(manager, id, { targets: select({ include: any("lab") }) }));
    expect(rejections(fettle.tags.delete(manager, "lab"))).toMatchObject([{ rule: "TAG-01", path: `job.${id}` }]);
  });
});

describe("adding to a job", () => {
  it("JOB-10: patches add to the list only, assets to the named assets only; what is there stays once", () => {
    const { fettle, call } = world();
    const job = call(fettle.jobs.create(manager, draft({ targets: null })));
    const more = call(fettle.jobs.addPatches(manager, job.id, ["P-2", "P-1", "P-2"]));
    expect(more).toEqual({ ...job, patches: list("P-1", "P-2") });
    const ids = [Values.uuid(1), Values.uuid(2)];
    expect(call(fettle.jobs.addAssets(manager, job.id, [...ids, ...ids]))).toEqual({
      ...more,
      targets: select({ assets: ids }),
    });
  });

  it("JOB-09: is refused on an enabled run-once job", () => {
    const { fettle, rejections, scene } = world();
    const id = scene.enabled();
    for (const ask of [fettle.jobs.addPatches(manager, id, ["P-2"]), fettle.jobs.addAssets(manager, id, ["a"])]) {
      expect(rejections(ask)).toMatchObject([{ rule: "JOB-09", code: "conflict" }]);
    }
  });

  it("JOB-23, JOB-04: a query takes no list beside it, and a list no more than it holds", () => {
    const { fettle, call, rejections } = world({ subscription: { limits: { patchesPerJobMax: 2 } } });
    const query = call(fettle.jobs.create(manager, draft({ patches: { _tag: "Query", query: "category: security" } })));
    expect(rejections(fettle.jobs.addPatches(manager, query.id, ["P-1"]))).toMatchObject([{ rule: "JOB-23" }]);
    const job = call(fettle.jobs.create(manager, draft()));
    expect(rejections(fettle.jobs.addPatches(manager, job.id, ["P-2", "P-3"]))).toMatchObject([{ rule: "JOB-04" }]);
    expect(rejections(fettle.jobs.addPatches(manager, job.id, []))).toMatchObject([{ rule: "JOB-10" }]);
  });
});

describe("deleting", () => {
  it("JOB-11: keeps what runs brought about, and the audit trail, readable", () => {
    const { fettle, call, rejections, scene } = world();
    const id = scene.enabled();
    call(fettle.tick());
    const run = scene.run(id);
    const [agent] = scene.agents;
    agent?.checkIn();
    agent?.report(1, WireAgent.status(run.id, "JobStarted"), WireAgent.status(run.id, "JobFailed", "no disk"));
    const before = call(fettle.runs.results(manager, run.id));
    expect(call(fettle.jobs.delete(manager, id))).toEqual({ jobId: id, revoked: 0 });
    expect(rejections(fettle.jobs.get(manager, id))).toMatchObject([{ code: "not-found" }]);
    expect(call(fettle.runs.results(manager, run.id))).toEqual(before);
    expect(call(fettle.runs.ofJob(manager, id))).toHaveLength(1);
    const { records } = call(fettle.audit.search(manager, { entity: { kind: "job", id } }));
    expect(records.map((r) => r.action)).toEqual(["jobs.create", "jobs.enable", "jobs.delete"]);
    expect(call(fettle.audit.verify(manager))).toMatchObject({ broken: null });
  });

  it("JOB-28: withdraws what had not started, offers its manifest no more, and issues none", () => {
    const { fettle, call, scene, plane } = world({ agents: 2 });
    const id = scene.enabled();
    call(fettle.tick());
    const run = scene.run(id);
    const [one, two] = scene.agents;
    one?.checkIn();
    one?.report(1, WireAgent.status(run.id, "JobStarted"));
    expect(call(fettle.jobs.delete(manager, id))).toEqual({ jobId: id, revoked: 1 });
    const { assetRuns } = call(fettle.runs.progress(manager, run.id));
    expect(assetRuns.map((a) => [a.assetId, a.state.status])).toEqual([
      [one?.id, "JobStarted"],
      [two?.id, "JobFailed"],
    ]);
    expect(two?.checkIn().manifests).toEqual([]);
    plane.clock.pass(2 * Values.DAY_MS);
    expect(call(fettle.tick())).toMatchObject({ issued: 0, materialised: 0 });
    // What had started finishes.
    one?.report(2, WireAgent.status(run.id, "JobFailed", "no disk"));
    const after = call(fettle.runs.progress(manager, run.id)).assetRuns;
    expect(after[0]?.state).toMatchObject({ status: "JobFailed", reason: "no disk", violations: 0 });
  });

  it("JOB-28: what an agent does all the same, for it held its manifest, is told as it is", () => {
    const { fettle, call, scene } = world();
    const id = scene.enabled();
    call(fettle.tick());
    const run = scene.run(id);
    scene.agents[0]?.checkIn();
    expect(call(fettle.jobs.delete(manager, id)).revoked).toBe(1);
    scene.agents[0]?.report(1, WireAgent.status(run.id, "JobStarted"));
    const [told] = call(fettle.runs.progress(manager, run.id)).assetRuns;
    expect(told?.state).toMatchObject({ status: "JobStarted", violations: 0 });
  });

  it("JOB-28: while a tick is about to make its run, leaves no run behind, whoever is first", () => {
    const { fettle, call, scene, plane, stored } = world();
    const id = scene.enabled();
    plane.hooks.before = () => {
      plane.hooks.before = null;
      call(fettle.tick());
    };
    expect(call(fettle.jobs.delete(manager, id)).revoked).toBe(1);
    const other = scene.enabled();
    plane.hooks.before = (batch) => {
      if (!batch.writes.some((w) => w.kind === "run")) return;
      plane.hooks.before = null;
      call(fettle.jobs.delete(manager, other));
    };
    call(fettle.tick());
    expect([...stored("run").values()].map((r) => r.jobId)).toEqual([id]);
  });

  it("JOB-07: goes in every state, and frees the job's tags", () => {
    const { fettle, call, scene } = world();
    call(fettle.jobs.delete(manager, scene.enabled({ targets: select({ include: any("lab") }) })));
    call(fettle.jobs.delete(manager, call(fettle.jobs.create(manager, draft())).id));
    call(fettle.tags.delete(manager, "lab"));
    expect(scene.stored("job").size).toBe(0);
  });
});

describe("a clone", () => {
  it("CLN-01, CLN-02, CLN-03: is an unsaved draft with everything but the link; saving it is a creation", () => {
    const { fettle, call, plane, scene } = world();
    const id = scene.enabled({ title: "Fixes", description: "monthly" });
    call(fettle.tick());
    const before = plane.storage.dump();
    plane.clock.pass(1_999);
    const { draft: copy, dropped } = call(fettle.jobs.clone(as("sue"), id));
    const title = `Copy of Fixes ${Values.START / 1_000 + 1}`;
    expect(copy).toEqual({ ...draft({ title, description: "monthly" }), coAuthors: [] });
    expect(dropped).toEqual([]);
    expect(plane.storage.dump()).toEqual(before);
    const saved = call(fettle.jobs.create(as("sue"), copy, { enable: true }));
    expect(saved).toMatchObject({ title, status: "Enabled", ownerId: "sue", makerId: "sue" });
    expect(JSON.stringify(saved)).not.toContain(id);
    expect(call(fettle.jobs.clone(manager, saved.id)).draft.title).toMatch(/^Copy of Copy of Fixes \d+ \d+$/);
  });

  it("CLN-02: has a title that can be saved, however long the job's is", () => {
    const { fettle, call } = world();
    const { id } = call(fettle.jobs.create(manager, draft({ title: "x".repeat(256) })));
    const { title } = call(fettle.jobs.clone(manager, id)).draft;
    expect(title).toHaveLength(256);
    expect(title).toMatch(/^Copy of x+ \d+$/);
  });

  it("CLN-02: keeps the co-authors who may be the new owner's, and says whom it drops and why", () => {
    const { fettle, call, plane } = world();
    for (const id of ["uma", "udo"]) plane.users.set(user(id, "PatchUser"));
    const { id } = call(fettle.jobs.create(as("uli"), draft()));
    call(fettle.jobs.share(as("uli"), id, { coAuthors: ["uma", "udo"] }));
    plane.users.set(user("udo", "PatchUser", TagScope.tags(["lab"])));
    const mine = call(fettle.jobs.clone(as("uma"), id));
    expect(mine.draft.coAuthors).toEqual([]);
    expect(mine.dropped).toMatchObject([{ userId: "udo", rule: "RBAC-05", reason: expect.stringContaining("scope") }]);
    const ulis = call(fettle.jobs.clone(as("uli"), id));
    expect(ulis.draft.coAuthors).toEqual(["uma"]);
    expect(call(fettle.jobs.create(as("uli"), ulis.draft)).coAuthors).toEqual(["uma"]);
    const theirs = call(fettle.jobs.clone(manager, id));
    expect(theirs.draft.coAuthors).toEqual([]);
    expect(theirs.dropped.map((d) => d.userId)).toEqual(["uma", "udo"]);
  });

  it("RBAC-05: that is saved with a co-author who may not be one is refused", () => {
    const { fettle, rejections, plane } = world();
    const before = plane.storage.dump();
    const wrong = { ...draft({ title: "" }), coAuthors: ["rita", "nobody"] };
    expect(rejections(fettle.jobs.create(manager, wrong)).map((r) => [r.rule, r.path])).toEqual([
      ["JOB-03", "title"],
      ["RBAC-10", "coAuthors"],
      ["RBAC-04", "coAuthors"],
    ]);
    expect(plane.storage.dump()).toEqual(before);
  });

  it("CLN-04: of a partial job without owner has none either, and gets none by being completed", () => {
    const { fettle, call, rejections } = world();
    const advisory = call(
      fettle.jobs.createAdvisory(as("sam"), { title: "Holes", platform: "Linux", patches: ["P-1"] }),
    );
    const { draft: copy } = call(fettle.jobs.clone(manager, advisory.id));
    expect(copy.isUnowned).toBe(true);
    const saved = call(fettle.jobs.create(manager, copy));
    expect(saved).toMatchObject({ ownerId: null, makerId: "mara" });
    expect(saved).not.toHaveProperty("isUnowned");
    const whole = { ...draft(), isUnowned: true } as const;
    expect(rejections(fettle.jobs.create(manager, whole))).toMatchObject([{ rule: "OWN-04", path: "isUnowned" }]);
  });

  it("CLN-05: is for those who may create jobs and are more than readers of this one", () => {
    const { fettle, call, rejections, plane } = world();
    plane.users.set(user("uma", "PatchUser"));
    plane.users.set(user("udo", "PatchUser"));
    const { id } = call(fettle.jobs.create(as("uli"), draft()));
    call(fettle.jobs.share(as("uli"), id, { coAuthors: ["uma"], readers: ["udo", "mara"] }));
    for (const who of ["uli", "uma", "mara"])
      expect(call(fettle.jobs.clone(as(who), id)).draft.kind).toBe("deployment");
    expect(rejections(fettle.jobs.clone(as("udo"), id))).toMatchObject([{ rule: "CLN-05", code: "not-permitted" }]);
    expect(rejections(fettle.jobs.clone(as("sam"), id))).toMatchObject([{ code: "not-permitted" }]);
  });
});
