import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Licence from "../../src/domain/license/Licence.ts";
import * as Plan from "../../src/domain/plan/Plan.ts";
import * as PlanTiming from "../../src/domain/plan/PlanTiming.ts";
import * as WhatIf from "../../src/domain/plan/WhatIf.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as PlanFleet from "../scenario/PlanFleet.ts";
import * as TimedWorld from "../scenario/TimedWorld.ts";
import * as Values from "../scenario/Values.ts";

const seats = (n: number) => Values.subscription({ licences: Values.licences({ seats: n }) });

/** A ground whose inputs are what its own parts come to. */
const ground = (from: Plan.PlanInputs, over: Partial<WhatIf.Ground> = {}): WhatIf.Ground => {
  const parts = { subscription: seats(100), profiles: [], freezes: [], ...over };
  return { ...parts, inputs: WhatIf.changed({ ...parts, inputs: from }, {}) };
};
const words = (of: WhatIf.Ground, otherwise: WhatIf.Otherwise): readonly string[] =>
  WhatIf.compare(Plan.compile(of.inputs), Plan.compile(WhatIf.changed(of, otherwise))).words;

const machines = [1, 2, 3].map((n) => TimedWorld.asset(n, "UTC", { activations: { PM: n } }));

describe("what if", () => {
  it("PLN-01: nothing changes, nothing is otherwise, whatever the fleet", () => {
    const worlds = fc.record({
      from: PlanFleet.anyInputs,
      seats: fc.integer({ min: 1, max: 8 }),
      blackouts: fc.constantFrom([], [TimedWorld.sundays]),
      isOff: fc.boolean(),
      isFrozen: fc.boolean(),
    });
    fc.assert(
      fc.property(worlds, ({ from, seats: n, blackouts, isOff, isFrozen }) => {
        const subscription = { ...seats(n), limits: from.limits };
        const targets = Values.select({ assets: from.assets.slice(0, 2).map((a) => a.id) });
        const settings = { ...Values.profile("p").settings, blackouts, isPmEnabled: !isOff };
        const freeze = {
          id: "f",
          ...TimedWorld.freeze("f", "2026-01-01T00:00", "2026-02-01T00:00"),
          targets,
        };
        const base = ground(
          { ...from, occasion: { ...PlanTiming.noOccasion(from.now) } },
          { subscription, profiles: [Values.profile("p", { targets, settings })], freezes: isFrozen ? [freeze] : [] },
        );
        const [before, after] = [Plan.compile(base.inputs), Plan.compile(WhatIf.changed(base, {}))];
        expect(after).toEqual(before);
        const { words: said, difference } = WhatIf.compare(before, after);
        expect(said).toEqual([]);
        if (before.ok) expect(difference?.changes).toEqual([]);
      }),
      Arbitraries.runs(300),
    );
  });

  it("PLN-01, LIC-05: fewer seats leave out the assets that were activated last", () => {
    const base = ground(TimedWorld.inputs(machines));
    expect(words(base, { subscription: seats(2) })).toEqual([
      expect.stringContaining(`1 asset (${Values.uuid(3)}) left: LIC-06`),
    ]);
    const judged = Licence.assignSeats(seats(2), base.inputs.tree, machines, base.inputs.now);
    expect(judged.get(Values.uuid(3))?._tag).toBe("NotLicensed");
  });

  it("PLN-01, WIN-07: a freeze moves the start, or leaves no time", () => {
    const base = ground(TimedWorld.inputs(machines));
    const freeze = (to: string) => ({
      id: "f",
      targets: Values.select({ assets: [Values.uuid(1)] }),
      ...TimedWorld.freeze("audit", "2026-03-07T00:00", to),
    });
    expect(words(base, { freezes: [freeze("2026-03-08T03:30")] })).toEqual([
      `1 asset (${Values.uuid(1)}) would start 2026-03-08T03:30:00.000Z instead of 2026-03-08T02:30:00.000Z`,
    ]);
    expect(words(base, { freezes: [freeze("2026-03-09T00:00")] })).toEqual([
      expect.stringMatching(/^1 asset .* left: WIN-07, frozen by audit/),
    ]);
  });

  it("PLN-01, TAG-03: assets with other tags join and leave, and their zones with them", () => {
    const base = ground(TimedWorld.inputs(machines));
    const gone = machines.map((m, i) => (i === 0 ? { ...m, tags: [] } : m));
    expect(words(base, { assets: gone })).toEqual([`1 asset (${Values.uuid(1)}) left: no longer meant`]);
    const abroad = machines.map((m, i) => (i === 0 ? { ...m, timeZone: "Asia/Tokyo" } : m));
    expect(words(base, { assets: abroad })[0]).toContain("would start 2026-03-07T17:30:00.000Z");
    // One in the afternoon of today is too soon in UTC, and in time in Hawaii: so it is that day's run.
    const schedule = TimedWorld.recurring({ _tag: "Daily", every: 1 }, "2026-03-01T13:00");
    const daily = ground(TimedWorld.inputs(machines, { schedule }));
    const far = machines.map((m, i) => (i === 0 ? { ...m, timeZone: "Pacific/Honolulu" } : m));
    expect(words(daily, { assets: far })).toContainEqual(
      expect.stringContaining("another run: 2026-03-01T13:00:00 instead of"),
    );
  });

  it("PLN-01: an edit that leaves the job without a plan says so, and one that mends it", () => {
    const base = ground(TimedWorld.inputs(machines));
    const job = Values.job({ ...base.inputs.job, targets: null });
    expect(words(base, { job })).toEqual([expect.stringContaining("it could be planned no more: JOB-02")]);
    const partial = ground({ ...base.inputs, job });
    expect(words(partial, { job: base.inputs.job })).toEqual([
      expect.stringContaining("it could be planned again; now it can't: JOB-02"),
    ]);
    expect(words(partial, {})).toEqual([]);
    const ended = { ...job, targets: base.inputs.job.targets, schedule: ENDED };
    expect(words(partial, { job: ended })).toEqual([expect.stringContaining("for another reason: SCH-07")]);
  });
});

const ENDED = TimedWorld.recurring({ _tag: "Daily", every: 1 }, "2026-01-01T02:30", {
  _tag: "Until",
  at: TimedWorld.wall("2026-02-01T00:00"),
});
