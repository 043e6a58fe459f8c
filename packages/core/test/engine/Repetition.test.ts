/** What every method that changes something owes a caller who sends a request twice under one idempotency key. */
import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import type { Repeatable } from "../../src/engine/Idempotency.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Scripts from "../scenario/Scripts.ts";
import * as Timed from "../scenario/Timed.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { manager } = ControlPlane;

type Ask = (options?: Repeatable) => Effect.Effect<unknown, unknown>;

/** A request of a method, and another one of the same method. */
interface Requests {
  readonly ask: Ask;
  readonly other: Ask;
}

const search = { kind: "asset", name: "webs", query: "name: web" } as const;
const qid = (n: number) => ({ qid: n, title: `hole ${n}`, severity: 3, cves: [`CVE-2026-000${n}`] });

const nightly = Timed.daily("2026-02-10T02:00");

const day = (of: number) => ({ year: 2026, month: 3, day: of, hour: 0, minute: 0, second: 0 });
const freeze = (id: string) => ({ id, name: id, from: day(1), to: day(2) });
const quorum = (id: string) => ({ id, name: id, members: Values.select({ include: Values.any("web") }), atMost: 1 });

const scanning = (tag: string) => ({ id: tag, name: tag, tags: [tag], intervalSeconds: 14_400 });

