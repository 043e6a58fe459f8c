/** Jobs with a time through the façade: saving, editing, cloning, listing. */
import { describe, expect, it } from "vitest";
import type { JobSearchInput } from "../../../src/engine/jobs/JobSearches.ts";
import * as ControlPlane from "../../scenario/ControlPlane.ts";
import * as Scene from "../../scenario/Scene.ts";
import * as Times from "../../scenario/Times.ts";
import * as Values from "../../scenario/Values.ts";

const { DAY_MS, HOUR_MS, MINUTE_MS, START, any, draft, select, user } = Values;
const { as, manager } = ControlPlane;
const { once, wall, weekly } = Times;

const world = (options: Scene.SceneOptions = {}) => {
  const scene = Scene.make(options);
  const { fettle, call, rejections, clock } = scene.plane;
  const now = () => clock.now();
  return { scene, plane: scene.plane, fettle, call, rejections, clock, now };
};

describe("saving a job with a time", () => {
  it("SCH-06: refuses a past start, and enables one that has passed since it was saved", () => {
    const { fettle, call, rejections, clock, now } = world();
    const late = draft({ schedule: once(now() - MINUTE_MS) });
    expect(rejections(fettle.jobs.create(manager, late))).toMatchObject([{ rule: "SCH-06", path: "schedule.at" }]);
    expect(call(fettle.jobs.validate(manager, late)).problems).toMatchObject([{ rule: "SCH-06" }]);
    const { id } = call(fettle.jobs.create(manager, draft({ schedule: once(now() + MINUTE_MS) })));
    clock.pass(HOUR_MS);
    expect(call(fettle.jobs.update(manager, id, { title: "Late" })).title).toBe("Late");
    expect(call(fettle.jobs.enable(manager, id)).status).toBe("Enabled");
  });

  it("SCH-06: on each asset's clock is past when it is in the zones of the assets that the user sees", () => {
    const { fettle, call, rejections, plane, now } = world();
    const at = (hours: number) => draft({ schedule: once(now() + hours * HOUR_MS, { _tag: "Agent" }) });
    // The only asset keeps UTC; without assets, the last zone on earth counts.
    expect(rejections(fettle.jobs.create(manager, at(-1)))).toMatchObject([{ rule: "SCH-06" }]);
    expect(call(fettle.jobs.create(manager, { ...at(-1), targets: null })).status).toBe("Disabled");
    expect(rejections(fettle.jobs.create(manager, { ...at(-13), targets: null }))).toMatchObject([{ rule: "SCH-06" }]);
    expect(call(fettle.jobs.create(manager, at(1))).status).toBe("Disabled");
    plane.users.set(user("uli", "PatchUser", { _tag: "Tags", tags: ["lab"] }));
    expect(call(fettle.jobs.validate(as("uli"), at(-1))).problems).toEqual([]);
  });

  it("RBT-07: is a warning in what is shown of the job, and refused where the subscription is strict", () => {
    const reboot = {
      _tag: "Request",
      deferrals: { count: 8, minutes: 1_440 },
      countdownMinutes: 15,
      whenNobody: "reboot",
    } as const;
    const loose = world();
    const { id } = loose.call(loose.fettle.jobs.create(manager, draft({ reboot })));
    expect(loose.call(loose.fettle.jobs.get(manager, id)).warnings).toMatchObject([{ rule: "RBT-07" }]);
    expect(loose.call(loose.fettle.jobs.validate(manager, draft({ reboot })))).toMatchObject({
      problems: [],
      warnings: [{ rule: "RBT-07", path: "reboot.deferrals" }],
    });
    const strict = world({ subscription: { scheduling: { strictReboots: true } } });
    expect(strict.rejections(strict.fettle.jobs.create(manager, draft({ reboot })))).toMatchObject([
      { rule: "RBT-07", path: "reboot.deferrals" },
    ]);
    const other = strict.call(strict.fettle.jobs.create(manager, draft()));
    expect(strict.rejections(strict.fettle.jobs.update(manager, other.id, { reboot }))).toMatchObject([
      { rule: "RBT-07" },
    ]);
  });

  it("SCH-10: warns of fetching before a start that is near, as long as the job wasn't enabled", () => {
    const { fettle, call, now } = world();
    const near = draft({ schedule: once(now() + HOUR_MS), opportunisticDownload: true });
    expect(call(fettle.jobs.validate(manager, near)).warnings).toMatchObject([{ rule: "SCH-10" }]);
    const { id } = call(fettle.jobs.create(manager, near));
    expect(call(fettle.jobs.get(manager, id)).warnings).toMatchObject([{ rule: "SCH-10" }]);
  });

  it("what hasn't the form of a draft or an edit is refused with its places, and nothing fails by it", () => {
    const { fettle, call, rejections, plane } = world();
    const { id } = call(fettle.jobs.create(manager, draft()));
    const before = plane.storage.dump();
    for (const wrong of [{ title: 5 }, { schedule: { _tag: "Recurring" } }, { targets: {} }, { reboot: null }]) {
      const [member] = Object.keys(wrong);
      const places = (found: readonly { readonly path: string | null }[]) => [
        ...new Set(found.map(({ path }) => path?.split(".")[0])),
      ];
      expect(places(rejections(fettle.jobs.create(manager, { ...draft(), ...wrong } as never)))).toEqual([member]);
      expect(places(call(fettle.jobs.validate(manager, { ...draft(), ...wrong } as never)).problems)).toEqual([member]);
      expect(places(rejections(fettle.jobs.update(manager, id, wrong as never)))).toEqual([member]);
    }
    expect(plane.storage.dump()).toEqual(before);
  });
});

