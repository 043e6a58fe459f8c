import { Crypto } from "@fettle/agent-protocol";
import { describe, expect, it } from "vitest";
import * as PurgeRule from "../../src/domain/purge/PurgeRule.ts";
import * as Actor from "../../src/domain/shared/Actor.ts";
import * as TagScope from "../../src/domain/tag/TagScope.ts";
import type { AgentTargets } from "../../src/engine/agents/AgentTargets.ts";
import { entityKinds } from "../../src/ports/Storage.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { manager } = ControlPlane;
const { problemOf } = WireAgent;
const DAY = 24 * 3_600_000;

const first = (scene: Scene.Scene): WireAgent.WireAgent => {
  const [agent] = scene.agents;
  if (agent === undefined) throw new Error("no agent");
  return agent;
};
/** Everything that is stored of a tenant under an id that is the asset's. */
const kindsOf = (scene: Scene.Scene, id: string) => entityKinds.filter((kind) => scene.stored(kind).has(id));
const seatOf = (scene: Scene.Scene, id: string) =>
  scene.plane.call(scene.plane.fettle.assets.list(manager)).find((row) => row.asset.id === id)?.isLicensed;
const uninstall = (scene: Scene.Scene, targets: AgentTargets) =>
  scene.plane.call(scene.plane.fettle.agents.uninstall(manager, targets));

