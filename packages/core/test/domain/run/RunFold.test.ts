import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as AssetRun from "../../../src/domain/run/AssetRun.ts";
import * as DueLook from "../../../src/domain/run/DueLook.ts";
import * as Sending from "../../../src/domain/run/Sending.ts";
import * as Arbitraries from "../../scenario/Arbitraries.ts";
import * as Facts from "../../scenario/Facts.ts";
import * as Values from "../../scenario/Values.ts";

const PLANNED = ["P-0", "P-1"] as const;

/** One thing that becomes known of an asset run. */
type News =
  | { readonly _tag: "Fact"; readonly fact: AssetRun.AgentFact }
  | { readonly _tag: "Mark"; readonly mark: AssetRun.Mark };

const news = (facts: readonly AssetRun.AgentFact[], marks: readonly AssetRun.Mark[]): readonly News[] => [
  ...facts.map((fact): News => ({ _tag: "Fact", fact })),
  ...marks.map((mark): News => ({ _tag: "Mark", mark })),
];

/** All that is known at once. */
const atOnce = (known: readonly News[]): AssetRun.AssetRunState => {
  const facts = known.flatMap((n) => (n._tag === "Fact" ? [n.fact] : []));
  const marks = known.flatMap((n) => (n._tag === "Mark" ? [n.mark] : []));
  return AssetRun.fold({ ...Facts.assetRun(PLANNED), marks }, facts);
};

/** One after the other, each kept with what was known before, as the control plane does. */
const inTurn = (known: readonly News[]): AssetRun.AssetRunState => {
  const facts: AssetRun.AgentFact[] = [];
  let run = Facts.assetRun(PLANNED);
  for (const each of known) {
    if (each._tag === "Fact") {
      facts.push(each.fact);
      run = AssetRun.after(run, facts);
    } else run = AssetRun.marked(run, each.mark, facts);
  }
  return run.state;
};

const known = fc
  .tuple(Facts.anything, fc.array(Facts.mark, { maxLength: 5 }))
  .map(([facts, marks]) => news(facts, marks))
  .chain((all) => fc.tuple(fc.constant(all), fc.subarray([...all])))
  .chain(([all, again]) => fc.tuple(fc.constant(all), Arbitraries.shuffled([...all, ...again])));

describe("the fold over facts and marks", () => {
  it("RUN-06: reports, scans, cancels and the watchdog's presumptions give one state in any order, with any repetition, at once or in turn", () => {
    const reached = new Map<string, number>();
    fc.assert(
      fc.property(known, ([all, retold]) => {
        const state = atOnce(all);
        expect(atOnce(retold)).toEqual(state);
        expect(inTurn(retold)).toEqual(state);
        const kind = `${state.by} ${state.status}`;
        reached.set(kind, (reached.get(kind) ?? 0) + 1);
      }),
      Arbitraries.runs(3_000),
    );
    // Every decider was the last word somewhere, a scan in both of its ways.
    const deciders = new Set([...reached.keys()].map((kind) => kind.split(" ")[0]));
    expect([...deciders].sort()).toEqual(
      ["NotLicensed", "OutOfScope", "Presumed", "Revoked", "Skipped", "Withdrawn", "agent", "placement", "scan"].sort(),
    );
  });

  it("RUN-06, RUN-08: a mark never undoes the end that an agent told, and Completed means good evidence for every planned patch", () => {
    let [ended, byScan] = [0, 0];
    fc.assert(
      fc.property(Facts.anything, fc.array(Facts.mark, { minLength: 1, maxLength: 4 }), (facts, marks) => {
        const alone = AssetRun.fold(Facts.assetRun(PLANNED), facts);
        const state = AssetRun.fold({ ...Facts.assetRun(PLANNED), marks }, facts);
        expect([state.results, state.heardAt, state.reboot]).toEqual([alone.results, alone.heardAt, alone.reboot]);
        if (AssetRun.isFinal({ ...Facts.assetRun(PLANNED), state: alone }) && state.by !== "scan") {
          ended += 1;
          expect([state.status, state.reason, state.by]).toEqual([alone.status, alone.reason, alone.by]);
        }
        if (state.status !== "Completed") return;
        byScan += state.by === "scan" ? 1 : 0;
        for (const id of PLANNED) {
          const outcome = state.results[id]?.outcome;
          const isTold = outcome !== undefined && Facts.GOOD.includes(outcome);
          const isShown = ["Satisfied", "NotApplicable"].includes(state.scan?.verdicts[id] ?? "");
          expect(state.by === "scan" ? isTold || isShown : isTold).toBe(true);
        }
      }),
      Arbitraries.runs(2_000),
    );
    expect(ended).toBeGreaterThan(50);
    expect(byScan).toBeGreaterThan(5);
  });
});

describe("an end of which not all was told", () => {
  const claim = {
    epoch: 1,
    sequence: 9,
    at: Values.START + 9,
    body: { _tag: "Status", status: "Completed", reason: null },
  } as const;
  const folded = (...bodies: readonly AssetRun.MarkBody[]) =>
    AssetRun.fold({ ...Facts.assetRun(PLANNED), marks: bodies.map((body) => ({ at: Values.START, body })) }, [claim]);

  it("RUN-11: is one with failure, once it is known that nothing more is to be told", () => {
    expect(folded()).toMatchObject({ status: "Pending", by: "placement" });
    expect(folded({ _tag: "AllTold" })).toMatchObject({
      status: "CompletedWithFailure",
      by: "agent",
      reason: expect.stringContaining("RUN-11"),
      changedAt: claim.at,
    });
  });

  it("RUN-11: stands above what was presumed, and below that the asset is gone", () => {
    const presumed = { _tag: "Presumed", reason: "silent", facts: 1 } as const;
    const withdrawn = { _tag: "Withdrawn", reason: "purged" } as const;
    expect(folded({ _tag: "AllTold" }, presumed)).toMatchObject({ status: "CompletedWithFailure", by: "agent" });
    expect(folded({ _tag: "AllTold" }, withdrawn)).toMatchObject({ status: "JobFailed", by: "Withdrawn" });
  });
});

