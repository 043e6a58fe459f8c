/**
 * Carries a run's reboot out, a step at a time ({@link ./RebootStep.ts} decides): asks whether one is needed once every patch was
 * attempted (RBT-01) and again until it happens (RBT-06), shows notices, asks for answers, orders the reboot. Nothing here waits.
 *
 * What is done only once is on record before it is done: an order. What may be done again is told once it is done: a notice is
 * "shown" when somebody can see it (RBT-11), so a crash in between shows it anew and warns nobody of less.
 */
import { Limits } from "@fettle/scheduler";
import * as Effect from "effect/Effect";
import type { PatchInstruction } from "../vocabulary/Package.ts";
import * as PatchOutcome from "../vocabulary/PatchOutcome.ts";
import type { RebootEvent } from "../vocabulary/RebootEvent.ts";
import type { RunStatus } from "../vocabulary/RunStatus.ts";
import type { FactBody } from "../wire/Facts.ts";
import * as Json from "../wire/Json.ts";
import * as AgentState from "./AgentState.ts";
import type { Session } from "./CheckIn.ts";
import { Host, type HostShape } from "./Host.ts";
import { Installer, type RebootNeed } from "./Installer.ts";
import { AgentEnvironment } from "./Ports.ts";
import type { RebootProgress } from "./RebootProgress.ts";
import * as RebootStep from "./RebootStep.ts";
import { UserPrompt } from "./UserPrompt.ts";

/** How often at most the machine is asked whether the reboot is still needed while nothing is due, in milliseconds. */
export const NEED_AGAIN_MS = 60_000;

/** When what the host says of its hours can't be read, it is asked again after so many milliseconds; until then none is caused. */
export const HOURS_AGAIN_MS = 900_000;

/** What a fact may hold of why a reboot is needed: so many reasons, of so many characters. */
const REASONS_MAX = 16;
const REASON_CHARACTERS = 256;
const MESSAGE_CHARACTERS = 1_000;

/** What a step of the reboot left: more to do at once, or a time to come back at. */
export type Progressed =
  | { readonly _tag: "Stepped" }
  | { readonly _tag: "Waiting"; readonly until: number; readonly isForAnswer?: true };

/**
 * A run whose patches were all attempted: whether they need a reboot, asked once and of all together (RBT-01). If they do, each
 * that was installed is pending (RBT-12); what can't be told is said, and is no yes. Else it ends in `otherwise`.
 */
export const conclude = Effect.fn("Rebooting.conclude")(function* (
  session: Session,
  run: AgentState.HeldRun,
  otherwise: { readonly to: RunStatus; readonly reason: string | null },
) {
  const { runId } = run.manifest;
  const need = yield* needOf(session, run);
  const ends: FactBody = { _tag: "Status", runId, status: otherwise.to, reason: otherwise.reason };
  if (need._tag === "NotNeeded") return yield* tellAll(session, [ends]);
  if (need._tag === "Unknown") {
    const event = { _tag: "Unknown", message: bounded(need.message, MESSAGE_CHARACTERS) } as const;
    return yield* tellAll(session, [{ _tag: "Reboot", runId, event }, ends]);
  }
  const reasons = need.reasons.filter((r) => r !== "").slice(0, REASONS_MAX);
  const event = { _tag: "Needed", reasons: reasons.map((r) => bounded(r, REASON_CHARACTERS)) } as const;
  const pending = effected(run).flatMap((p): readonly FactBody[] => {
    const { settled } = AgentState.progressOf(run, p.patchId);
    return settled === null ? [] : [{ ...settled, outcome: "InstalledPendingReboot" }];
  });
  yield* tellAll(session, [
    { _tag: "Reboot", runId, event },
    ...pending,
    { _tag: "Status", runId, status: "PendingReboot", reason: null },
  ]);
});

/** Does what is next about the reboot of a run that is pending. */
export const advance = Effect.fnUntraced(function* (session: Session, run: AgentState.HeldRun) {
  const { reboot: progress } = run;
  const { runId } = run.manifest;
  // A need that this journal knows nothing of: only another boot can end it.
  if (progress === undefined) return { _tag: "Waiting", until: RebootStep.UNTIL_BY_HAND } as Progressed;
  const prompt = yield* UserPrompt;
  // Put up again by a life that can't know whether the screen still shows it; shown already, it stays as it is.
  const up = session.bootId === progress.bootId ? RebootStep.upNow(runId, progress) : null;
  if (up !== null) yield* Effect.ignore(prompt.show(up));
  const situation = yield* situationOf(session, run, progress);
  const planned = RebootStep.next(situation);
  const isGone = yield* hasNeedGone(session, run, situation, planned);
  const step = isGone ? RebootStep.next({ ...situation, isStillNeeded: false }) : planned;
  switch (step._tag) {
    case "Wait":
      return { ...step, _tag: "Waiting" } as Progressed;
    case "Show":
      yield* show(session, runId, step.event, situation.now);
      break;
    case "Order":
      yield* order(session, runId, step.by);
      break;
    case "Tell":
      yield* tellAll(session, [{ _tag: "Reboot", runId, event: bound(step.event) }, ...rebootedNow(runId, step.event)]);
      yield* Effect.ignore(prompt.dismiss(runId));
  }
  return { _tag: "Stepped" } as Progressed;
});

const rebootedNow = (runId: string, event: RebootEvent): readonly FactBody[] =>
  event._tag === "Rebooted" ? [{ _tag: "Status", runId, status: "Rebooted", reason: null }] : [];

