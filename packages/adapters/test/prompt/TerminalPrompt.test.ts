import { PassThrough, Writable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import type { Notice } from "@fettle/agent-protocol/agent";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import * as Scope from "effect/Scope";
import { afterEach, describe, expect, it } from "vitest";
import { TerminalPrompt } from "../../src/prompt/terminal/index.ts";
import * as Sessions from "../../src/prompt/terminal/Sessions.ts";

const prompt = (number: number): Notice => ({
  _tag: "Prompt",
  runId: "run",
  number,
  deferralsLeft: 3 - number,
  until: 60_000,
});
const countdown: Notice = { _tag: "Countdown", runId: "run", until: 120_000 };
const scopes: Scope.Closeable[] = [];
afterEach(() => Promise.all(scopes.splice(0).map((s) => Effect.runPromise(Scope.close(s, Exit.void)))));

const terminal = async (options: Partial<TerminalPrompt.TerminalPromptOptions> = {}) => {
  const input = new PassThrough();
  const written: string[] = [];
  const output = new Writable({
    write: (chunk: Buffer, _, done) => {
      written.push(chunk.toString());
      done();
    },
  });
  const scope = Effect.runSync(Scope.make());
  scopes.push(scope);
  let answered = 0;
  const made = TerminalPrompt.make({
    input,
    output,
    who: async () => "",
    when: (at) => `minute ${at / 60_000}`,
    onAnswer: () => {
      answered += 1;
    },
    ...options,
  });
  const port = await Effect.runPromise(Scope.provide(made, scope));
  const type = async (line: string): Promise<void> => {
    input.write(`${line}\n`);
    await setImmediate();
    await setImmediate();
  };
  return {
    port,
    written,
    type,
    calls: () => answered,
    show: (notice: Notice) => Effect.runPromise(port.show(notice)),
    answer: (notice: Notice) => Effect.runPromise(port.answer(notice)),
  };
};

describe("the terminal's prompt", () => {
  it("RBT-03 RBT-14 shows a notice once, and says what may be answered and until when", async () => {
    const t = await terminal();
    await t.show(prompt(1));
    await t.show(prompt(1));
    await t.show(countdown);
    expect(t.written).toEqual([
      "Patches need a reboot. Type r to reboot now, or d to defer it until minute 1 (2 deferrals left).\n",
      "This machine reboots at minute 2 to complete its patches. Save your work. Type r to reboot now.\n",
    ]);
  });

  it("RBT-03 reads what is typed as the answer to what is up, and tells its host at once", async () => {
    const t = await terminal();
    await t.show(prompt(1));
    expect(await t.answer(prompt(1))).toBeNull();
    await t.type("D ");
    expect([await t.answer(prompt(1)), t.calls()]).toEqual(["defer", 1]);
    await t.show(prompt(2));
    expect(await t.answer(prompt(2))).toBeNull();
    await t.type("r");
    expect(await t.answer(prompt(2))).toBe("reboot-now");
    expect(await t.answer(prompt(1))).toBeNull();
  });

  it("a line that came while nothing was up answers nothing later", async () => {
    const t = await terminal();
    await t.type("r");
    await t.show(prompt(1));
    expect([await t.answer(prompt(1)), t.calls()]).toEqual([null, 0]);
    await Effect.runPromise(t.port.dismiss("run"));
    await t.type("r");
    expect(await t.answer(prompt(1))).toBeNull();
  });

  it("RBT-04 lets nobody defer a countdown, and explains itself to whoever types something else", async () => {
    const t = await terminal();
    await t.show(countdown);
    await t.type("d");
    await t.type("later");
    expect([await t.answer(countdown), t.calls()]).toEqual([null, 0]);
    expect(t.written.at(-1)).toBe("Type r to reboot now, or d to defer.\n");
    await t.type("r");
    expect(await t.answer(countdown)).toBe("reboot-now");
  });

  it("RBT-11 a terminal that can't be written to has shown nothing", async () => {
    const output = new Writable({ write: (_chunk, _encoding, done) => done(new Error("gone")) });
    output.on("error", () => {});
    const t = await terminal({ output });
    const shown = await Effect.runPromise(Effect.result(t.port.show(prompt(1))));
    expect(shown).toMatchObject({ _tag: "Failure", failure: { _tag: "UserPromptError" } });
    expect(await t.answer(prompt(1))).toBeNull();
  });

  it("RBT-03 tells whether anybody is logged in, and fails where that can't be told", async () => {
    const isThere = async (who: Sessions.Who) =>
      Effect.runPromise(Effect.result((await terminal({ who })).port.isAnyoneThere()));
    expect(await isThere(async () => "mara     tty1         2026-06-02 08:00\n")).toMatchObject({ success: true });
    expect(await isThere(async () => "\n")).toMatchObject({ success: false });
    expect(await isThere(() => Promise.reject(new Error("no who")))).toMatchObject({ _tag: "Failure" });
    expect(typeof (await Sessions.who())).toBe("string");
  });
});
