import { describe, expect, it } from "vitest";
import type { JobSearchInput } from "../../src/engine/jobs/JobSearches.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";

const { any, draft, select, user } = Values;
const { as, manager } = ControlPlane;
const list = (...patches: readonly string[]) => ({ _tag: "List", patches }) as const;

const world = () => {
  const scene = Scene.make();
  const { fettle, call, rejections, clock, users } = scene.plane;
  users.set(user("uma", "PatchManager"));
  const make = (title: string, actor = manager, over: Parameters<typeof draft>[0] = {}) => {
    clock.pass(1);
    return call(fettle.jobs.create(actor, draft({ title, ...over }))).id;
  };
  make("rollback", manager, { kind: "rollback", patches: list("P-1", "P-2") });
  make("partial", as("uli"), { schedule: null, targets: select({ assets: ["a", "b"], include: any("fleet", "lab") }) });
  make("query", as("uma"), { patches: { _tag: "Query", query: "category: security" }, targets: null });
  const shared = make("shared", as("uli"));
  call(fettle.jobs.share(as("uli"), shared, { coAuthors: ["uma"] }));
  call(fettle.jobs.enable(manager, make("enabled")));
  const search = (actor: typeof manager, input: JobSearchInput) => call(fettle.jobs.search(actor, input));
  const titles = (input: JobSearchInput, actor = as("uma")) =>
    search(actor, { ...input, sort: { by: "title" } }).rows.map((r) => r.job.title);
  return { fettle, rejections, search, titles };
};

describe("a list of jobs", () => {
  it.each([
    [{}, ["enabled", "partial", "query", "rollback", "shared"]],
    [{ status: "Enabled" }, ["enabled"]],
    [{ status: "Completed" }, []],
    [{ kind: "rollback" }, ["rollback"]],
    [{ schedule: "on-demand" }, ["enabled", "query", "rollback", "shared"]],
    [{ schedule: "none" }, ["partial"]],
    [{ mine: "owned" }, ["query"]],
    [{ mine: "co-authored" }, ["shared"]],
    [{ kind: "deployment", status: "Disabled", query: "ownerId: uli" }, ["partial", "shared"]],
  ] as const)("JOB-17: filters by %j, together with a query", (input, expected) => {
    expect(world().titles(input)).toEqual(expected);
  });

  it("JOB-31: a row shows status, title, owner, schedule, and counts of patches, named assets and tags", () => {
    const { search } = world();
    const rows = new Map(search(manager, {}).rows.map((r) => [r.job.title, r]));
    expect([...rows].map(([title, r]) => [title, r.counts])).toEqual([
      ["enabled", { patches: 1, assets: 0, tags: 1 }],
      ["shared", { patches: 1, assets: 0, tags: 1 }],
      ["query", { patches: null, assets: 0, tags: 0 }],
      ["partial", { patches: 1, assets: 2, tags: 2 }],
      ["rollback", { patches: 2, assets: 0, tags: 1 }],
    ]);
    expect(rows.get("partial")?.job).toMatchObject({ status: "Disabled", ownerId: "uli", schedule: null });
  });

  it("JOB-17: says everything that is wrong with its filters, and holds a cursor to them", () => {
    const { fettle, rejections, search } = world();
    const wrong = { status: "Paused", kind: "x", schedule: "hourly", mine: "all" } as never;
    expect(rejections(fettle.jobs.search(manager, wrong)).map((r) => [r.rule, r.path])).toEqual([
      ["JOB-17", "status"],
      ["JOB-17", "kind"],
      ["JOB-17", "schedule"],
      ["JOB-17", "mine"],
    ]);
    const { next, total } = search(manager, { kind: "deployment", limit: 1 });
    expect(total).toBe(4);
    const cursor = next ?? "";
    expect(search(manager, { kind: "deployment", limit: 1, cursor }).rows).toHaveLength(1);
    expect(rejections(fettle.jobs.search(manager, { limit: 1, cursor }))).toMatchObject([{ path: "cursor" }]);
  });
});
