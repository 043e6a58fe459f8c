import type * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import type { JobDraft } from "../../../src/domain/job/Job.ts";
import * as ControlPlane from "../../scenario/ControlPlane.ts";
import * as Scene from "../../scenario/Scene.ts";
import * as Values from "../../scenario/Values.ts";

const { any, draft } = Values;
const { as, manager } = ControlPlane;
const activated = { _tag: "OnActivation" } as const;
const exhausted = [{ rule: "JOB-24", code: "exhausted", path: "schedule" }];

const world = () => {
  const scene = Scene.make({ agents: 0, subscription: { limits: { defaultJobsMax: 2 } } });
  const { fettle, call, rejections } = scene.plane;
  const asked = (over: Partial<JobDraft> = {}, actor = manager) =>
    fettle.jobs.create(actor, draft({ schedule: activated, ...over }));
  const create = (over?: Partial<JobDraft>, actor = manager) => call(asked(over, actor)).id;
  return { scene, plane: scene.plane, fettle, call, rejections, asked, create };
};

/** Both at once: the second as the first is about to be committed. */
const meanwhile = (plane: ControlPlane.ControlPlane, first: Effect.Effect<unknown, unknown>, second: () => void) => {
  plane.hooks.before = () => {
    plane.hooks.before = null;
    second();
  };
  return plane.rejections(first);
};

describe("how many default jobs there may be", () => {
  it("JOB-24: as many as the limit says, of each owner and platform by itself", () => {
    const { create, asked, rejections } = world();
    create();
    create({ schedule: { _tag: "AfterInactivity", days: 30 } });
    expect(rejections(asked())).toMatchObject(exhausted);
    create({ platform: "Windows" });
    create({}, as("sue"));
    create({ schedule: { _tag: "OnDemand" } });
  });

  it("JOB-24: two at once don't pass it together", () => {
    const { plane, create, asked, scene } = world();
    create();
    expect(meanwhile(plane, asked(), () => create())).toMatchObject(exhausted);
    expect(scene.stored("job").size).toBe(2);
  });

  it("JOB-24: one that is deleted, changed or given away makes room, and takes it where it comes to", () => {
    const { create, asked, call, fettle, rejections } = world();
    const [first, second] = [create(), create()];
    call(fettle.jobs.delete(manager, first));
    const third = create();
    call(fettle.jobs.update(manager, second, { schedule: { _tag: "OnDemand" } }));
    create();
    expect(rejections(fettle.jobs.update(manager, second, { schedule: activated }))).toMatchObject(exhausted);
    expect(call(fettle.jobs.update(manager, third, { title: "Another" })).title).toBe("Another");
    call(fettle.jobs.changeOwner(as("sue"), third, "sue"));
    call(fettle.jobs.update(manager, second, { schedule: activated }));
    expect(rejections(fettle.jobs.changeOwner(as("sue"), third, "mara"))).toMatchObject(exhausted);
    expect(rejections(asked())).toMatchObject(exhausted);
  });
});

describe("tags that rings name", () => {
  const ring = {
    name: "pilots",
    members: { _tag: "Tags", tags: any("lab") },
    soakDays: 1,
    promotion: { failedPercentMax: 0, silentPercentMax: 0, by: "automatic" },
  } as const;
  const rest = { name: "rest", members: { _tag: "Rest" }, soakDays: null, promotion: null } as const;
  const rollout = (tag: string) => ({
    rings: [{ ...ring, members: { ...ring.members, tags: any(tag) } }, rest],
  });

  it("RNG-02: are there as the job is saved and as it is changed", () => {
    const { fettle, call, rejections } = world();
    const refused = [{ rule: "RNG-02", code: "not-found", path: "rollout.rings" }];
    expect(rejections(fettle.jobs.create(manager, draft({ rollout: rollout("nowhere") })))).toMatchObject(refused);
    const { id } = call(fettle.jobs.create(manager, draft({ rollout: rollout("lab") })));
    expect(rejections(fettle.jobs.update(manager, id, { rollout: rollout("nowhere") }))).toMatchObject(refused);
  });

  it("TAG-01, RNG-02: stay as long as a job's rings name them", () => {
    const { fettle, call, rejections } = world();
    const { id } = call(fettle.jobs.create(manager, draft({ rollout: rollout("lab") })));
    expect(rejections(fettle.tags.delete(manager, "lab"))).toMatchObject([{ rule: "TAG-01", path: `job.${id}` }]);
    call(fettle.jobs.delete(manager, id));
    call(fettle.tags.delete(manager, "lab"));
  });
});
