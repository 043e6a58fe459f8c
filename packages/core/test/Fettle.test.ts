import { Crypto } from "@fettle/agent-protocol";
import * as Cause from "effect/Cause";
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import { describe, expect, expectTypeOf, it } from "vitest";
import { Rejected } from "../src/engine/Rejected.ts";
import {
  type Actor,
  type AssetView,
  BlobError,
  type CreationOptions,
  DirectoryError,
  Fettle,
  type Job,
  type NewJob,
  type PatchSource,
  Policy,
  type Rejection,
  type ResultRow,
  Storage,
  StorageError,
  TenantKeysError,
} from "../src/index.ts";
import * as ControlPlane from "./scenario/ControlPlane.ts";
import * as Scene from "./scenario/Scene.ts";
import * as Values from "./scenario/Values.ts";

const { manager } = ControlPlane;

/** Every method under its path. */
const methodsOf = (api: object, under = ""): readonly (readonly [string, (...args: readonly unknown[]) => unknown])[] =>
  Object.entries(api).flatMap(([name, member]) =>
    typeof member === "function"
      ? [[`${under}${name}`, member] as const]
      : methodsOf(member as object, `${under}${name}.`),
  );
const failureOf = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise;
  } catch (thrown) {
    return thrown;
  }
  throw new Error("did not reject");
};
/** What the twin of an API whose only method fails so rejects with. */
const thrownBy = (cause: Cause.Cause<unknown>): Promise<unknown> =>
  failureOf(Fettle.promises({ deep: { ask: () => Effect.failCause(cause) } }).deep.ask());

