/** Who does what to jobs in time, and the drafts that they make: few values, so that they meet often. */
import * as fc from "fast-check";
import * as Model from "./TimedJobLifeModel.ts";

const { HOUR, DAY, MINUTE } = Model;

export const person = fc.constantFrom<Model.Person>(
  "mara",
  "mara",
  "mara",
  "mara",
  "mara",
  "uli",
  "uma",
  "uma",
  "rita",
);
/** This one is of any job, also of one that is gone. */
export const NUMBER_OF_ANY = 12;
export const number = fc.nat(NUMBER_OF_ANY);
export const title = fc.constantFrom("a", "b", "c", "d", "e", "f", "g", "");
export const window = fc.constantFrom(null, 30, 240, 720, 2_880);
const zone = fc.constantFrom<"agent" | number>("agent", "agent", 9);
export const patches = fc.constantFrom<Model.ModelPatches | null>(
  { list: ["P-1"] },
  { list: ["P-1"] },
  { list: ["P-2"] },
  { list: ["P-1", "P-2", "P-3"] },
  { list: ["P-4"] },
  { list: ["P-4", "P-5"] },
  { list: ["P-1", "P-2", "P-5", "P-6"] },
  { query: "security" },
  { query: "all" },
  null,
);
export const target = fc.constantFrom<Model.Target | null>(
  { include: "fleet", exclude: null, assets: [] },
  { include: "fleet", exclude: null, assets: [] },
  { include: "fleet", exclude: null, assets: [] },
  { include: "fleet", exclude: null, assets: [2] },
  { include: "fleet", exclude: "web", assets: [] },
  { include: "web", exclude: null, assets: [0] },
  { include: null, exclude: null, assets: [1, 2] },
  { include: null, exclude: "web", assets: [1] },
  null,
);

/** A schedule from a moment on. */
export type At = (now: number) => Model.ModelSchedule | null;
export const hourOf = (now: number): number => Math.floor(now / HOUR) * HOUR;
const dayOf = (now: number): number => Math.floor(now / DAY) * DAY;
export const schedule: fc.Arbitrary<At> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.constantFrom<At>(
      () => null,
      () => ({ kind: "demand" }),
      () => ({ kind: "demand" }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record({ hours: fc.constantFrom(-11, -1, 1, 3, 5, 12, 40), zone }).map(
      ({ hours, zone }): At =>
        (now) => ({ kind: "once", local: hourOf(now) + hours * HOUR, zone }),
    ),
  },
  {
    weight: 4,
    arbitrary: fc
      .record({
        minutes: fc.constantFrom(0, 120, 150, 840, 1_425),
        weekdays: fc.constantFrom(null, null, [2, 5], [1, 3, 7]),
        count: fc.constantFrom(null, null, null, 2, 4),
        zone,
      })
      .map(
        ({ minutes, ...rest }): At =>
          (now) => ({ kind: "again", from: dayOf(now) + minutes * MINUTE, ...rest }),
      ),
  },
);
