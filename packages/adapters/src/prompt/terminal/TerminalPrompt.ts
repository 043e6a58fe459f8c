/**
 * The prompt port on a terminal: what is asked is written to it, and a line is read as the answer: `r` to reboot now, `d` to defer.
 * A reference for other prompts. What was answered counts for the notice that was up when the line came, and no other.
 */
import * as readline from "node:readline";
import type { Readable, Writable } from "node:stream";
import {
  type Answer,
  type Notice,
  UserPrompt,
  UserPromptError,
  type UserPromptShape,
} from "@fettle/agent-protocol/agent";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import type * as Scope from "effect/Scope";
import * as Sessions from "./Sessions.ts";

export interface TerminalPromptOptions {
  readonly input: Readable;
  readonly output: Writable;
  /** Who is logged in; `who` tells unless told otherwise. */
  readonly who?: Sessions.Who;
  /** Called when somebody has answered: the agent's cycle is due at once. */
  readonly onAnswer?: () => void;
  /** Words for an instant; the machine's own local time unless told. */
  readonly when?: (at: number) => string;
}

/** The prompt as a layer; it stops reading when the scope ends. */
export const layer = (options: TerminalPromptOptions): Layer.Layer<never> => Layer.effect(UserPrompt, make(options));

/** What is up, and what was answered to it. */
interface Up {
  readonly notice: Notice;
  answer: Answer | null;
}

/** The same, as a value. */
export const make = (options: TerminalPromptOptions): Effect.Effect<UserPromptShape, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => readline.createInterface({ input: options.input })),
      (lines) => Effect.sync(() => lines.close()),
    ),
    (lines) => {
      const up = new Map<string, Up>();
      lines.on("line", (line) => {
        if (hear(up, line)) options.onAnswer?.();
        else if (up.size > 0) options.output.write("Type r to reboot now, or d to defer.\n");
      });
      return promptOf(options, up);
    },
  );

const promptOf = ({ output, who = Sessions.who, when = localTime }: TerminalPromptOptions, up: Map<string, Up>) => {
  const prompt: UserPromptShape = {
    isAnyoneThere: () =>
      Effect.tryPromise({
        try: async () => Sessions.isAnyone(await who()),
        catch: (cause) => failed("who is logged in can't be told", cause),
      }),
    show: (notice) =>
      Effect.callback((resume) => {
        const known = up.get(notice.runId);
        if (known !== undefined && isSame(known.notice, notice)) return resume(Effect.void);
        output.write(`${words(notice, when)}\n`, (cause) => {
          if (cause) return resume(Effect.fail(failed("the terminal can't be written to", cause)));
          up.set(notice.runId, { notice, answer: null });
          resume(Effect.void);
        });
      }),
    answer: (notice) =>
      Effect.sync(() => {
        const known = up.get(notice.runId);
        return known !== undefined && isSame(known.notice, notice) ? known.answer : null;
      }),
    dismiss: (runId) => Effect.sync(() => void up.delete(runId)),
  };
  return prompt;
};

// One line answers whatever is up; one that nothing is up for is dropped, so that it answers no later notice.
const hear = (up: Map<string, Up>, line: string): boolean => {
  const answer = answers[line.trim().toLowerCase()];
  if (answer === undefined) return false;
  let isHeard = false;
  for (const shown of up.values()) {
    if (answer === "defer" && shown.notice._tag === "Countdown") continue;
    shown.answer ??= answer;
    isHeard = true;
  }
  return isHeard;
};

const answers: { readonly [typed: string]: Answer } = { r: "reboot-now", d: "defer" };

const isSame = (a: Notice, b: Notice): boolean =>
  a._tag === "Prompt" && b._tag === "Prompt" ? a.number === b.number : a._tag === b._tag && a.until === b.until;

const words = (notice: Notice, when: (at: number) => string): string =>
  notice._tag === "Countdown"
    ? `This machine reboots at ${when(notice.until)} to complete its patches. Save your work. Type r to reboot now.`
    : `Patches need a reboot. Type r to reboot now, or d to defer it until ${when(notice.until)} ` +
      `(${notice.deferralsLeft} ${notice.deferralsLeft === 1 ? "deferral" : "deferrals"} left).`;

const localTime = (at: number): string => new Date(at).toLocaleString();

const failed = (message: string, cause: unknown): UserPromptError =>
  new UserPromptError({ message, isRetryable: true, cause });
