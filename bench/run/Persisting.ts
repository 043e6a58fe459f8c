/**
 * Reports of agents that come in together, from the request that was proved to what is durable: facts stored, the asset run folded
 * and stored, attempts counted, events told; everything but the signatures. And the last part of it alone, from the batches that
 * this comes to. The driver writes the same rows, a transaction for the reports that came together, its statements recorded beforehand.
 */
import { Crypto, type Facts } from "@fettle/agent-protocol";
import Database from "better-sqlite3";
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import * as AssetRun from "../../packages/core/src/domain/run/AssetRun.ts";
import type * as Run from "../../packages/core/src/domain/run/Run.ts";
import * as Tenant from "../../packages/core/src/domain/shared/Tenant.ts";
import type { ProvedRequest } from "../../packages/core/src/engine/agents/ProvedRequest.ts";
import * as Reports from "../../packages/core/src/engine/agents/Reports.ts";
import * as Repository from "../../packages/core/src/engine/Repository.ts";
import { Environment } from "../../packages/core/src/ports/Environment.ts";
import { type Batch, Storage, type StorageShape } from "../../packages/core/src/ports/Storage.ts";
import type { AgentRecord } from "../../packages/core/src/schema/Stored.ts";
import type { Contest, Context as Given } from "../Entry.ts";
import * as Entities from "../storage/Entities.ts";
import * as Recording from "../storage/Recording.ts";
import * as Stores from "../storage/Stores.ts";

const AGENTS = 1_024;
/** How many report at once: one group of the storage's, and one transaction of the driver's. */
const AT_ONCE = 64;
const PATCHES = 20;
const FACTS = PATCHES + 3;
const TENANT = Tenant.of(Entities.TENANT);

/** Facts a second that become durable, against the raw writes. */
export const timing = (given: Given): Promise<Contest> =>
  against(given, ({ storage }) =>
    Promise.resolve({
      ready: (n) => {
        const volleys = volleysOf(n);
        return Promise.resolve(() => reported(storage, volleys));
      },
      close: () => Promise.resolve(),
    }),
  );

/** The same of the batches that the reports come to, which are worked out beforehand. */
export const committing = (given: Given): Promise<Contest> =>
  against(given, async ({ storage }) => {
    const worked = await Stores.open(given.folder, "worked.db");
    const workedOut = async (n: number): Promise<readonly (readonly Batch[])[]> => {
      const volleys: Batch[][] = [[]];
      const commit = (batch: Batch) => {
        volleys.at(-1)?.push(batch);
        return worked.storage.commit(batch);
      };
      await provide(worked.storage, began(n));
      await reported({ ...worked.storage, commit }, volleysOf(n), () => volleys.push([]));
      return volleys;
    };
    return {
      ready: async (n) => {
        const volleys = await workedOut(n);
        return async () => {
          for (const batches of volleys) {
            const answers = await Effect.runPromise(
              Effect.all(batches.map(storage.commit), { concurrency: "unbounded" }),
            );
            if (answers.some(({ _tag }) => _tag !== "Committed")) throw new Error("a commit was refused");
          }
        };
      },
      close: worked.close,
    };
  });

interface Side {
  /** Prepares the n-th run; what it answers is measured. */
  readonly ready: (n: number) => Promise<() => Promise<void>>;
  readonly close: () => Promise<void>;
}

const against = async ({ folder }: Given, sideOf: (ours: Stores.OpenStorage) => Promise<Side>): Promise<Contest> => {
  const recording = Recording.of(folder, "recorded.db");
  const recorded = await Stores.open(folder, "recorded.db");
  const ours = await Stores.open(folder, "ours.db");
  const raw = await Stores.raw(folder, "raw.db");
  const replaying = Recording.replaying(raw);
  const side = await sideOf(ours);
  let [n, m] = [0, 0];
  return {
    ours: async () => {
      n += 1;
      await provide(ours.storage, began(n));
      return await perSecond(await side.ready(n));
    },
    peer: async () => {
      m += 1;
      recording.take();
      await provide(recorded.storage, began(m));
      replaying(recording.take())();
      const volleys: (() => void)[] = [];
      await reported(recorded.storage, volleysOf(m), () => volleys.push(replaying(recording.take())));
      return await perSecond(() => {
        for (const write of volleys) write();
      });
    },
    close: async () => {
      raw.close();
      for (const store of [side, ours, recorded]) await store.close();
      const [a, b] = [Stores.rowCounts(folder, "ours.db"), Stores.rowCounts(folder, "raw.db")];
      if (n === m && a !== b) throw new Error(`the two wrote different rows:\n${a}\n\n${b}`);
    },
  };
};

/** Facts a second that are on the disk when they are answered, against facts that SQLite may lose with the machine (NORMAL). */
export const durability = async ({ folder }: Given): Promise<Contest> => {
  const full = await Stores.open(folder, "full.db");
  const normal = await withoutWaiting(() => Stores.open(folder, "normal.db"));
  const side = (storage: StorageShape): (() => Promise<number>) => {
    let n = 0;
    return async () => {
      n += 1;
      await provide(storage, began(n));
      const volleys = volleysOf(n);
      return await perSecond(() => reported(storage, volleys));
    };
  };
  return {
    ours: side(full.storage),
    peer: side(normal.storage),
    close: async () => {
      for (const store of [full, normal]) await store.close();
    },
  };
};

// There is no option for it, as nobody should want it: the connection's own demand is turned down as it opens.
const withoutWaiting = async <A>(open: () => Promise<A>): Promise<A> => {
  const prototype = Database.prototype as {
    pragma: (this: Database.Database, text: string, options?: object) => unknown;
  };
  const { pragma } = prototype;
  prototype.pragma = function (text, options) {
    return pragma.call(this, text === "synchronous = FULL" ? "synchronous = NORMAL" : text, options as never);
  };
  try {
    return await open();
  } finally {
    prototype.pragma = pragma;
  }
};

