/**
 * A few threads that carry out calls, one at a time each. They start when calls come that none of them is free for, and
 * don't keep the process alive by themselves.
 *
 * **Every call is answered**: by its thread, or as Late when its time is over, as Crashed when two threads ended under it, as
 * Closed when the pool is. A thread whose call is late, or was taken back, is told to stop and goes on with the next one. One that
 * doesn't stop is ended and replaced: it may be in the middle of what nothing can interrupt, and goes on beside its
 * replacement until that is through. Of such only so many are borne.
 *
 * What a thread is to stop stands in memory that both share: the number of its call, counted from 1 on.
 */
import type { Worker } from "node:worker_threads";

export type Outcome<Reply> =
  | { readonly _tag: "Replied"; readonly reply: Reply }
  /** What took most of the time: the wait for a free thread, or the call. */
  | { readonly _tag: "Late"; readonly hasWaited: boolean }
  | { readonly _tag: "Crashed"; readonly why: string }
  | { readonly _tag: "Closed" };

export interface ThreadPool<Call, Reply> {
  /** `answer` is told once, unless the call is taken back by what this returns. */
  readonly submit: (call: Call, answer: (outcome: Outcome<Reply>) => void) => () => void;
  /** Answers whatever is open as Closed, and ends the threads. */
  readonly close: () => Promise<void>;
  /** Threads that were started and haven't ended. */
  readonly threads: () => number;
}

export interface PoolOptions {
  /** Starts the thread of a number; no number is given twice. It is to stop the call whose number `stop` holds, and all before. */
  readonly start: (thread: number, stop: SharedArrayBuffer) => Worker;
  readonly threads: number;
  /** From a call's submission to its answer, in milliseconds. */
  readonly timeoutMs: number;
  /** Told when a thread is gone. */
  readonly onEnd?: (thread: number) => void;
}

/** Threads that may be about to end beside those that work. */
export const ENDING_MAX = 2;

/** How long a thread that was told to stop may take, in milliseconds, until it is ended. Meanwhile its next call waits. */
export const STOP_WAIT_MS = 500;

/** Threads that may carry out one call: a second one when the first ended under it. */
export const ATTEMPTS_MAX = 2;

/** How long {@link ThreadPool.close} waits for threads in the middle of a statement, in milliseconds. */
export const CLOSE_WAIT_MS = 5_000;

interface Job<Call, Reply> {
  readonly call: Call;
  readonly answer: (outcome: Outcome<Reply>) => void;
  attempts: number;
  /** When a thread began with it last; null before. */
  begunAt: number | null;
  /** Null once it is answered or taken back. */
  deadline: NodeJS.Timeout | null;
}

interface Thread<Call, Reply> {
  readonly worker: Worker;
  readonly stop: Int32Array;
  /** Calls that it was given. */
  calls: number;
  job: Job<Call, Reply> | null;
  /** Set while it was told to stop and hasn't yet. */
  stopping: NodeJS.Timeout | null;
}

interface State<Call, Reply> {
  readonly options: PoolOptions;
  /** First those that a thread ended under. */
  readonly waiting: Job<Call, Reply>[];
  readonly working: Set<Thread<Call, Reply>>;
  readonly ending: Set<Promise<unknown>>;
  started: number;
  isClosed: boolean;
}

export const make = <Call, Reply>(options: PoolOptions): ThreadPool<Call, Reply> => {
  const state: State<Call, Reply> = {
    options,
    waiting: [],
    working: new Set(),
    ending: new Set(),
    started: 0,
    isClosed: false,
  };
  return {
    submit: (call, answer) => {
      if (state.isClosed) {
        answer({ _tag: "Closed" });
        return () => undefined;
      }
      const job: Job<Call, Reply> = { call, answer, attempts: 0, begunAt: null, deadline: null };
      job.deadline = setTimeout(() => late(state, job), options.timeoutMs);
      state.waiting.push(job);
      dispatch(state);
      return () => takeBack(state, job);
    },
    close: () => closed(state),
    threads: () => state.working.size + state.ending.size,
  };
};

const dispatch = <Call, Reply>(state: State<Call, Reply>): void => {
  while (state.waiting.length > 0 && !state.isClosed) {
    const thread = freeThread(state);
    if (thread === null) return;
    const job = state.waiting.shift();
    if (job === undefined) return;
    job.attempts += 1;
    job.begunAt = performance.now();
    thread.job = job;
    thread.calls += 1;
    thread.worker.postMessage(job.call);
  }
};