/** Each method that changes something, in a scene where it can be asked. A new one that is missing here fails a test. */
const mutating: { readonly [method: string]: (scene: Scene.Scene) => Requests } = {
  "subscriptions.save": ({ plane: { fettle } }) => {
    const full = { plan: "Full", expiresAt: null, licences: { PM: { seats: 9 } } } as const;
    return {
      ask: (options) => fettle.subscriptions.save(manager, full, options),
      other: (options) => fettle.subscriptions.save(manager, { ...full, plan: "Trial" }, options),
    };
  },
  "keys.create": ({ plane: { fettle } }) => ({
    ask: (options) => fettle.keys.create(manager, { title: "servers" }, options),
    other: (options) => fettle.keys.create(manager, { title: "desktops" }, options),
  }),
  "keys.update": ({ plane: { fettle }, issued: { key } }) => ({
    ask: (options) => fettle.keys.update(manager, key.id, { title: "servers" }, options),
    other: (options) => fettle.keys.update(manager, key.id, { title: "desktops" }, options),
  }),
  "keys.disable": ({ plane: { fettle, call }, issued: { key } }) => {
    const another = call(fettle.keys.create(manager, { title: "another" }));
    return {
      ask: (options) => fettle.keys.disable(manager, key.id, options),
      other: (options) => fettle.keys.disable(manager, another.key.id, options),
    };
  },
  "keys.enable": ({ plane: { fettle, call }, issued: { key } }) => {
    const another = call(fettle.keys.create(manager, { title: "another" }));
    for (const { id } of [key, another.key]) call(fettle.keys.disable(manager, id));
    return {
      ask: (options) => fettle.keys.enable(manager, key.id, options),
      other: (options) => fettle.keys.enable(manager, another.key.id, options),
    };
  },
  "keys.delete": ({ plane: { fettle, call }, issued: { key } }) => {
    const another = call(fettle.keys.create(manager, { title: "another" }));
    return {
      ask: (options) => fettle.keys.delete(manager, key.id, options),
      other: (options) => fettle.keys.delete(manager, another.key.id, options),
    };
  },
  "agents.activate": ({ plane: { fettle }, agents: [agent] }) => ({
    ask: (options) => fettle.agents.activate(manager, { assets: [agent?.id ?? ""] }, ["VM"], options),
    other: (options) => fettle.agents.activate(manager, { assets: [agent?.id ?? ""] }, ["FIM"], options),
  }),
  "agents.deactivate": ({ plane: { fettle }, agents: [agent] }) => ({
    ask: (options) => fettle.agents.deactivate(manager, { assets: [agent?.id ?? ""] }, ["PM"], options),
    other: (options) => fettle.agents.deactivate(manager, { assets: ["nobody"] }, ["PM"], options),
  }),
  "agents.uninstall": ({ plane: { fettle }, agents: [agent] }) => ({
    ask: (options) => fettle.agents.uninstall(manager, { assets: [agent?.id ?? ""] }, options),
    other: (options) => fettle.agents.uninstall(manager, { query: "agentVersion < 1" }, options),
  }),
  "agents.callOffUninstall": ({ plane: { fettle, call }, agents: [agent] }) => {
    const targets = { assets: [agent?.id ?? ""] };
    call(fettle.agents.uninstall(manager, targets));
    return {
      ask: (options) => fettle.agents.callOffUninstall(manager, targets, options),
      other: (options) => fettle.agents.callOffUninstall(manager, { query: "agentVersion < 1" }, options),
    };
  },
  "purges.run": ({ plane: { fettle, call } }) => {
    const query = "agentVersion > 0";
    const { confirmation } = call(fettle.purges.preview(manager, query));
    return {
      ask: (options) => fettle.purges.run(manager, { query, confirmation }, options),
      other: (options) => fettle.purges.run(manager, { query, confirmation: "another" }, options),
    };
  },
  "purges.save": ({ plane: { fettle, call } }) => {
    const query = "agentVersion < 1";
    const { confirmation } = call(fettle.purges.preview(manager, query));
    return {
      ask: (options) => fettle.purges.save(manager, { name: "old", query, confirmation }, options),
      other: (options) => fettle.purges.save(manager, { name: "older", query, confirmation }, options),
    };
  },
  "retention.save": ({ plane: { fettle } }) => {
    const days = { runsDays: 30, eventsDays: 30, auditDays: null };
    return {
      ask: (options) => fettle.retention.save(manager, days, options),
      other: (options) => fettle.retention.save(manager, { ...days, runsDays: 31 }, options),
    };
  },
  "retention.hold": ({ plane: { fettle } }) => ({
    ask: (options) => fettle.retention.hold(manager, { reason: "case 1" }, options),
    other: (options) => fettle.retention.hold(manager, { reason: "case 2" }, options),
  }),
  "retention.release": ({ plane: { fettle, call } }) => {
    const { id } = call(fettle.jobs.create(manager, Values.draft()));
    for (const jobId of [id, null]) call(fettle.retention.hold(manager, { reason: "case 1", jobId }));
    return {
      ask: (options) => fettle.retention.release(manager, {}, options),
      other: (options) => fettle.retention.release(manager, { jobId: id }, options),
    };
  },
  "purges.delete": ({ plane: { fettle, call } }) => {
    const query = "agentVersion < 1";
    const { confirmation } = call(fettle.purges.preview(manager, query));
    const ids = ["a", "b"].map((name) => call(fettle.purges.save(manager, { name, query, confirmation })).id);
    return {
      ask: (options) => fettle.purges.delete(manager, ids[0] ?? "", options),
      other: (options) => fettle.purges.delete(manager, ids[1] ?? "", options),
    };
  },
  "assessmentProfiles.save": ({ plane: { fettle } }) => ({
    ask: (options) => fettle.assessmentProfiles.save(manager, scanning("web"), options),
    other: (options) => fettle.assessmentProfiles.save(manager, scanning("lab"), options),
  }),
  ...Object.fromEntries(
    (["delete", "enable", "disable"] as const).map((action) => [
      `assessmentProfiles.${action}`,
      ({ plane: { fettle, call } }: Scene.Scene) => {
        for (const tag of ["web", "lab"]) call(fettle.assessmentProfiles.save(manager, scanning(tag)));
        if (action === "enable") {
          call(fettle.assessmentProfiles.bulk(manager, { action: "disable", profiles: ["web", "lab"] }));
        }
        return {
          ask: (options: Repeatable) => fettle.assessmentProfiles[action](manager, "web", options),
          other: (options: Repeatable) => fettle.assessmentProfiles[action](manager, "lab", options),
        };
      },
    ]),
  ),
  "assessmentProfiles.bulk": ({ plane: { fettle, call } }) => {
    for (const tag of ["web", "lab"]) call(fettle.assessmentProfiles.save(manager, scanning(tag)));
    return {
      ask: (options) => fettle.assessmentProfiles.bulk(manager, { action: "delete", profiles: ["web"] }, options),
      other: (options) => fettle.assessmentProfiles.bulk(manager, { action: "delete", profiles: ["lab"] }, options),
    };
  },
  "assessmentProfiles.reorder": ({ plane: { fettle, call } }) => {
    for (const tag of ["web", "lab"]) call(fettle.assessmentProfiles.save(manager, scanning(tag)));
    return {
      ask: (options) => fettle.assessmentProfiles.reorder(manager, ["lab", "web"], options),
      other: (options) => fettle.assessmentProfiles.reorder(manager, ["web", "lab"], options),
    };
  },
  "configurationProfiles.save": ({ plane: { fettle } }) => ({
    ask: (options) => fettle.configurationProfiles.save(manager, Values.profile("a"), options),
    other: (options) => fettle.configurationProfiles.save(manager, Values.profile("b"), options),
  }),
  "configurationProfiles.delete": ({ plane: { fettle, call } }) => {
    for (const id of ["a", "b"]) call(fettle.configurationProfiles.save(manager, { id, name: id }));
    return {
      ask: (options) => fettle.configurationProfiles.delete(manager, "a", options),
      other: (options) => fettle.configurationProfiles.delete(manager, "b", options),
    };
  },
  "configurationProfiles.reorder": ({ plane: { fettle, call } }) => {
    for (const id of ["a", "b"]) call(fettle.configurationProfiles.save(manager, { id, name: id }));
    return {
      ask: (options) => fettle.configurationProfiles.reorder(manager, ["b", "a", "default"], options),
      other: (options) => fettle.configurationProfiles.reorder(manager, ["a", "b", "default"], options),
    };
  },
  "configurationProfiles.makeDefault": ({ plane: { fettle, call } }) => {
    call(fettle.configurationProfiles.save(manager, { id: "a", name: "a" }));
    return {
      ask: (options) => fettle.configurationProfiles.makeDefault(manager, "a", options),
      other: (options) => fettle.configurationProfiles.makeDefault(manager, "default", options),
    };
  },
  "freezes.save": ({ plane: { fettle } }) => ({
    ask: (options) => fettle.freezes.save(manager, freeze("a"), options),
    other: (options) => fettle.freezes.save(manager, freeze("b"), options),
  }),
  "freezes.delete": ({ plane: { fettle, call } }) => {
    for (const id of ["a", "b"]) call(fettle.freezes.save(manager, freeze(id)));
    return {
      ask: (options) => fettle.freezes.delete(manager, "a", options),
      other: (options) => fettle.freezes.delete(manager, "b", options),
    };
  },
  "quorums.save": ({ plane: { fettle } }) => ({
    ask: (options) => fettle.quorums.save(manager, quorum("a"), options),
    other: (options) => fettle.quorums.save(manager, quorum("b"), options),
  }),
  "quorums.delete": ({ plane: { fettle, call } }) => {
    for (const id of ["a", "b"]) call(fettle.quorums.save(manager, quorum(id)));
    return {
      ask: (options) => fettle.quorums.delete(manager, "a", options),
      other: (options) => fettle.quorums.delete(manager, "b", options),
    };
  },
  "tags.save": ({ plane: { fettle } }) => ({
    ask: (options) => fettle.tags.save(manager, { name: "new", parent: "fleet" }, options),
    other: (options) => fettle.tags.save(manager, { name: "new" }, options),
  }),
  "tags.delete": ({ plane: { fettle } }) => ({
    ask: (options) => fettle.tags.delete(manager, "lab", options),
    other: (options) => fettle.tags.delete(manager, "lab", { ...options, reparent: true }),
  }),
  "tags.assign": ({ plane: { fettle }, agents: [agent] }) => ({
    ask: (options) => fettle.tags.assign(manager, { tag: "web", assets: [agent?.id ?? ""] }, options),
    other: (options) => fettle.tags.assign(manager, { tag: "lab", assets: [agent?.id ?? ""] }, options),
  }),
  "tags.unassign": ({ plane: { fettle }, agents: [agent] }) => ({
    ask: (options) => fettle.tags.unassign(manager, { tag: "fleet", assets: [agent?.id ?? ""] }, options),
    other: (options) => fettle.tags.unassign(manager, { tag: "fleet", assets: ["nobody"] }, options),
  }),
  "catalogue.ingest": ({ plane: { fettle } }) => {
    const patches = [...Scene.catalogue, Values.patch("P-3")];
    return {
      ask: (options) => fettle.catalogue.ingest(manager, patches, options),
      other: (options) => fettle.catalogue.ingest(manager, { feed: "another", patches }, options),
    };
  },
  "catalogue.supplyFile": ({ plane: { fettle, call } }) => {
    call(fettle.catalogue.ingest(manager, { feed: "windows", patches: Scene.windows }));
    const { url, ...file } = Scene.vendorFile;
    return {
      ask: (options) => fettle.catalogue.supplyFile(manager, { ...file, url }, options),
      other: (options) => fettle.catalogue.supplyFile(manager, { ...file, url: `${url}?again` }, options),
    };
  },
  "catalogue.hold": ({ plane: { fettle } }) => ({
    ask: (options) => fettle.catalogue.hold(manager, "P-1", "fails", options),
    other: (options) => fettle.catalogue.hold(manager, "P-2", "fails", options),
  }),
  "catalogue.release": ({ plane: { fettle, call } }) => {
    for (const id of ["P-1", "P-2"]) call(fettle.catalogue.hold(manager, id, "fails"));
    return {
      ask: (options) => fettle.catalogue.release(manager, "P-1", options),
      other: (options) => fettle.catalogue.release(manager, "P-2", options),
    };
  },
  "catalogue.withdrawFile": ({ plane: { fettle, call } }) => {
    call(fettle.catalogue.ingest(manager, { feed: "windows", patches: Scene.windows }));
    call(fettle.catalogue.supplyFile(manager, Scene.vendorFile));
    return {
      ask: (options) => fettle.catalogue.withdrawFile(manager, "W-1", options),
      other: (options) => fettle.catalogue.withdrawFile(manager, "W-2", options),
    };
  },
  "catalogue.saveVulnerabilities": ({ plane: { fettle } }) => ({
    ask: (options) => fettle.catalogue.saveVulnerabilities(manager, [qid(1)], options),
    other: (options) => fettle.catalogue.saveVulnerabilities(manager, [qid(2)], options),
  }),
  "searches.save": ({ plane: { fettle } }) => ({
    ask: (options) => fettle.searches.save(manager, search, options),
    other: (options) => fettle.searches.save(manager, { ...search, query: "name: db" }, options),
  }),
  "searches.rename": ({ plane: { fettle, call } }) => {
    const { id } = call(fettle.searches.save(manager, search));
    return {
      ask: (options) => fettle.searches.rename(manager, id, "servers", options),
      other: (options) => fettle.searches.rename(manager, id, "desktops", options),
    };
  },
  "searches.delete": ({ plane: { fettle, call } }) => {
    const { id } = call(fettle.searches.save(manager, search));
    return {
      ask: (options) => fettle.searches.delete(manager, id, options),
      other: (options) => fettle.searches.delete(manager, "another", options),
    };
  },
  "jobs.create": ({ plane: { fettle } }) => ({
    ask: (options) => fettle.jobs.create(manager, Values.draft(), options),
    other: (options) => fettle.jobs.create(manager, Values.draft({ title: "Others" }), options),
  }),
  "jobs.update": ({ plane: { fettle, call } }) => {
    const { id } = call(fettle.jobs.create(manager, Values.draft()));
    return {
      ask: (options) => fettle.jobs.update(manager, id, { title: "Others" }, options),
      other: (options) => fettle.jobs.update(manager, id, { title: "More" }, options),
    };
  },
  "jobs.addPatches": ({ plane: { fettle, call } }) => {
    const { id } = call(fettle.jobs.create(manager, Values.draft()));
    return {
      ask: (options) => fettle.jobs.addPatches(manager, id, ["P-2"], options),
      other: (options) => fettle.jobs.addPatches(manager, id, ["P-3"], options),
    };
  },
  "jobs.addAssets": ({ plane: { fettle, call } }) => {
    const { id } = call(fettle.jobs.create(manager, Values.draft()));
    return {
      ask: (options) => fettle.jobs.addAssets(manager, id, [Values.uuid(1)], options),
      other: (options) => fettle.jobs.addAssets(manager, id, [Values.uuid(2)], options),
    };
  },
  "jobs.delete": ({ plane: { fettle, call } }) => {
    const ids = ["a", "b"].map((title) => call(fettle.jobs.create(manager, Values.draft({ title }))).id);
    return {
      ask: (options) => fettle.jobs.delete(manager, ids[0] ?? "", options),
      other: (options) => fettle.jobs.delete(manager, ids[1] ?? "", options),
    };
  },
  "jobs.liftFormerScopes": ({ plane: { fettle, call, users } }) => {
    users.set(Values.user("uli", "PatchUser", { _tag: "Tags", tags: ["lab"] }));
    const ids = ["a", "b"].map((title) => {
      const { id } = call(fettle.jobs.create(ControlPlane.as("uli"), Values.draft({ title })));
      call(fettle.jobs.changeOwner(manager, id, "sue"));
      return id;
    });
    return {
      ask: (options) => fettle.jobs.liftFormerScopes(manager, ids[0] ?? "", options),
      other: (options) => fettle.jobs.liftFormerScopes(manager, ids[1] ?? "", options),
    };
  },
  "jobs.enableMany": ({ plane: { fettle, call } }) => {
    const { id } = call(fettle.jobs.create(manager, Values.draft()));
    return {
      ask: (options) => fettle.jobs.enableMany(manager, [id, "nobody"], options),
      other: (options) => fettle.jobs.enableMany(manager, [id], options),
    };
  },
  "jobs.disable": ({ plane: { fettle }, enabled }) => {
    const ids = ["a", "b"].map((title) => enabled({ title, schedule: nightly }));
    return {
      ask: (options) => fettle.jobs.disable(manager, ids[0] ?? "", options),
      other: (options) => fettle.jobs.disable(manager, ids[1] ?? "", options),
    };
  },
  "jobs.disableMany": ({ plane: { fettle }, enabled }) => {
    const id = enabled({ schedule: nightly });
    return {
      ask: (options) => fettle.jobs.disableMany(manager, [id, "nobody"], options),
      other: (options) => fettle.jobs.disableMany(manager, [id], options),
    };
  },
  "jobs.deleteMany": ({ plane: { fettle, call } }) => {
    const { id } = call(fettle.jobs.create(manager, Values.draft()));
    return {
      ask: (options) => fettle.jobs.deleteMany(manager, [id, "nobody"], options),
      other: (options) => fettle.jobs.deleteMany(manager, [id], options),
    };
  },
  "jobs.changeOwnerOfMany": ({ plane: { fettle, call } }) => {
    const { id } = call(fettle.jobs.create(manager, Values.draft()));
    return {
      ask: (options) => fettle.jobs.changeOwnerOfMany(manager, [id, "nobody"], "uli", options),
      other: (options) => fettle.jobs.changeOwnerOfMany(manager, [id], "sue", options),
    };
  },
  "jobs.createAdvisory": ({ plane: { fettle, users } }) => {
    users.set(Values.user("mara", "SuperUser"));
    const advisory = { title: "Holes", platform: "Linux", patches: ["P-1"] } as const;
    return {
      ask: (options) => fettle.jobs.createAdvisory(manager, advisory, options),
      other: (options) => fettle.jobs.createAdvisory(manager, { ...advisory, patches: ["P-2"] }, options),
    };
  },
  "jobs.share": ({ plane: { fettle, call } }) => {
    const { id } = call(fettle.jobs.create(manager, Values.draft()));
    return {
      ask: (options) => fettle.jobs.share(manager, id, { readers: ["rita"] }, options),
      other: (options) => fettle.jobs.share(manager, id, { readers: ["ada"] }, options),
    };
  },
  "jobs.changeOwner": ({ plane: { fettle, call } }) => {
    const { id } = call(fettle.jobs.create(manager, Values.draft()));
    return {
      ask: (options) => fettle.jobs.changeOwner(manager, id, "uli", options),
      other: (options) => fettle.jobs.changeOwner(manager, id, "sue", options),
    };
  },
  "jobs.approve": ({ plane: { fettle, call } }) => {
    const { id } = call(fettle.jobs.create(ControlPlane.as("uli"), Values.draft()));
    const { hash } = call(fettle.jobs.plan(manager, id));
    return {
      ask: (options) => fettle.jobs.approve(manager, id, { ...options, planHash: hash }),
      other: (options) => fettle.jobs.approve(manager, id, { ...options, planHash: "sha256:0" }),
    };
  },
  "jobs.enable": ({ plane: { fettle, call } }) => {
    const { id } = call(fettle.jobs.create(manager, Values.draft()));
    return {
      ask: (options) => fettle.jobs.enable(manager, id, options),
      other: (options) => fettle.jobs.enable(manager, id, { ...options, planHash: "sha256:0" }),
    };
  },
  "jobs.rerunFailed": ({ plane: { fettle, call, clock }, agents: [agent], enabled, run }) => {
    const ids = ["P-1", "P-2"].map((id) => enabled({ title: id, patches: { _tag: "List", patches: [id] } }));
    call(fettle.tick());
    const runs = ids.map((id) => run(id).id);
    for (const [i, id] of runs.entries()) {
      agent?.report(5 * i + 1, ...WireAgent.wholeRun(id, `P-${i + 1}`, "Failed"));
      clock.pass(Values.MINUTE_MS);
    }
    return {
      ask: (options) => fettle.jobs.rerunFailed(manager, runs[0] ?? "", options),
      other: (options) => fettle.jobs.rerunFailed(manager, runs[1] ?? "", options),
    };
  },
  "scriptAuthors.register": ({ plane: { fettle } }) => ({
    ask: (options) => fettle.scriptAuthors.register(manager, Scripts.input(Scripts.ada), options),
    other: (options) => fettle.scriptAuthors.register(manager, Scripts.input(Scripts.bob), options),
  }),
  "scriptAuthors.revoke": ({ plane: { fettle, call } }) => {
    for (const who of [Scripts.ada, Scripts.bob]) call(fettle.scriptAuthors.register(manager, Scripts.input(who)));
    return {
      ask: (options) => fettle.scriptAuthors.revoke(manager, Scripts.ada.id, options),
      other: (options) => fettle.scriptAuthors.revoke(manager, Scripts.bob.id, options),
    };
  },
  "jobs.saveScript": ({ plane: { fettle, call } }) => {
    call(fettle.scriptAuthors.register(manager, Scripts.input(Scripts.ada)));
    return {
      ask: (options) => fettle.jobs.saveScript(manager, Scripts.script("stop"), options),
      other: (options) => fettle.jobs.saveScript(manager, Scripts.script("start"), options),
    };
  },
  "jobs.deleteScript": ({ plane: { fettle, call } }) => {
    call(fettle.scriptAuthors.register(manager, Scripts.input(Scripts.ada)));
    const ids = ["stop", "start"].map((text) => call(fettle.jobs.saveScript(manager, Scripts.script(text))).script.id);
    return {
      ask: (options) => fettle.jobs.deleteScript(manager, ids[0] ?? "", options),
      other: (options) => fettle.jobs.deleteScript(manager, ids[1] ?? "", options),
    };
  },
};

