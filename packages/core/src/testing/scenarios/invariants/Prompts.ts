/** What whoever sits at a machine is asked before it reboots, and by when it does: I23, RBT-08, RBT-11, RBT-14. */
import { Limits } from "@fettle/scheduler";
import type { AssetSpec } from "../Scenario.ts";
import { type Invariant, iso, type Ledger, type Seen, seen } from "./Invariant.ts";
import * as Phase from "./Phase.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const isThere = ({ user }: AssetSpec, from: number, to: number): boolean =>
  user?.there.some((s) => s.from <= from && to < s.until) === true;

const says = ({ user }: AssetSpec, answer: "defer" | "reboot-now", by: number): boolean =>
  user?.habit?.answer === answer || user?.says?.some((s) => s.answer === answer && s.at <= by) === true;

interface Case extends Phase.Caused {
  readonly ledger: Ledger;
  readonly spec: AssetSpec;
  readonly order_: Phase.Told;
  /** Told of the run's reboot before the machine went down. */
  readonly story: readonly Phase.Told[];
}

const cases = (ledger: Ledger): readonly Case[] =>
  Phase.caused(ledger).flatMap((c) => {
    const [order_, spec] = [Phase.orderOf(ledger, c), Phase.specOf(ledger, c.asset)];
    if (order_ === null || spec === null) return [];
    return [{ ...c, ledger, spec, order_, story: Phase.before(ledger, c.asset, order_.runId, c.order) }];
  });

// Nobody's wish but theirs who sit there; and whoever is there has been warned, for as long as they were told.
const unwarned = ({ spec, story, order_, at, clockAt }: Case): string | null => {
  if (order_.event._tag !== "Ordered") return null;
  if (order_.event.by === "user") return says(spec, "reboot-now", at) ? null : "by a user who never wanted it";
  const last = story.flatMap(({ event }) => (event._tag === "Countdown" ? [event] : [])).at(-1);
  if (last !== undefined && clockAt < last.until) return `before its countdown ends at ${iso(last.until)}`;
  const isWarned = last !== undefined || story.some(({ event }) => event._tag === "Prompted");
  // Somebody who logged in a moment ago may be late for any warning.
  return !isWarned && isThere(spec, at - MINUTE_MS, at) ? "and nobody who was there had been warned" : null;
};

// Who is there all the time may defer as often as the job says, and does so or lets it pass before the machine goes down.
const shortened = ({ ledger, asset, spec, story, order_, at }: Case): string | null => {
  const policy = Phase.policyOf(ledger, asset, order_.runId);
  const needed = story.find(({ event }) => event._tag === "Needed");
  const isByPolicy = order_.event._tag === "Ordered" && order_.event.by === "policy";
  if (policy?._tag !== "Request" || needed === undefined || !isByPolicy) return null;
  if (spec.user?.isOutOfReach === true || !isThere(spec, needed.at, at)) return null;
  const deferred = new Set(story.flatMap(({ event }) => (event._tag === "Deferred" ? [event.number] : []))).size;
  const count = policy.deferrals?.count ?? 0;
  return deferred < count ? `after ${deferred} deferrals of ${count}` : null;
};

const asked = (ledger: Ledger): readonly Seen[] =>
  [...ledger.journals.keys()].flatMap((asset) => {
    const spec = Phase.specOf(ledger, asset);
    const all = Phase.told(ledger, asset);
    return [...new Set(all.map(({ runId }) => runId))].flatMap((runId) => {
      const wrong = spec === null ? null : misasked(ledger, spec, all, runId);
      return wrong === null ? [] : [seen(asset, `run ${runId}: ${wrong}`)];
    });
  });

const misasked = (ledger: Ledger, spec: AssetSpec, all: readonly Phase.Told[], runId: string): string | null => {
  const policy = Phase.policyOf(ledger, spec.name, runId);
  const story = all.filter((t) => t.runId === runId);
  const prompts = story.filter(({ event }) => event._tag === "Prompted").length;
  const allowed = policy?._tag === "Request" ? (policy.deferrals?.count ?? 0) : 0;
  if (prompts > allowed) return `${prompts} prompts of ${allowed}`;
  const forged = story.find(({ event, at }) => event._tag === "Deferred" && event.byUser && !says(spec, "defer", at));
  if (forged !== undefined) return "deferred by a user who never did";
  const notices = Phase.shown(ledger, spec.name, runId);
  const unseen = story.find(
    ({ event, order }) =>
      (event._tag === "Prompted" || event._tag === "Countdown") && !notices.some((n) => n.order < order),
  );
  return unseen === undefined ? null : `a ${unseen.event._tag} is told that nobody could see`;
};

const inTime: Invariant = {
  id: "I23",
  title: "a user is warned, may defer so often and no more, and is rebooted no sooner than they were told",
  check: (ledger) => [
    ...asked(ledger),
    ...cases(ledger).flatMap((c) => {
      const wrong = unwarned(c) ?? shortened(c);
      return wrong === null ? [] : [seen(c.asset, `rebooted at ${iso(c.at)} ${wrong}`)];
    }),
  ],
};

// From when it may go on undisturbed: deferrals, countdowns before and after what held it back, and an hour for everything else.
const latest = (ledger: Ledger, spec: AssetSpec, needed: Phase.Told): number | null => {
  const policy = Phase.policyOf(ledger, spec.name, needed.runId);
  if (policy === null || policy._tag === "Suppress") return null;
  const deferrals = policy._tag === "Request" ? policy.deferrals : null;
  const countdown = policy.countdownMinutes ?? Limits.WARNING_MINUTES;
  const held = (spec.noReboot ?? []).reduce((sum, { from, to }) => sum + to - from, 0);
  const minutes = (deferrals === null ? 0 : deferrals.count * deferrals.minutes) + 2 * countdown + held;
  return Math.max(needed.at, ledger.played.calmAt) + minutes * MINUTE_MS + Phase.swing(spec) + HOUR_MS;
};

const overdue = (ledger: Ledger, spec: AssetSpec): readonly Seen[] => {
  const all = Phase.told(ledger, spec.name);
  return all.flatMap((needed) => {
    if (needed.event._tag !== "Needed") return [];
    const until = latest(ledger, spec, needed);
    if (until === null || until >= ledger.played.endedAt) return [];
    const later = all.filter((t) => t.order > needed.order && t.runId === needed.runId).map(({ event }) => event);
    const isOver = later.some(({ _tag }) => _tag === "Rebooted" || _tag === "Dropped" || _tag === "GaveUp");
    const isHeld = later.some((e) => e._tag === "HeldBack" && e.because !== "host");
    return isOver || isHeld
      ? []
      : [seen(spec.name, `run ${needed.runId} needed one at ${iso(needed.at)}, no later than ${iso(until)}`)];
  });
};

const bounded: Invariant = {
  id: "RBT-08",
  title: "a reboot that a job asks for comes no later than its deferrals and its countdown allow",
  check: (ledger) => {
    const standing = ledger.history.last("asset");
    return ledger.played.scenario.assets.flatMap((spec) =>
      standing.has(ledger.ids.get(spec.name) ?? "") ? overdue(ledger, spec) : [],
    );
  },
};

export const prompts: readonly Invariant[] = [inTime, bounded];
