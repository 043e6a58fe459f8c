/**
 * How dnf keeps to a share of one core: by a lower priority, from its first instruction on, for all that it starts.
 *
 * What it is held to: beside one other program that is busy on the same core, at ordinary priority, dnf gets about the share
 * and less beside more of them. What it isn't held to: a core that nobody else wants it uses whole, and where a service
 * manager gives services shares of their own, priorities count within the agent's. A hard ceiling is theirs to set. A daemon
 * that a scriptlet starts by itself, not through a service manager, keeps the priority until it is started anew.
 *
 * Nothing is ever stopped, and a transaction under way is never changed: a package manager that is paused holds its locks.
 */
import * as fs from "node:fs/promises";

/** The lowest priority there is; it is a share of about 1.5 %. */
const NICE_MAX = 19;

/** By how much a step of niceness lowers the weight that Linux gives a program beside others. */
const WEIGHT_STEP = 1.25;

/** The steps of niceness that leave a program this share of one core beside another one; 0 from a half on. */
export const niceOf = (limitPercent: number): number => {
  const share = Math.max(limitPercent, 1) / 100;
  const steps = Math.log((1 - share) / share) / Math.log(WEIGHT_STEP);
  return Math.min(NICE_MAX, Math.max(0, Math.ceil(steps)));
};

/** A program with its arguments. */
export interface Launch {
  readonly program: string;
  readonly args: readonly string[];
}

/**
 * The program at a lower priority. nice(1) lowers its own and becomes the program, so that nothing the program starts is
 * ever at a higher one, and the process is the program's.
 */
export const launch = ({ program, args }: Launch, nice: number): Launch =>
  nice === 0 ? { program, args } : { program: "nice", args: ["-n", String(nice), program, ...args] };

/** What nice(1) says of a program that it couldn't become; null where a program ran. */
export const notBecome = (
  nice: number,
  { exitCode, stderr }: { readonly exitCode: number | null; readonly stderr: string },
): string | null =>
  nice > 0 && (exitCode === 126 || exitCode === 127) && stderr.startsWith("nice: ") ? stderr.trim() : null;

/**
 * Lowers a session's priority beside other sessions. Where Linux groups programs by session, dnf's niceness counts within
 * its own session alone; where it doesn't, there is no such file, and niceness counts by itself.
 */
export const lowerSession = async (pid: number, nice: number): Promise<void> => {
  if (nice > 0) await fs.writeFile(`/proc/${pid}/autogroup`, String(nice), { flag: "r+" }).catch(() => undefined);
};
