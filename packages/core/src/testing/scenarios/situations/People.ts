/** Situations of people who change their minds while work is out: jobs, patches, tags, licences, assets. */
import * as History from "../History.ts";
import type { Ledger } from "../invariants/Invariant.ts";
import { instant } from "../Scenario.ts";
import {
  type Course,
  counted,
  courses,
  events,
  isOpen,
  isUnderWay,
  isWaiting,
  lines,
  marked,
  type Situation,
} from "./Situation.ts";

// How many of the moments fall on a course of which that is so.
const meets = <M extends { readonly order: number }>(
  ledger: Ledger,
  moments: readonly M[],
  is: (course: Course, moment: M) => boolean,
): number => counted(moments, (m) => courses(ledger).some((c) => is(c, m)));

// Where an entity came to be as it had not been before.
const turns = <A>(versions: History.Versions<A>, is: (a: A | null) => boolean): readonly { readonly order: number }[] =>
  versions.filter((v, i) => is(v.value) && (i === 0 || !is(versions[i - 1]?.value ?? null)));

const ofPatches = (ledger: Ledger, kind: "hold" | "patch", is: (patch: unknown) => boolean) =>
  [...ledger.history.of(kind)].flatMap(([id, versions]) =>
    turns(versions as History.Versions<unknown>, is).map(({ order }) => ({ order, id })),
  );

const isPlanned = (course: Course, order: number, patchId: string): boolean =>
  isOpen(course, order) && course.made.value.patches.some((p) => p.patchId === patchId);

const removals = (ledger: Ledger) =>
  [...ledger.history.of("asset")].flatMap(([id, versions]) =>
    versions.filter((v) => v.value === null).map(({ order }) => ({ order, id })),
  );

export const people: readonly Situation[] = [
  {
    name: "a job was disabled between making its run and sending it",
    count: (ledger) => counted(courses(ledger), (c) => marked(c, "Revoked")?.before?.manifest === null),
  },
  {
    name: "a manifest was revoked while its agent held it, and was dropped",
    count: (ledger) => lines(ledger, "ManifestDropped").length,
  },
  {
    name: "a job was disabled in the middle of an asset's run",
    count: (ledger) =>
      meets(ledger, events(ledger, "JobDisabled"), (c, e) => c.jobId === e.id && isUnderWay(c, e.order)),
  },
  {
    name: "a job was deleted with work of it out",
    count: (ledger) => meets(ledger, events(ledger, "JobDeleted"), (c, e) => c.jobId === e.id && isOpen(c, e.order)),
  },
  {
    name: "a job was disabled and enabled again, and went on with its next time",
    count: (ledger) =>
      counted(events(ledger, "JobDisabled"), ({ id, order }) => {
        const again = events(ledger, "JobEnabled").find((e) => e.id === id && e.order > order);
        return (
          again !== undefined && [...ledger.made.values()].some((m) => m.value.jobId === id && m.order > again.order)
        );
      }),
  },
  {
    name: "a job changed hands with work of it out",
    count: (ledger) =>
      meets(ledger, events(ledger, "JobOwnerChanged"), (c, e) => c.jobId === e.id && isOpen(c, e.order)),
  },
  {
    name: "a job was changed when its next run was made already, and the run stayed as it was",
    count: (ledger) =>
      meets(ledger, events(ledger, "JobChanged"), (c, e) => {
        const start = c.made.value.timing?.start ?? 0;
        return c.jobId === e.id && isOpen(c, e.order) && start > e.at;
      }),
  },
  {
    name: "a plan had drifted between its enabling and its run",
    count: ({ runs }) => counted(runs.values(), (r) => r.hasDrifted),
  },
  {
    name: "an asset was purged with work out",
    count: (ledger) =>
      counted(courses(ledger), (c) => {
        const withdrawn = marked(c, "Withdrawn");
        return withdrawn !== null && withdrawn.before?.manifest != null;
      }),
  },
  {
    name: "an asset was purged in the middle of its run",
    count: (ledger) =>
      meets(ledger, removals(ledger), (c, r) => c.made.value.assetId === r.id && isUnderWay(c, r.order)),
  },
  {
    name: "an asset joined while a run was open that came too early for it",
    count: (ledger) =>
      meets(ledger, events(ledger, "AgentProvisioned"), (c, e) => isOpen(c, e.order) && c.made.value.assetId !== e.id),
  },
  {
    name: "the licence fell to Free while work was out that had not begun",
    count: (ledger) =>
      meets(
        ledger,
        [...ledger.history.of("subscription").values()].flatMap((v) => turns(v, (s) => s?.plan === "Free")),
        (c, t) => isWaiting(c, t.order),
      ),
  },
  {
    name: "a seat was lost between the plan and the sending",
    count: (ledger) => counted(courses(ledger), (c) => marked(c, "NotLicensed") !== null),
  },
  {
    name: "the owner's scope had shrunk by the moment of sending",
    count: (ledger) => counted(courses(ledger), (c) => marked(c, "OutOfScope") !== null),
  },
  {
    name: "a patch was put on hold after it was planned",
    count: (ledger) =>
      meets(
        ledger,
        ofPatches(ledger, "hold", (h) => h !== null),
        (c, t) => isPlanned(c, t.order, t.id),
      ),
  },
  {
    name: "a patch was withdrawn after it was planned",
    count: (ledger) => {
      const isWithdrawn = (p: unknown): boolean =>
        (p as { readonly isDeprecated?: boolean } | null)?.isDeprecated === true;
      return meets(ledger, ofPatches(ledger, "patch", isWithdrawn), (c, t) => isPlanned(c, t.order, t.id));
    },
  },
  {
    name: "a patch was released, and planned again",
    count: (ledger) =>
      counted(events(ledger, "PatchReleased"), ({ id, order }) =>
        [...ledger.made.values()].some((m) => m.order > order && m.value.patches.some((p) => p.patchId === id)),
      ),
  },
  {
    name: "somebody changed a package by hand that was planned to be changed",
    count: (ledger) => {
      const { edits } = ledger.played.scenario;
      return counted(edits, (e) => {
        if (e._tag !== "ByHand") return false;
        const at = instant(ledger.played.scenario, e.at);
        return courses(ledger).some(
          ({ asset, made, ended }) =>
            asset === e.asset &&
            made.at < at &&
            (ended?.at ?? Number.POSITIVE_INFINITY) > at &&
            made.value.patches.some((p) => p.packages.some(({ name }) => name === e.package)),
        );
      });
    },
  },
  {
    name: "an asset bore another tag by the time its run began",
    count: (ledger) =>
      counted(courses(ledger), ({ made, started }) => {
        if (started === null) return false;
        const versions = ledger.history.of("asset").get(made.value.assetId);
        const [before, then] = [made.order, started.order].map((o) => History.standing(versions, o)?.tags.join());
        return before !== undefined && then !== undefined && before !== then;
      }),
  },
];
