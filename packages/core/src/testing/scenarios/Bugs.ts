/**
 * Bugs that the simulator must see, each planted at a seam between the code under test and what it stands on. That one is found shows
 * that the invariant behind it looks; none of them can be switched on in what is shipped, for there is no switch.
 */
import type { WireReply } from "@fettle/agent-protocol";
import { Dsse, Json } from "@fettle/agent-protocol";
import type { InstallerShape, JournalRecord } from "@fettle/agent-protocol/agent";
import { Package as P } from "@fettle/agent-protocol/vocabulary";
import * as Effect from "effect/Effect";
import type { Batch, EntityKind, PutWrite, StorageShape, Stored, StoredJson } from "../../ports/Storage.ts";
import type * as Seams from "./Seams.ts";

export interface Bug {
  readonly name: string;
  readonly seams: Seams.Seams;
}

type Body = { readonly [member: string]: StoredJson };
type Write = Batch["writes"][number];

/** A storage whose commits are other ones; null: it is answered as carried out, and isn't. */
const commits =
  (change: (batch: Batch) => Batch | null) =>
  (storage: StorageShape): StorageShape => ({
    ...storage,
    commit: (batch) => {
      const changed = change(batch);
      return changed === null ? Effect.succeed({ _tag: "Committed" as const }) : storage.commit(changed);
    },
  });

const puts =
  (kind: EntityKind, change: (body: Body, write: PutWrite) => Body | null) =>
  (batch: Batch): Batch => ({
    ...batch,
    writes: batch.writes.flatMap((w): readonly Write[] => {
      if (w._tag !== "Put" || w.kind !== kind) return [w];
      const body = change(w.body as Body, w);
      return body === null ? [] : [{ ...w, body }];
    }),
  });

const hasPut = (batch: Batch, kind: EntityKind): boolean =>
  batch.writes.some((w) => w._tag === "Put" && w.kind === kind);

/** A storage that shows entities of a kind as they are not; null: it doesn't show them at all. */
const reads =
  (kind: EntityKind, show: (body: Body) => Body | null) =>
  (storage: StorageShape): StorageShape => {
    const shown = (stored: Stored): readonly Stored[] => {
      if (stored.kind !== kind) return [stored];
      const body = show(stored.body as Body);
      return body === null ? [] : [{ ...stored, body }];
    };
    return {
      ...storage,
      get: (tenantId, k, id) =>
        Effect.map(storage.get(tenantId, k, id), (s) => (s === null ? null : (shown(s)[0] ?? null))),
      getMany: (tenantId, k, ids) => Effect.map(storage.getMany(tenantId, k, ids), (all) => all.flatMap(shown)),
      list: (tenantId, k, page) => Effect.map(storage.list(tenantId, k, page), (all) => all.flatMap(shown)),
      find: (tenantId, k, index, page) =>
        Effect.map(storage.find(tenantId, k, index, page), (all) => all.flatMap(shown)),
    };
  };

/** A journal that loses records of a kind, and says that it has them. */
const forgets = (tags: readonly JournalRecord["_tag"][]): Seams.Seams => ({
  journal: (journal) => ({
    ...journal,
    append: (records) => {
      const kept = records.filter((r) => !tags.includes(r._tag));
      return kept.length === 0 ? Effect.void : journal.append(kept);
    },
    compact: () => Effect.void,
  }),
});

/** A journal whose last records are still in memory as its machine dies. */
const dropsFsync: Seams.Seams = {
  journal: (journal, { isNewLife }) => {
    let unsynced: JournalRecord[] = [];
    return {
      append: (records) =>
        Effect.suspend(() => {
          const due = unsynced.splice(0, Math.max(0, unsynced.length - 3));
          unsynced.push(...records);
          return due.length === 0 ? Effect.void : journal.append(due);
        }),
      read: () => {
        if (isNewLife()) unsynced = [];
        return journal.read();
      },
      compact: () => Effect.void,
    };
  },
};

/** An agent that takes an installer's word: what it said is done is found done. */
const trustsExitCodes: Seams.Seams = {
  installer: (installer): InstallerShape => {
    const claimed = new Map<string, string>();
    return {
      ...installer,
      install: (patch, effort) =>
        Effect.map(installer.install(patch, effort), (report) => {
          if (report.exitCode === 0) for (const p of patch.packages) claimed.set(P.key(p), p.evr);
          return report;
        }),
      detect: (patch) =>
        Effect.map(installer.detect(patch), (found) =>
          found.map((f) => ({ ...f, evrs: claimed.has(P.key(f)) ? [claimed.get(P.key(f)) ?? ""] : f.evrs })),
        ),
    };
  },
};

/** An agent that installs another time what is there. */
const installsTwice: Seams.Seams = {
  installer: (installer) => ({
    ...installer,
    install: (patch, effort) =>
      Effect.andThen(installer.install(patch, effort), () => installer.install(patch, effort)),
  }),
};

/** A control plane that answers otherwise than it decided, in its own name. */
const answers = (path: string, change: (reply: Body) => Body): Seams.Seams => ({
  reply: (request, reply, { tenantKeys, sign }): WireReply => {
    if (request.path !== path || reply.status !== 200) return reply;
    const read = Dsse.read(reply.body, { bytes: 1_000_000 });
    if (!read.ok) return reply;
    const decoded = Json.decode(read.value.payload, { bytes: 1_000_000, depth: 32 });
    if (!decoded.ok) return reply;
    return { ...reply, body: Dsse.seal(Dsse.payloadTypes.reply, change(decoded.value as Body), tenantKeys, sign) };
  },
});

const now = (by: number): Seams.Seams => ({ agentNow: (_, clock) => clock + by });
const HOUR_MS = 3_600_000;

