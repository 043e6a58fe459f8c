/** A job planned for a large fleet: how long it takes, how that grows, what it holds in memory, how long it holds others up. */
import { monitorEventLoopDelay } from "node:perf_hooks";
import * as Plan from "../../packages/core/src/domain/plan/Plan.ts";
import type { Contest } from "../Entry.ts";
import * as PlanningFleet from "./PlanningFleet.ts";

/** The whole plan, against a loop by hand that does nothing but group the same arrays. */
export const compiling = (source: PlanningFleet.Source): Contest => {
  const from = PlanningFleet.inputs(source);
  check(compile(from), byHand(from));
  return { ours: () => milliseconds(() => compile(from)), peer: () => milliseconds(() => byHand(from)) };
};

/** The whole fleet, against half of it. */
export const doubling = (source: PlanningFleet.Source): Contest => {
  const whole = PlanningFleet.inputs(source);
  const half = PlanningFleet.firstOf(whole, PlanningFleet.ASSETS / 2);
  return { ours: () => milliseconds(() => compile(whole)), peer: () => milliseconds(() => compile(half)) };
};

/** Megabytes that may be held beside the inputs. */
export const MEGABYTES_MAX = 400;

/** The most that is held at the end of a chunk beside what was there before, what isn't collected yet among it. */
export const holding = (source: PlanningFleet.Source): Contest => {
  const from = PlanningFleet.inputs(source);
  return { ours: () => mostHeld(from), peer: () => MEGABYTES_MAX };
};

const mostHeld = (from: Plan.PlanInputs): number => {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  let most = 0;
  const steps = Plan.steps(from);
  for (let isDone = false; !isDone; ) {
    isDone = steps.next().done === true;
    most = Math.max(most, process.memoryUsage().heapUsed - before);
  }
  return most / 1e6;
};

/** Milliseconds that the event loop may be held. */
export const MILLISECONDS_MAX = 50;

/** The longest that a timer has to wait while a plan is made in chunks, waiting for the machine's other work included. */
export const pausing = (source: PlanningFleet.Source): Contest => {
  const from = PlanningFleet.inputs(source);
  return { ours: () => longestPause(from), peer: () => MILLISECONDS_MAX };
};

const longestPause = async (from: Plan.PlanInputs): Promise<number> => {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  // It counts from its second look on.
  await turns(20);
  delay.reset();
  const steps = Plan.steps(from);
  while (steps.next().done !== true) await turns(1);
  await turns(5);
  delay.disable();
  return delay.max / 1e6;
};

const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i += 1) await new Promise((turn) => setImmediate(turn));
};

const compile = (from: Plan.PlanInputs): Plan.Plan => {
  const plan = Plan.compile(from);
  if (!plan.ok) throw new Error(plan.error.message);
  return plan.value;
};

// What one would write who has these arrays and wants the assets that lack the same, and nothing else.
const byHand = ({ assets, assessments, patches }: Plan.PlanInputs): ReadonlyMap<string, readonly string[]> => {
  const wanted = new Set(patches.map((p) => p.id));
  const groups = new Map<string, string[]>();
  for (const { id } of assets) {
    let key = "";
    for (const { patchId, packages } of assessments.get(id)?.missing ?? []) {
      if (!wanted.has(patchId)) continue;
      key += patchId;
      for (const p of packages) key += `|${p.name} ${p.arch} ${p.fixed}`;
      key += "\n";
    }
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [id]);
    else group.push(id);
  }
  return groups;
};

const check = (plan: Plan.Plan, groups: ReadonlyMap<string, readonly string[]>): void => {
  const idle = groups.get("") ?? [];
  const sizes = (lists: readonly (readonly string[])[]) => lists.map((l) => l.length).sort((a, b) => a - b);
  const theirs = sizes([...groups].filter(([key]) => key !== "").map(([, ids]) => ids));
  const ours = sizes(plan.groups.map((g) => g.assets));
  if (JSON.stringify(ours) !== JSON.stringify(theirs) || plan.excluded.length !== idle.length) {
    throw new Error(`${ours.length} groups, ${plan.excluded.length} out; by hand ${theirs.length}, ${idle.length}`);
  }
};

const milliseconds = (work: () => unknown): number => {
  const begun = performance.now();
  work();
  return performance.now() - begun;
};