describe("uninstalling an agent", () => {
  it("AGT-07 LIC-08: it is told at its next check-in; when it has said farewell, its seat goes to the next", () => {
    const scene = Scene.make({ agents: 2, subscription: { licences: { PM: { seats: 1 } } } });
    const [one, two] = scene.agents.map((a) => a.id) as [string, string];
    expect([seatOf(scene, one), seatOf(scene, two)]).toEqual([true, false]);
    expect(first(scene).checkIn().uninstall).toBe(false);
    expect(uninstall(scene, { assets: [one] })).toMatchObject({ ordered: 1, items: [{ outcome: "ordered" }] });
    expect(first(scene).checkIn().uninstall).toBe(true);
    expect([seatOf(scene, one), seatOf(scene, two)]).toEqual([true, false]);
    expect(first(scene).leave().status).toBe(200);
    expect([seatOf(scene, one), seatOf(scene, two)]).toEqual([undefined, true]);
  });

  it("AGT-07: what was known of it is gone, and it does not count any more", () => {
    const scene = Scene.make({ agents: 2 });
    const { id } = first(scene);
    const count = () => scene.stored("asset").size;
    expect(kindsOf(scene, id)).toEqual(["asset", "agent", "activity", "snapshot", "assessment"]);
    const names = scene.stored("packageNames").size;
    uninstall(scene, { assets: [id] });
    first(scene).leave();
    expect(kindsOf(scene, id)).toEqual(["removedAgent"]);
    expect(count()).toBe(1);
    // The other one still has these packages.
    expect(scene.stored("packageNames").size).toBe(names);
    const [, other] = scene.agents;
    uninstall(scene, { assets: [other?.id ?? ""] });
    other?.leave();
    expect(scene.stored("packageNames").size).toBe(0);
    expect(scene.plane.events().filter((e) => e.type === "AssetRemoved")).toHaveLength(2);
  });

  it("AGT-07: nothing that it sends afterwards brings it back; its id and key are dead for ever (I39)", () => {
    const scene = Scene.make({ agents: 1 });
    const agent = first(scene);
    uninstall(scene, { assets: [agent.id] });
    agent.leave();
    const before = JSON.stringify([...scene.stored("removedAgent").keys()]);
    const late = [
      agent.send(agent.sign("snapshot", agent.snapshotBody(Scene.installed))),
      agent.send(agent.sign("facts", agent.factsBody(1, WireAgent.status(Values.uuid(9), "JobStarted")))),
      agent.provision(scene.issued),
      agent.provision(scene.issued, { attemptId: Values.uuid(0x77) }),
    ];
    expect(late.map((reply) => problemOf(reply).code)).toEqual([
      "unknown-agent",
      "unknown-agent",
      "key-refused",
      "key-refused",
    ]);
    expect(kindsOf(scene, agent.id)).toEqual(["removedAgent"]);
    expect(JSON.stringify([...scene.stored("removedAgent").keys()])).toBe(before);
    // Whoever holds another key learns no more than of an id that never was.
    const stranger = agent.send(agent.sign("checkIn", agent.checkInBody(), { keys: Crypto.generateKeyPair() }));
    expect(problemOf(stranger).code).toBe("unsigned");
  });

  it("AGT-07: a farewell that was repeated, or whose answer was lost, is answered again and frees nothing twice", () => {
    const scene = Scene.make({ agents: 2 });
    const agent = first(scene);
    uninstall(scene, { assets: [agent.id] });
    const request = agent.sign("leave", {});
    expect([agent.send(request).status, agent.send(request).status, agent.leave().status]).toEqual([200, 200, 200]);
    expect(scene.plane.call(scene.plane.storage.counter("acme", "assets"))).toBe(1);
    expect(agent.checkIn().uninstall).toBe(true);
  });

  it("AGT-07: who was not asked to leave stays: an agent can't make its asset vanish", () => {
    const scene = Scene.make({ agents: 1 });
    expect(problemOf(first(scene).leave()).code).toBe("not-entitled");
    expect(kindsOf(scene, first(scene).id)).toContain("asset");
  });

  it("PRG-01: waits for a run that has started; begins no other; what had not begun never will", () => {
    const scene = Scene.make({ agents: 1 });
    const agent = first(scene);
    const jobId = scene.enabled();
    scene.plane.call(scene.plane.fettle.tick());
    uninstall(scene, { assets: [agent.id] });
    const reply = agent.checkIn();
    expect([reply.uninstall, reply.manifests.length]).toEqual([false, 1]);
    agent.report(1, ...WireAgent.wholeRun(scene.run(jobId).id));
    const later = scene.enabled({ title: "later" });
    scene.plane.call(scene.plane.fettle.tick());
    expect(agent.checkIn({ manifestVersion: 1 })).toMatchObject({ uninstall: true, manifests: [] });
    agent.leave();
    expect(scene.run(jobId).assetRuns.get(agent.id)?.state.status).toBe("Completed");
    const state = scene.run(later).assetRuns.get(agent.id)?.state;
    expect(state).toMatchObject({ status: "JobFailed", reason: "the asset was uninstalled" });
    scene.plane.call(scene.plane.fettle.tick());
    expect(scene.plane.call(scene.plane.fettle.jobs.get(manager, later)).status).toBe("Completed");
  });

  it("AGT-07: an agent that leaves in the middle of a run takes nothing with it that it has told", () => {
    const scene = Scene.make({ agents: 1 });
    const agent = first(scene);
    const jobId = scene.enabled();
    scene.plane.call(scene.plane.fettle.tick());
    agent.checkIn();
    const { id } = scene.run(jobId);
    agent.report(1, ...WireAgent.wholeRun(id).slice(0, -1));
    uninstall(scene, { assets: [agent.id] });
    expect(agent.leave().status).toBe(200);
    expect(scene.run(jobId).assetRuns.get(agent.id)?.state).toMatchObject({
      status: "JobFailed",
      reason: "the asset was uninstalled",
      results: { "P-1": { outcome: "Installed" } },
    });
  });

  it("AGT-08: is ordered by query and by criteria, in the caller's scope, with an answer for each", () => {
    const scene = Scene.make({ agents: 3 });
    const { plane } = scene;
    const { fettle, call, rejections } = plane;
    const ids = scene.agents.map((a) => a.id);
    call(fettle.tags.assign(manager, { tag: "lab", assets: [ids[0] ?? "", ids[1] ?? ""] }));
    const criteria = [{ field: "tagName", operator: "EQUALS", value: "lab" }] as const;
    expect(uninstall(scene, { criteria })).toMatchObject({ ordered: 2 });
    expect(uninstall(scene, { query: "name: machine-001 or name: machine-003" })).toMatchObject({
      ordered: 1,
      items: [
        { assetId: ids[0], outcome: "unchanged" },
        { assetId: ids[2], outcome: "ordered" },
      ],
    });
    expect(uninstall(scene, { assets: [Values.uuid(1), ids[2] ?? ""] })).toMatchObject({
      ordered: 0,
      items: [{ outcome: "refused", rejection: { rule: "TAG-05", code: "not-found" } }, { outcome: "unchanged" }],
    });
    for (const targets of [{ query: " " }, { query: "nonsense: 1" }, { criteria: [] }, { assets: [] }]) {
      expect(rejections(fettle.agents.uninstall(manager, targets))[0]).toMatchObject({ code: "invalid" });
    }
  });

  it("AGT-07: is called off as long as it wasn't heard", () => {
    const scene = Scene.make({ agents: 1 });
    const { id } = first(scene);
    uninstall(scene, { assets: [id] });
    const { fettle, call } = scene.plane;
    expect(call(fettle.agents.callOffUninstall(manager, { assets: [id] }))).toMatchObject({ ordered: 1 });
    expect(first(scene).checkIn().uninstall).toBe(false);
    expect(problemOf(first(scene).leave()).code).toBe("not-entitled");
  });
});