/** What changes nothing that a caller asked for, or is no caller's: the tick, blobs' collection, agents with their own sequence. */
const others = [
  ["subscriptions.get", "licences.consumption", "licences.preview", "licences.of"],
  ["list", "get", "effective", "overlaps"].map((name) => `assessmentProfiles.${name}`),
  ["freezes.list", "quorums.list", "quorums.check"],
  ["tags.get", "tags.list", "tags.preview", "tags.coverage"],
  [
    "assets.list",
    "assets.missing",
    "assets.search",
    "assets.facets",
    "assets.explainPlan",
    "assets.get",
    "assets.patches",
  ],
  ["assets.agents", "assets.stale", "assets.operations", "agents.activity"],
  ["keys.list", "keys.get", "keys.installCommands", "keys.preInstallCheck"],
  ["configurationProfiles.list", "configurationProfiles.get", "configurationProfiles.effective"],
  ["access.decide", "access.policy", "access.lint", "access.migrate"],
  ["catalogue.feeds", "catalogue.list", "catalogue.get", "catalogue.search", "catalogue.facets"],
  ["catalogue.supersedence", "catalogue.hosts", "catalogue.patchNow"],
  ["searches.list", "searches.recent", "searches.run", "searches.finding", "searches.ifTagged"],
  ["jobs.validate", "jobs.draft", "jobs.clone", "jobs.ownerPreview"],
  ["jobs.preview", "jobs.previewDraft", "jobs.whatIf", "jobs.lint"],
  [
    "jobs.search",
    "jobs.get",
    "jobs.plan",
    "jobs.explain",
    "jobs.compare",
    "runs.ofJob",
    "runs.progress",
    "runs.results",
    "runs.timeline",
    "runs.reruns",
    "runs.explain",
    "runs.progressOf",
  ],
  ["jobs.scripts", "jobs.getScript", "scriptAuthors.list"],
  ["purges.preview", "purges.list", "retention.get"],
  ["audit.search", "audit.verify", "audit.checkpoint", "tick", "collectBlobs", "gateway.handle", "events.after"],
  ["events.subscribe", "events.unsubscribe", "events.deliver", "events.subscribers", "events.forget"],
].flat();