describe("the Promise twin", () => {
  it("has every method of the façade, and no other", () => {
    const { fettle } = ControlPlane.make();
    const names = methodsOf(fettle).map(([name]) => name);
    expect(names.length).toBeGreaterThan(15);
    expect(methodsOf(Fettle.promises(fettle)).map(([name]) => name)).toEqual(names);
  });

  it("answers a promise wherever the façade answers an Effect, with the same value or the same rejection", async () => {
    const inputs: Record<string, readonly unknown[]> = {
      "subscriptions.save": [manager, { plan: "Full", expiresAt: null, licences: { PM: { seats: 1 } } }],
      "tags.save": [manager, { id: "a", name: "a" }],
      "tags.get": [manager, "web"],
      "tags.list": [manager, {}],
      "tags.preview": [manager, { query: "platform: Linux" }],
      "tags.assign": [manager, { tag: "web", assets: [Values.uuid(1)] }],
      "tags.unassign": [manager, { tag: "web", assets: [Values.uuid(1)] }],
      "tags.coverage": [manager, Values.select({})],
      "licences.preview": [manager, { _tag: "Until", at: Values.START }],
      "keys.create": [manager, { title: "k" }],
      "keys.update": [manager, Values.uuid(404), { title: "k" }],
      "keys.installCommands": [manager, Values.uuid(404), { secret: "" }],
      "keys.preInstallCheck": [manager, Values.uuid(404), {}],
      "agents.activate": [manager, { assets: [Values.uuid(1)] }, ["VM"]],
      "agents.deactivate": [manager, { assets: [Values.uuid(1)] }, ["VM"]],
      "agents.uninstall": [manager, { assets: [Values.uuid(1)] }],
      "agents.callOffUninstall": [manager, { query: "agentVersion < 1" }],
      "purges.preview": [manager, "agentVersion < 1"],
      "purges.run": [manager, { query: "agentVersion < 1", confirmation: "none" }],
      "purges.save": [manager, { name: "old", query: "agentVersion < 1", confirmation: "none" }],
      "retention.save": [manager, { runsDays: 30, eventsDays: null, auditDays: null }],
      "retention.hold": [manager, { reason: "case 1" }],
      "retention.release": [manager, {}],
      "assessmentProfiles.save": [manager, { name: "p", tags: ["web"], intervalSeconds: 14_400 }],
      "assessmentProfiles.bulk": [manager, { action: "disable", profiles: [] }],
      "assessmentProfiles.reorder": [manager, []],
      "configurationProfiles.save": [manager, Values.profile("p")],
      "configurationProfiles.reorder": [manager, ["default", "p"]],
      "catalogue.ingest": [manager, Scene.catalogue],
      "catalogue.search": [manager, {}],
      "catalogue.facets": [manager, {}],
      "catalogue.hold": [manager, "P-1", "fails"],
      "catalogue.supplyFile": [manager, Scene.vendorFile],
      "catalogue.saveVulnerabilities": [manager, [{ qid: 1, title: "", severity: null, cves: [] }]],
      "catalogue.patchNow": [manager, { qids: [1], assets: Values.select({ include: Values.any("fleet") }) }],
      "access.decide": [manager, "create-advisory"],
      "access.policy": [],
      "access.lint": [{ ...Policy.standard, superUser: "" }],
      "access.migrate": [[{ id: "sue", kind: "super-user" }]],
      "jobs.approve": [manager, Values.uuid(404), { planHash: "h" }],
      "jobs.compare": [manager, Values.uuid(404), { planHash: "h" }],
      "jobs.explain": [manager, Values.uuid(404), { assetId: Values.uuid(1) }],
      "jobs.create": [manager, Values.draft()],
      "jobs.draft": [manager, { patches: [] }],
      "jobs.validate": [manager, Values.draft({ title: "" })],
      "gateway.handle": [{ method: "GET", path: "/", headers: {}, body: new Uint8Array() }],
      "events.after": ["acme", 0, 10],
      // Refused by both, for under one name only one can subscribe.
      "events.subscribe": ["", () => undefined],
      "events.unsubscribe": ["host"],
      "events.subscribers": ["acme"],
      "events.forget": ["acme", "host"],
      tick: [],
    };
    const keys = { acme: Crypto.generateKeyPair() };
    const worlds = [0, 1].map(() => Scene.make({ plane: ControlPlane.make({ keys }), agents: 0 }).plane);
    const [plain, twin] = worlds.map((w) => w.fettle);
    const twins = new Map(methodsOf(Fettle.promises(twin as Fettle.Fettle)));
    for (const [name, method] of methodsOf(plain as Fettle.Fettle)) {
      const args = inputs[name] ?? [manager, Values.uuid(404)];
      const effect = method(...args) as Effect.Effect<unknown, unknown>;
      const expected = Effect.runSync(Effect.result(effect));
      const promise = twins.get(name)?.(...args);
      expect([name, promise]).toEqual([name, expect.any(Promise)]);
      if (expected._tag === "Success") expect([name, await promise]).toEqual([name, expected.success]);
      else {
        const thrown = await failureOf(promise as Promise<unknown>);
        expect([name, thrown]).toMatchObject([
          name,
          { name: "FettleError", details: (expected.failure as Rejected).rejections },
        ]);
      }
    }
  });

  it("rejects what the domain refused with a FettleError that bears code, rule, message and every rejection", async () => {
    const { plane } = Scene.make({ agents: 0 });
    const twin = Fettle.promises(plane.fettle);
    const thrown = await failureOf(
      twin.jobs.create(manager, Values.draft({ title: "", patches: { _tag: "List", patches: [] } })),
    );
    expect(thrown).toBeInstanceOf(Fettle.FettleError);
    expect(thrown).toBeInstanceOf(Error);
    expect(thrown).toMatchObject({
      name: "FettleError",
      code: "invalid",
      rule: "JOB-03",
      isRetryable: false,
      message: expect.stringMatching(/JOB-03.*JOB-04/),
      details: [
        { rule: "JOB-03", path: "title" },
        { rule: "JOB-04", path: "patches.patches" },
      ],
    });
  });

  it.each([
    [
      new StorageError({ reason: "Busy", operation: "commit", message: "locked", isRetryable: true }),
      "StorageError/Busy",
      true,
    ],
    [
      new StorageError({ reason: "Corrupt", operation: "get", message: "bad", isRetryable: false }),
      "StorageError/Corrupt",
      false,
    ],
    [new BlobError({ reason: "Missing", message: "gone", isRetryable: false }), "BlobError/Missing", false],
    [new DirectoryError({ message: "ldap is down", isRetryable: true }), "DirectoryError", true],
    [new TenantKeysError({ message: "vault is sealed", isRetryable: true }), "TenantKeysError", true],
  ])("rejects a port's failure with a FettleError: %s", async (failure, code, isRetryable) => {
    const thrown = await thrownBy(Cause.fail(failure));
    expect(thrown).toBeInstanceOf(Fettle.FettleError);
    expect(thrown).toMatchObject({ code, rule: null, message: failure.message, isRetryable });
    expect((thrown as Fettle.FettleError).details).toBe(failure);
  });

  it("lets a defect be what it is, though it looks like a failure", async () => {
    const bug = new TypeError("x is not a function");
    const lookalike = new StorageError({
      reason: "Busy",
      operation: "get",
      message: "thrown, not failed",
      isRetryable: true,
    });
    for (const defect of [bug, lookalike, new Rejected({ rejections: [] }), "text", { _tag: "Rejected" }, null]) {
      expect(await thrownBy(Cause.die(defect))).toBe(defect);
    }
  });

  it("lets a defect of a port through the façade as it is", async () => {
    const bug = new Error("the adapter has a bug");
    const { plane } = Scene.make({ agents: 0 });
    const broken = Context.add(plane.ports, Storage, { ...plane.storage, get: () => Effect.die(bug) });
    expect(await failureOf(Fettle.promises(Fettle.make(broken)).jobs.get(manager, "x"))).toBe(bug);
  });
});

