import { Crypto } from "@fettle/agent-protocol";
import { describe, expect, it } from "vitest";
import * as ScriptAuthor from "../../../src/domain/job/ScriptAuthor.ts";
import type { ScriptAuthorInput } from "../../../src/engine/jobs/ScriptAuthors.ts";
import * as ControlPlane from "../../scenario/ControlPlane.ts";
import * as Scene from "../../scenario/Scene.ts";
import * as Scripts from "../../scenario/Scripts.ts";

const { manager } = ControlPlane;
const { ada, bob, input } = Scripts;

const world = (limits: { readonly [limit: string]: number } = {}) => {
  const scene = Scene.make({ agents: 0, subscription: { limits } });
  const { plane } = scene;
  return { scene, plane, ...plane.fettle };
};

describe("an author's key", () => {
  it("JOB-20: is kept by its fingerprint, with whose it is, who registered it and since when", () => {
    const { plane, scriptAuthors } = world();
    const { now } = plane.clock;
    const author = plane.call(scriptAuthors.register(manager, input(ada)));
    expect(author).toEqual({
      ...input(ada),
      id: ada.id,
      registeredBy: "user:mara",
      registeredAt: now(),
      revoked: null,
    });
    plane.call(scriptAuthors.register(manager, { ...input(bob), title: "A. Aardvark" }));
    expect(plane.call(scriptAuthors.list(manager)).map((a) => a.title)).toEqual(["A. Aardvark", "Ada"]);
    expect(plane.events().at(-1)).toMatchObject({ type: "ScriptAuthorRegistered", id: bob.id });
  });

  it("JOB-20: registered again as it is changes nothing, as another's is refused", () => {
    const { plane, scriptAuthors } = world();
    plane.call(scriptAuthors.register(manager, input(ada)));
    const before = plane.storage.dump();
    plane.clock.pass(5);
    plane.call(scriptAuthors.register(manager, input(ada)));
    expect(plane.rejections(scriptAuthors.register(manager, { ...input(ada), title: "Bob" }))).toMatchObject([
      { rule: "JOB-20", code: "conflict", path: "publicKey", message: expect.stringContaining("Ada") },
    ]);
    expect(plane.storage.dump()).toEqual(before);
  });

  it("JOB-20: is never the key that signs the tenant's jobs; another tenant's may be it", () => {
    const keys = Crypto.generateKeyPair();
    const plane = ControlPlane.make({ keys: { [ControlPlane.TENANT]: keys } });
    Scene.make({ plane, agents: 0 });
    Scene.make({ plane, agents: 0, tenantId: "globex" });
    const own = input(Scripts.author("The platform", keys));
    const { register } = plane.fettle.scriptAuthors;
    expect(plane.rejections(register(manager, own))).toMatchObject([
      {
        rule: "JOB-20",
        code: "conflict",
        path: "publicKey",
        message: expect.stringContaining("signs the tenant's jobs"),
      },
    ]);
    plane.call(register(ControlPlane.as("mara", "globex"), own));
  });

  it.each<readonly [string, object, readonly string[]]>([
    ["of nobody", { title: " " }, ["title"]],
    ["of too long a name", { title: "A".repeat(257) }, ["title"]],
    ["that is no key", { publicKey: "key" }, ["publicKey"]],
    ["that is longer than any", { publicKey: "A".repeat(ScriptAuthor.PUBLIC_KEY_CHARACTERS_MAX + 1) }, ["publicKey"]],
    ["that is the private half", { publicKey: ada.keys.privateKey }, ["publicKey"]],
    ["in another spelling", { publicKey: `${ada.keys.publicKey}=` }, ["publicKey"]],
    ["with all of it wrong", { title: "", publicKey: "" }, ["title", "publicKey"]],
    ["that is no text", { publicKey: 7 }, [null] as never],
  ])("JOB-20: %s is refused, and nothing is kept", (_, over, paths) => {
    const { plane, scriptAuthors } = world();
    const before = plane.storage.dump();
    const asked = { ...input(ada), ...over } as ScriptAuthorInput;
    const rejections = plane.rejections(scriptAuthors.register(manager, asked));
    expect(rejections.map((r) => [r.rule, r.code, r.path])).toEqual(paths.map((p) => ["JOB-20", "invalid", p]));
    expect(plane.storage.dump()).toEqual(before);
  });

  it("JOB-20: one more than the limit is refused, revoked ones counted", () => {
    const { plane, scriptAuthors } = world({ scriptAuthorsMax: 1 });
    plane.call(scriptAuthors.register(manager, input(ada)));
    plane.call(scriptAuthors.revoke(manager, ada.id));
    expect(plane.rejections(scriptAuthors.register(manager, input(bob)))).toMatchObject([{ code: "exhausted" }]);
  });

  it("JOB-20: is revoked for good, with who did it when; again it stays as it was", () => {
    const { plane, scriptAuthors } = world();
    plane.call(scriptAuthors.register(manager, input(ada)));
    plane.clock.pass(5);
    const revoked = plane.call(scriptAuthors.revoke(manager, ada.id));
    expect(revoked.revoked).toEqual({ by: "user:mara", at: plane.clock.now() });
    expect(plane.events().at(-1)).toMatchObject({ type: "ScriptAuthorRevoked", id: ada.id });
    const before = plane.storage.dump();
    plane.clock.pass(5);
    expect(plane.call(scriptAuthors.revoke(ControlPlane.as("sue"), ada.id))).toEqual(revoked);
    expect(plane.rejections(scriptAuthors.register(manager, input(ada)))).toMatchObject([
      { rule: "JOB-20", code: "conflict", message: expect.stringContaining("revoked") },
    ]);
    expect(plane.storage.dump()).toEqual(before);
  });

  it("JOB-20: that nobody registered can't be revoked, whatever it is called", () => {
    const { plane, scriptAuthors } = world();
    for (const id of [ada.id, "", "x".repeat(10_000), "sha256:\u0000"]) {
      expect(plane.rejections(scriptAuthors.revoke(manager, id))).toMatchObject([
        { rule: "JOB-20", code: "not-found" },
      ]);
    }
  });

  it("EVT-03, JOB-20: of one tenant is nothing to another", () => {
    const { plane, scriptAuthors, jobs } = world();
    Scene.make({ plane, agents: 0, tenantId: "globex" });
    const other = ControlPlane.as("mara", "globex");
    plane.call(scriptAuthors.register(manager, input(ada)));
    expect(plane.call(scriptAuthors.list(other))).toEqual([]);
    expect(plane.rejections(scriptAuthors.revoke(other, ada.id))).toMatchObject([{ code: "not-found" }]);
    expect(plane.rejections(jobs.saveScript(other, Scripts.script("stop")))).toMatchObject([{ code: "not-found" }]);
  });
});
