/**
 * A due run of a large fleet, made from its plan in hand to the last asset run: the plan kept, the occurrence claimed, parts made,
 * durable (FULL). The driver writes the same rows, a transaction a commit, its statements recorded beforehand.
 */
import * as fs from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import type * as Plan from "../../packages/core/src/domain/plan/Plan.ts";
import * as PlanParts from "../../packages/core/src/domain/plan/PlanParts.ts";
import type * as Run from "../../packages/core/src/domain/run/Run.ts";
import * as Tenant from "../../packages/core/src/domain/shared/Tenant.ts";
import * as KeptPlans from "../../packages/core/src/engine/plans/KeptPlans.ts";
import * as Repository from "../../packages/core/src/engine/Repository.ts";
import * as Making from "../../packages/core/src/engine/runs/Making.ts";
import { Environment } from "../../packages/core/src/ports/Environment.ts";
import { Storage, type StorageShape } from "../../packages/core/src/ports/Storage.ts";
import type { Contest, Context as Given } from "../Entry.ts";
import * as Recording from "../storage/Recording.ts";
import * as Stores from "../storage/Stores.ts";

export const ASSETS = 100_000;
const GROUPS = 200;
const PATCHES_EACH = 3;
const TENANT = Tenant.of("acme");

/** How long it takes, against the raw insert. */
export const timing = async ({ folder }: Given): Promise<Contest> => {
  const recording = Recording.of(folder, "recorded.db");
  const recorded = await Stores.open(folder, "recorded.db");
  const ours = await Stores.open(folder, "ours.db");
  const raw = await Stores.raw(folder, "raw.db");
  const replaying = Recording.replaying(raw);
  recording.take();
  let [n, m] = [0, 0];
  return {
    ours: async () => {
      n += 1;
      return await milliseconds(() => make(ours.storage, n));
    },
    peer: async () => {
      m += 1;
      const work: (() => void)[] = [];
      await make(
        {
          ...recorded.storage,
          commit: (batch) =>
            Effect.tap(recorded.storage.commit(batch), () => Effect.sync(() => work.push(replaying(recording.take())))),
        },
        m,
      );
      return await milliseconds(async () => {
        for (const write of work) write();
      });
    },
    close: async () => {
      raw.close();
      for (const store of [ours, recorded]) await store.close();
    },
  };
};

/** How long it keeps a core busy between two turns of the event loop at most, in milliseconds, against what it may. */
export const pausing = async ({ folder }: Given): Promise<Contest> => {
  const { storage, close } = await Stores.open(folder, "ours.db");
  let n = 0;
  return {
    ours: async () => {
      n += 1;
      let isDone = false;
      const made = make(storage, n).finally(() => {
        isDone = true;
      });
      let [longest, before] = [0, onCore()];
      while (!isDone) {
        await turn();
        const now = onCore();
        longest = Math.max(longest, now - before);
        before = now;
      }
      await made;
      return longest;
    },
    peer: () => 50,
    close,
  };
};

/** What it holds in memory at most beside its plan, in megabytes, against what it may. */
export const holding = async ({ folder }: Given): Promise<Contest> => {
  const { storage, close } = await Stores.open(folder, "ours.db");
  let n = 0;
  return {
    ours: async () => {
      globalThis.gc?.();
      const before = process.memoryUsage().rss;
      let most = before;
      const watched: StorageShape = {
        ...storage,
        commit: (batch) => {
          most = Math.max(most, process.memoryUsage().rss);
          return storage.commit(batch);
        },
      };
      n += 1;
      await make(watched, n);
      return Math.max(1, (most - before) / 1e6);
    },
    peer: () => 500,
    close,
  };
};

// As the kernel counts it: waiting for other work on the machine is nobody's holding.
const onCore = (): number => Number(fs.readFileSync("/proc/self/schedstat", "utf8").split(" ")[0]) / 1e6;

const milliseconds = async (work: () => Promise<void>): Promise<number> => {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
};

const make = async (storage: StorageShape, n: number): Promise<void> => {
  const plan = planOf(n);
  const hash = `plan-${n}`;
  const work = Effect.gen(function* () {
    const kept = yield* KeptPlans.keep(TENANT, { hash, plan });
    const making = { part: 0, parts: 0, of: ASSETS, enabledAt: 0, isMissable: false, byStatus: {} };
    for (const _ of PlanParts.cut(plan)) making.parts += 1;
    const run = { ...runOf(n, plan), planHash: hash, making };
    yield* Repository.commit(TENANT, { writes: [...kept, Repository.put("run", run.id, run)] });
    const begun = yield* Repository.get(TENANT, "run", run.id);
    if (begun === null) throw new Error("no run");
    const made = yield* Making.goOn(TENANT, begun);
    if (!Making.isWhole(made.value)) throw new Error("half made");
  });
  const environment = { now: () => 1, uuid: () => "", secret: () => "", tzdata: () => "" };
  await Effect.runPromise(
    Effect.provideContext(work, Context.make(Storage, storage).pipe(Context.add(Environment, environment))),
  );
};

const runOf = (n: number, { jobId, kind, conduct }: Plan.Plan): Run.Run => ({
  id: `run-${n}`,
  jobId,
  jobRevision: 1,
  title: "security",
  kind,
  occurrenceKey: `${n}`,
  planHash: "",
  hasDrifted: false,
  startedAt: 0,
  isIssued: false,
  conduct: { ...conduct, bound: "start", overlap: "wait" },
  lastStart: 0,
  windowEnd: null,
  closedAt: null,
});

const planOf = (n: number): Plan.Plan => ({
  jobId: "job",
  kind: "deployment",
  occurrence: { key: `${n}`, nominalLocal: null },
  isProvisional: false,
  conduct: { reboot: { _tag: "Suppress" }, continueOnFailure: true },
  groups: Array.from({ length: GROUPS }, (_, g) => ({
    patches: Array.from({ length: PATCHES_EACH }, (_, p) => ({
      patchId: `FTSA-${g}-${p}`,
      advisory: `FTSA-${g}-${p}`,
      packages: [{ name: `package-${p}`, arch: "x86_64", evr: `1.${g}-1.el9` }],
    })),
    timing: { zone: null, start: null, windowEnd: null, latestReboot: null },
    assets: Array.from({ length: ASSETS / GROUPS }, (_, i) => uuid(g * (ASSETS / GROUPS) + i)),
  })),
  excluded: [],
  leftOut: [],
  versions: { tzdata: "2026a", tokenizer: "1" },
});

const uuid = (n: number): string => `00000000-0000-4000-a000-${n.toString(16).padStart(12, "0")}`;