describe("the types of the façade", () => {
  it("say what a host gets and gives", () => {
    type Twin = Fettle.Promised<Fettle.Fettle>;
    type Arguments = [actor: Actor.Actor, draft: NewJob, options?: CreationOptions | undefined];
    expectTypeOf<Fettle.Fettle["jobs"]["create"]>().parameters.toEqualTypeOf<Arguments>();
    expectTypeOf<Twin["jobs"]["create"]>().parameters.toEqualTypeOf<Arguments>();
    expectTypeOf<Twin["jobs"]["create"]>().returns.resolves.toEqualTypeOf<Job>();
    expectTypeOf<Twin["assets"]["list"]>().returns.resolves.items.toEqualTypeOf<AssetView>();
    expectTypeOf<Twin["runs"]["results"]>().returns.resolves.items.toEqualTypeOf<ResultRow>();
    expectTypeOf<Twin["tick"]>().parameters.toEqualTypeOf<[]>();
    expectTypeOf<ReturnType<Fettle.Fettle["jobs"]["enable"]>>().toExtend<Effect.Effect<Job, Fettle.FettleFailure>>();
    expectTypeOf<ReturnType<Fettle.Fettle["gateway"]["handle"]>>().toExtend<Effect.Effect<unknown>>();
    expectTypeOf(Fettle.make).parameter(0).toEqualTypeOf<Context.Context<Fettle.FettlePorts>>();
    expectTypeOf<Fettle.FettleError>().toExtend<Error>();
    expectTypeOf<Rejection["rule"]>().toEqualTypeOf<string | null>();
  });

  it("JOB-04, JOB-23: have no word for a list and a query together, nor for a fourth source", () => {
    expectTypeOf<PatchSource["_tag"]>().toEqualTypeOf<"List" | "Query" | "Linked">();
    expectTypeOf<{ _tag: "List"; patches: []; query: string }>().not.toEqualTypeOf<PatchSource>();
    // @ts-expect-error a list has no query
    const both: PatchSource = { _tag: "List", patches: [], query: "x" };
    expect(both._tag).toBe("List");
  });

  it("are readonly through and through", () => {
    const job = {} as Job;
    const change = () => {
      // @ts-expect-error a job can't be changed in place
      job.status = "Completed";
    };
    expect(change).toBeTypeOf("function");
  });
});