const situationOf = Effect.fnUntraced(function* (session: Session, run: AgentState.HeldRun, progress: RebootProgress) {
  const { runId, reboot: policy } = run.manifest;
  const host = yield* Host;
  const prompt = yield* UserPrompt;
  const state = session.memory.state();
  const now = (yield* AgentEnvironment).now();
  // Asked only where the answer may decide.
  const isIdle = policy._tag === "Suppress" || session.bootId !== progress.bootId;
  const notice = RebootStep.noticeOf(runId, progress);
  const answer =
    isIdle || notice === null ? null : yield* Effect.catch(prompt.answer(notice), () => Effect.succeed(null));
  const situation: RebootStep.Situation = {
    policy,
    progress,
    now,
    bootId: session.bootId,
    isStillNeeded: true,
    canReboot: host.reboot !== undefined,
    // What can't be told is taken for somebody.
    isAnyoneThere: isIdle ? false : yield* Effect.catch(prompt.isAnyoneThere(), () => Effect.succeed(true)),
    answer,
    noRebootUntil: isIdle ? null : yield* hours(host, now),
    caused: state.caused,
    isBusy: AgentState.begun(state).some((r) => r.manifest.runId !== runId && isAmidPatches(r)),
  };
  return situation;
});

const isAmidPatches = ({ status }: AgentState.HeldRun): boolean => status === "JobStarted" || status === "Patching";

const hours = (host: HostShape, now: number): Effect.Effect<number | null> =>
  Effect.map(
    Effect.catch(host.noRebootUntil?.(now) ?? Effect.succeed(null), () => Effect.succeed(now + HOURS_AGAIN_MS)),
    (until) => (until === null ? null : Math.min(Math.ceil(until), Limits.LATEST_INSTANT_MILLISECONDS)),
  );

// Looked up before anything is done about the reboot, and now and then while it waits (RBT-06).
const hasNeedGone = Effect.fnUntraced(function* (
  session: Session,
  run: AgentState.HeldRun,
  { now, bootId, progress }: RebootStep.Situation,
  planned: RebootStep.RebootStep,
) {
  if (bootId !== progress.bootId) return false;
  const { runId } = run.manifest;
  const since = now - (session.lookedAt.get(runId) ?? Number.NEGATIVE_INFINITY);
  if (since === 0 || (planned._tag === "Wait" && since > 0 && since < NEED_AGAIN_MS)) return false;
  session.lookedAt.set(runId, now);
  return (yield* needOf(session, run))._tag === "NotNeeded";
});

const show = Effect.fn("Rebooting.show")(function* (
  session: Session,
  runId: string,
  event: Extract<RebootEvent, { _tag: "Prompted" | "Countdown" }>,
  now: number,
) {
  const prompt = yield* UserPrompt;
  const { until } = event;
  const shown = yield* Effect.result(
    prompt.show(
      event._tag === "Prompted"
        ? { _tag: "Prompt", runId, number: event.number, deferralsLeft: event.deferralsLeft, until }
        : { _tag: "Countdown", runId, until },
    ),
  );
  const unseen = { _tag: "HeldBack", because: "unseen", until: now + RebootStep.SHOW_AGAIN_MS } as const;
  yield* tellAll(session, [{ _tag: "Reboot", runId, event: shown._tag === "Success" ? event : unseen }]);
});

// Intent before effect. An order that fails is one that was given: it counts, and is given once more later.
const order = Effect.fn("Rebooting.order")(function* (session: Session, runId: string, by: "policy" | "user") {
  const host = yield* Host;
  const prompt = yield* UserPrompt;
  yield* tellAll(session, [{ _tag: "Reboot", runId, event: { _tag: "Ordered", by } }]);
  yield* Effect.ignore(prompt.dismiss(runId));
  const reason = by === "user" ? "patches need it, and the user agreed" : "patches need it";
  if (host.reboot !== undefined) yield* Effect.ignore(host.reboot({ reason }));
});

// Of an installer that can't tell, what it reported in this boot.
const needOf = Effect.fnUntraced(function* (session: Session, run: AgentState.HeldRun) {
  const patches = effected(run);
  if (patches.length === 0) return { _tag: "NotNeeded" } as RebootNeed;
  const installer = yield* Installer;
  if (installer.rebootNeed === undefined) {
    const asking = patches.filter((p) => AgentState.progressOf(run, p.patchId).asksRebootOf === session.bootId);
    const reasons = asking.map((p) => p.patchId);
    return (reasons.length === 0 ? { _tag: "NotNeeded" } : { _tag: "Needed", reasons }) as RebootNeed;
  }
  return yield* Effect.catch(installer.rebootNeed(patches), (error) =>
    Effect.succeed<RebootNeed>({ _tag: "Unknown", message: `${error.reason}: ${error.message}` }),
  );
});

// What this run brought about, or took back; what was there before isn't its own.
const effected = (run: AgentState.HeldRun): readonly PatchInstruction[] =>
  run.list.patches.filter((p) => {
    const settled = AgentState.progressOf(run, p.patchId).settled;
    return settled !== null && PatchOutcome.takesEffect(settled.outcome);
  });

const tellAll = Effect.fn("Rebooting.tellAll")(function* (session: Session, told: readonly FactBody[]) {
  yield* session.memory.record(yield* Effect.forEach(told, (body, i) => session.fact(body, i)));
});

const bound = (event: RebootEvent): Extract<FactBody, { _tag: "Reboot" }>["event"] =>
  event._tag === "Needed" ? { ...event, reasons: [...event.reasons] } : event;

const bounded = (text: string, characters: number): string => Json.wellFormed(text.slice(0, characters));
