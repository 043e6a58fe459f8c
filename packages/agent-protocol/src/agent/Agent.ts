/**
 * The agent as a library: one `cycle` provisions when needed, checks in, carries out what it holds and reports. Who
 * embeds it decides when to call; the answer says when the next call is due. Nothing here waits or watches a clock.
 */
import * as Effect from "effect/Effect";
import type { FactBody } from "../wire/Facts.ts";
import * as AgentState from "./AgentState.ts";
import * as CheckIn from "./CheckIn.ts";
import * as ConfiguredConduct from "./ConfiguredConduct.ts";
import * as Dropping from "./Dropping.ts";
import * as Exchange from "./Exchange.ts";
import * as Execution from "./Execution.ts";
import { Host, type HostError } from "./Host.ts";
import type { Installer } from "./Installer.ts";
import type { Inventory, InventoryError } from "./Inventory.ts";
import type { Journal, JournalError, JournalRecord } from "./Journal.ts";
import * as Memory from "./Memory.ts";
import * as NextContact from "./NextContact.ts";
import * as NextStep from "./NextStep.ts";
import { AgentEnvironment, AgentKeys, type KeyStoreError, type Transport, type TransportError } from "./Ports.ts";
import * as Provisioning from "./Provisioning.ts";
import * as Reporting from "./Reporting.ts";

export interface AgentOptions {
  readonly activation: Provisioning.Activation;
  readonly agentVersion: string;
  /** First delay of a failed provisioning, in seconds (AGT-01: 60). */
  readonly provisionRetrySeconds: number;
}

/** Everything an agent stands on. */
export type AgentPorts = Journal | AgentKeys | AgentEnvironment | Transport | Host | Inventory | Installer;

/** What the network or the machine can do to a cycle. None of it loses anything: the next cycle goes on. */
export type AgentFailure =
  | Exchange.ExchangeError
  | TransportError
  | JournalError
  | HostError
  | InventoryError
  | KeyStoreError;

export interface CycleReport {
  /** When to call again, epoch milliseconds. */
  readonly nextAt: number;
  /** What went wrong on the way; empty when all is well. */
  readonly failures: readonly AgentFailure[];
  readonly isProvisioned: boolean;
  /** The agent has left the platform for good (AGT-07): remove its program, keys and journal; no call does anything now. */
  readonly isUninstalled: boolean;
}

export interface Agent {
  readonly cycle: () => Effect.Effect<CycleReport, JournalError | HostError | KeyStoreError, AgentPorts>;
  readonly state: () => AgentState.AgentState;
}

/** Records after which the journal is replaced by a checkpoint. */
export const JOURNAL_RECORDS_MAX = 5_000;

/** Status interval until a configuration says otherwise, in seconds (AGT-04). */
export const STATUS_INTERVAL_SECONDS = 900;

/** Opens the journal and gives back the agent that it tells of. */
export const make = (options: AgentOptions): Effect.Effect<Agent, JournalError, Journal> =>
  Effect.gen(function* () {
    const memory = yield* Memory.load;
    const next = Exchange.sequencer(memory);
    let failedProvisions = 0;
    const line: Line = { failed: 0, isClockRefused: false, silentUntil: null, lookedAt: new Map() };
    const cycle = Effect.fn("Agent.cycle")(function* () {
      const environment = yield* AgentEnvironment;
      if (memory.state().farewell === "left") return gone;
      const provisioned = yield* Effect.result(
        Provisioning.ensure(memory, next, options.activation, options.agentVersion),
      );
      if (provisioned._tag === "Failure") {
        failedProvisions += 1;
        const delay = NextContact.provisionDelay(failedProvisions, {
          baseSeconds: options.provisionRetrySeconds,
          retryAfter: retryAfterOf(provisioned.failure),
          random: environment.random(),
        });
        return {
          nextAt: environment.now() + delay,
          failures: [provisioned.failure],
          isProvisioned: false,
          isUninstalled: false,
        };
      }
      failedProvisions = 0;
      return yield* memberCycle(memory, next, options, line);
    });
    return { cycle, state: memory.state };
  });

const gone: CycleReport = {
  nextAt: NextStep.UNTIL_RENEWED,
  failures: [],
  isProvisioned: false,
  isUninstalled: true,
};