const { START, HOUR_MS } = Values;
const hours = (min: number, max: number) => fc.integer({ min: min * 60, max: max * 60 }).map((m) => (m * HOUR_MS) / 60);

/** An asset run of whatever was told and found, sent or not, with and without a window, looked at at some instant. */
const looked = fc
  .record({
    facts: Facts.anything,
    marks: fc.array(Facts.mark, { maxLength: 3 }),
    window: fc.option(fc.record({ end: hours(1, 60), before: hours(0, 30), after: hours(0, 30) })),
    isWindowKept: fc.boolean(),
    lease: fc.option(fc.oneof({ weight: 2, arbitrary: hours(1, 60) }, hours(1, 700 * 24))),
    madeBefore: fc.oneof({ weight: 2, arbitrary: hours(0, 40) }, hours(0, 500 * 24)),
    age: fc.oneof({ weight: 2, arbitrary: hours(-1, 90) }, hours(0, 800 * 24)),
    sinceEnd: fc.option(hours(-2, 20)),
    bound: fc.constantFrom("start" as const, "complete" as const),
    overlap: fc.constantFrom("wait" as const, "skip" as const),
    isKept: fc.boolean(),
    hasEarlier: fc.boolean(),
  })
  .map(({ facts, marks, window, isWindowKept, lease, madeBefore, age, sinceEnd, ...also }) => {
    const { bound, overlap, isKept, hasEarlier } = also;
    const windowEnd = window === null ? null : START + window.end;
    const notAfter = lease === null ? null : (windowEnd ?? START + lease);
    const now = notAfter === null || sinceEnd === null ? START + age : notAfter + sinceEnd;
    const base = Facts.assetRun(PLANNED, {
      marks,
      timing: { start: START, windowEnd },
      manifest: notAfter === null ? null : { version: 1, digest: "", notAfter },
    });
    const assetRun = AssetRun.after(base, facts);
    const run = {
      id: assetRun.runId,
      startedAt: START - madeBefore,
      windowEnd: window === null ? null : START + window.end + window.after,
      ...(window === null || !isWindowKept ? {} : { firstEnd: START + window.end - window.before }),
      conduct: { reboot: { _tag: "Suppress" }, continueOnFailure: true, bound, overlap } as const,
    };
    const earlier = hasEarlier ? [{ key: "earlier", run: Facts.assetRun(PLANNED) }] : [];
    const situation = {
      now,
      madeAt: run.startedAt,
      earlier,
      overlap,
      bound,
      isKept,
      blockedBy: null,
      outOfScope: null,
    };
    return { assetRun, run, now, step: Sending.step(assetRun, situation) };
  });

describe("when a tick looks at an asset run", () => {
  it("RUN-06, WIN-04, PLN-04: at every instant at which there is something to do about it, or it waits, and mostly at no other", () => {
    const seen = { Send: 0, Wait: 0, Mark: 0, Nothing: 0, spared: 0 };
    const pieces = new Set<string>();
    fc.assert(
      fc.property(looked, ({ assetRun, run, now, step }) => {
        const asked = new Set(DueLook.until(run, now));
        const found = DueLook.of(assetRun).filter((value) => asked.has(value));
        const isLookedAt = found.length > 0;
        // Under several values it is found by one of them at most: nothing is done twice.
        expect(found.length).toBeLessThanOrEqual(1);
        for (const value of found) pieces.add(value.split(".").slice(1, -1).join("."));
        if (step._tag !== "Nothing") expect(isLookedAt).toBe(true);
        seen[step._tag] += 1;
        if (!isLookedAt) seen.spared += 1;
      }),
      Arbitraries.runs(2_000),
    );
    for (const tag of ["Send", "Wait", "Mark"] as const) expect(seen[tag]).toBeGreaterThan(20);
    expect(seen.spared).toBeGreaterThan(seen.Nothing / 2);
    expect([...pieces].sort()).toEqual(["", "lease.1", "lease.512", "lease.64", "lease.8", "over", "silent"]);
  });

  it("PLN-04: without a window asks for the past in pieces that are larger the longer ago they are, so that age costs little", () => {
    const run = { id: "r", startedAt: START + HOUR_MS / 3, windowEnd: null, conduct: null };
    const askedAfter = (hour: number): number => [...DueLook.until(run, START + hour * HOUR_MS)].length;
    // What is to be done at once; three times seven smaller pieces; the three weeks that it is open for, and the one that it began in.
    for (let hour = 0; hour <= 3 * 365 * 24; hour += 1) {
      expect(askedAfter(hour)).toBeLessThanOrEqual(1 + 21 + Math.ceil(hour / 512) + 1);
    }
    const year = 365 * 24;
    const mean = Array.from({ length: 512 }, (_, i) => askedAfter(year + i)).reduce((a, b) => a + b) / 512;
    expect(mean).toBeLessThan(32);
  });
});
