/** Decisions with their reasons, one after the other, and the same yes or no from a table by hand. */
import { type Job, JobAccess, Permission, Policy, TagScope, type User } from "@fettle/core";
import * as Access from "../../packages/core/src/domain/access/Access.ts";
import type * as TagTree from "../../packages/core/src/domain/tag/TagTree.ts";
import type { Contest } from "../Entry.ts";
import * as Random from "../qql/Random.ts";

const SEED = 61;
const QUESTIONS = 4_096;
const MICROSECONDS = 150_000;
const WARM_UP_RUNS = 5;
const TAGS = 2_000;
/** Roots of the tree; the other tags hang anywhere below. */
const ROOTS = 20;
const TAGS_PER_SCOPE = 4;

const policy = Policy.standard;
const roles = [policy.superUser, ...policy.roles.map((role) => role.id)];

interface Question<Q> {
  readonly ours: Q;
  /** What the table by hand is asked: a row and a column. */
  readonly row: number;
  readonly column: number;
}

/** Whether a user has a permission. */
export const permissions = (): Promise<Contest> => {
  const random = Random.make(SEED);
  const users = roles.map((role, i) => userOf(`user-${i}`, role, TagScope.all));
  const questions = Array.from({ length: QUESTIONS }, () => {
    const [row, column] = [random(roles.length), random(Permission.all.length)];
    return { ours: { user: at(users, row), permission: at(Permission.all, column) }, row, column };
  });
  const decide = ({ user, permission }: (typeof questions)[number]["ours"]) =>
    Access.decide(policy, user, permission).allowed;
  return contest(questions, decide, roles.length * Permission.all.length);
};

/** Whether a user may do something with a job: as its owner, a co-author, a reader, the maker, or nobody in particular. */
export const jobs = (): Promise<Contest> => {
  const random = Random.make(SEED);
  const tree = treeOf(random);
  const scopes = Array.from({ length: 64 }, () => TagScope.tags(some(random, TAGS_PER_SCOPE)));
  const owner = userOf("olga", "PatchUser", at(scopes, 0));
  const standing = ["olga", "cora", "rita", "mia", "nora"];
  const questions = Array.from({ length: QUESTIONS }, () => {
    const action = at(JobAccess.actions, random(JobAccess.actions.length));
    const [standingAt, role] = [random(standing.length), random(roles.length)];
    const id = at(standing, standingAt);
    const scope = random(2) === 0 ? owner.scope : at(scopes, random(scopes.length));
    const user = id === "olga" ? owner : userOf(id, at(roles, role), scope);
    const job: Job = { ...JOB, ownerId: id === "mia" ? null : "olga" };
    const ours: JobAccess.JobQuestion = { policy, user, job, owner: job.ownerId === null ? null : owner, tree, action };
    return { ours, row: standingAt * roles.length + role, column: JobAccess.actions.indexOf(action) };
  });
  const decide = (question: JobAccess.JobQuestion) => JobAccess.decide(question).allowed;
  return contest(questions, decide, standing.length * roles.length * JobAccess.actions.length);
};

const JOB: Job = {
  id: "job",
  title: "Security fixes",
  description: "",
  kind: "deployment",
  platform: "Linux",
  patches: { _tag: "List", patches: ["P-1"] },
  targets: { assets: [], include: { mode: "any", tags: ["tag-1"] }, exclude: { mode: "any", tags: [] } },
  schedule: { _tag: "OnDemand" },
  reboot: { _tag: "Suppress" },
  continueOnFailure: true,
  status: "Disabled",
  ownerId: "olga",
  makerId: "mia",
  coAuthors: ["anna", "ben", "cora"],
  readers: ["rita"],
  createdAt: 0,
  formerScopes: [],
  approved: null,
  enabled: null,
};

const contest = async <Q>(
  questions: readonly Question<Q>[],
  decide: (question: Q) => boolean,
  cells: number,
): Promise<Contest> => {
  const answers = new Map(questions.map((q) => [q.row * 1_000 + q.column, decide(q.ours)]));
  if (answers.size < cells / 4 || new Set(answers.values()).size !== 2) throw new Error("too little is asked");
  const width = 1 + Math.max(...questions.map((q) => q.column));
  const table = Array.from({ length: (1 + Math.max(...questions.map((q) => q.row))) * width }, (_, i) =>
    Boolean(answers.get(Math.floor(i / width) * 1_000 + (i % width))),
  );
  const ours = () => microseconds(questions, (q) => decide(q.ours));
  const peer = () => microseconds(questions, (q) => table[q.row * width + q.column] === true);
  for (let run = 0; run < WARM_UP_RUNS; run += 1) {
    ours();
    peer();
  }
  return { ours, peer };
};

// Of processor time: a decision waits for nothing, and what else the machine does is none of its cost.
const microseconds = <Q>(questions: readonly Question<Q>[], isAllowed: (question: Question<Q>) => boolean): number => {
  const begun = process.cpuUsage();
  for (let passes = 1; ; passes += 1) {
    for (const question of questions) if (isAllowed(question)) kept.allowed += 1;
    const { user, system } = process.cpuUsage(begun);
    if (user + system >= MICROSECONDS) return (user + system) / (passes * questions.length);
  }
};

/** Where answers go, so that no work can be left out. */
const kept = { allowed: 0 };

const userOf = (id: string, role: string, scope: TagScope.TagScope): User => ({ id, roles: [role], scope });

const treeOf = (random: Random.Random): TagTree.TagTree =>
  new Map(
    Array.from({ length: TAGS }, (_, i) => {
      const parent = i < ROOTS ? null : `tag-${random(i)}`;
      return [`tag-${i}`, { id: `tag-${i}`, name: `tag-${i}`, parent, rule: { _tag: "Static" } }];
    }),
  );

const some = (random: Random.Random, count: number): readonly string[] =>
  Array.from({ length: count }, () => `tag-${random(TAGS)}`);

const at = <A>(items: readonly A[], i: number): A => {
  const item = items[i];
  if (item === undefined) throw new Error(`no item ${i}`);
  return item;
};
