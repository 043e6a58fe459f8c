import { expect, it } from "vitest";
import type { Plan, PlanGroup } from "../../../src/domain/plan/Plan.ts";
import * as Placement from "../../../src/domain/run/Placement.ts";
import * as Limits from "../../../src/domain/shared/Limits.ts";

const group = (n: number): PlanGroup => ({
  patches: [],
  timing: { zone: null, start: n, windowEnd: n + 60_000, latestReboot: null },
  assets: [String(n)],
});
const plan = (groups: readonly PlanGroup[]): Plan => ({
  jobId: "j",
  kind: "deployment",
  occurrence: { key: "on-demand", nominalLocal: null },
  isProvisional: false,
  conduct: { window: { minutes: 1 }, reboot: { _tag: "Suppress" }, continueOnFailure: true },
  groups,
  excluded: [],
  leftOut: [],
  versions: { tzdata: "2026a", tokenizer: "1" },
});
const moment = { now: 5, enabledAt: 5 };

it("JOB-13: a run starts and is over in the last zone, and is over first in the first, though every asset that there may be has a fate of its own", () => {
  const most = Limits.defaults.assetsMax;
  const groups = Array.from({ length: most }, (_, n) => group(n));
  expect(Placement.span(plan(groups), moment)).toEqual({
    lastStart: most - 1,
    windowEnd: most - 1 + 60_000,
    firstEnd: 60_000,
  });
});

it("JOB-13: a run of nobody starts as it is made, and one without a window is never over", () => {
  expect(Placement.span(plan([]), moment)).toEqual({ lastStart: 5, windowEnd: null });
  const { window: _, ...conduct } = plan([]).conduct;
  const timing = { ...group(7).timing, windowEnd: null };
  expect(Placement.span({ ...plan([{ ...group(7), timing }]), conduct }, moment)).toEqual({
    lastStart: 7,
    windowEnd: null,
  });
});
