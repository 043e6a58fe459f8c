/** The methods themselves against the table that the decision is held against: who may call which on what job. */
import * as Effect from "effect/Effect";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Job } from "../../../src/domain/job/Job.ts";
import * as TagScope from "../../../src/domain/tag/TagScope.ts";
import * as Oracle from "../../domain/oracle/JobAccessOracle.ts";
import * as Arbitraries from "../../scenario/Arbitraries.ts";
import * as ControlPlane from "../../scenario/ControlPlane.ts";
import * as Scene from "../../scenario/Scene.ts";
import * as Values from "../../scenario/Values.ts";

const RUNS = 60;
// The owner's is always the fleet; web lies below it, all of it is larger.
const scopeOf: { readonly [S in Oracle.ScopeRelation]: TagScope.TagScope } = {
  same: TagScope.tags(["fleet"]),
  larger: TagScope.tags(["fleet", "lab"]),
  smaller: TagScope.tags(["web"]),
  apart: TagScope.tags(["lab"]),
};

// The methods that exist, with the action that each is.
const methods = [
  ...(["view", "edit", "edit-patches", "change-tags", "change-assets"] as const),
  ...(["enable", "delete", "share-read-only", "change-owner", "approve-plan"] as const),
];
type Method = (typeof methods)[number];

// Every combination that can be, of one method.
const casesOf = (action: Method): readonly Oracle.Case[] =>
  Oracle.roles
    .flatMap((role) =>
      Oracle.states.flatMap((state) =>
        Oracle.relations.flatMap((relation) =>
          Oracle.owners.flatMap((owner) =>
            Oracle.scopes.map((scope): Oracle.Case => ({ role, action, state, relation, owner, scope })),
          ),
        ),
      ),
    )
    .filter(({ state, relation }) => relation !== "owner" || (state !== "advisory" && state !== "ownerless"));

// Half of them are allowed: by chance alone few would be.
const caseOf = (action: Method): fc.Arbitrary<Oracle.Case> => {
  const cases = casesOf(action);
  const [allowed, denied] = [true, false].map((is) => cases.filter((one) => (Oracle.answer(one) === "ok") === is));
  return fc.oneof(fc.constantFrom(...(allowed ?? [])), fc.constantFrom(...(denied ?? [])));
};

const put = (scene: Scene.Scene, job: Job): void => {
  const write = { _tag: "Put", kind: "job", id: job.id, body: job as never, indexes: [] } as const;
  const batch = { tenantId: scene.tenantId, expect: [], counters: [], uniques: [], writes: [write], events: [] };
  Effect.runSync(scene.plane.storage.commit(batch));
};

const world = ({ role, state, relation, owner, scope }: Oracle.Case) => {
  const scene = Scene.make();
  const { users } = scene.plane;
  users.set({ id: "uli", roles: Oracle.rolesOf[role], scope: scopeOf[scope] });
  if (owner === "gone") users.remove("olga");
  else users.set({ id: "olga", roles: Oracle.rolesOf[owner], scope: scopeOf.same });
  const job = Values.job({
    ownerId: relation === "owner" ? "uli" : "olga",
    makerId: relation === "maker" ? "uli" : "olga",
    coAuthors: relation === "co-author" ? ["uli"] : [],
    readers: relation === "reader" ? ["uli"] : [],
    ...Oracle.stateOf[state],
  });
  put(scene, job);
  return { scene, job };
};

const call = ({ plane }: Scene.Scene, { id, targets }: Job, method: Method): Effect.Effect<unknown, unknown> => {
  const { fettle } = plane;
  const uli = ControlPlane.as("uli");
  const planned = Effect.runSync(Effect.result(fettle.jobs.plan(ControlPlane.manager, id)));
  const planHash = planned._tag === "Success" ? planned.success.hash : "sha256:none";
  switch (method) {
    case "view":
      return Effect.andThen(fettle.jobs.get(uli, id), fettle.runs.ofJob(uli, id));
    case "edit":
      return fettle.jobs.update(uli, id, { title: "Others" });
    case "edit-patches":
      return fettle.jobs.update(uli, id, { patches: { _tag: "List", patches: ["P-2"] } });
    case "change-tags":
      return fettle.jobs.update(uli, id, {
        targets: { ...(targets ?? Values.select({})), include: Values.any("lab") },
      });
    case "change-assets":
      return fettle.jobs.update(uli, id, { targets: { ...(targets ?? Values.select({})), assets: [Values.uuid(1)] } });
    case "delete":
      return fettle.jobs.delete(uli, id);
    case "enable":
      return fettle.jobs.enable(uli, id);
    case "share-read-only":
      return fettle.jobs.share(uli, id, { readers: ["rita"] });
    case "change-owner":
      return fettle.jobs.changeOwner(uli, id, "mara");
    case "approve-plan":
      return fettle.jobs.approve(uli, id, { planHash });
  }
};

describe("the methods of a job", () => {
  it.each(methods)(
    "RBAC-02, RBAC-04, RBAC-05, RBAC-08: %s is open to whom the table says, and a refusal changes nothing",
    (method) => {
      fc.assert(
        fc.property(caseOf(method), (one) => {
          const { scene, job } = world(one);
          const { plane } = scene;
          const before = plane.storage.dump();
          const decided = plane.call(
            plane.fettle.access.decide(ControlPlane.as("uli"), { jobId: job.id, action: method }),
          );
          const expected = Oracle.answer(one);
          expect(decided.allowed).toBe(expected === "ok");
          const answer = Effect.runSync(Effect.result(call(scene, job, method)));
          expect(answer._tag).toBe(expected === "ok" ? "Success" : "Failure");
          if (expected === "ok") return;
          expect(plane.storage.dump()).toEqual(before);
          const [rejection] = plane.rejections(call(scene, job, method));
          if (expected === "role") expect(rejection).toMatchObject({ code: "not-permitted" });
          else expect(rejection?.rule).toBe(expected);
        }),
        Arbitraries.runs(RUNS),
      );
    },
  );
});
