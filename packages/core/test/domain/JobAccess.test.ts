import { describe, expect, it } from "vitest";
import * as Access from "../../src/domain/access/Access.ts";
import * as Permission from "../../src/domain/access/Permission.ts";
import * as Policy from "../../src/domain/access/Policy.ts";
import type { Role, User } from "../../src/domain/access/User.ts";
import * as JobAccess from "../../src/domain/job/JobAccess.ts";
import * as TagScope from "../../src/domain/tag/TagScope.ts";
import * as Values from "../scenario/Values.ts";
import * as Oracle from "./oracle/JobAccessOracle.ts";

const policy = Policy.standard;
const tree = Values.tree({ europe: null, emea: "europe", berlin: "emea", apac: null });

// The owner's is always EMEA.
const scopeOf: { readonly [S in Oracle.ScopeRelation]: TagScope.TagScope } = {
  same: TagScope.tags(["emea"]),
  larger: TagScope.tags(["europe"]),
  smaller: TagScope.tags(["berlin"]),
  apart: TagScope.tags(["apac"]),
};
const person = (id: string, letter: Oracle.Letter, scope: Oracle.ScopeRelation = "same"): User =>
  Access.inScope(policy, { id, roles: Oracle.rolesOf[letter], scope: scopeOf[scope] });

const questionOf = ({ role, action, state, relation, owner, scope }: Oracle.Case): JobAccess.JobQuestion => {
  const user = person("uli", role, scope);
  const job = Values.job({
    ownerId: relation === "owner" ? "uli" : "olga",
    makerId: relation === "maker" ? "uli" : "olga",
    coAuthors: relation === "co-author" ? ["cora", "uli"] : ["cora"],
    readers: relation === "reader" ? ["uli"] : [],
    ...Oracle.stateOf[state],
  });
  const others = owner === "gone" ? null : person("olga", owner);
  return {
    policy,
    user,
    job,
    owner: job.ownerId === null ? null : relation === "owner" ? user : others,
    tree,
    action: action as JobAccess.JobAction,
  };
};

// Every combination that can be: an owner owns a job that has one. Its maker is told apart from that.
const cases: readonly Oracle.Case[] = Oracle.roles
  .flatMap((role) =>
    Oracle.actions.flatMap((action) =>
      Oracle.states.flatMap((state) =>
        Oracle.relations.flatMap((relation) =>
          Oracle.owners.flatMap((owner) =>
            Oracle.scopes.map((scope): Oracle.Case => ({ role, action, state, relation, owner, scope })),
          ),
        ),
      ),
    ),
  )
  .filter(({ state, relation }) => relation !== "owner" || (state !== "advisory" && state !== "ownerless"));

const told = (decision: JobAccess.JobDecision): string => {
  if (decision.allowed) return "ok";
  return /^(JOB|OWN|PLN)-/.test(decision.rule) ? decision.rule : "role";
};

describe("who may do what with a job", () => {
  it("the oracle speaks of every action, state and relation", () => {
    expect([...Oracle.actions].sort()).toEqual([...JobAccess.actions].sort());
    expect(cases.length).toBeGreaterThan(60_000);
  });

  it.each(Oracle.roles)(
    "RBAC-02, RBAC-04, RBAC-05, RBAC-06, RBAC-08: for %s every action, state, relation, owner and scope is as the table has it",
    (role) => {
      const wrong: string[] = [];
      for (const one of cases) {
        if (one.role !== role) continue;
        const decision = JobAccess.decide(questionOf(one));
        const expected = Oracle.answer(one);
        if (told(decision) !== expected) wrong.push(`${JSON.stringify(one)}: ${told(decision)}, not ${expected}`);
        // RBAC-10: whatever was decided, it says by which permission and rule, and why.
        if (!Permission.is(decision.permission) || decision.rule === "" || decision.why === "")
          wrong.push("unexplained");
        if (expected === "role" && !decision.why.includes(decision.permission)) wrong.push(decision.why);
      }
      expect(wrong.slice(0, 10)).toEqual([]);
    },
  );

  it("the oracle itself says yes and no to every action that can be, and knows every rule", () => {
    const answers = new Map<string, Set<string>>();
    for (const one of cases) answers.set(one.action, (answers.get(one.action) ?? new Set()).add(Oracle.answer(one)));
    for (const [action, seen] of answers) {
      expect([action, seen.has("role")]).toEqual([action, true]);
      // A run-once job can't be disabled: before it is enabled it is, and after that it stays (JOB-07).
      expect([action, seen.has("ok")]).toEqual([action, action !== "disable"]);
      expect([action, seen.has("no such row")]).toEqual([action, false]);
    }
  });

  it("I43: a job without owner, with a part missing, or not enabled never runs, whoever asks", () => {
    for (const one of cases) {
      if (one.action !== "run" || one.state === "enabled") continue;
      expect(JobAccess.decide(questionOf(one)).allowed).toBe(false);
    }
  });
});