/** How the line to the control plane has been since this life began. */
interface Line {
  /** Check-ins that were not answered since the last one that was. */
  failed: number;
  /** The platform refused a request for this machine's clock, and has taken none since. Whoever forges that only holds work back. */
  isClockRefused: boolean;
  /** The next contact, where only a user's answer is asked for before it: such a cycle isn't one. */
  silentUntil: number | null;
  /** See {@link CheckIn.Session}. */
  readonly lookedAt: Map<string, number>;
}

const memberCycle = Effect.fnUntraced(function* (
  memory: Memory.Memory,
  next: Exchange.Sequencer,
  options: AgentOptions,
  line: Line,
) {
  const environment = yield* AgentEnvironment;
  const session = yield* openSession(memory, next, options, line);
  const failures: AgentFailure[] = [];
  const attempt = <A, R>(effect: Effect.Effect<A, AgentFailure, R>): Effect.Effect<A | null, never, R> =>
    Effect.catch(effect, (failure) => {
      failures.push(failure);
      return Effect.succeed(null);
    });
  // Inside a blackout nothing is sent (WIN-05): what happens meanwhile is told when it is over.
  const silent = (at: number) => ConfiguredConduct.silentUntil(memory.state(), session.timeZone, at);
  const talking = <A, R>(effect: Effect.Effect<A, AgentFailure, R>): Effect.Effect<A | null, never, R> =>
    Effect.suspend(() => (silent(environment.now()) === null ? attempt(effect) : Effect.succeed(null)));
  const report = () => talking(Reporting.flush(memory, next, session.party, session.tenantKey));
  const contact = Effect.gen(function* () {
    const answer = yield* talking(CheckIn.checkIn(session));
    // Nobody's signature stands under that, and nothing is lost by it: who is known is answered as before.
    if (failures.some(isUnknown)) {
      yield* talking(Provisioning.provision(memory, next, options.activation, options.agentVersion));
    }
    yield* Dropping.complete(session);
    yield* report();
    line.failed = answer === null && failures.length > 0 ? line.failed + 1 : 0;
    line.isClockRefused = answer === null && (line.isClockRefused || failures.some(isOfClock));
    return NextContact.next({
      agentId: session.party.agentId,
      now: environment.now(),
      interval: 1_000 * (answer?.nextCheckInSeconds ?? statusInterval(memory.state())),
      failed: line.failed,
      retryAfter: failures.map(retryAfterOf).reduce(later, null),
      random: environment.random(),
    });
  });
  const { silentUntil } = line;
  const since = environment.now();
  const isForAnswer = silentUntil !== null && since < silentUntil;
  const talkAt = isForAnswer ? silentUntil : yield* contact;
  const { workAt, isWaitingForAnswer, isHeld } = yield* work(session, report, () =>
    talking(CheckIn.uploadSnapshot(session, false)),
  );
  if (memory.state().farewell === "ordered" && !isHeld) {
    yield* report();
    yield* talking(CheckIn.leave(session));
    if (memory.state().farewell === "left") return gone;
  }
  // A run may have something to decide inside a blackout, without a word to the platform.
  const nextAt = yield* afterBlackout(session, Math.min(talkAt, scanAfter(memory.state(), since) ?? talkAt));
  yield* memory.compact(JOURNAL_RECORDS_MAX);
  line.silentUntil = isWaitingForAnswer && workAt < nextAt ? nextAt : null;
  return { nextAt: Math.min(nextAt, workAt), failures, isProvisioned: true, isUninstalled: false };
});

// One that was due already was tried in this cycle: what failed of it waits for the next contact, which lies further and further
// apart (AGT-04). Else a snapshot that never gets through would be sent again at once, for ever.
const scanAfter = ({ scanAt }: AgentState.AgentState, since: number): number | null =>
  scanAt !== null && scanAt > since ? scanAt : null;

const isUnknown = (failure: AgentFailure): boolean =>
  failure._tag === "ExchangeError" && failure.code === "unknown-agent";

const isOfClock = (failure: AgentFailure): boolean => failure._tag === "ExchangeError" && failure.code === "clock-skew";

const retryAfterOf = (failure: AgentFailure): number | null =>
  failure._tag === "ExchangeError" ? failure.retryAfter : null;

const later = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b);

