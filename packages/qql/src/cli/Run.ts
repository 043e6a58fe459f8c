/** From the arguments to the exit code. */
import { readFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import type * as Result from "../Result.ts";
import * as Arguments from "./Arguments.ts";
import * as Commands from "./Commands.ts";
import * as ExitCode from "./ExitCode.ts";
import * as Input from "./Input.ts";
import * as Output from "./Output.ts";

/** What the process gives the command. */
export interface Streams {
  readonly input: Readable;
  readonly output: Writable;
  readonly complaints: Writable;
  /** The clock's instant, in milliseconds since 1970. */
  readonly now: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Does what the arguments say; resolves to the exit code. */
export async function run(args: readonly string[], streams: Streams): Promise<number> {
  const [output, complaints] = [Output.make(streams.output), Output.make(streams.complaints)];
  try {
    const code = await answer(Arguments.parse(args), output, complaints, streams);
    await output.flush();
    return code;
  } catch (error) {
    if (!(error instanceof Input.InputError || error instanceof Output.OutputError)) throw error;
    await complaints.write(`error: ${error.message}\n`);
    return ExitCode.NOT_DONE;
  } finally {
    await output.flush();
    await complaints.flush();
  }
}

async function answer(
  request: Result.Result<Arguments.Request, string>,
  output: Output.Output,
  complaints: Output.Output,
  streams: Streams,
): Promise<number> {
  if (!request.ok) throw new Input.InputError(`${request.error}; fettle-qql --help tells all`);
  if (request.value === "help" || request.value === "version") {
    await output.write(request.value === "help" ? Arguments.HELP : `${version()}\n`);
    return ExitCode.DONE;
  }
  return Commands.perform(request.value, {
    input: streams.input,
    output,
    complaints,
    now: streams.now,
    isColored: isColored(streams),
  });
}

/** From the package's manifest, which stands as far above the source as above the build. */
function version(): string {
  const manifest = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

/** A terminal that hasn't been asked to stay plain (no-color.org). */
const isColored = ({ output, environment }: Streams): boolean =>
  "isTTY" in output && output.isTTY === true && (environment.NO_COLOR ?? "") === "";