const silent = "lastCheckedIn < now-30d";
const lately = "lastCheckedIn < now-4d";

/** Three agents, of which the first two have been silent for 31 days, or so many. */
const silence = (days = 31) => {
  const scene = Scene.make({ agents: 3 });
  scene.plane.clock.pass(days * DAY);
  scene.agents[2]?.checkIn();
  const [one = "", two = ""] = scene.agents.map((a) => a.id);
  return { ...scene, one, two, ids: [one, two].sort() };
};

describe("a purge", () => {
  it("PRG-01: shows first what it would remove, and removes just that once it is confirmed", () => {
    const scene = silence();
    const { fettle, call } = scene.plane;
    const preview = call(fettle.purges.preview(manager, silent));
    expect(preview).toMatchObject({ total: 2, kept: [] });
    expect(preview.rows.map((r) => r.asset.id).sort()).toEqual(scene.ids);
    expect(scene.stored("asset").size).toBe(3);
    const answer = call(fettle.purges.run(manager, { query: silent, confirmation: preview.confirmation }));
    expect([...answer.removed].sort()).toEqual(scene.ids);
    expect([...scene.stored("asset").keys()]).toEqual([scene.agents[2]?.id]);
    expect(scene.plane.call(scene.plane.storage.counter("acme", "assets"))).toBe(1);
  });

  it("PRG-01: that is cut off between two assets leaves each whole or gone, and is confirmed anew for the rest", () => {
    const scene = silence();
    const { plane } = scene;
    const { fettle, call } = plane;
    const { confirmation } = call(fettle.purges.preview(manager, silent));
    plane.hooks.after = () => {
      throw new ControlPlane.Death();
    };
    const input = { query: silent, confirmation };
    expect(plane.dies(fettle.purges.run(manager, input, { idempotencyKey: "once" }))).toBe(true);
    plane.hooks.after = null;
    const left = scene.ids.filter((id) => scene.stored("asset").has(id));
    expect(left).toHaveLength(1);
    for (const id of scene.ids) {
      const kinds = left.includes(id) ? ["asset", "agent", "activity", "snapshot", "assessment"] : ["removedAgent"];
      expect(kindsOf(scene, id)).toEqual(kinds);
    }
    expect(call(plane.storage.counter("acme", "assets"))).toBe(2);
    // What was confirmed is no longer what there is.
    expect(plane.rejections(fettle.purges.run(manager, input, { idempotencyKey: "once" }))).toMatchObject([
      { code: "stale" },
    ]);
    const again = call(fettle.purges.preview(manager, silent));
    const query = silent;
    expect(call(fettle.purges.run(manager, { query, confirmation: again.confirmation })).removed).toEqual(left);
    expect(call(fettle.audit.verify(manager)).isWhole).toBe(true);
  });

  it("PRG-01: needs the confirmation of just these assets and this query", () => {
    const scene = silence();
    const { fettle, call, rejections } = scene.plane;
    const { confirmation } = call(fettle.purges.preview(manager, silent));
    scene.agents[0]?.checkIn();
    const other = "lastCheckedIn < now-29d";
    for (const input of [
      { query: silent, confirmation },
      { query: other, confirmation },
      { query: silent, confirmation: "" },
    ]) {
      expect(rejections(fettle.purges.run(manager, input))).toMatchObject([
        { rule: "PRG-01", code: "stale", path: "confirmation" },
      ]);
    }
    expect(scene.stored("asset").size).toBe(3);
  });

  it("PRG-01: never removes an asset on which a run may start at any moment, and says so", () => {
    const scene = silence(5);
    const { fettle, call, clock } = scene.plane;
    scene.enabled();
    call(fettle.tick());
    const preview = call(fettle.purges.preview(manager, lately));
    expect(preview).toMatchObject({ total: 0 });
    expect(preview.kept.map((k) => k.assetId).sort()).toEqual(scene.ids);
    const input = { query: lately, confirmation: preview.confirmation };
    expect(call(fettle.purges.run(manager, input))).toMatchObject({ removed: [] });
    // Its manifest has run out, and nothing was begun.
    clock.pass(DAY);
    scene.agents[2]?.checkIn();
    const later = call(fettle.purges.preview(manager, lately));
    const done = call(fettle.purges.run(manager, { query: lately, confirmation: later.confirmation }));
    expect([...done.removed].sort()).toEqual(scene.ids);
  });

  it("PRG-01 JOB-28: keeps an asset whose agent may hold the manifest of a job that was deleted", () => {
    const scene = silence(5);
    const { fettle, call, clock } = scene.plane;
    const jobId = scene.enabled();
    call(fettle.tick());
    call(fettle.jobs.delete(manager, jobId));
    expect(call(fettle.purges.preview(manager, lately))).toMatchObject({ total: 0, kept: [{}, {}] });
    clock.pass(DAY);
    scene.agents[2]?.checkIn();
    expect(call(fettle.purges.preview(manager, lately))).toMatchObject({ total: 2, kept: [] });
  });

  it("PRG-01 WIN-04: a machine that died in the middle of a run without a window is kept for a week, and then it may go", () => {
    const scene = Scene.make({ agents: 2 });
    const { fettle, call, clock } = scene.plane;
    const agent = first(scene);
    const jobId = scene.enabled();
    call(fettle.tick());
    agent.checkIn();
    agent.report(1, ...WireAgent.wholeRun(scene.run(jobId).id).slice(0, -1));
    const statusOf = () => scene.run(jobId).assetRuns.get(agent.id)?.state.status;
    expect(statusOf()).toBe("Patching");
    clock.pass(7 * DAY - 1);
    call(fettle.tick());
    const query = "lastCheckedIn < now-6d";
    const until = new Date(clock.now() + 1).toISOString();
    const early = call(fettle.purges.preview(manager, query));
    expect(early.kept).toContainEqual({
      assetId: agent.id,
      rule: "PRG-01",
      reason: `run ${scene.run(jobId).id} has started on it; if nothing is heard of it, it may go from ${until} on`,
    });
    clock.pass(1);
    call(fettle.tick());
    // Its silence is no failure, and nothing but its removal ends the run.
    expect(statusOf()).toBe("Patching");
    const { confirmation, kept } = call(fettle.purges.preview(manager, query));
    expect(kept).toEqual([]);
    expect(call(fettle.purges.run(manager, { query, confirmation })).removed).toContain(agent.id);
    expect(scene.run(jobId).assetRuns.get(agent.id)?.state).toMatchObject({
      status: "JobFailed",
      reason: "the asset was purged",
      results: { "P-1": { outcome: "Installed" } },
    });
    call(fettle.tick());
    expect(call(fettle.jobs.get(manager, jobId)).status).toBe("Completed");
    expect(agent.checkIn()).toMatchObject({ uninstall: true, manifests: [] });
  });

  it("PRG-01 PLN-04: a lease that ticks renew for a machine that is gone doesn't keep it for ever", () => {
    const scene = silence(31);
    const { fettle, call } = scene.plane;
    scene.enabled();
    call(fettle.tick());
    const { total, kept, confirmation } = call(fettle.purges.preview(manager, silent));
    expect([total, kept]).toEqual([2, []]);
    const { removed } = call(fettle.purges.run(manager, { query: silent, confirmation }));
    expect([...removed].sort()).toEqual(scene.ids);
  });

  it("PRG-01: an agent that turns up again is told to uninstall itself, and may say farewell", () => {
    const scene = silence();
    const { fettle, call } = scene.plane;
    const { confirmation } = call(fettle.purges.preview(manager, silent));
    call(fettle.purges.run(manager, { query: silent, confirmation }));
    const agent = first(scene);
    expect(agent.checkIn()).toMatchObject({ uninstall: true, manifests: [], wantSnapshot: false });
    expect(scene.stored("removedAgent").get(agent.id)?.leftAt).toBeNull();
    expect(agent.leave().status).toBe(200);
    expect(scene.stored("removedAgent").get(agent.id)?.leftAt).toBe(scene.plane.clock.now());
    expect(scene.stored("asset").size).toBe(1);
  });

  it.each([
    ["", /needs a query/],
    ["name: web", /only, not for name/],
    ["tags.name: lab and lastCheckedIn < now-30d", /only, not for tags.name/],
    ["web", /only, not for/],
    ["lastCheckedIn < soon", /at \d/],
  ])("PRG-01: is by six tokens and no other: %j is refused", (query, words) => {
    const { rejections, fettle } = Scene.make({ agents: 0 }).plane;
    const [rejection] = rejections(fettle.purges.preview(manager, query));
    expect(rejection).toMatchObject({ rule: "PRG-01", code: "invalid", path: "query" });
    expect(rejection?.message).toMatch(words);
  });

  it.each(PurgeRule.tokens)("PRG-01: may ask for %s", (token) => {
    const { call, fettle } = Scene.make({ agents: 0 }).plane;
    expect(call(fettle.purges.preview(manager, `${token} is null`))).toMatchObject({ total: 0 });
  });

  it("PRG-01 TAG-05: is within the caller's scope, and for those who may purge", () => {
    const scene = silence();
    const { plane } = scene;
    plane.users.set(Values.user("mara", "PatchManager", TagScope.tags(["lab"])));
    expect(plane.call(plane.fettle.purges.preview(manager, silent)).total).toBe(0);
    for (const who of ["uli", "ada", "rita", "sam"]) {
      const actor = ControlPlane.as(who);
      const input = { query: silent, confirmation: "", name: "x" };
      for (const ask of [
        plane.fettle.purges.preview(actor, silent),
        plane.fettle.purges.run(actor, input),
        plane.fettle.purges.save(actor, input),
        plane.fettle.purges.delete(actor, "x"),
        plane.fettle.purges.list(actor),
        plane.fettle.agents.uninstall(actor, { assets: ["x"] }),
      ]) {
        expect(plane.rejections(ask)).toMatchObject([{ rule: "RBAC-10", code: "not-permitted" }]);
      }
    }
  });

  it("RBAC-11: leaves a record of every asset that it removed, with the reason that was given", () => {
    const scene = silence();
    const { fettle, call } = scene.plane;
    const { confirmation } = call(fettle.purges.preview(manager, silent));
    call(fettle.purges.run(Actor.because(manager, "lab closed"), { query: silent, confirmation }));
    const { records } = call(fettle.audit.search(manager, { action: "purges.run" }));
    expect(records.map((r) => r.id).sort()).toEqual(scene.ids);
    expect(records[0]).toMatchObject({ by: "user:mara", kind: "asset", entry: { why: "lab closed" } });
    expect(records[0]?.entry.changes.name).toMatchObject({ before: expect.stringMatching(/^machine-/) });
  });
});