const perSecond = async (work: () => Promise<void> | void): Promise<number> => {
  const begun = performance.now();
  await work();
  return (AGENTS * FACTS) / ((performance.now() - begun) / 1_000);
};

const provide = <A, E>(storage: StorageShape, work: Effect.Effect<A, E, Storage | Environment>): Promise<A> => {
  const environment = { now: () => START, uuid: () => "", secret: () => "", tzdata: () => "" };
  const context = Context.make(Storage, storage).pipe(Context.add(Environment, environment));
  return Effect.runPromise(Effect.provideContext(work, context));
};

/** The n-th run begins: it waits on every agent, whose record is as it was after the run before. */
const began = (n: number) =>
  Effect.gen(function* () {
    const writes = [Repository.put("run", runId(n), runOf(n))];
    for (let i = 0; i < AGENTS; i += 1) {
      if (n === 1) writes.push(Repository.put("agent", Entities.idOf(i), agentOf(i, 0)));
      const assetRun = assetRunOf(n, i);
      writes.push(Repository.put("assetRun", assetRun.id, assetRun));
    }
    yield* Repository.commit(TENANT, { writes });
  });

type Report = Parameters<typeof Reports.keepFacts>;

/** What every agent reports in the n-th run, by those that report at once. */
const volleysOf = (n: number): readonly (readonly Report[])[] =>
  Array.from({ length: AGENTS / AT_ONCE }, (_, volley) =>
    Array.from({ length: AT_ONCE }, (_, i) => [provedOf(n, volley * AT_ONCE + i), { facts: factsOf(n) }]),
  );

const reported = async (
  storage: StorageShape,
  volleys: readonly (readonly Report[])[],
  afterVolley = () => {},
): Promise<void> => {
  for (const volley of volleys) {
    const reports = volley.map((report) => Reports.keepFacts(...report));
    await provide(storage, Effect.all(reports, { concurrency: "unbounded", discard: true }));
    afterVolley();
  }
};

const START = Date.UTC(2026, 0, 1);
const runId = (n: number): string => Entities.idOf(1_000_000 + n);
const patchId = (p: number): string => `FTSA-2026:${1_000 + p}`;

const provedOf = (n: number, i: number): ProvedRequest => {
  const agent = { tenantId: TENANT, id: Entities.idOf(i), revision: n, value: agentOf(i, n - 1) };
  const session = { ...agent.value.session, lastSequence: n };
  const about = { tenantId: TENANT, agentId: agent.id, method: "POST", path: "/v0/facts" } as const;
  const components = { ...about, created: START, nonce: "", epoch: 1, sequence: n, bodyDigest: Crypto.digest("") };
  return { tenantId: TENANT, components, agent, session, isRepeated: false };
};

const agentOf = (i: number, reports: number): AgentRecord => ({
  id: Entities.idOf(i),
  attemptId: Entities.idOf(i),
  publicKey: "A".repeat(43),
  session: { epoch: 1, lastSequence: reports, lastRequest: null },
  provisionedAt: START,
  lastCheckedInAt: START,
  agentVersion: "0.1.0",
  bootId: Entities.idOf(i),
  timeZone: "Europe/Berlin",
  tzdata: "2026a",
  configuration: null,
  statusIntervalSeconds: 900,
  snapshot: null,
  manifestVersion: 1,
  manifests: [],
  factsThrough: reports * FACTS,
  uninstall: null,
});

const assetRunOf = (n: number, i: number): AssetRun.AssetRun => {
  const base = {
    id: AssetRun.idOf(runId(n), Entities.idOf(i)),
    runId: runId(n),
    jobId: "job",
    assetId: Entities.idOf(i),
    placed: { status: "Pending" as const, reason: null, at: START },
    marks: [],
    timing: { start: START, windowEnd: null },
    patches: Array.from({ length: PATCHES }, (_, p) => ({
      patchId: patchId(p),
      advisory: patchId(p),
      packages: [{ name: `package-${p}`, arch: "x86_64", evr: "1.0-1.el9" }],
    })),
    manifest: { version: 1, digest: `sha256:${"0".repeat(64)}`, notAfter: START, issuedAt: START },
  };
  return { ...base, state: AssetRun.fold(base, []) };
};

const runOf = (n: number): Run.Run => ({
  id: runId(n),
  jobId: "job",
  jobRevision: 1,
  title: "security",
  kind: "deployment",
  occurrenceKey: `${n}`,
  planHash: "",
  hasDrifted: false,
  startedAt: START,
  isIssued: true,
  conduct: null,
  lastStart: START,
  windowEnd: null,
  closedAt: null,
});

const factsOf = (n: number): Facts.Fact[] => {
  const status = (to: "Downloaded" | "JobStarted" | "Completed") =>
    ({ _tag: "Status", runId: runId(n), status: to, reason: null }) as const;
  const bodies: Facts.Fact["body"][] = [
    status("Downloaded"),
    status("JobStarted"),
    ...Array.from({ length: PATCHES }, (_, p) => ({
      _tag: "Patch" as const,
      runId: runId(n),
      patchId: patchId(p),
      attempt: 1,
      outcome: "Installed" as const,
      reasonCode: null,
      exitCode: 0,
      outputTail: "Complete!",
      packages: [{ name: `package-${p}`, arch: "x86_64", before: ["0.9-1.el9"], after: ["1.0-1.el9"] }],
    })),
    status("Completed"),
  ];
  return bodies.map((body, k) => ({ sequence: (n - 1) * FACTS + k + 1, at: START + k, bootId: "boot", body }));
};
