import { AuthoredScript, Crypto, Dsse, ScriptGate } from "@fettle/agent-protocol";
import type * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import type { JobDraft } from "../../../src/domain/job/Job.ts";
import * as JobActions from "../../../src/domain/job/JobActions.ts";
import type { ScriptInput, ScriptView } from "../../../src/engine/jobs/Scripts.ts";
import * as ControlPlane from "../../scenario/ControlPlane.ts";
import * as Scene from "../../scenario/Scene.ts";
import * as Scripts from "../../scenario/Scripts.ts";
import * as Values from "../../scenario/Values.ts";

const { manager } = ControlPlane;
const { ada, bob, input, script, sign } = Scripts;
const uli = ControlPlane.as("uli");

type Asked = Effect.Effect<unknown, unknown>;

/** A subscription of which Ada is an author, and Bob where it is said. */
const world = (options: { readonly authors?: readonly Scripts.Author[]; readonly scriptsMax?: number } = {}) => {
  const { authors = [ada], scriptsMax = 100 } = options;
  const scene = Scene.make({ agents: 1, subscription: { limits: { scriptsMax } } });
  const { plane } = scene;
  const { jobs, scriptAuthors } = plane.fettle;
  for (const each of authors) plane.call(scriptAuthors.register(manager, input(each)));
  return {
    scene,
    plane,
    jobs,
    scriptAuthors,
    saved: (text = "stop", by = ada, language: JobActions.ScriptLanguage = "shell") =>
      plane.call(jobs.saveScript(manager, script(text, by, language))),
    refusals: (given: ScriptInput) => {
      const before = plane.storage.dump();
      const found = plane.rejections(jobs.saveScript(manager, given)).map((r) => [r.rule, r.code, r.path]);
      expect(plane.storage.dump()).toEqual(before);
      return found;
    },
  };
};

const run = ({ reference: named, script: { language } }: ScriptView) =>
  ({ _tag: "RunScript", language, script: named }) as const;
const beforePatches = (...actions: readonly JobActions.ActionDraft[]): Partial<JobDraft> => ({
  actions: { before: actions, after: [] },
});
const withScript = (view: ScriptView) => Values.draft(beforePatches(run(view)));