/** These answer a repetition by refusing it, for their answer may be shown once only. */
const shownOnce: ReadonlySet<string> = new Set(["keys.create"]);

const once = { idempotencyKey: "import-17" };

const world = (method: string) => {
  const scene = Scene.make();
  const { plane } = scene;
  const requests = mutating[method]?.(scene) as Requests;
  const before = plane.events().length;
  /** Asks; of what may be shown once only, that it is refused so counts as the answer of a repetition. */
  const again = (first: unknown) => {
    if (!shownOnce.has(method)) return expect(plane.call(requests.ask(once))).toEqual(first);
    const { key } = first as { readonly key: { readonly id: string } };
    const message = expect.stringContaining(key.id);
    expect(plane.rejections(requests.ask(once))).toMatchObject([{ code: "conflict", path: "idempotencyKey", message }]);
  };
  return { scene, plane, ...requests, again, events: () => plane.events().slice(before) };
};

const methodsOf = (api: object, under = ""): readonly string[] =>
  Object.entries(api).flatMap(([name, member]) =>
    typeof member === "function" ? [`${under}${name}`] : methodsOf(member as object, `${under}${name}.`),
  );

it("every method of the façade either can be sent twice under a key or is known to change nothing", () => {
  const known = [...Object.keys(mutating), ...others];
  expect([...methodsOf(ControlPlane.make().fettle)].sort()).toEqual([...known].sort());
});

