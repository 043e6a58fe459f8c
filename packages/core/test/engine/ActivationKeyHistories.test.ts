/** An activation key through any life, against a model that keeps a count, a limit, a date and a switch, and no more. */
import * as fc from "fast-check";
import { expect, it } from "vitest";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

type Command =
  | { readonly _tag: "Ask"; readonly agent: number }
  | { readonly _tag: "Limit"; readonly agentsMax: number | null }
  | { readonly _tag: "Date"; readonly expiresAt: number | null }
  | { readonly _tag: "Turn"; readonly isEnabled: boolean }
  | { readonly _tag: "Wait"; readonly milliseconds: number };

/** Few agents, so that some ask again; dates that lie on both sides of the clock. */
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ _tag: fc.constant("Ask" as const), agent: fc.integer({ min: 1, max: 9 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      _tag: fc.constant("Limit" as const),
      agentsMax: fc.option(fc.integer({ min: 1, max: 6 })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      _tag: fc.constant("Date" as const),
      expiresAt: fc.option(fc.integer({ min: 0, max: 3 }).map((n) => Values.START + n * 1_000)),
    }),
  },
  { weight: 2, arbitrary: fc.record({ _tag: fc.constant("Turn" as const), isEnabled: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ _tag: fc.constant("Wait" as const), milliseconds: fc.constantFrom(1, 999, 1_000) }),
  },
);

it("KEY-01: admits through any history just whom its limits of the moment admit, and never one agent twice", () => {
  const seen = { admitted: 0, again: 0, refused: 0, length: 0, histories: 0 };
  fc.assert(
    fc.property(fc.array(command, { minLength: 5, maxLength: 30, size: "max" }), (commands) => {
      const { plane, manager, issued } = Scene.make({ agents: 0 });
      const { keys } = plane.fettle;
      const { id } = issued.key;
      const agents = new Map<number, WireAgent.WireAgent>();
      const admitted = new Set<number>();
      let [max, date, isOn]: [number | null, number | null, boolean] = [null, null, true];
      seen.histories += 1;
      seen.length += commands.length;
      for (const c of commands) {
        if (c._tag === "Limit") {
          max = c.agentsMax;
          plane.call(keys.update(manager, id, { agentsMax: max }));
        } else if (c._tag === "Date") {
          date = c.expiresAt;
          plane.call(keys.update(manager, id, { expiresAt: date }));
        } else if (c._tag === "Turn") {
          isOn = c.isEnabled;
          plane.call(isOn ? keys.enable(manager, id) : keys.disable(manager, id));
        } else if (c._tag === "Wait") plane.clock.pass(c.milliseconds);
        else {
          const agent = agents.get(c.agent) ?? WireAgent.make(plane, c.agent);
          agents.set(c.agent, agent);
          const isOpen = isOn && (date === null || plane.clock.now() < date) && (max === null || admitted.size < max);
          const isKnown = admitted.has(c.agent);
          expect(agent.provision(issued).status).toBe(isKnown || isOpen ? 200 : 403);
          if (isKnown) seen.again += 1;
          else if (isOpen) seen.admitted += 1;
          else seen.refused += 1;
          if (isOpen) admitted.add(c.agent);
        }
        expect(plane.call(keys.get(manager, id)).admitted).toBe(admitted.size);
      }
      const expired = date !== null && plane.clock.now() >= date;
      const usedUp = max !== null && admitted.size >= max;
      const expected = !isOn ? "Disabled" : expired ? "Expired" : usedUp ? "UsedUp" : "Active";
      expect(plane.call(keys.get(manager, id)).status._tag).toBe(expected);
    }),
    Arbitraries.runs(40),
  );
  expect(seen.length / seen.histories).toBeGreaterThan(10);
  for (const times of [seen.admitted, seen.again, seen.refused]) expect(times).toBeGreaterThan(20);
});