describe("a purge rule", () => {
  const saved = () => {
    const scene = silence();
    const { fettle, call } = scene.plane;
    const { confirmation } = call(fettle.purges.preview(manager, silent));
    const rule = call(fettle.purges.save(manager, { name: "silent", query: silent, confirmation }));
    return { ...scene, rule };
  };

  it("PRG-01: runs daily, for the first time a day after it was confirmed", () => {
    const scene = saved();
    const { fettle, call, clock } = scene.plane;
    call(fettle.tick());
    clock.pass(DAY - 1);
    scene.agents[2]?.checkIn();
    call(fettle.tick());
    expect(scene.stored("asset").size).toBe(3);
    clock.pass(1);
    call(fettle.tick());
    expect(scene.stored("asset").size).toBe(1);
    expect(call(fettle.purges.list(manager))).toMatchObject([
      { name: "silent", lastRun: { at: clock.now(), removed: 2, kept: 0, failure: null } },
    ]);
    clock.pass(30 * DAY + 1);
    call(fettle.tick());
    call(fettle.tick());
    expect(scene.stored("asset").size).toBe(0);
    expect(scene.plane.events().filter((e) => e.type === "PurgeRan")).toHaveLength(2);
    const { records } = call(fettle.audit.search(manager, { action: "purges.tick" }));
    expect(records).toHaveLength(3);
    expect(records[0]).toMatchObject({ by: "system:purge", entry: { why: "rule silent" } });
  });

  it("PRG-01: runs in the scope that its owner has then, and not at all when they may no longer purge", () => {
    const scene = saved();
    const { plane } = scene;
    plane.clock.pass(DAY);
    plane.users.set(Values.user("mara", "PatchReader"));
    plane.call(plane.fettle.tick());
    expect(scene.stored("asset").size).toBe(3);
    expect(scene.stored("purgeRule").get(scene.rule.id)?.lastRun).toMatchObject({
      removed: 0,
      failure: expect.stringContaining("purge-assets"),
    });
    plane.clock.pass(DAY);
    plane.users.set(Values.user("mara", "PatchManager", TagScope.tags(["lab"])));
    plane.call(plane.fettle.tick());
    expect(scene.stored("asset").size).toBe(3);
  });

  it("PRG-01: that can't be run now holds up no job, is said, and is run by a later tick", () => {
    const scene = silence();
    const { plane } = scene;
    const { fettle, call } = plane;
    const sue = ControlPlane.as("sue");
    const { confirmation } = call(fettle.purges.preview(sue, silent));
    call(fettle.purges.save(sue, { name: "silent", query: silent, confirmation }));
    const mine = "lastCheckedIn < now-900d";
    const { confirmation: none } = call(fettle.purges.preview(manager, mine));
    const other = call(fettle.purges.save(manager, { name: "long silent", query: mine, confirmation: none }));
    const jobId = scene.enabled({ targets: Values.select({ assets: [scene.agents[2]?.id ?? ""] }) });
    plane.clock.pass(DAY);
    // What the directory says of her can't be read.
    plane.users.set({ ...Values.user("sue", "SuperUser"), scope: {} as never });
    expect(call(fettle.tick())).toMatchObject({ materialised: 1, stuck: [{ tenantId: "acme", jobId: null }] });
    expect(scene.run(jobId).assetRuns.size).toBe(1);
    expect(scene.stored("asset").size).toBe(3);
    expect(scene.stored("purgeRule").get(other.id)?.lastRun).toMatchObject({ failure: null });
    plane.users.set(Values.user("sue", "SuperUser"));
    expect(call(fettle.tick())).toMatchObject({ stuck: [] });
    expect(scene.stored("asset").size).toBe(1);
  });

  it("PRG-01: is saved with the confirmation of its query, under a name of its own, and deleted", () => {
    const scene = saved();
    const { fettle, call, rejections } = scene.plane;
    const { confirmation } = call(fettle.purges.preview(manager, silent));
    const input = { query: silent, confirmation };
    const refused = (name: string, over: object = {}) =>
      rejections(fettle.purges.save(manager, { ...input, name, ...over }));
    expect(refused("other", { confirmation: "x" })).toMatchObject([{ code: "stale", path: "confirmation" }]);
    expect(refused(" ")).toMatchObject([{ code: "invalid", path: "name" }]);
    expect(refused("x".repeat(257))).toMatchObject([{ code: "invalid", path: "name" }]);
    expect(refused("SILENT")).toMatchObject([{ code: "conflict", path: "name" }]);
    expect(call(fettle.purges.save(manager, { ...input, id: scene.rule.id, name: "SILENT" })).name).toBe("SILENT");
    call(fettle.purges.delete(manager, scene.rule.id));
    expect(call(fettle.purges.list(manager))).toEqual([]);
    expect(rejections(fettle.purges.delete(manager, scene.rule.id))).toMatchObject([{ code: "not-found" }]);
  });

  it("is one of so many", () => {
    const limits = { purgeRulesMax: 2 };
    const { plane } = Scene.make({ agents: 0, subscription: { limits } });
    const { fettle, call, rejections } = plane;
    const query = "agentVersion < 1.0";
    const { confirmation } = call(fettle.purges.preview(manager, query));
    for (const name of ["a", "b"]) call(fettle.purges.save(manager, { name, query, confirmation }));
    expect(rejections(fettle.purges.save(manager, { name: "c", query, confirmation }))).toMatchObject([
      { rule: "PRG-01", code: "exhausted" },
    ]);
  });
});