describe.each(Object.keys(mutating))("%s", (method) => {
  it("sent twice under a key is carried out once and answers the same, whatever the time", () => {
    const { plane, ask, again, events } = world(method);
    const first = plane.call(ask(once));
    const told = events();
    expect(told.length).toBeGreaterThan(0);
    const before = plane.storage.dump();
    plane.clock.pass(Values.HOUR_MS);
    again(first);
    expect(events()).toEqual(told);
    expect(plane.storage.dump()).toEqual(before);
  });

  it("does under a key what it does without one, and without one keeps nothing", () => {
    const keyed = world(method);
    const plain = world(method);
    keyed.plane.call(keyed.ask(once));
    plain.plane.call(plain.ask());
    const types = (w: typeof plain) => w.events().map((e) => [e.type, e.id]);
    expect(types(keyed)).toEqual(types(plain));
    expect(keyed.scene.stored("answer").size).toBe(1);
    expect(plain.scene.stored("answer").size).toBe(0);
  });

  it("is a conflict when another request was sent under the key, and changes nothing", () => {
    const { plane, ask, other } = world(method);
    plane.call(ask(once));
    const before = plane.storage.dump();
    expect(plane.rejections(other(once))).toMatchObject([{ code: "conflict", path: "idempotencyKey", rule: null }]);
    expect(plane.storage.dump()).toEqual(before);
  });

  it("sent twice at once is carried out once", () => {
    const { plane, ask, again, events } = world(method);
    const rival: { first: unknown; told: readonly unknown[] } = { first: null, told: [] };
    plane.hooks.before = () => {
      plane.hooks.before = null;
      rival.first = plane.call(ask(once));
      rival.told = events();
    };
    if (shownOnce.has(method)) expect(plane.rejections(ask(once))).toMatchObject([{ code: "conflict" }]);
    else expect(plane.call(ask(once))).toEqual(rival.first);
    expect(rival.told.length).toBeGreaterThan(0);
    expect(events()).toEqual(rival.told);
    again(rival.first);
  });

  it("whose commit fails has happened not at all, and can be sent again under the same key", () => {
    const { plane, ask, again, events } = world(method);
    const before = plane.storage.dump();
    ControlPlane.failing(plane, "the disk is full").set(true);
    expect(Effect.runSync(Effect.flip(ask(once)))).toMatchObject({ _tag: "StorageError" });
    expect(plane.storage.dump()).toEqual(before);
    plane.hooks.before = null;
    const first = plane.call(ask(once));
    const told = events();
    again(first);
    expect(events()).toEqual(told);
  });

  it("RBAC-11: is in the audit trail once, by who asked, under its own name", () => {
    const { plane, ask, again, scene } = world(method);
    const asker = method === "jobs.createAdvisory" ? null : "user:mara";
    const trail = () => plane.storage.dump().tenants.flatMap((t) => t.audit);
    const before = trail().length;
    const first = plane.call(ask(once));
    again(first);
    const records = trail().slice(before);
    expect(records.length).toBeGreaterThan(0);
    for (const record of records) {
      expect(record.action).toBe(method);
      if (asker !== null) expect(record.by).toBe(asker);
      // What it tells of afterwards is what stands.
      const { changes } = record.body as { readonly changes: Record<string, { readonly after?: unknown }> };
      const now = scene.stored(record.kind).get(record.id) as Record<string, unknown> | undefined;
      for (const [name, { after }] of Object.entries(changes)) {
        if (name === "secretDigest" || record.id === "*") continue;
        expect(now?.[name]).toEqual(after);
      }
    }
  });

  it("looks at the permission first: who has lost it doesn't even hear of what they did", () => {
    const { plane, ask } = world(method);
    plane.call(ask(once));
    plane.users.remove("mara");
    expect(plane.rejections(ask(once))).toMatchObject([{ code: "not-permitted" }]);
  });
});

