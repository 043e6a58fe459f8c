/** From the arguments to the exit code. */
import { readFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import * as Instant from "../Instant.ts";
import * as ScheduleJson from "../ScheduleJson.ts";
import * as Arguments from "./Arguments.ts";
import * as Commands from "./Commands.ts";
import * as ExitCode from "./ExitCode.ts";
import * as Input from "./Input.ts";
import * as Pages from "./Pages.ts";

/** What the process gives the command. */
export type Streams = {
  readonly input: Readable;
  readonly output: Writable;
  readonly complaints: Writable;
  /** The clock's instant, in milliseconds since 1970. */
  readonly now: number;
};

/** Does what the arguments say; resolves to the exit code. */
export const run = async (args: readonly string[], { input, output, complaints, now }: Streams): Promise<number> => {
  const request = Arguments.parse(args);
  try {
    if (!request.ok) {
      const problem = request.error.replace(/\.$/, "");
      throw new Input.InputError(`${problem}; fettle-schedule --help tells all`);
    }
    if (request.value === "help" || request.value === "version") {
      await write(output, request.value === "help" ? Arguments.HELP : `${version()}\n`);
      return ExitCode.DONE;
    }
    const text = await Input.read(request.value.file, input);
    const { page, code } = answer(request.value, text, Instant.at(now));
    await write(output, request.value.isJson ? `${JSON.stringify(page.json, null, 2)}\n` : page.text);
    return code;
  } catch (error) {
    if (!(error instanceof Input.InputError)) throw error;
    await write(complaints, `error: ${error.message}\n`);
    return ExitCode.NOT_READ;
  }
};

const answer = (invocation: Arguments.Invocation, text: string, now: Instant.Instant): Commands.Answer => {
  const document = ScheduleJson.parse(text);
  return document.ok
    ? Commands.perform(invocation, document.value, now)
    : { page: Pages.ofProblems(document.error.problems), code: ExitCode.SCHEDULE_FAILS };
};

/** A reader that has had enough (`| head`) is no error. */
const write = (stream: Writable, text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const settle = (error?: NodeJS.ErrnoException | null): void => {
      if (error === undefined || error === null || error.code === "EPIPE") resolve();
      else reject(error);
    };
    stream.once("error", settle);
    stream.write(text, settle);
  });

/** From the package's manifest, which stands as far above the source as above the build. */
const version = (): string => {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { readonly version: string }).version;
};