describe("enabling many jobs with times", () => {
  it("JOB-16: each is enabled by itself, or refused with its reason", () => {
    const { fettle, call, clock, now } = world();
    const make = (over: Parameters<typeof draft>[0]) => call(fettle.jobs.create(manager, draft(over))).id;
    const ids = [
      make({ schedule: weekly() }),
      make({ schedule: once(now() + HOUR_MS), window: { minutes: 30 } }),
      make({ schedule: once(now() + HOUR_MS) }),
      make({
        schedule: weekly({ end: { _tag: "Until", at: wall("2026-03-01T02:00") }, start: wall("2026-02-17T02:00") }),
      }),
      make({ schedule: null }),
    ];
    clock.pass(30 * DAY_MS);
    const { changed, items } = call(fettle.jobs.enableMany(manager, ids));
    expect(items.map((i) => [i.outcome, i.rejections[0]?.rule])).toEqual([
      ["changed", undefined],
      ["refused", "SCH-06"],
      ["changed", undefined],
      ["refused", "SCH-07"],
      ["refused", "JOB-02"],
    ]);
    expect(changed).toBe(2);
  });
});

describe("editing a recurring job", () => {
  const enabled = () => {
    const w = world();
    const { id } = w.call(w.fettle.jobs.create(manager, draft({ schedule: weekly(), window: { minutes: 60 } })));
    w.call(w.fettle.jobs.enable(manager, id));
    return { ...w, id };
  };

  it("JOB-08, JOB-09: goes through while it is enabled, tells what changed, and adds patches and assets", () => {
    const { fettle, call, plane, id } = enabled();
    expect(call(fettle.jobs.update(manager, id, { title: "Weekly", window: null }))).toMatchObject({
      title: "Weekly",
      status: "Enabled",
    });
    expect(call(fettle.jobs.get(manager, id)).window).toBeUndefined();
    const [told] = plane.events().filter((e) => e.type === "JobChanged");
    expect(told).toMatchObject({ body: { changed: expect.arrayContaining(["title", "window"]) } });
    expect(call(fettle.jobs.addPatches(manager, id, ["P-2"])).patches).toMatchObject({ patches: ["P-1", "P-2"] });
    expect(call(fettle.jobs.addAssets(manager, id, [Values.uuid(1)])).targets?.assets).toEqual([Values.uuid(1)]);
  });

  it("JOB-02, JOB-08: is refused where it would make it partial, or run once, and changes nothing then", () => {
    const { fettle, call, rejections, id } = enabled();
    const before = call(fettle.jobs.get(manager, id));
    for (const [edit, rule] of [
      [{ patches: null }, "JOB-02"],
      [{ targets: select({}) }, "JOB-02"],
      [{ schedule: null }, "JOB-02"],
      [{ schedule: { _tag: "OnDemand" } }, "JOB-08"],
    ] as const) {
      expect(rejections(fettle.jobs.update(manager, id, edit))).toMatchObject([{ rule }]);
    }
    expect(call(fettle.jobs.get(manager, id))).toEqual(before);
  });

  it("SCH-08: another schedule counts from the edit on, as its next start shows", () => {
    const { fettle, call, clock, id } = enabled();
    const next = () => {
      const [row] = call(fettle.jobs.search(manager, {})).rows;
      return new Date(row?.starts.next ?? 0).toISOString();
    };
    expect(next()).toBe("2026-03-03T02:00:00.000Z");
    clock.pass(Date.UTC(2026, 2, 3, 4) - clock.now());
    expect(next()).toBe("2026-03-10T02:00:00.000Z");
    const daily = (text: string) => weekly({ pattern: { _tag: "Daily", every: 1 }, start: wall(text) });
    // Too soon after the edit; the one after it isn't.
    call(fettle.jobs.update(manager, id, { schedule: daily("2026-03-01T06:59") }));
    expect(next()).toBe("2026-03-04T06:59:00.000Z");
    call(fettle.jobs.update(manager, id, { schedule: daily("2026-03-01T07:00") }));
    expect(next()).toBe("2026-03-03T07:00:00.000Z");
  });
});