const freeThread = <Call, Reply>(state: State<Call, Reply>): Thread<Call, Reply> | null => {
  for (const thread of state.working) if (thread.job === null && thread.stopping === null) return thread;
  const { working, ending, options } = state;
  if (working.size >= options.threads || working.size + ending.size >= options.threads + ENDING_MAX) return null;
  return started(state);
};

const started = <Call, Reply>(state: State<Call, Reply>): Thread<Call, Reply> => {
  state.started += 1;
  const number = state.started;
  const stop = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = state.options.start(number, stop.buffer as SharedArrayBuffer);
  const thread: Thread<Call, Reply> = { worker, stop, calls: 0, job: null, stopping: null };
  let why = "";
  worker.on("message", (reply: Reply) => {
    const { job } = thread;
    thread.job = null;
    hasStopped(thread);
    if (job !== null) settle(job, { _tag: "Replied", reply });
    dispatch(state);
  });
  worker.on("error", (error) => {
    why = error instanceof Error ? error.message : String(error);
  });
  worker.once("exit", (code) => {
    state.options.onEnd?.(number);
    hasStopped(thread);
    // Else it was ended on purpose, and its call is answered.
    if (state.working.delete(thread)) crashed(state, thread, why === "" ? `it ended with ${code}` : why);
    dispatch(state);
  });
  // While something is asked of it, that call's deadline keeps the process alive.
  worker.unref();
  state.working.add(thread);
  return thread;
};

const crashed = <Call, Reply>(state: State<Call, Reply>, { job }: Thread<Call, Reply>, why: string): void => {
  if (job === null || job.deadline === null) return;
  if (job.attempts < ATTEMPTS_MAX) state.waiting.unshift(job);
  else settle(job, { _tag: "Crashed", why });
};

const settle = <Call, Reply>(job: Job<Call, Reply>, outcome: Outcome<Reply>): void => {
  if (job.deadline === null) return;
  clearTimeout(job.deadline);
  job.deadline = null;
  job.answer(outcome);
};

const late = <Call, Reply>(state: State<Call, Reply>, job: Job<Call, Reply>): void => {
  const thread = [...state.working].find((each) => each.job === job);
  if (thread === undefined) withdraw(state, job);
  else stop(state, thread);
  const spent = job.begunAt === null ? 0 : performance.now() - job.begunAt;
  settle(job, { _tag: "Late", hasWaited: spent < state.options.timeoutMs / 2 });
  dispatch(state);
};

const takeBack = <Call, Reply>(state: State<Call, Reply>, job: Job<Call, Reply>): void => {
  if (job.deadline === null) return;
  clearTimeout(job.deadline);
  job.deadline = null;
  const thread = [...state.working].find((each) => each.job === job);
  if (thread === undefined) withdraw(state, job);
  else stop(state, thread);
};

const withdraw = <Call, Reply>(state: State<Call, Reply>, job: Job<Call, Reply>): void => {
  const at = state.waiting.indexOf(job);
  if (at >= 0) state.waiting.splice(at, 1);
};

// Whatever it answers now, nobody is told.
const stop = <Call, Reply>(state: State<Call, Reply>, thread: Thread<Call, Reply>): void => {
  thread.job = null;
  Atomics.store(thread.stop, 0, thread.calls);
  thread.stopping = setTimeout(() => {
    end(state, thread);
    dispatch(state);
  }, STOP_WAIT_MS);
  // Nobody waits for that.
  thread.stopping.unref();
};

const hasStopped = <Call, Reply>(thread: Thread<Call, Reply>): void => {
  if (thread.stopping !== null) clearTimeout(thread.stopping);
  thread.stopping = null;
};

const end = <Call, Reply>(state: State<Call, Reply>, thread: Thread<Call, Reply>): void => {
  state.working.delete(thread);
  thread.job = null;
  hasStopped(thread);
  const ended: Promise<unknown> = thread.worker.terminate().finally(() => {
    state.ending.delete(ended);
    dispatch(state);
  });
  state.ending.add(ended);
};

const closed = async <Call, Reply>(state: State<Call, Reply>): Promise<void> => {
  state.isClosed = true;
  const jobs = [...state.waiting, ...[...state.working].flatMap(({ job }) => job ?? [])];
  state.waiting.length = 0;
  for (const thread of state.working) end(state, thread);
  for (const job of jobs) settle(job, { _tag: "Closed" });
  if (state.ending.size === 0) return;
  let timer: NodeJS.Timeout | undefined;
  const waited = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_WAIT_MS);
  });
  await Promise.race([Promise.allSettled(state.ending), waited]);
  clearTimeout(timer);
};
