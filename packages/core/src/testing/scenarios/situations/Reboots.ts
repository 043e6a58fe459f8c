/** Situations of reboots: what users do, what hosts allow, and what waits for one. */
import type { RebootEvent } from "@fettle/agent-protocol/vocabulary";
import type { Ledger } from "../invariants/Invariant.ts";
import { type Course, counted, courses, hasDied, isUnderWay, type Situation, type Told, told } from "./Situation.ts";

type Tag = RebootEvent["_tag"];
type Spoken<T extends Tag> = Told<"Reboot"> & {
  readonly body: { readonly event: Extract<RebootEvent, { readonly _tag: T }> };
};

const spoken = <T extends Tag>(ledger: Ledger, tag: T): readonly Spoken<T>[] =>
  told(ledger, "Reboot").filter((t): t is Spoken<T> => t.body.event._tag === tag);

const heldBack =
  (because: Extract<RebootEvent, { readonly _tag: "HeldBack" }>["because"]) =>
  (ledger: Ledger): number =>
    counted(spoken(ledger, "HeldBack"), ({ body }) => body.event.because === because);

const isSameRun = (a: Told<"Reboot">, b: Told<"Reboot">): boolean =>
  a.asset === b.asset && a.body.runId === b.body.runId;

const handReboots = (ledger: Ledger) =>
  ledger.history.deeds.flatMap(({ order, at, value: { asset, truth } }) =>
    truth._tag === "Reboot" && truth.by === "hand" ? [{ order, at, asset }] : [],
  );

// What another run's pending reboot kept from being sent, with the places between which it did.
const blocked = (ledger: Ledger): readonly { readonly course: Course; readonly from: number; readonly to: number }[] =>
  courses(ledger).flatMap((course) => {
    const sent = course.versions.find((v) => v.value.manifest !== null);
    if (sent === undefined) return [];
    return courses(ledger).flatMap((other) => {
      if (other.made.value.assetId !== course.made.value.assetId || other.runId === course.runId) return [];
      const from = other.versions.find((v) => v.value.state.status === "PendingReboot");
      const to = other.versions.find((v) => v.order > (from?.order ?? 0) && v.value.state.status !== "PendingReboot");
      if (from === undefined || to === undefined) return [];
      const { start = course.made.at } = course.made.value.timing ?? {};
      const isKept = start <= to.at && course.made.order < to.order && sent.order > to.order && from.at < to.at;
      return isKept ? [{ course, from: from.order, to: to.order }] : [];
    });
  });

export const reboots: readonly Situation[] = [
  {
    name: "somebody rebooted by hand in the middle of a run, before it asked for a reboot",
    count: (ledger) =>
      counted(handReboots(ledger), ({ asset, order }) =>
        courses(ledger).some(
          (c) =>
            c.asset === asset &&
            isUnderWay(c, order) &&
            !told(ledger, "Reboot").some((t) => t.asset === asset && t.body.runId === c.runId && t.order < order),
        ),
      ),
  },
  {
    name: "somebody rebooted by hand what was suppressed and waited",
    count: (ledger) => counted(spoken(ledger, "Rebooted"), ({ body }) => body.event.by === "hand"),
  },
  {
    name: "a user put a reboot off",
    count: (ledger) => counted(spoken(ledger, "Deferred"), ({ body }) => body.event.byUser),
  },
  {
    name: "a prompt ran out unanswered, and counted as put off",
    count: (ledger) => counted(spoken(ledger, "Deferred"), ({ body }) => !body.event.byUser),
  },
  { name: "a user wanted the reboot at once", count: (ledger) => spoken(ledger, "Accepted").length },
  {
    name: "a user had used up their deferrals, and a countdown ran to its end",
    count: (ledger) =>
      counted(spoken(ledger, "Ordered"), (o) => {
        const earlier = <T extends Tag>(tag: T) =>
          spoken(ledger, tag).filter((t) => isSameRun(t, o) && t.order < o.order);
        return o.body.event.by === "policy" && earlier("Deferred").length > 0 && earlier("Countdown").length > 0;
      }),
  },
  {
    name: "nobody was there, and the machine rebooted without a word",
    count: (ledger) =>
      counted(
        spoken(ledger, "Ordered"),
        (o) => ![...spoken(ledger, "Countdown"), ...spoken(ledger, "Prompted")].some((t) => isSameRun(t, o)),
      ),
  },
  { name: "a reboot was held back by its host's own hours", count: heldBack("host") },
  { name: "a reboot was held back, as three were caused in a day", count: heldBack("too-many") },
  { name: "a reboot was held back, as nobody could be warned", count: heldBack("unseen") },
  {
    name: "a pending reboot kept another job's work back, and let it go",
    count: (ledger) => blocked(ledger).length,
  },
  {
    name: "a pending reboot that kept work back was released by hand",
    count: (ledger) =>
      counted(blocked(ledger), ({ course, from, to }) =>
        handReboots(ledger).some((r) => r.asset === course.asset && r.order > from && r.order < to),
      ),
  },
  {
    name: "a pending reboot kept work back until its window was over",
    count: (ledger) => counted(courses(ledger), ({ last }) => last.state.reason?.startsWith("RBT-02") === true),
  },
  { name: "a reboot was not needed after all", count: (ledger) => spoken(ledger, "Dropped").length },
  { name: "whether a reboot is needed could not be told", count: (ledger) => spoken(ledger, "Unknown").length },
  {
    name: "an order to reboot was cut off, and given again",
    count: (ledger) =>
      counted(spoken(ledger, "Ordered"), (o) =>
        spoken(ledger, "Ordered").some((t) => isSameRun(t, o) && t.order > o.order && t.fact.bootId === o.fact.bootId),
      ),
  },
  {
    name: "a boot took back what had been installed",
    count: (ledger) =>
      counted(
        told(ledger, "Patch"),
        ({ asset, order, body }) =>
          body.outcome === "Failed" &&
          told(ledger, "Patch").some(
            (t) =>
              t.asset === asset &&
              t.order < order &&
              t.body.runId === body.runId &&
              t.body.patchId === body.patchId &&
              t.body.outcome === "InstalledPendingReboot",
          ),
      ),
  },
  {
    name: "an agent died while it waited for an answer, and asked no more often than it may",
    count: (ledger) =>
      counted(spoken(ledger, "Prompted"), (p) => {
        const next = told(ledger, "Reboot").find((t) => isSameRun(t, p) && t.order > p.order);
        return next !== undefined && hasDied(ledger, p.asset, p.order, next.order);
      }),
  },
];