describe("cloning a job with a time", () => {
  it("CLN-03: leaves out a start that has passed, and is saved with another one only", () => {
    const { fettle, call, rejections, clock, now } = world();
    const { id } = call(fettle.jobs.create(manager, draft({ schedule: once(now() + HOUR_MS) })));
    expect(call(fettle.jobs.clone(manager, id)).draft.schedule).toEqual(once(START + HOUR_MS));
    clock.pass(2 * HOUR_MS);
    const { draft: copy } = call(fettle.jobs.clone(manager, id));
    expect(copy).toMatchObject({ schedule: null, needsSchedule: true });
    expect(rejections(fettle.jobs.create(manager, copy))).toMatchObject([{ rule: "CLN-03", path: "schedule" }]);
    expect(call(fettle.jobs.validate(manager, copy)).problems).toMatchObject([{ rule: "CLN-03" }]);
    const saved = call(fettle.jobs.create(manager, { ...copy, schedule: once(now() + DAY_MS) }, { enable: true }));
    expect(saved.status).toBe("Enabled");
    expect(saved).not.toHaveProperty("needsSchedule");
  });
});

describe("a list of jobs with times", () => {
  const listed = () => {
    const w = world();
    const { fettle, call } = w;
    const monthly = weekly({ pattern: { _tag: "MonthlyOnWeekday", every: 1, nth: 2, weekday: 2, offsetDays: 2 } });
    const schedules = {
      demand: { _tag: "OnDemand" },
      once: once(START + 2 * DAY_MS),
      daily: weekly({ pattern: { _tag: "Daily", every: 1 } }),
      weekly: weekly({}, { _tag: "Agent" }),
      monthly,
      trigger: { _tag: "AfterInactivity", days: 30 },
      none: null,
    } as const;
    for (const [title, schedule] of Object.entries(schedules))
      call(fettle.jobs.create(manager, draft({ title, schedule })));
    const titles = (input: JobSearchInput) =>
      call(fettle.jobs.search(manager, { sort: { by: "title" }, ...input })).rows.map((r) => r.job.title);
    return { ...w, titles };
  };

  it("JOB-17: filters by every kind of schedule", () => {
    const { titles } = listed();
    const found = (["on-demand", "once", "daily", "weekly", "monthly", "default", "none"] as const).map((schedule) =>
      titles({ schedule }),
    );
    expect(found).toEqual([["demand"], ["once"], ["daily"], ["weekly"], ["monthly"], ["trigger"], ["none"]]);
  });

  it.each([
    ["scheduleType: Monthly", ["monthly"]],
    ["scheduleType: Default", ["trigger"]],
    ["scheduleType is null", ["none"]],
    ["isRecurring: true", ["daily", "monthly", "trigger", "weekly"]],
    ["startDateTime: 2026-02-03", ["once"]],
    ["startDateTime: 2026-03-12", ["monthly"]],
    ["nextScheduleDateTime: 2026-03-03", ["weekly"]],
    ["nextScheduleDateTime < 2026-03-02", ["daily", "once"]],
    ["nextScheduleDateTime is null", ["demand", "none", "trigger"]],
  ])("JOB-17: finds them by %s", (query, expected) => {
    expect(listed().titles({ query })).toEqual(expected);
  });

  it("JOB-31: goes by the next start, and by none last; a start that has passed is none", () => {
    const { titles, clock } = listed();
    const by = { sort: { by: "nextRun" } } as const;
    expect(titles(by).slice(0, 4)).toEqual(["once", "daily", "weekly", "monthly"]);
    clock.pass(3 * DAY_MS);
    expect(titles(by).slice(0, 3)).toEqual(["daily", "weekly", "monthly"]);
  });

  it("SCH-03: reads the time of assets' own clocks on the subscription's", () => {
    const w = world({ subscription: { scheduling: { timeZone: "America/New_York" } } });
    w.call(w.fettle.jobs.create(manager, draft({ schedule: weekly({}, { _tag: "Agent" }) })));
    const [row] = w.call(w.fettle.jobs.search(manager, {})).rows;
    expect(new Date(row?.starts.next ?? 0).toISOString()).toBe("2026-03-03T07:00:00.000Z");
  });
});

