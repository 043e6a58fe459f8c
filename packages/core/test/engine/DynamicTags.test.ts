import * as Qql from "@fettle/qql";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TagRule, TagTree } from "../../src/domain/tag/TagTree.ts";
import { Rejected } from "../../src/engine/Rejected.ts";
import * as TagRules from "../../src/engine/tags/TagRules.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";

const { manager } = ControlPlane;
const AGENTS = 3;
const IDS = ["r1", "r2", "s1"] as const;

const queries = [
  "platform: Linux",
  "timeZone: UTC",
  "timeZone: [UTC, `Etc/GMT+1`] and name: machine",
  "not timeZone: `Etc/GMT+2`",
  "name: `machine-002` or timeZone: `Etc/GMT+1`",
  "activated < now-2d",
];

/** One thing that somebody does, and whether the control plane dies before or after its n-th commit. */
interface Step {
  readonly does:
    | { readonly _tag: "Zone"; readonly agent: number; readonly zone: string }
    | { readonly _tag: "Rule"; readonly tag: string; readonly query: string | null }
    | { readonly _tag: "Delete"; readonly tag: string }
    | { readonly _tag: "Assign"; readonly tag: string; readonly agents: readonly number[]; readonly isTaken: boolean }
    | { readonly _tag: "Tick"; readonly days: number };
  readonly death: { readonly at: number; readonly isBefore: boolean } | null;
}

const tag = fc.constantFrom(...IDS);
const agent = fc.nat({ max: AGENTS - 1 });
const does: fc.Arbitrary<Step["does"]> = fc.oneof(
  fc.record({
    _tag: fc.constant("Zone" as const),
    agent,
    zone: fc.constantFrom("UTC", "Etc/GMT+1", "Etc/GMT+2"),
  }),
  fc.record({ _tag: fc.constant("Rule" as const), tag, query: fc.option(fc.constantFrom(...queries), { freq: 4 }) }),
  fc.record({ _tag: fc.constant("Delete" as const), tag }),
  fc.record({
    _tag: fc.constant("Assign" as const),
    tag,
    agents: fc.uniqueArray(agent, { minLength: 1 }),
    isTaken: fc.boolean(),
  }),
  fc.record({ _tag: fc.constant("Tick" as const), days: fc.nat({ max: 3 }) }),
);
const step: fc.Arbitrary<Step> = fc.record({
  does,
  death: fc.option(fc.record({ at: fc.nat({ max: 2 }), isBefore: fc.boolean() }), { freq: 2 }),
});

/** Does a step through the front door; what is refused, or dies half way, is left at that. */
const play = (scene: Scene.Scene, { does: it, death }: Step): void => {
  const { plane } = scene;
  const { fettle, hooks, clock } = plane;
  let commits = 0;
  const die = () => {
    commits += 1;
    if (death !== null && commits === death.at + 1) throw new ControlPlane.Death();
  };
  if (death !== null && it._tag !== "Zone") hooks[death.isBefore ? "before" : "after"] = die;
  try {
    if (it._tag === "Zone") scene.agents[it.agent]?.checkIn({ timeZone: it.zone });
    else if (it._tag === "Tick") {
      clock.pass(it.days * Values.DAY_MS);
      plane.call(fettle.tick());
    } else if (it._tag === "Rule") {
      const rule: TagRule = it.query === null ? { _tag: "Static" } : { _tag: "Dynamic", query: it.query };
      plane.call(fettle.tags.save(manager, { id: it.tag, name: it.tag, rule }));
    } else if (it._tag === "Delete") plane.call(fettle.tags.delete(manager, it.tag));
    else {
      const assets = it.agents.map((i) => scene.agents[i]?.id ?? "");
      plane.call(fettle.tags[it.isTaken ? "unassign" : "assign"](manager, { tag: it.tag, assets }));
    }
  } catch (error) {
    if (!(error instanceof Rejected || error instanceof ControlPlane.Death)) throw error;
  } finally {
    hooks.before = null;
    hooks.after = null;
  }
};

describe("dynamic tags in a control plane", () => {
  it("TAG-08: whatever was changed, refused and cut off, after a tick every asset bears what asking every rule says", () => {
    let borne = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 10 }), (steps) => {
        const scene = Scene.make({ agents: AGENTS });
        for (const each of steps) play(scene, each);
        scene.plane.clock.pass(Values.DAY_MS);
        scene.plane.call(scene.plane.fettle.tick());
        const tree: TagTree = scene.stored("tag");
        const now = scene.plane.clock.now();
        for (const asset of scene.stored("asset").values()) {
          const expected = new Set<string>();
          for (const { id, rule } of tree.values()) {
            if (rule._tag === "Static") continue;
            const read = Qql.compile(TagRules.catalog, rule.query);
            if (read.ok && read.value.predicate(TagRules.documentOf(asset), now)) expected.add(id);
          }
          borne += expected.size;
          for (const id of asset.assignedTags) {
            expect(tree.has(id)).toBe(true);
            if (tree.get(id)?.rule._tag === "Static") expected.add(id);
          }
          expect(asset.tags).toEqual([...expected].sort());
        }
      }),
      Arbitraries.runs(60),
    );
    expect(borne).toBeGreaterThan(50);
  });
});
