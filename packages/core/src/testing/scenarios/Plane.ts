/** The control plane of a scenario: the real engine over storage in memory, mortal at every commit. */
import type { Crypto, WireReply, WireRequest } from "@fettle/agent-protocol";
import * as Context from "effect/Context";
import * as Effect from "effect/Effect";
import * as References from "effect/References";
import type { User } from "../../domain/access/User.ts";
import * as Actor from "../../domain/shared/Actor.ts";
import { SignatureWork } from "../../engine/agents/SignatureWork.ts";
import * as Fettle from "../../Fettle.ts";
import { BlobStore } from "../../ports/BlobStore.ts";
import { Directory } from "../../ports/Directory.ts";
import { Environment } from "../../ports/Environment.ts";
import { type Batch, type EntityKind, Storage, type StorageShape } from "../../ports/Storage.ts";
import { TenantKeys } from "../../ports/TenantKeys.ts";
import * as StaticDirectory from "../StaticDirectory.ts";
import * as Ports from "../simulation/Ports.ts";
import type * as Random from "../simulation/Random.ts";
import { SimulatedCrash } from "../simulation/SimulatedOs.ts";
import * as MemoryBlobStore from "../storage/MemoryBlobStore.ts";
import * as MemoryStorage from "../storage/MemoryStorage.ts";
import type * as History from "./History.ts";
import type { KeyedSignatures } from "./KeyedSignatures.ts";
import type * as Seams from "./Seams.ts";
import * as Together from "./Together.ts";

export const TENANT = "acme";
/** Owns the jobs. */
export const owner = Actor.user(TENANT, "mara");
/** Keeps what is the tenant's. */
export const root = Actor.user(TENANT, "root");

export interface PlaneOptions {
  readonly now: () => number;
  readonly random: Random.Random;
  readonly crashes: () => number;
  readonly history: History.Recorder;
  readonly seams: Seams.Seams;
  readonly signing: KeyedSignatures;
  readonly keys: Crypto.KeyPair;
  readonly count: Ports.Count;
}

/** What somebody asks of whichever process is there. */
export type Call<A, E> = (fettle: Fettle.Fettle) => Effect.Effect<A, E>;

export interface Plane {
  readonly storage: MemoryStorage.MemoryStorage;
  readonly setUser: (user: User) => void;
  /** Runs a call of the façade; null where it was refused. It is made again after a crash of the control plane. */
  readonly ask: <A, E>(call: Call<A, E>) => A | null;
  /** As {@link Plane.ask}, of what can't be refused. */
  readonly call: <A, E>(call: Call<A, E>) => A;
  /** So many at once; what they were at is gone when the process dies. */
  readonly tick: (tickers: number) => void;
  readonly handle: (request: WireRequest) => WireReply;
  readonly backUp: () => Backup;
  /** Puts back what a backup holds; another process begins. */
  readonly restore: (backup: Backup) => void;
}

/** All that is stored, as of a place in the order. */
export interface Backup {
  readonly dump: MemoryStorage.MemoryDump;
  readonly mark: History.Mark;
}

export const maraWith = (tags: readonly string[]): User => ({
  id: "mara",
  roles: ["PatchManager"],
  scope: { _tag: "Tags", tags: [...tags] },
});

/** Has another scope for good, and gets jobs that were hers. */
export const otto: User = {
  id: "otto",
  roles: ["PatchManager"],
  scope: { _tag: "Tags", tags: ["servers", "outside"] },
};