describe("a script", () => {
  it("JOB-20: is kept by the digest of its bytes, with its author's signature, and handed out with what proves it", () => {
    const { plane, jobs, saved } = world();
    const { script: kept, reference } = saved("systemctl stop app");
    const bytes = Buffer.from("systemctl stop app");
    const id = Crypto.digest(bytes);
    expect(kept).toMatchObject({
      id,
      title: "systemctl stop app",
      language: "shell",
      sizeBytes: 18,
      savedBy: "user:mara",
    });
    expect(reference).toEqual({ digest: id, sizeBytes: 18, author: kept.author });
    const content = plane.call(jobs.getScript(uli, id));
    expect(Buffer.from(content.bytes).equals(bytes)).toBe(true);
    expect(Crypto.digest(content.envelope)).toBe(kept.envelope);
    // An agent that trusts Ada takes what is handed out.
    const policy = { allowsScripts: true, authors: [ada.keys.publicKey] };
    const tenantKey = Crypto.generateKeyPair().publicKey;
    expect(ScriptGate.admitScript(content.envelope, { digest: id, language: "shell" }, { policy, tenantKey }).ok).toBe(
      true,
    );
    expect(plane.call(jobs.scripts(uli))).toEqual([{ script: kept, reference }]);
  });

  it("JOB-20: saved again changes nothing, in whatever spelling of its envelope; with another title it is called so", () => {
    const { plane, jobs, saved } = world();
    const first = saved();
    const before = plane.storage.dump();
    plane.clock.pass(5);
    const spaced = Buffer.from(JSON.stringify(JSON.parse(Buffer.from(script("stop").envelope).toString()), null, 2));
    expect(plane.call(jobs.saveScript(manager, { ...script("stop"), envelope: spaced }))).toEqual(first);
    expect(plane.storage.dump()).toEqual(before);
    const named = plane.call(jobs.saveScript(uli, { ...script("stop"), title: "Stop it" }));
    expect(named.script).toEqual({ ...first.script, title: "Stop it" });
    expect(plane.call(jobs.scripts(manager))).toEqual([named]);
  });

  it("JOB-20: of 20 KB is saved, of a byte more refused, and so is what is larger, without being parsed", () => {
    const { plane, jobs, refusals } = world();
    const most = new Uint8Array(JobActions.SCRIPT_BYTES_MAX).fill(0x23);
    const about = { title: "long", language: "shell" } as const;
    expect(plane.call(jobs.saveScript(manager, { ...about, envelope: sign(most) })).script.sizeBytes).toBe(20_480);
    const beyond = new Uint8Array(JobActions.SCRIPT_BYTES_MAX + 1).fill(0x23);
    const type = Dsse.scriptTypes.shell;
    const sealed = Dsse.preAuthenticationEncoding(type, beyond);
    const envelope = Dsse.envelope(type, beyond, ada.keys.publicKey, Crypto.sign(ada.keys, sealed));
    for (const huge of [envelope, new Uint8Array(50_000_000), Buffer.from("[".repeat(1_000_000))]) {
      expect(refusals({ ...about, envelope: huge })).toEqual([["JOB-20", "invalid", "envelope"]]);
    }
  });

  const stop = script("stop");
  const opened = JSON.parse(Buffer.from(stop.envelope).toString()) as { readonly signatures: readonly object[] };
  const write = (json: object): Uint8Array => Buffer.from(JSON.stringify(json));
  it.each<readonly [string, object, string, string]>([
    ["by a key that nobody registered", { envelope: sign(Buffer.from("stop"), bob) }, "not-found", "envelope"],
    ["with other bytes", { envelope: write({ ...opened, payload: "c3RhcnQ=" }) }, "invalid", "envelope"],
    ["under another language than it says", { language: "applescript" }, "invalid", "language"],
    [
      "relabelled as of another language",
      { language: "applescript", envelope: write({ ...opened, payloadType: Dsse.scriptTypes.applescript }) },
      "invalid",
      "envelope",
    ],
    [
      "as a job manifest",
      { envelope: Dsse.seal(Dsse.payloadTypes.jobManifest, { run: "rm -rf /" }, ada.keys) },
      "invalid",
      "envelope",
    ],
    [
      "twice",
      { envelope: write({ ...opened, signatures: [...opened.signatures, ...opened.signatures] }) },
      "invalid",
      "envelope",
    ],
    [
      "by a key of a hostile name",
      { envelope: write({ ...opened, signatures: [{ keyid: "\u0000", sig: "" }] }) },
      "not-found",
      "envelope",
    ],
    ["by nobody", { envelope: write({ ...opened, signatures: [] }) }, "invalid", "envelope"],
    ["in deep JSON", { envelope: Buffer.from("[".repeat(20_000)) }, "invalid", "envelope"],
    ["in what is no envelope", { envelope: Buffer.from("stop") }, "invalid", "envelope"],
    ["in what is no bytes", { envelope: "stop" }, "invalid", "envelope"],
    ["under no title", { title: "" }, "invalid", "title"],
    ["under what is no title", { title: null }, "invalid", "title"],
    ["under too long a title", { title: "s".repeat(257) }, "invalid", "title"],
  ])("JOB-20: signed %s is refused, and nothing is kept", (_, over, code, path) => {
    expect(world().refusals({ ...stop, ...over } as ScriptInput)).toEqual([["JOB-20", code, path]]);
  });

  it("JOB-20: signed by a key that was revoked is refused, and by one that is revoked at the same moment", () => {
    const { plane, jobs, scriptAuthors, refusals } = world();
    plane.hooks.before = () => {
      plane.hooks.before = null;
      plane.call(scriptAuthors.revoke(manager, ada.id));
    };
    expect(plane.rejections(jobs.saveScript(manager, stop))).toMatchObject([{ code: "stale" }]);
    expect(refusals(stop)).toEqual([["JOB-20", "conflict", "envelope"]]);
    expect(plane.call(jobs.scripts(manager))).toEqual([]);
  });

  it("JOB-20: of the same bytes keeps its first author, until that one's key is revoked", () => {
    const { plane, jobs, scriptAuthors, saved, refusals } = world({ authors: [ada, bob] });
    const first = saved();
    expect(refusals(script("stop", bob))).toEqual([["JOB-20", "conflict", "envelope"]]);
    expect(refusals(script("stop", ada, "applescript"))).toEqual([["JOB-20", "conflict", "envelope"]]);
    plane.call(scriptAuthors.revoke(manager, ada.id));
    const second = plane.call(jobs.saveScript(manager, script("stop", bob)));
    expect(second.script.id).toBe(first.script.id);
    expect(second.script.author.keyId).toBe(bob.id);
    const { envelope } = plane.call(jobs.getScript(manager, first.script.id));
    expect(AuthoredScript.read(envelope)).toMatchObject({ ok: true, value: { keyId: bob.id } });
  });

  it("JOB-20: one more than the limit is refused, until one is deleted", () => {
    const { plane, jobs, saved } = world({ scriptsMax: 1 });
    const { script: first } = saved();
    expect(plane.rejections(jobs.saveScript(manager, script("start")))).toMatchObject([{ code: "exhausted" }]);
    plane.call(jobs.deleteScript(manager, first.id));
    saved("start");
  });

  it("JOB-20: that isn't there is neither handed out nor deleted, whatever it is called", () => {
    const { plane, jobs } = world();
    for (const id of [Crypto.digest("gone"), "", "x".repeat(10_000)]) {
      for (const asked of [jobs.getScript(manager, id), jobs.deleteScript(manager, id)]) {
        expect(plane.rejections(asked)).toMatchObject([{ rule: "JOB-20", code: "not-found", path: "scriptId" }]);
      }
    }
  });

  it("EVT-03, JOB-20: of one tenant is nothing to another", () => {
    const { plane, jobs, saved } = world();
    Scene.make({ plane, agents: 0, tenantId: "globex" });
    const other = ControlPlane.as("mara", "globex");
    const view = saved();
    expect(plane.call(jobs.scripts(other))).toEqual([]);
    expect(plane.rejections(jobs.getScript(other, view.script.id))).toMatchObject([{ code: "not-found" }]);
    expect(plane.rejections(jobs.create(other, withScript(view)))).toMatchObject([
      { rule: "JOB-20", code: "not-found" },
    ]);
  });
});

