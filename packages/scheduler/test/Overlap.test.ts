import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Instant from "../src/Instant.ts";
import * as Interval from "../src/Interval.ts";
import * as Overlap from "../src/Overlap.ts";
import { patience, runs } from "./Arbitraries.ts";

const at = Instant.at;

describe("Overlap.judge", patience, () => {
  const validity = Interval.of(at(100), at(200));

  it("WIN-06: starts when nothing earlier is at work, not before its own start, nor after its window", () => {
    const done: readonly Overlap.Earlier[] = [{ key: "a", finishedAt: at(90) }];
    const judge = (now: number): Overlap.Verdict => Overlap.judge(done, validity, { now: at(now), policy: "wait" });
    expect(judge(95)).toEqual({ _tag: "Starts", at: 100 });
    expect(judge(150)).toEqual({ _tag: "Starts", at: 150 });
    expect(judge(199)).toEqual({ _tag: "Starts", at: 199 });
  });

  it("WIN-06: with its window over it names the one that was in its way, or says that none was", () => {
    const judge = (...finished: readonly number[]): Overlap.Verdict =>
      Overlap.judge(
        finished.map((minute) => ({ key: `until ${minute}`, finishedAt: at(minute) })),
        validity,
        { now: at(200), policy: "wait" },
      );
    expect(judge(150, 200, 170)).toEqual({ _tag: "Skipped", rule: "WIN-06", becauseOf: "until 200" });
    expect(judge(50, 101)).toEqual({ _tag: "Skipped", rule: "WIN-06", becauseOf: "until 101" });
    expect(judge(50, 100)).toEqual({ _tag: "WindowOver", rule: "WIN-02", endedAt: 200 });
    expect(judge()).toEqual({ _tag: "WindowOver", rule: "WIN-02", endedAt: 200 });
  });

  it("WIN-06: waits for an unfinished earlier one as long as its own window allows, and says for which", () => {
    const earlier: readonly Overlap.Earlier[] = [
      { key: "a", finishedAt: at(50) },
      { key: "b", finishedAt: null },
    ];
    const judge = (now: number, open = validity): Overlap.Verdict =>
      Overlap.judge(earlier, open, { now: at(now), policy: "wait" });
    expect(judge(100)).toEqual({ _tag: "Waits", forKey: "b", until: 200 });
    expect(judge(199)).toEqual({ _tag: "Waits", forKey: "b", until: 200 });
    expect(judge(200)).toEqual({ _tag: "Skipped", rule: "WIN-06", becauseOf: "b" });
    expect(judge(10_000, Interval.from(at(100)))).toEqual({ _tag: "Waits", forKey: "b", until: null });
  });

  it("WIN-06: under skip it doesn't wait, and says because of which", () => {
    const judge = (finishedAt: number | null): Overlap.Verdict =>
      Overlap.judge([{ key: "a", finishedAt: finishedAt === null ? null : at(finishedAt) }], validity, {
        now: at(100),
        policy: "skip",
      });
    expect(judge(null)).toEqual({ _tag: "Skipped", rule: "WIN-06", becauseOf: "a" });
    expect(judge(101)).toEqual({ _tag: "Skipped", rule: "WIN-06", becauseOf: "a" });
    // At its end the other one is finished.
    expect(judge(100)).toEqual({ _tag: "Starts", at: 100 });
  });

  it("WIN-06: whatever runs take, two of one job are never at work at once, and each starts or names the one in its way", () => {
    const job = fc.record({
      policy: fc.constantFrom<Overlap.Policy[]>("wait", "skip"),
      every: fc.integer({ min: 5, max: 30 }),
      window: fc.option(fc.integer({ min: 1, max: 40 }), { nil: null }),
      works: fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 8 }),
    });
    fc.assert(
      fc.property(job, ({ policy, every, window, works }) => {
        const earlier: { readonly key: string; readonly finishedAt: Instant.Instant }[] = [];
        const ran: Interval.Interval[] = [];
        for (const [index, work] of works.entries()) {
          const due = 1000 + index * every;
          const own = Interval.of(at(due), window === null ? null : at(due + window));
          // Looked at minute by minute until it is decided, knowing only what is known by then.
          for (let now = due; ; now++) {
            const known = earlier.map(({ key, finishedAt }) => ({
              key,
              finishedAt: finishedAt <= now ? finishedAt : null,
            }));
            const verdict = Overlap.judge(known, own, { now: at(now), policy });
            const blocking = known.filter(({ finishedAt }) => finishedAt === null).map(({ key }) => key);
            if (verdict._tag === "Waits") {
              const isRight = policy === "wait" && blocking.includes(verdict.forKey) && !Interval.isOver(own, at(now));
              if (!isRight) expect.unreachable(`${verdict.forKey} is no reason to wait at ${now}`);
              continue;
            }
            expect(verdict._tag, "looked at from its start on, something was in its way").not.toBe("WindowOver");
            if (verdict._tag === "Skipped") {
              expect([...blocking, earlier.at(-1)?.key]).toContain(verdict.becauseOf);
              expect(blocking.length > 0 || Interval.isOver(own, at(now))).toBe(true);
              break;
            }
            if (verdict._tag !== "Starts") break;
            expect(verdict.at).toBe(now);
            expect(blocking).toEqual([]);
            expect(Interval.contains(own, verdict.at)).toBe(true);
            ran.push(Interval.of(verdict.at, at(verdict.at + work)));
            earlier.push({ key: `run ${index}`, finishedAt: at(verdict.at + work) });
            break;
          }
        }
        for (const [index, one] of ran.entries()) {
          for (const other of ran.slice(index + 1)) expect(Interval.isEmpty(Interval.intersect(one, other))).toBe(true);
        }
        // The first has nothing in its way.
        expect(ran.at(0)?.start).toBe(1000);
      }),
      runs(1000),
    );
  });
});