export const make = (options: PlaneOptions): Plane => {
  const { now, random, seams, keys } = options;
  const { sign, verify } = options.signing.suite;
  const storage = MemoryStorage.make();
  const ground: Seams.Ground = { random: random.stream("bug"), now, tenantKeys: keys, sign: options.signing.suite };
  const directory = StaticDirectory.make({
    [TENANT]: [maraWith(["fleet"]), otto, { id: "root", roles: ["SuperUser"], scope: { _tag: "All" } }],
  });
  const doing: Doing = { isMingled: false, work: "call" };
  const at = <A>(work: Doing["work"], run: () => A): A => {
    const former = doing.work;
    doing.work = work;
    try {
      return run();
    } finally {
      doing.work = former;
    }
  };
  const [ids, turns] = [random.stream("ids"), random.stream("turns")];
  const disk = storageOf(options, storage, ground, doing);
  const ports = Context.make(Storage, disk).pipe(
    Context.add(BlobStore, MemoryBlobStore.make({ now })),
    Context.add(TenantKeys, { keyPair: () => Effect.succeed(keys) }),
    Context.add(Directory, directory),
    Context.add(SignatureWork, {
      sign: (pair, data) => Effect.sync(() => sign(pair, data)),
      verify: (key, data, signature) => Effect.sync(() => verify(key, data, signature)),
    }),
    Context.add(Environment, { now, uuid: ids.uuid, secret: () => ids.token(32), tzdata: () => "simulated" }),
    // Nobody looks at spans here.
    Context.add(References.TracerEnabled, false),
  );
  // What a process keeps in memory it keeps by its storage: another one knows of nothing but what is stored.
  const begin = (): Fettle.Fettle => Fettle.make(Context.add(ports, Storage, { ...disk }));
  let fettle = begin();
  const mortal = <A>(run: () => A): A => {
    try {
      return run();
    } catch (cause) {
      if (cause instanceof SimulatedCrash) fettle = begin();
      throw cause;
    }
  };
  const asked = <A, E>(call: Call<A, E>) => mortal(() => Effect.runSync(call(fettle)));
  return {
    storage,
    setUser: (user) => directory.set(TENANT, user),
    ask: (call) => insist(() => asked(call), true),
    call: (call) => insist(() => asked(call), false) as never,
    tick: (tickers) => {
      if (tickers === 1) return at("tick", () => dying(() => mortal(() => Effect.runSync(fettle.tick()))));
      doing.isMingled = true;
      const all = Array.from({ length: tickers }, () => fettle.tick());
      at("tick", () => dying(() => mortal(() => Together.run(all, turns.below))));
      doing.isMingled = false;
    },
    handle: (request) => {
      const reply = at("request", () => mortal(() => Effect.runSync(fettle.gateway.handle(request))));
      return seams.reply?.(request, reply, ground) ?? reply;
    },
    backUp: () => ({ dump: storage.dump(), mark: options.history.mark() }),
    restore: ({ dump, mark }) => {
      storage.restore(dump);
      options.history.restored(mark);
      fettle = begin();
    },
  };
};

/** Lets the control plane die, and start anew; whatever else goes wrong is a bug. */
export const dying = (run: () => unknown): void => {
  try {
    run();
  } catch (cause) {
    if (!(cause instanceof SimulatedCrash)) throw cause;
  }
};

const insist = <A>(run: () => A, mayBeRefused: boolean): A | null => {
  for (;;) {
    try {
      return run();
    } catch (cause) {
      if (cause instanceof SimulatedCrash) continue;
      if (mayBeRefused && (cause as { readonly _tag?: string })._tag === "Rejected") return null;
      throw cause;
    }
  }
};

/** What the control plane is at. */
interface Doing {
  /** Several tick at once. */
  isMingled: boolean;
  work: "call" | "tick" | "request";
}

const kindsOf = (batch: Batch): readonly EntityKind[] => [...new Set(batch.writes.map((w) => w.kind))];

const storageOf = (
  { random, crashes, history, seams, count }: PlaneOptions,
  memory: MemoryStorage.MemoryStorage,
  ground: Seams.Ground,
  doing: Readonly<Doing>,
): StorageShape => {
  const { dump: _dump, restore: _restore, ...shape } = memory;
  const disk = seams.disk?.(shape, ground) ?? shape;
  const strike = random.stream("server");
  const crash = () => strike.chance(crashes());
  const watched: StorageShape = {
    ...disk,
    commit: (batch) =>
      Effect.suspend(() => {
        const dies = (when: "before" | "after"): void => {
          if (!crash()) return;
          history.befell({ _tag: "PlaneDied", when, work: doing.work, kinds: kindsOf(batch) });
          throw new SimulatedCrash(`the control plane, ${when} a commit`);
        };
        dies("before");
        return Effect.map(disk.commit(batch), (answer) => {
          if (answer._tag === "Committed") history.committed(batch);
          else history.befell({ _tag: "CommitRefused", because: answer.because, kinds: kindsOf(batch) });
          dies("after");
          return answer;
        });
      }),
  };
  const engine = seams.engine?.(watched, ground) ?? watched;
  return Ports.mingled(Ports.counted("storage", engine, count), () => doing.isMingled);
};