describe("a job that names a script", () => {
  const found = (w: ReturnType<typeof world>, over: Partial<JobDraft>) => {
    const draft = Values.draft(over);
    const { problems } = w.plane.call(w.jobs.validate(manager, draft));
    const told = problems.map((r) => [r.rule, r.code, r.path]);
    if (problems.length > 0) expect(w.plane.rejections(w.jobs.create(manager, draft))).toEqual(problems);
    return told;
  };

  it("JOB-20: is saved when the script is", () => {
    const w = world();
    const action = run(w.saved());
    expect(found(w, beforePatches(action))).toEqual([]);
    const job = w.plane.call(w.jobs.create(manager, Values.draft(beforePatches(action))));
    expect(job.actions?.before[0]).toMatchObject(action);
  });

  it("JOB-20: is refused when it isn't saved, with its place, what to do, and all else that is wrong", () => {
    const w = world();
    const good = run(w.saved());
    const gone = { ...good, script: { ...good.script, digest: Crypto.digest("gone") } };
    const over = { title: "", actions: { before: [good, gone], after: [gone] } };
    expect(found(w, over)).toEqual([
      ["JOB-03", "invalid", "title"],
      ["JOB-20", "not-found", "actions.before.1.script.digest"],
      ["JOB-20", "not-found", "actions.after.0.script.digest"],
    ]);
    const { problems } = w.plane.call(w.jobs.validate(manager, Values.draft(over)));
    expect(problems.at(-1)?.message).toContain("jobs.saveScript");
  });

  it("JOB-20: is refused when it names it otherwise than it is saved", () => {
    const w = world({ authors: [ada, bob] });
    const good = run(w.saved());
    const { author } = good.script;
    const named = (over: object) => found(w, beforePatches({ ...good, script: { ...good.script, ...over } }));
    const other = run(w.saved("start", bob)).script.author;
    for (const over of [{ sizeBytes: 5 }, { author: other }, { author: { ...author, signature: other.signature } }]) {
      expect(named(over)).toEqual([["JOB-20", "conflict", "actions.before.0.script"]]);
    }
  });

  it("JOB-20: is refused when another interpreter would run it than its author signed for", () => {
    const w = world();
    const apple = { ...run(w.saved("stop", ada, "applescript")), language: "shell" } as const;
    expect(found(w, { platform: "Mac", ...beforePatches(apple) })).toEqual([
      ["JOB-20", "conflict", "actions.before.0.script"],
    ]);
    const install = {
      _tag: "InstallSoftware",
      name: "Tool",
      url: "https://files.example/tool.msi",
      digest: Crypto.digest("tool"),
      detection: apple.script,
    } as const;
    expect(found(w, { platform: "Windows", ...beforePatches(install) })).toEqual([
      ["JOB-20", "conflict", "actions.before.0.detection"],
    ]);
    const detection = w.saved("is there", ada, "powershell").reference;
    expect(found(w, { platform: "Windows", ...beforePatches({ ...install, detection }) })).toEqual([]);
  });

  it("JOB-20: is refused when its author's key was revoked; edited, as far as the edit is about its scripts", () => {
    const w = world();
    const view = w.saved();
    const { id } = w.plane.call(w.jobs.create(manager, withScript(view)));
    w.plane.call(w.scriptAuthors.revoke(manager, ada.id));
    const revoked = [["JOB-20", "conflict", "actions.before.0.script.author.keyId"]];
    expect(found(w, beforePatches(run(view)))).toEqual(revoked);
    const edit = (over: object) => w.jobs.update(manager, id, over);
    const again = { title: "", actions: { before: [run(view)], after: [] } };
    expect(w.plane.rejections(edit(again)).map((r) => r.rule)).toEqual(["JOB-03", "JOB-20"]);
    expect(w.plane.call(edit({ title: "Other" })).title).toBe("Other");
    expect(w.plane.call(edit({ actions: null })).actions).toBeUndefined();
  });

  it("JOB-20: isn't enabled: nobody carries actions out yet, and what is wrong with its scripts is said besides", () => {
    const w = world();
    const view = w.saved();
    const { id } = w.plane.call(w.jobs.create(manager, withScript(view)));
    const faults = () => w.plane.rejections(w.jobs.enable(manager, id)).map((r) => [r.rule, r.path]);
    expect(faults()).toEqual([["JOB-20", "actions"]]);
    w.plane.call(w.scriptAuthors.revoke(manager, ada.id));
    expect(faults()).toEqual([
      ["JOB-20", "actions"],
      ["JOB-20", "actions.before.0.script.author.keyId"],
    ]);
  });

  it("JOB-20: keeps it from being deleted, and is named to whoever may view it", () => {
    const w = world();
    const view = w.saved();
    const { id: scriptId } = view.script;
    const job = w.plane.call(w.jobs.create(manager, withScript(view)));
    const [rejection] = w.plane.rejections(w.jobs.deleteScript(manager, scriptId));
    expect(rejection).toMatchObject({ rule: "JOB-20", code: "conflict", message: expect.stringContaining(job.id) });
    w.plane.call(w.jobs.update(manager, job.id, { actions: null }));
    w.plane.call(w.jobs.deleteScript(manager, scriptId));
    expect(w.plane.call(w.jobs.scripts(manager))).toEqual([]);
  });

  it("JOB-20: saved at the moment when the script is deleted, one of the two is refused", () => {
    for (const first of ["job", "deletion"] as const) {
      const w = world();
      const view = w.saved();
      const create = w.jobs.create(manager, withScript(view));
      const remove = w.jobs.deleteScript(manager, view.script.id);
      const [rival, later] = (first === "job" ? [create, remove] : [remove, create]) as readonly [Asked, Asked];
      w.plane.hooks.before = () => {
        w.plane.hooks.before = null;
        w.plane.call(rival);
      };
      expect([first, w.plane.rejections(later)[0]?.code]).toEqual([first, first === "job" ? "conflict" : "stale"]);
      expect(w.plane.call(w.jobs.scripts(manager))).toHaveLength(first === "job" ? 1 : 0);
    }
  });

  it("JOB-20: saved at the moment when its author's key is revoked is refused", () => {
    const w = world();
    const view = w.saved();
    w.plane.hooks.before = () => {
      w.plane.hooks.before = null;
      w.plane.call(w.scriptAuthors.revoke(manager, ada.id));
    };
    expect(w.plane.rejections(w.jobs.create(manager, withScript(view)))).toMatchObject([{ code: "stale" }]);
  });
});
