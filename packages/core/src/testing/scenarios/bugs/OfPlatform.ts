/** Bugs of the control plane. */
import * as Effect from "effect/Effect";
import type { Batch } from "../../../ports/Storage.ts";
import type { Bug } from "./Bug.ts";
import { answers, type Body, commits, disk, engine, hasPut, puts, reads, type Write } from "./Planting.ts";

const everyFleet = (body: Body): Body => ({ ...body, tags: ["desks", "fleet", "outside", "servers"] });

/** The list, in no order. */
export const ofPlatform: readonly Bug[] = [
  { name: "facts are acknowledged before they are kept", seams: disk(commits((b) => (hasPut(b, "fact") ? null : b))) },
  {
    name: "a fact that comes again is kept again",
    seams: disk((storage) => {
      let copies = 0;
      return commits((b) => ({
        ...b,
        writes: b.writes.flatMap((w): readonly Write[] => {
          if (w._tag !== "Put" || w.kind !== "fact") return [w];
          copies += 1;
          return [w, { ...w, id: `${w.id}.${copies}` }];
        }),
      }))(storage);
    }),
  },
  {
    name: "what was revoked is not said to who holds it",
    // As the protocol says that nothing was: it leaves it out.
    seams: answers("/v0/check-in", ({ revoked: _revoked, ...reply }) => reply),
  },
  { name: "holds are not looked at", seams: engine(reads("hold", () => null)) },
  {
    name: "withdrawn patches are taken for good",
    seams: engine(reads("patch", (b) => ({ ...b, isDeprecated: false }))),
  },
  {
    name: "what only its vendor gives out is taken for anybody's",
    seams: engine(reads("patch", (b) => ({ ...b, download: { _tag: "Repository" } }))),
  },
  { name: "scopes of former owners are forgotten", seams: engine(reads("job", (b) => ({ ...b, formerScopes: [] }))) },
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
    seams: {
      engine: (storage, { random }) =>
        commits((b) => {
          const run = b.writes.find((w) => w._tag === "Put" && w.kind === "run");
          const uniques = b.uniques.filter((u) => !u.key.startsWith("run/"));
          if (run === undefined || uniques.length === b.uniques.length) return b;
          const unclaimed: Batch = {
            ...puts("recurred", () => null)(b),
            uniques,
            expect: b.expect.filter((e) => e.kind !== "recurred" && e.kind !== "job"),
          };
          // Under the same id its agents would know it again (RUN-11).
          return JSON.parse(JSON.stringify(unclaimed).replaceAll(run.id, random.uuid())) as Batch;
        })(storage),
    },
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
  {
    name: "a run that is over goes back to its start",
    seams: engine((s) => commits(puts("assetRun", backToStart()))(s)),
  },
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

function backToStart(): (body: Body) => Body {
  let completed = 0;
  return (body) => {
    const state = body.state as Body;
    if (state.status !== "Completed") return body;
    completed += 1;
    return completed % 2 === 0 ? { ...body, state: { ...state, status: "Patching" } } : body;
  };
}
