// A failure the person at the keyboard can act on: one sentence, no stack trace.
// Anything else that is thrown is a bug in these tools and keeps its stack.

export class Failure extends Error {
  /** @param {string} sentence what went wrong and what to do about it */
  constructor(sentence) {
    super(sentence);
    this.name = "Failure";
  }
}

/**
 * Runs a command-line entry point: failures become one line on stderr and exit code 1.
 *
 * @param {() => Promise<number>} body answers the exit code
 */
export async function runAsCommand(body) {
  try {
    process.exitCode = await body();
  } catch (error) {
    process.stderr.write(error instanceof Failure ? `error: ${error.message}\n` : `${fullText(error)}\n`);
    process.exitCode = 1;
  }
}

/** @param {unknown} error */
function fullText(error) {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