describe("a job that one may not view", () => {
  const world25 = () => {
    const w = world();
    const { fettle, call, plane, clock } = w;
    plane.users.set(user("uma", "PatchUser"));
    plane.users.set(user("rob", "PatchReader"));
    const make = (title: string, owner: string, over: Parameters<typeof draft>[0] = {}) => {
      clock.pass(1);
      return call(fettle.jobs.create(as(owner), draft({ title, ...over })));
    };
    const secret = make("secret", "uli", {
      description: "mergers",
      schedule: weekly(),
      patches: { _tag: "List", patches: ["P-1", "P-2"] },
      targets: select({ include: any("lab"), assets: [Values.uuid(7)] }),
    });
    const own = make("own", "uma");
    const search = (input: JobSearchInput = {}, actor = as("uma")) => call(fettle.jobs.search(actor, input));
    const titles = (input: JobSearchInput = {}) => search(input).rows.map((r) => r.job.title);
    return { ...w, secret, own, search, titles };
  };

  it("JOB-25: stands in the list of every role, with title, status, schedule, owner and counts, and nothing more", () => {
    const { secret, own, search } = world25();
    for (const actor of [as("uma"), as("rob"), as("rita"), as("sam"), as("ada")]) {
      const row = search({}, actor).rows.find((r) => r.job.id === secret.id);
      expect(row).toEqual({
        mayView: false,
        job: { id: secret.id, title: "secret", status: "Disabled", schedule: weekly(), ownerId: "uli" },
        counts: { patches: 2, assets: 1, tags: 1 },
        starts: { first: Date.UTC(2026, 2, 3, 2), next: Date.UTC(2026, 2, 3, 2) },
      });
    }
    expect(search().rows.find((r) => r.job.id === own.id)).toMatchObject({ mayView: true, job: own });
    expect(search({}, manager).rows.map((r) => r.mayView)).toEqual([true, true]);
  });

  it("JOB-25: is found by what its row shows", () => {
    const { titles } = world25();
    for (const query of [
      "name: secret",
      "ownerId: uli",
      "scheduleType: Weekly and isRecurring: true",
      "patchCount: 2 and assetCount: 1",
      "nextScheduleDateTime: 2026-03-03",
    ]) {
      expect([query, titles({ query })]).toEqual([query, ["secret"]]);
    }
    expect(titles({ schedule: "weekly" })).toEqual(["secret"]);
    expect(titles({ status: "Disabled" }).sort()).toEqual(["own", "secret"]);
  });

  it("JOB-25: is found, left out and placed by nothing else of it", () => {
    const { titles, search } = world25();
    const hidden = [
      "tags: lab",
      "exclusionTags: lab",
      "platform: Linux",
      "type: Install",
      "created.user.id: uli",
      "created.date > 2020-01-01",
      "coAuthorUserIds: ada",
      "lastScheduleDateTime > 2020-01-01",
      "completionPercent < 101",
    ];
    for (const query of hidden) {
      expect([query, titles({ query }).includes("secret")]).toEqual([query, false]);
      // As of what is unknown of any job: it is as little what is asked for as its opposite.
      expect([query, titles({ query: `not (${query})` }).includes("secret")]).toEqual([query, true]);
    }
    expect(titles({ kind: "deployment" })).toEqual(["own"]);
    expect(titles({ kind: "rollback" })).toEqual([]);
    expect(titles({ sort: { by: "created", direction: "ascending" } })).toEqual(["own", "secret"]);
    expect(titles({ sort: { by: "created", direction: "descending" } })).toEqual(["own", "secret"]);
    const { next } = search({ limit: 1 });
    expect(search({ limit: 1, cursor: next ?? "" }).rows.map((r) => r.job.title)).toEqual(["secret"]);
  });

  it("JOB-25: is found the same whatever it is beside its row", () => {
    const told = (over: Parameters<typeof draft>[0]) => {
      const { fettle, call, search, secret } = world25();
      call(fettle.jobs.update(manager, secret.id, over as never));
      return ["tags: web", "not tags: web", "platform: Mac", "name: secret"].map((query) => search({ query }).rows);
    };
    const plain = told({});
    expect(told({ targets: select({ include: any("web"), assets: [Values.uuid(9)] }) })).toEqual(plain);
    expect(told({ description: "other", window: { minutes: 60 } })).toEqual(plain);
  });
});