// What was begun comes first: its reboot may be what the others wait for (RBT-02).
const due = (state: AgentState.AgentState): readonly AgentState.HeldRun[] => {
  const begun = AgentState.begun(state);
  if (state.farewell !== "none") return begun;
  return [...begun, ...AgentState.unfinished(state).filter((run) => !begun.includes(run))];
};

// Carries out what is held. `isHeld`: something begun isn't finished yet, and ends by itself.
const work = Effect.fnUntraced(function* <R, S>(
  session: CheckIn.Session,
  report: () => Effect.Effect<unknown, never, R>,
  lookAgain: () => Effect.Effect<unknown, never, S>,
) {
  const state = session.memory.state;
  let soonest: Execution.Waiting = { _tag: "Waiting", until: NextStep.UNTIL_RENEWED };
  let isHeld = false;
  for (const { manifest } of due(state())) {
    const waiting = yield* carryOut(session, manifest.runId, report);
    if (waiting !== null) {
      if (waiting.until < soonest.until) soonest = waiting;
      const isBegun = AgentState.begun(state()).some((r) => r.manifest.runId === manifest.runId);
      isHeld ||= isBegun && waiting.until < NextStep.UNTIL_RENEWED;
      continue;
    }
    // Evidence of what the run left, read anew (CMP-02); then there is nothing left of it to do.
    yield* lookAgain();
  }
  return { workAt: soonest.until, isWaitingForAnswer: soonest.isForAnswer === true, isHeld };
});

// A time inside a blackout becomes one after its end, each agent's own, and calls for a scan then.
const afterBlackout = Effect.fnUntraced(function* (session: CheckIn.Session, nextAt: number) {
  const { memory, timeZone, agentVersion } = session;
  const environment = yield* AgentEnvironment;
  const end = ConfiguredConduct.silentUntil(memory.state(), timeZone, Math.max(nextAt, environment.now()));
  if (end === null) return nextAt;
  const back = NextContact.afterBlackout(session.party.agentId, end, 1_000 * statusInterval(memory.state()));
  const { scanAt } = memory.state();
  if (scanAt === null || scanAt < end) {
    const at = ConfiguredConduct.calledScan(memory.state(), back, environment.random());
    yield* memory.record([{ _tag: "ScanCalled", at, bootId: yield* (yield* Host).bootId(), agentVersion }]);
  }
  return back;
});

// Steps until the run is finished (null) or waits for a time. Progress is told as it is made, when the network lets it.
const carryOut = Effect.fnUntraced(function* <R>(
  session: CheckIn.Session,
  runId: string,
  report: () => Effect.Effect<unknown, never, R>,
) {
  for (;;) {
    const advanced = yield* Execution.advance(session, runId);
    yield* report();
    if (advanced._tag === "Waiting") return advanced;
    if (advanced._tag === "Finished") return null;
  }
});

const openSession = Effect.fnUntraced(function* (
  memory: Memory.Memory,
  next: Exchange.Sequencer,
  options: AgentOptions,
  line: Line,
) {
  const environment = yield* AgentEnvironment;
  const keys = yield* (yield* AgentKeys).loadOrCreate();
  const host = yield* Host;
  const bootId = yield* host.bootId();
  const { timeZone, platform } = yield* host.facts();
  const { identity, membership } = memory.state();
  if (identity === null || membership === null) return yield* Effect.die("a session before provisioning");
  const session: CheckIn.Session = {
    memory,
    next,
    tenantKey: membership.tenantKey,
    agentVersion: options.agentVersion,
    bootId,
    lookedAt: line.lookedAt,
    timeZone,
    hold: (now) =>
      line.isClockRefused ? { _tag: "ClockRefused" } : ConfiguredConduct.holdOf(memory.state(), timeZone, now),
    effort: (window, now) => ConfiguredConduct.effortOf(memory.state(), platform, window, now),
    party: { tenantId: membership.tenantId, agentId: identity.agentId, epoch: membership.epoch, keys },
    fact: (body: FactBody, ahead = 0) =>
      Effect.sync(
        (): JournalRecord => ({
          _tag: "FactRecorded",
          fact: { sequence: memory.state().factsRecorded + ahead + 1, at: environment.now(), bootId, body },
        }),
      ),
  };
  return session;
});

const statusInterval = (state: AgentState.AgentState): number =>
  state.configuration?.value.statusIntervalSeconds ?? STATUS_INTERVAL_SECONDS;
