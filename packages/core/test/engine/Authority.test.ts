import { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as PurgeRule from "../../src/domain/purge/PurgeRule.ts";
import * as Actor from "../../src/domain/shared/Actor.ts";
import type { Fettle } from "../../src/Fettle.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Scripts from "../scenario/Scripts.ts";
import * as Timed from "../scenario/Timed.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

interface Known {
  readonly jobId: string;
  /** A job of uli's, and the hash of its plan. */
  readonly ulis: { readonly id: string; readonly hash: string };
  readonly runId: string;
  /** One in which a patch failed. */
  readonly failedRunId: string;
  /** A recurring job that is enabled. */
  readonly nightlyId: string;
  /** An activation key, and its secret. */
  readonly keyId: string;
  readonly secret: string;
  /** A saved script of ada's. */
  readonly scriptId: string;
}
type Ask = (fettle: Fettle, actor: Actor.Actor, known: Known) => Effect.Effect<unknown, unknown>;

const everyone = "sue mara uli ada rita sam";
const midnight = { year: 2026, month: 3, day: 1, hour: 0, minute: 0, second: 0 };
const freeze = { id: "march", name: "march", from: midnight, to: { ...midnight, day: 2 } };
const quorum = { id: "web", name: "web", members: Values.select({ include: Values.any("web") }), atMost: 1 };
const scanning = { id: "scanning", name: "s", tags: ["lab"], intervalSeconds: 14_400 } as const;
const kept = { kind: "asset", name: "x", query: "name: web" } as const;
/** Does something with a saved search of the actor's own. */
const withSearch = (f: Fettle, a: Actor.Actor, then: (id: string) => Effect.Effect<unknown, unknown>) =>
  Effect.flatMap(f.searches.save(a, kept), (search) => then(search.id));
const fleet = Values.select({ include: Values.any("fleet") });

const oneAgent = { assets: [Values.uuid(0x1001)] };
const OLD = "agentVersion < 0.1";
const nobodyIsOld = { query: OLD, confirmation: PurgeRule.confirmation(OLD, [], Crypto.digest) };
const installing = (secret: string) =>
  ({
    operatingSystem: "linux-rpm",
    secret,
    server: "https://patch.example.com",
    build: { product: "fettle-agent", version: "1.0", architecture: "x86_64" },
  }) as const;
const probed = {
  facts: { operatingSystem: null, rootCertificates: null, artefacts: null, controlPlane: null, unknown: {} },
  requirements: { systems: [], architectures: [], artefacts: [], server: "https://patch.example.com" },
};

// Every method that takes an actor, and which of the six staff may call it on a job that is somebody else's.
const asks: readonly (readonly [string, string, Ask])[] = [
  [
    "subscriptions.save",
    "sue mara",
    (f, a) => f.subscriptions.save(a, { plan: "Full", expiresAt: null, licences: { PM: { seats: 5 } } }),
  ],
  ["subscriptions.get", everyone, (f, a) => f.subscriptions.get(a)],
  ["licences.consumption", everyone, (f, a) => f.licences.consumption(a)],
  ["licences.preview", everyone, (f, a) => f.licences.preview(a, { _tag: "Until", at: Values.START })],
  ["licences.of", everyone, (f, a) => f.licences.of(a, Values.uuid(0x1001))],
  ["tags.save", "sue mara", (f, a) => f.tags.save(a, { id: "new", name: "new" })],
  ["tags.delete", "sue mara", (f, a) => f.tags.delete(a, "web")],
  ["tags.get", "sue mara uli ada rita sam", (f, a) => f.tags.get(a, "web")],
  ["tags.list", "sue mara uli ada rita sam", (f, a) => f.tags.list(a)],
  ["tags.preview", "sue mara", (f, a) => f.tags.preview(a, { query: "platform: Linux" })],
  ["tags.assign", "sue mara", (f, a) => f.tags.assign(a, { tag: "web", assets: [Values.uuid(1)] })],
  ["tags.unassign", "sue mara", (f, a) => f.tags.unassign(a, { tag: "web", assets: [Values.uuid(1)] })],
  ["tags.coverage", "sue mara uli ada rita sam", (f, a) => f.tags.coverage(a, Values.select({}))],
  ["keys.create", "sue mara", (f, a) => f.keys.create(a, { title: "k" })],
  ["keys.update", "sue mara", (f, a, { keyId }) => f.keys.update(a, keyId, { title: "k" })],
  ["keys.enable", "sue mara", (f, a, { keyId }) => f.keys.enable(a, keyId)],
  ["keys.disable", "sue mara", (f, a, { keyId }) => f.keys.disable(a, keyId)],
  ["keys.delete", "sue mara", (f, a, { keyId }) => f.keys.delete(a, keyId)],
  ["keys.list", "sue mara", (f, a) => f.keys.list(a)],
  ["keys.get", "sue mara", (f, a, { keyId }) => f.keys.get(a, keyId)],
  [
    "keys.installCommands",
    "sue mara",
    (f, a, { keyId, secret }) => f.keys.installCommands(a, keyId, installing(secret)),
  ],
  ["keys.preInstallCheck", "sue mara", (f, a, { keyId }) => f.keys.preInstallCheck(a, keyId, probed)],
  ["agents.activate", "sue mara", (f, a) => f.agents.activate(a, oneAgent, ["VM"])],
  ["agents.deactivate", "sue mara", (f, a) => f.agents.deactivate(a, oneAgent, ["PM"])],
  ["agents.uninstall", "sue mara", (f, a) => f.agents.uninstall(a, oneAgent)],
  ["agents.callOffUninstall", "sue mara", (f, a) => f.agents.callOffUninstall(a, oneAgent)],
  ["purges.preview", "sue mara", (f, a) => f.purges.preview(a, nobodyIsOld.query)],
  ["purges.run", "sue mara", (f, a) => f.purges.run(a, nobodyIsOld)],
  ["purges.save", "sue mara", (f, a) => f.purges.save(a, { name: "old", ...nobodyIsOld })],
  [
    "purges.delete",
    "sue mara",
    (f, a) => Effect.flatMap(f.purges.save(a, { name: "old", ...nobodyIsOld }), (rule) => f.purges.delete(a, rule.id)),
  ],
  ["purges.list", "sue mara", (f, a) => f.purges.list(a)],
  ["retention.get", "sue mara", (f, a) => f.retention.get(a)],
  ["retention.save", "sue mara", (f, a) => f.retention.save(a, { runsDays: 30, eventsDays: 30, auditDays: null })],
  ["retention.hold", "sue mara", (f, a) => f.retention.hold(a, { reason: "case 1" })],
  [
    "retention.release",
    "sue mara",
    (f, a) => Effect.flatMap(f.retention.hold(a, { reason: "case 1" }), () => f.retention.release(a)),
  ],
  ["audit.search", "sue mara", (f, a) => f.audit.search(a)],
  ["audit.verify", "sue mara", (f, a) => f.audit.verify(a)],
  ["audit.checkpoint", "sue mara", (f, a) => f.audit.checkpoint(a)],
  ["assessmentProfiles.save", "sue mara", (f, a) => f.assessmentProfiles.save(a, scanning)],
  ["assessmentProfiles.delete", "sue mara", (f, a) => f.assessmentProfiles.delete(a, "scanning")],
  ["assessmentProfiles.enable", "sue mara", (f, a) => f.assessmentProfiles.enable(a, "scanning")],
  ["assessmentProfiles.disable", "sue mara", (f, a) => f.assessmentProfiles.disable(a, "scanning")],
  [
    "assessmentProfiles.bulk",
    "sue mara",
    (f, a) => f.assessmentProfiles.bulk(a, { action: "disable", profiles: ["scanning"] }),
  ],
  ["assessmentProfiles.reorder", "sue mara", (f, a) => f.assessmentProfiles.reorder(a, ["scanning"])],
  ["assessmentProfiles.list", everyone, (f, a) => f.assessmentProfiles.list(a)],
  ["assessmentProfiles.get", everyone, (f, a) => f.assessmentProfiles.get(a, "scanning")],
  ["assessmentProfiles.effective", everyone, (f, a) => f.assessmentProfiles.effective(a, Values.uuid(0x1001))],
  ["assessmentProfiles.overlaps", everyone, (f, a) => f.assessmentProfiles.overlaps(a)],
  ["configurationProfiles.save", "sue mara", (f, a) => f.configurationProfiles.save(a, Values.profile("p"))],
  ["configurationProfiles.delete", "sue mara", (f, a) => f.configurationProfiles.delete(a, "other")],
  ["configurationProfiles.reorder", "sue mara", (f, a) => f.configurationProfiles.reorder(a, ["default", "other"])],
  ["configurationProfiles.makeDefault", "sue mara", (f, a) => f.configurationProfiles.makeDefault(a, "other")],
  ["configurationProfiles.list", everyone, (f, a) => f.configurationProfiles.list(a)],
  ["configurationProfiles.get", everyone, (f, a) => f.configurationProfiles.get(a, "other")],
  ["configurationProfiles.effective", everyone, (f, a) => f.configurationProfiles.effective(a, Values.uuid(0x1001))],
  ["freezes.save", "sue mara", (f, a) => f.freezes.save(a, freeze)],
  [
    "freezes.delete",
    "sue mara",
    (f, a) => Effect.flatMap(f.freezes.save(a, freeze), () => f.freezes.delete(a, "march")),
  ],
  ["freezes.list", everyone, (f, a) => f.freezes.list(a)],
  ["quorums.save", "sue mara", (f, a) => f.quorums.save(a, quorum)],
  ["quorums.delete", "sue mara", (f, a) => Effect.flatMap(f.quorums.save(a, quorum), () => f.quorums.delete(a, "web"))],
  ["quorums.list", everyone, (f, a) => f.quorums.list(a)],
  ["quorums.check", everyone, (f, a) => f.quorums.check(a)],
  ["assets.list", "sue mara uli ada rita sam", (f, a) => f.assets.list(a)],
  ["assets.missing", "sue mara uli ada rita sam", (f, a) => f.assets.missing(a)],
  ["assets.search", everyone, (f, a) => f.assets.search(a, {})],
  ["assets.facets", everyone, (f, a) => f.assets.facets(a, {})],
  ["assets.explainPlan", everyone, (f, a) => f.assets.explainPlan(a, {})],
  ["assets.get", everyone, (f, a) => f.assets.get(a, Values.uuid(0x1001))],
  ["assets.patches", everyone, (f, a) => f.assets.patches(a, Values.uuid(0x1001), { state: "missing" })],
  ["assets.operations", everyone, (f, a) => f.assets.operations(a, Values.uuid(0x1001))],
  ["agents.activity", everyone, (f, a) => f.agents.activity(a, Values.uuid(0x1001))],
  ["assets.agents", everyone, (f, a) => f.assets.agents(a, {})],
  ["assets.stale", everyone, (f, a) => f.assets.stale(a, { notCheckedInForMinutes: 1 })],
  ["searches.save", everyone, (f, a) => f.searches.save(a, kept)],
  ["searches.rename", everyone, (f, a) => withSearch(f, a, (id) => f.searches.rename(a, id, "y"))],
  ["searches.delete", everyone, (f, a) => withSearch(f, a, (id) => f.searches.delete(a, id))],
  ["searches.run", everyone, (f, a) => withSearch(f, a, (id) => f.searches.run(a, id))],
  ["searches.list", everyone, (f, a) => f.searches.list(a)],
  ["searches.recent", everyone, (f, a) => f.searches.recent(a, "asset")],
  ["searches.finding", everyone, (f, a) => f.searches.finding(a, Values.uuid(0x1001))],
  ["searches.ifTagged", everyone, (f, a) => f.searches.ifTagged(a, Values.uuid(0x1001), {})],
  ["jobs.search", everyone, (f, a) => f.jobs.search(a, {})],
  ["catalogue.ingest", "sue mara", (f, a) => f.catalogue.ingest(a, Scene.catalogue)],
  ["catalogue.feeds", everyone, (f, a) => f.catalogue.feeds(a)],
  ["catalogue.list", everyone, (f, a) => f.catalogue.list(a)],
  ["catalogue.get", everyone, (f, a) => f.catalogue.get(a, "P-1")],
  ["catalogue.search", everyone, (f, a) => f.catalogue.search(a, {})],
  ["catalogue.facets", everyone, (f, a) => f.catalogue.facets(a, {})],
  ["catalogue.supersedence", everyone, (f, a) => f.catalogue.supersedence(a)],
  ["catalogue.hosts", everyone, (f, a) => f.catalogue.hosts(a)],
  ["catalogue.supplyFile", "sue mara uli sam", (f, a) => f.catalogue.supplyFile(a, Scene.vendorFile)],
  ["catalogue.withdrawFile", "sue mara uli sam", (f, a) => f.catalogue.withdrawFile(a, "W-2")],
  ["catalogue.hold", "sue mara", (f, a) => f.catalogue.hold(a, "P-1", "fails")],
  [
    "catalogue.release",
    "sue mara",
    (f, a) => Effect.andThen(f.catalogue.hold(a, "P-1", "fails"), f.catalogue.release(a, "P-1")),
  ],
  ["catalogue.saveVulnerabilities", "sue mara", (f, a) => f.catalogue.saveVulnerabilities(a, [])],
  ["catalogue.patchNow", everyone, (f, a) => f.catalogue.patchNow(a, { cves: ["CVE-2026-0001"], assets: fleet })],
  ["jobs.create", "sue mara uli", (f, a) => f.jobs.create(a, Values.draft())],
  ["jobs.get", "sue mara", (f, a, { jobId }) => f.jobs.get(a, jobId)],
  ["jobs.validate", "sue mara uli", (f, a) => f.jobs.validate(a, Values.draft())],
  ["jobs.draft", "sue mara uli", (f, a) => f.jobs.draft(a, { patches: ["P-1"] })],
  ["jobs.clone", "sue mara", (f, a, { jobId }) => f.jobs.clone(a, jobId)],
  ["jobs.update", "sue mara", (f, a, { jobId }) => f.jobs.update(a, jobId, { title: "x" })],
  ["jobs.addPatches", "sue mara", (f, a, { jobId }) => f.jobs.addPatches(a, jobId, ["P-2"])],
  ["jobs.addAssets", "sue mara", (f, a, { jobId }) => f.jobs.addAssets(a, jobId, [Values.uuid(0x1001)])],
  ["jobs.delete", "sue mara", (f, a, { jobId }) => f.jobs.delete(a, jobId)],
  ["jobs.ownerPreview", "sue mara", (f, a, { jobId }) => f.jobs.ownerPreview(a, jobId, "uli")],
  ["jobs.liftFormerScopes", "sue mara", (f, a, { jobId }) => f.jobs.liftFormerScopes(a, jobId)],
  ["jobs.disable", "sue mara", (f, a, { nightlyId }) => f.jobs.disable(a, nightlyId)],
  ["jobs.disableMany", "sue mara uli", (f, a, { nightlyId }) => f.jobs.disableMany(a, [nightlyId])],
  ["jobs.enableMany", "sue mara uli", (f, a, { jobId }) => f.jobs.enableMany(a, [jobId])],
  ["jobs.deleteMany", "sue mara uli", (f, a, { jobId }) => f.jobs.deleteMany(a, [jobId])],
  ["jobs.changeOwnerOfMany", "sue mara", (f, a, { jobId }) => f.jobs.changeOwnerOfMany(a, [jobId], "uli")],
  ["jobs.plan", "sue mara", (f, a, { jobId }) => f.jobs.plan(a, jobId)],
  [
    "jobs.compare",
    "sue mara",
    (f, a, { jobId }) =>
      Effect.flatMap(f.jobs.plan(a, jobId), ({ hash, plan }) => f.jobs.compare(a, jobId, { planHash: hash, plan })),
  ],
  ["jobs.preview", "sue mara", (f, a, { jobId }) => f.jobs.preview(a, jobId)],
  ["jobs.previewDraft", "sue mara uli", (f, a) => f.jobs.previewDraft(a, Values.draft())],
  ["jobs.whatIf", "sue mara", (f, a, { jobId }) => f.jobs.whatIf(a, jobId, { _tag: "Job", edit: { title: "x" } })],
  ["jobs.lint", "sue mara", (f, a, { jobId }) => f.jobs.lint(a, jobId)],
  ["jobs.explain", "sue mara", (f, a, { jobId }) => f.jobs.explain(a, jobId, { assetId: Values.uuid(0x1001) })],
  ["jobs.enable", "sue mara", (f, a, { jobId }) => f.jobs.enable(a, jobId)],
  ["jobs.rerunFailed", "sue mara", (f, a, { failedRunId }) => f.jobs.rerunFailed(a, failedRunId)],
  ["jobs.createAdvisory", "sue sam", (f, a) => f.jobs.createAdvisory(a, { ...Values.draft(), patches: ["P-1"] })],
  ["jobs.share", "sue mara", (f, a, { jobId }) => f.jobs.share(a, jobId, { readers: ["rita"] })],
  ["jobs.changeOwner", "sue mara", (f, a, { jobId }) => f.jobs.changeOwner(a, jobId, "uli")],
  ["jobs.approve", "sue mara", (f, a, { ulis }) => f.jobs.approve(a, ulis.id, { planHash: ulis.hash })],
  ["jobs.saveScript", "sue mara uli", (f, a) => f.jobs.saveScript(a, Scripts.script("start"))],
  ["jobs.scripts", "sue mara uli", (f, a) => f.jobs.scripts(a)],
  ["jobs.getScript", "sue mara uli", (f, a, { scriptId }) => f.jobs.getScript(a, scriptId)],
  ["jobs.deleteScript", "sue mara", (f, a, { scriptId }) => f.jobs.deleteScript(a, scriptId)],
  ["scriptAuthors.register", "sue mara", (f, a) => f.scriptAuthors.register(a, Scripts.input(Scripts.bob))],
  ["scriptAuthors.revoke", "sue mara", (f, a) => f.scriptAuthors.revoke(a, Scripts.ada.id)],
  ["scriptAuthors.list", "sue mara uli", (f, a) => f.scriptAuthors.list(a)],
  ["access.decide", everyone, (f, a, { jobId }) => f.access.decide(a, { jobId, action: "enable" })],
  ["runs.ofJob", "sue mara", (f, a, { jobId }) => f.runs.ofJob(a, jobId)],
  ["runs.progress", "sue mara", (f, a, { runId }) => f.runs.progress(a, runId)],
  ["runs.results", "sue mara", (f, a, { runId }) => f.runs.results(a, runId)],
  ["runs.progressOf", everyone, (f, a, { jobId }) => f.runs.progressOf(a, { jobIds: [jobId] })],
  ["runs.explain", "sue mara", (f, a, { runId }) => f.runs.explain(a, runId, Values.uuid(0x1001))],
  ["runs.reruns", "sue mara", (f, a, { runId }) => f.runs.reruns(a, runId)],
  ["runs.timeline", "sue mara", (f, a, { runId }) => f.runs.timeline(a, runId, Values.uuid(0x1001))],
];
const staff = ["sue", "mara", "uli", "ada", "rita", "sam"];

const world = () => {
  const scene = Scene.make();
  const { plane, manager } = scene;
  const ran = scene.enabled();
  const failing = scene.enabled({ title: "fails", patches: { _tag: "List", patches: ["P-2"] } });
  plane.call(plane.fettle.catalogue.ingest(manager, { feed: "windows", patches: Scene.windows }));
  plane.call(plane.fettle.catalogue.supplyFile(manager, { ...Scene.vendorFile, patchId: "W-2" }));
  plane.call(plane.fettle.configurationProfiles.save(manager, { id: "other", name: "Other" }));
  plane.call(plane.fettle.assessmentProfiles.save(manager, scanning));
  plane.call(plane.fettle.tick());
  const nightlyId = scene.enabled({ title: "nightly", schedule: Timed.daily("2026-02-10T02:00") });
  const open = plane.call(plane.fettle.jobs.create(manager, Values.draft({ title: "not enabled yet" })));
  const { id } = plane.call(plane.fettle.jobs.create(ControlPlane.as("uli"), Values.draft()));
  const { hash } = plane.call(plane.fettle.jobs.plan(manager, id));
  const key = { keyId: scene.issued.key.id, secret: scene.issued.secret };
  plane.call(plane.fettle.scriptAuthors.register(manager, Scripts.input(Scripts.ada)));
  const scriptId = plane.call(plane.fettle.jobs.saveScript(manager, Scripts.script("stop"))).script.id;
  const runId = scene.run(ran).id;
  const failedRunId = scene.run(failing).id;
  scene.agents[0]?.report(1, ...WireAgent.wholeRun(failedRunId, "P-2", "Failed"));
  return {
    scene,
    plane,
    known: { jobId: open.id, nightlyId, runId, failedRunId, ulis: { id, hash }, ...key, scriptId },
  };
};

describe("the façade's permissions", () => {
  it("cover every method that takes an actor", () => {
    const { plane } = world();
    const { fettle } = plane;
    const methods = Object.entries(fettle).flatMap(([name, member]) =>
      typeof member === "function" ? [name] : Object.keys(member).map((m) => `${name}.${m}`),
    );
    const without = [
      "access.policy",
      "access.lint",
      "access.migrate",
      "tick",
      "collectBlobs",
      "gateway.handle",
      "events.after",
      "events.subscribe",
      "events.unsubscribe",
      "events.deliver",
      "events.subscribers",
      "events.forget",
    ];
    expect([...asks.map(([name]) => name), ...without].sort()).toEqual(methods.sort());
  });

  it.each(asks)("RBAC-02: %s is for %s only, and a refusal changes nothing", (_, allowed, ask) => {
    for (const userId of staff) {
      const { plane, known } = world();
      const before = plane.storage.dump();
      const effect = ask(plane.fettle, ControlPlane.as(userId), known);
      if (allowed.split(" ").includes(userId)) {
        expect([userId, plane.call(effect) !== undefined]).toEqual([userId, true]);
        continue;
      }
      expect([userId, plane.rejections(effect)]).toMatchObject([userId, [{ rule: "RBAC-10", code: "not-permitted" }]]);
      expect(plane.storage.dump()).toEqual(before);
    }
  });

  it.each(asks)("RBAC-02: %s is refused to nobody's user, to another tenant's and to an agent", (_, _allowed, ask) => {
    const { plane, known, scene } = world();
    plane.users.remove("uli");
    const agent = { _tag: "Agent", tenantId: ControlPlane.TENANT, agentId: scene.agents[0]?.id ?? "" } as const;
    const before = plane.storage.dump();
    for (const actor of [ControlPlane.as("nobody"), ControlPlane.as("uli"), agent]) {
      const [rejection] = plane.rejections(ask(plane.fettle, actor, known));
      expect(rejection).toMatchObject({ rule: "RBAC-02", code: "not-permitted" });
    }
    expect(plane.storage.dump()).toEqual(before);
  });

  it("RBAC-04: of their own job a user sees plan, runs, progress and results, and may enable it", () => {
    const { plane, scene } = world();
    const { fettle, call } = plane;
    const uli = ControlPlane.as("uli");
    const job = call(fettle.jobs.create(uli, Values.draft()));
    expect(call(fettle.jobs.plan(uli, job.id)).plan.groups).toHaveLength(1);
    expect(call(fettle.jobs.enable(uli, job.id)).status).toBe("Enabled");
    call(fettle.tick());
    const { id } = scene.run(job.id);
    expect(call(fettle.runs.ofJob(uli, job.id))).toHaveLength(1);
    expect(call(fettle.runs.progress(uli, id)).assets).toBe(1);
    expect(call(fettle.runs.results(uli, id))).toHaveLength(1);
    plane.users.set(Values.user("uli", "PatchReader"));
    expect(call(fettle.jobs.get(uli, job.id)).id).toBe(job.id);
  });

  it("RBAC-04: an owner who is a reader by now may look, but not enable", () => {
    const { plane } = world();
    const { fettle, call } = plane;
    const uli = ControlPlane.as("uli");
    const job = call(fettle.jobs.create(uli, Values.draft()));
    plane.users.set(Values.user("uli", "PatchReader"));
    expect(plane.rejections(fettle.jobs.enable(uli, job.id))).toMatchObject([
      { rule: "RBAC-10", message: expect.stringContaining("enable-assigned-job") },
    ]);
    expect(call(fettle.jobs.get(uli, job.id)).status).toBe("Disabled");
  });

  it("the control plane itself is not narrowed by roles, and a user who bears its name is not taken for it", () => {
    const { plane } = world();
    const { fettle, call } = plane;
    const system = Actor.system(ControlPlane.TENANT, "nightly");
    const job = call(fettle.jobs.create(system, Values.draft()));
    expect(call(fettle.jobs.plan(ControlPlane.manager, job.id)).plan.groups).toHaveLength(1);
    plane.users.set(Values.user("system", "PatchUser", { _tag: "Tags", tags: [] }));
    expect(plane.rejections(fettle.jobs.create(ControlPlane.as("system"), Values.draft()))).toMatchObject([
      { rule: "RBAC-02", code: "not-permitted" },
    ]);
  });
});