describe("a denial on a job", () => {
  const of = (over: Partial<Oracle.Case>) =>
    JobAccess.decide(
      questionOf({
        role: "U",
        action: "edit",
        state: "disabled",
        relation: "none",
        owner: "U",
        scope: "same",
        ...over,
      }),
    );

  it("RBAC-10: names the permission that was missing: for any job where one has no part in it, else for assigned ones", () => {
    expect(of({ action: "view" })).toMatchObject({
      permission: "view-any-job",
      whoCould: ["SuperUser", "PatchManager"],
    });
    expect(of({ action: "delete" })).toMatchObject({ permission: "delete-any-job", relation: "none" });
    expect(of({ role: "R", relation: "owner" })).toMatchObject({
      permission: "edit-assigned-job",
      rule: "RBAC-10",
      whoCould: ["SuperUser", "PatchManager", "PatchUser"],
      relation: "owner",
    });
  });

  it("RBAC-06: tells a co-author that single assets are not theirs to change, and lets a Manager do it who is one", () => {
    const decision = of({ action: "change-assets", relation: "co-author" });
    expect(decision).toMatchObject({
      allowed: false,
      rule: "RBAC-06",
      permission: "edit-any-job",
      relation: "co-author",
    });
    expect(of({ action: "change-tags", relation: "co-author" }).allowed).toBe(true);
    expect(of({ action: "change-assets", relation: "co-author", role: "M" }).allowed).toBe(true);
  });

  it("RBAC-05: tells a co-author why their part has lapsed: role, scope, or an owner who is gone", () => {
    expect(of({ relation: "co-author", scope: "smaller" })).toMatchObject({
      allowed: false,
      rule: "RBAC-05",
      why: expect.stringContaining("scope"),
      relation: "none",
    });
    expect(of({ relation: "co-author", owner: "M" })).toMatchObject({
      rule: "RBAC-05",
      why: expect.stringContaining("role"),
    });
    expect(of({ relation: "co-author", owner: "gone" })).toMatchObject({
      rule: "RBAC-05",
      why: expect.stringContaining("owner"),
    });
    expect(of({ relation: "co-author", role: "S" }).why).toContain("edit-assigned-job");
  });

  it("RBAC-05: a co-author whose part has lapsed is still a reader where they were named as one", () => {
    const question = questionOf({
      role: "U",
      action: "view",
      state: "disabled",
      relation: "co-author",
      owner: "M",
      scope: "same",
    });
    expect(JobAccess.decide(question).allowed).toBe(false);
    const job = { ...question.job, readers: ["uli"] };
    expect(JobAccess.decide({ ...question, job })).toMatchObject({ allowed: true, relation: "reader" });
  });

  it("RBAC-04: what was shared to be looked at is not edited", () => {
    expect(of({ relation: "reader" })).toMatchObject({ allowed: false, rule: "RBAC-04", relation: "reader" });
  });

  it("what the job's state forbids, no role could do", () => {
    expect(of({ role: "M", state: "enabled" })).toMatchObject({ allowed: false, rule: "JOB-07", whoCould: [] });
  });

  it("nobody (null) may nothing", () => {
    for (const action of JobAccess.actions) {
      const question = { ...questionOf({ ...(cases[0] as Oracle.Case), action, state: "disabled" }), user: null };
      expect(JobAccess.decide(question)).toMatchObject({ allowed: false, rule: "RBAC-02", relation: "none" });
    }
  });
});

describe("a host's separation of duties", () => {
  const role = (id: string, permissions: readonly Permission.Permission[]) => ({
    id,
    name: id,
    permissions,
    above: [],
    excludes: [],
  });
  const own: Policy.Policy = {
    roles: [
      role("Planner", [
        "create-job",
        "own-job",
        "view-assigned-job",
        "edit-assigned-job",
        "edit-patches-of-assigned-job",
      ]),
      role("Runner", ["view-any-job", "enable-any-job"]),
      role("Approver", ["view-any-job", "approve-plan"]),
    ],
    superUser: "root",
    defaultRole: "Planner",
    reserved: [],
  };
  const user = (id: string, ...roles: readonly Role[]): User => ({ id, roles, scope: TagScope.all });
  const may = (who: User, action: JobAccess.JobAction) =>
    JobAccess.decide({
      policy: own,
      user: who,
      owner: user("olga", "Planner"),
      job: Values.job({ ownerId: "olga", makerId: "olga" }),
      tree,
      action,
    }).allowed;

  it("RBAC-10: who plans a job doesn't run it, who runs it doesn't edit it, who approves does neither", () => {
    const [planner, runner, approver] = [user("olga", "Planner"), user("rob", "Runner"), user("ann", "Approver")];
    const allowed = (who: User) => JobAccess.actions.filter((a) => may(who, a));
    expect(allowed(planner)).toEqual([
      "view",
      "edit",
      "edit-patches",
      "change-tags",
      "change-assets",
      "add-co-author",
      "share-read-only",
    ]);
    expect(allowed(runner)).toEqual(["view", "enable"]);
    expect(allowed(approver)).toEqual(["view", "approve-plan"]);
  });

  it("RBAC-02: adding and removing patches, editing, running and deleting are permissions apart, on assigned jobs, too", () => {
    const alone = {
      "edit-patches-of-assigned-job": ["edit-patches"],
      "edit-assigned-job": ["edit", "change-tags", "change-assets", "add-co-author", "share-read-only"],
      "enable-assigned-job": ["enable"],
      "delete-assigned-job": ["delete"],
      "view-assigned-job": ["view"],
    } as const;
    for (const [permission, expected] of Object.entries(alone)) {
      const roles = [role("Only", [permission as Permission.Permission, "own-job"])];
      const policy: Policy.Policy = { ...own, roles, defaultRole: "Only" };
      const olga = user("olga", "Only");
      const job = Values.job({ ownerId: "olga" });
      const allowed = JobAccess.actions.filter(
        (action) => JobAccess.decide({ policy, user: olga, owner: olga, job, tree, action }).allowed,
      );
      expect([permission, allowed]).toEqual([permission, expected]);
    }
  });

  it("a second person approves: not the maker, not the owner, though they have the permission", () => {
    expect(may(user("olga", "Approver"), "approve-plan")).toBe(false);
    expect(may(user("ann", "Approver"), "approve-plan")).toBe(true);
  });
});