describe("an activation key asked for twice", () => {
  it("KEY-03: is not made twice, its secret is kept nowhere, and the refusal names the key that was made", () => {
    const { plane, ask, scene } = world("keys.create");
    const issued = plane.call(ask(once)) as { readonly key: { readonly id: string }; readonly secret: string };
    const [rejection] = plane.rejections(ask(once));
    expect(rejection).toMatchObject({ rule: "KEY-03", code: "conflict" });
    expect(rejection?.message).toContain(issued.key.id);
    expect(JSON.stringify([rejection, plane.storage.dump()])).not.toContain(issued.secret);
    expect(scene.stored("activationKey").size).toBe(2);
  });
});

describe("a feed under a key", () => {
  it("PAT-11: that was cut off half way is completed by the same request, and then answered", () => {
    const scene = Scene.make({ subscription: { limits: { patchesPerWriteMax: 1 } } });
    const { plane } = scene;
    const patches = [...Scene.catalogue, Values.patch("P-3"), Values.patch("P-4"), Values.patch("P-5")];
    const ask = () => plane.fettle.catalogue.ingest(manager, patches, once);
    let commits = 0;
    plane.hooks.after = () => {
      commits += 1;
      if (commits === 2) throw new ControlPlane.Death();
    };
    expect(plane.dies(ask())).toBe(true);
    plane.hooks.after = null;
    expect(scene.stored("answer").size).toBe(0);
    const first = plane.call(ask());
    expect(scene.stored("patch").size).toBe(5);
    expect(plane.call(ask())).toEqual(first);
  });

  it("PAT-11: the same as before, which writes no patch, is kept under its key all the same", () => {
    const { fettle, call, rejections } = Scene.make().plane;
    const answer = call(fettle.catalogue.ingest(manager, Scene.catalogue, once));
    expect(answer).toMatchObject({ changed: 0 });
    expect(rejections(fettle.catalogue.ingest(manager, [], once))).toMatchObject([{ code: "conflict" }]);
    // And once it is kept, a feed of meanwhile is not taken back by a late repetition.
    call(fettle.catalogue.ingest(manager, [...Scene.catalogue, Values.patch("P-3")]));
    expect(call(fettle.catalogue.ingest(manager, Scene.catalogue, once))).toEqual(answer);
    expect(call(fettle.catalogue.list(manager))).toHaveLength(3);
  });
});
