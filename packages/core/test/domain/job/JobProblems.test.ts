/** Whatever is given as a draft: judging it never fails, and what is found sound can be kept, read back and planned. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Job from "../../../src/domain/job/Job.ts";
import * as PlanTiming from "../../../src/domain/plan/PlanTiming.ts";
import { defaults } from "../../../src/domain/shared/Limits.ts";
import * as JobForm from "../../../src/schema/JobForm.ts";
import * as Stored from "../../../src/schema/Stored.ts";
import { JobArbitraries } from "../../../src/testing/arbitraries/index.ts";
import { runs } from "../../scenario/Arbitraries.ts";
import * as Values from "../../scenario/Values.ts";

const context = { now: Values.START, zones: [], strictReboots: false };

/** Everything that keeps it from being saved, in the order in which it is asked. */
const wrongWith = (given: unknown) => {
  const malformed = JobForm.problems(given);
  return malformed.length > 0 ? malformed : Job.newProblems(given as Job.NewJob, defaults, context);
};

// What nobody would write: of another type, or far out.
const garbage: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, "", "x", true, false, [], {}, 0, -1, 1.5, 1e300),
  fc.constantFrom<unknown>(Number.NaN, Number.POSITIVE_INFINITY, Number.MIN_SAFE_INTEGER, "2026-13-01", "Mars/Olympus"),
  fc.integer(),
  fc.double().map((n) => n + 0),
  fc.string(),
  fc.constantFrom<unknown>({ _tag: "OnDemand" }, { _tag: "Nothing" }, { _tag: 5 }, { minutes: 1 }, [null], [[]]),
);

type Path = readonly (string | number)[];

const pathsOf = (value: unknown, at: Path = []): readonly Path[] =>
  typeof value === "object" && value !== null
    ? [at, ...Object.entries(value).flatMap(([name, member]) => pathsOf(member, [...at, name]))]
    : [at];

const put = (value: unknown, [step, ...rest]: Path, to: unknown): unknown => {
  if (step === undefined) return to;
  if (Array.isArray(value)) return value.map((item, i) => (String(i) === String(step) ? put(item, rest, to) : item));
  const object = value as { readonly [name: string]: unknown };
  return { ...object, [step]: put(object[step], rest, to) };
};

/** A draft of which some parts, at any depth, are garbage. */
const spoilt: fc.Arbitrary<unknown> = fc
  .tuple(JobArbitraries.draft, fc.array(fc.tuple(fc.nat(), garbage), { minLength: 1, maxLength: 3 }))
  .map(([draft, spoils]) =>
    spoils.reduce<unknown>((value, [draw, to]) => {
      const paths = pathsOf(value);
      return put(value, paths[draw % paths.length] ?? [], to);
    }, draft),
  );

const made = (draft: Job.NewJob): Job.Job => {
  const job = Job.create(draft, { id: Values.uuid(1), ownerId: "mara", limits: defaults, ...context });
  if (!job.ok) throw new Error(job.error.map((e) => e.message).join("; "));
  return job.value;
};

const keeps = (draft: Job.NewJob): void => {
  const job = made(draft);
  expect(Stored.readable("job", job)).toMatchObject({ ok: true });
  expect(Stored.codecs.job.parse(JSON.parse(JSON.stringify(job)))).toEqual(job);
  const timings = PlanTiming.compile(job, PlanTiming.noOccasion(Values.START));
  // A time that is in order may not occur where clocks skip it and the schedule does, too.
  if (!timings.ok) expect(timings.error.rule).toBe("SCH-05");
  else expect(timings.value.of({ id: Values.uuid(2), timeZone: "UTC" })._tag).toMatch(/Runs|Out/);
};

describe("whatever is given as a draft", () => {
  it("JOB-15: with every schedule, window, reboot and option there is, it is saved, read back as it was, and planned", () => {
    fc.assert(
      fc.property(JobArbitraries.draft, (draft) => {
        expect(wrongWith(draft)).toEqual([]);
        keeps(draft);
      }),
      runs(500),
    );
  });

  it("however spoilt, it is judged without failing, each problem with a message; and what is found sound can be kept", () => {
    let sound = 0;
    fc.assert(
      fc.property(spoilt, (given) => {
        const wrong = wrongWith(given);
        for (const { message, code } of wrong) expect([code, message.length > 0]).toEqual(["invalid", true]);
        if (wrong.length > 0) return;
        sound += 1;
        keeps(given as Job.NewJob);
      }),
      runs(3_000),
    );
    expect(sound).toBeGreaterThan(0);
  });

  it("an edit, however spoilt, is refused or has the form of one", () => {
    fc.assert(
      fc.property(fc.oneof(spoilt, fc.dictionary(fc.constantFrom(...Job.draftMembers), garbage)), (given) => {
        if (typeof given !== "object" || given === null) return;
        for (const { message } of JobForm.editProblems(given)) expect(message).not.toBe("");
      }),
      runs(500),
    );
  });

  it("a number that is out of its bounds is told by its rule, not by its form", () => {
    const draft = Values.draft({
      window: { minutes: 30.5 },
      reboot: { _tag: "Automatic", countdownMinutes: Number.NaN },
    });
    expect(wrongWith(draft).map((p) => p.rule)).toEqual(["WIN-01", "RBT-04"]);
    expect(wrongWith({ ...draft, title: 5 }).map((p) => [p.rule, p.path])).toEqual([[null, "title"]]);
    expect(wrongWith({ ...draft, priority: 1 }).map((p) => p.rule)).toEqual([null]);
    expect(wrongWith("draft")).toHaveLength(1);
  });
});