const engine = (storage: (s: StorageShape) => StorageShape): Seams.Seams => ({ engine: storage });
const disk = (storage: (s: StorageShape) => StorageShape): Seams.Seams => ({ disk: storage });

const everyFleet = (body: Body): Body => ({ ...body, tags: ["desks", "fleet", "outside", "servers"] });

let counter = 0;

/** The list, in no order. */
export const bugs: readonly Bug[] = [
  { name: "the journal says it is durable before it is", seams: dropsFsync },
  { name: "an attempt is begun before it is on record", seams: forgets(["InstallIntended", "InstallReported"]) },
  { name: "request numbers start again in the agent's next life", seams: forgets(["SequenceReserved"]) },
  { name: "facts are acknowledged before they are kept", seams: disk(commits((b) => (hasPut(b, "fact") ? null : b))) },
  {
    name: "a fact that comes again is kept again",
    seams: disk(
      commits((b) => ({
        ...b,
        writes: b.writes.flatMap((w): readonly Write[] => {
          if (w._tag !== "Put" || w.kind !== "fact") return [w];
          counter += 1;
          return [w, { ...w, id: `${w.id}.${counter}` }];
        }),
      })),
    ),
  },
  { name: "an installer's exit code is believed", seams: trustsExitCodes },
  { name: "a patch is installed twice in one attempt", seams: installsTwice },
  { name: "a nonce is used again", seams: { nonce: () => "AAAAAAAAAAAAAAAAAAAAAA" } },
  { name: "the agent's clock is an hour behind, and it goes by it", seams: now(-HOUR_MS) },
  {
    name: "the agent's clock is read an hour ahead",
    seams: { agentNow: (true_, clock) => (true_ % (6 * HOUR_MS) < 3 * HOUR_MS ? clock : clock + HOUR_MS) },
  },
  {
    name: "the wrong zone is told to the platform",
    seams: {
      host: (host) => ({ ...host, facts: () => Effect.map(host.facts(), (f) => ({ ...f, timeZone: "Etc/UTC" })) }),
    },
  },
  {
    name: "what was revoked is not said to who holds it",
    seams: answers("/v0/check-in", (r) => ({ ...r, revoked: [] })),
  },
  { name: "facts are never reported", seams: { swallows: (r) => r.path === "/v0/facts" } },
  { name: "holds are not looked at", seams: engine(reads("hold", () => null)) },
  {
    name: "withdrawn patches are taken for good",
    seams: engine(reads("patch", (b) => ({ ...b, isDeprecated: false }))),
  },
  {
    name: "what only its vendor gives out is taken for anybody's",
    seams: engine(reads("patch", (b) => ({ ...b, download: { _tag: "Repository" } }))),
  },
  { name: "tags are read as if every asset bore them", seams: engine(reads("asset", everyFleet)) },
  {
    name: "seats are not counted",
    seams: engine(
      reads("subscription", (b) => ({
        ...b,
        licences: { PM: { ...(b.licences as { readonly PM: Body }).PM, seats: 1_000_000 } },
      })),
    ),
  },
  {
    name: "who has no licence is licensed",
    seams: engine(
      reads("subscription", (b) => ({
        ...b,
        licences: { PM: { seats: 1_000_000, include: { mode: "any", tags: [] }, exclude: { mode: "any", tags: [] } } },
      })),
    ),
  },
  {
    name: "an occurrence may become a run as often as it likes",
    seams: engine(
      commits((b) =>
        hasPut(b, "run")
          ? {
              ...puts("recurred", () => null)(b),
              uniques: b.uniques.filter((u) => !u.key.startsWith("run/")),
              expect: b.expect.filter((e) => e.kind !== "recurred" && e.kind !== "job"),
            }
          : b,
      ),
    ),
  },
  { name: "the watchdog writes nothing", seams: engine(commits((b) => (isTimingOut(b) ? null : b))) },
  {
    name: "one job that comes first is the only one",
    seams: engine((s) => ({
      ...s,
      find: (t, k, i, p) =>
        k === "assetRun" || (k === "job" && i.name === "status")
          ? Effect.map(s.find(t, k, i, p), (all) => all.slice(0, 1))
          : s.find(t, k, i, p),
    })),
  },
  { name: "a fact is written down otherwise than it was told", seams: engine(commits(puts("fact", better))) },
  {
    name: "a walk over the assets is never noted as done",
    seams: engine(commits(puts("sweep", (b) => ({ ...b, isPending: true })))),
  },
  { name: "a run that is over goes back to its start", seams: engine(commits(puts("assetRun", backToStart))) },
];

function isTimingOut(batch: Batch): boolean {
  return batch.writes.some(
    (w) =>
      w._tag === "Put" &&
      w.kind === "assetRun" &&
      ((w.body as Body).state as Body).status === "TimedOut" &&
      !hasPut(batch, "run"),
  );
}

function better(body: Body): Body {
  const fact = body.fact as Body;
  const told = fact.body as Body;
  return told._tag === "Patch" && told.outcome === "Failed"
    ? { ...body, fact: { ...fact, body: { ...told, outcome: "Installed", reasonCode: null } } }
    : body;
}

function backToStart(body: Body): Body {
  const state = body.state as Body;
  counter += 1;
  return state.status === "Completed" && counter % 2 === 0
    ? { ...body, state: { ...state, status: "Patching" } }
    : body;
}

/** A bug that was planted, and whether and where it was seen. */
export interface Sighting {
  readonly bug: string;
  readonly plays: number;
  /** The invariant; null: not seen. A play that can't go on is seen as `crash`, one without an end as `endless`. */
  readonly seenBy: string | null;
}
