/**
 * A pipe that is no socket. Node's own pipes to a child are socket pairs, and bash takes a socket on its input for a
 * remote login: every `bash -c` below dnf would run root's .bashrc first, whatever stands in there.
 */
import * as fs from "node:fs/promises";
import * as path from "node:path";
import * as ToolQuery from "./ToolQuery.ts";

export interface Fifo {
  /** For the child. */
  readonly reader: fs.FileHandle;
  /** Once it is closed, and with this process at the latest, the reader sees the end. */
  readonly writer: fs.FileHandle;
}

const NAME = "dnf.stdin";
const LIMITS = { milliseconds: 10_000 };

/** Opens a fresh one in a private folder. Rejects when it can't be made. */
export const open = async (folder: string): Promise<Fifo> => {
  const file = path.join(folder, NAME);
  await fs.rm(file, { force: true });
  const made = await ToolQuery.ask("mkfifo", ["-m", "600", "--", file], LIMITS);
  if (!made.ok || made.value.exitCode !== 0) {
    throw new Error(made.ok ? made.value.stderr.trim() : made.error.message);
  }
  // Each end waits for the other to be opened.
  const [reader, writer] = await Promise.all([fs.open(file, "r"), fs.open(file, "w")]);
  await fs.rm(file, { force: true });
  return { reader, writer };
};
