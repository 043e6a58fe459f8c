/**
 * Which package managers work on a system right now: evidence from the kernel, so that a repair after a crash never
 * runs beside the transaction it means to repair.
 *
 * Three witnesses, each enough: a package manager's command line that names the system; the pid in dnf's lock file, if
 * that process began before the file was written; the holder of rpm's transaction lock in the kernel's list of locks.
 */
import * as fs from "node:fs/promises";
import * as path from "node:path";

export interface RunningProcess {
  readonly pid: number;
  /** When it began, in clock ticks since boot: with the pid, one process for ever. */
  readonly startTicks: string;
  readonly witness: "command line" | "dnf lock" | "rpm lock";
  readonly command: string;
}

export interface Place {
  /** The system's root. */
  readonly installRoot: string;
  /** rpm's lock file, when it is known. */
  readonly rpmLock: string | null;
  /** `/proc`, or what stands for it in a test. */
  readonly proc: string;
}

const tools: ReadonlySet<string> = new Set(["dnf", "dnf-3", "dnf4", "dnf5", "yum", "microdnf", "rpm", "rpm5"]);
const DNF_LOCK = "var/lib/dnf/rpmdb_lock.pid";

/** Every package manager that works on the system. */
export const find = async (place: Place): Promise<readonly RunningProcess[]> => {
  const pids = (await fs.readdir(place.proc)).filter((name) => /^\d+$/.test(name)).map(Number);
  const all = (await Promise.all(pids.map((pid) => look(place.proc, pid)))).filter((p) => p !== null);
  const dnf = await dnfLockHolder(place);
  const rpm = await rpmLockHolders(place);
  return all.flatMap((p) => {
    const witness = servesRoot(p.args, place.installRoot)
      ? "command line"
      : p.pid === dnf && isTool(p.args)
        ? "dnf lock"
        : rpm.includes(p.pid)
          ? "rpm lock"
          : null;
    return witness === null ? [] : [{ pid: p.pid, startTicks: p.startTicks, witness, command: p.args.join(" ") }];
  });
};

/** Whether a command line is a package manager's that works on this root. */
export const servesRoot = (args: readonly string[], installRoot: string): boolean => {
  if (!isTool(args)) return false;
  for (const [at, arg] of args.entries()) {
    const [, inline] = /^--(?:installroot|root)=(.*)$/s.exec(arg) ?? [];
    const told = inline ?? (/^(?:--installroot|--root|-r)$/.test(arg) ? args[at + 1] : undefined);
    if (told !== undefined) return path.resolve(told) === installRoot;
  }
  return installRoot === "/";
};

interface Look {
  readonly pid: number;
  readonly startTicks: string;
  readonly args: readonly string[];
}

// The program itself, or a script that Python runs; not an editor that has a file of that name open.
const isTool = (args: readonly string[]): boolean => {
  const [program = "", script = ""] = args.map((arg) => path.basename(arg));
  return tools.has(program) || (/^(?:platform-)?python[\d.]*$/.test(program) && tools.has(script));
};

const STATE_FIELD = 0;
const START_FIELD = 19;

const look = async (proc: string, pid: number): Promise<Look | null> => {
  try {
    const [stat, args] = await Promise.all([
      fs.readFile(path.join(proc, String(pid), "stat"), "utf8"),
      fs.readFile(path.join(proc, String(pid), "cmdline"), "utf8"),
    ]);
    // The second field is the program's name in brackets and may hold anything; what follows the last one is regular.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const isGone = fields[STATE_FIELD] === "Z" || fields[STATE_FIELD] === "X";
    const startTicks = fields[START_FIELD];
    return isGone || startTicks === undefined ? null : { pid, startTicks, args: args.split("\0").slice(0, -1) };
  } catch {
    // It ended while we looked.
    return null;
  }
};

const TICKS_PER_SECOND = 100;
const CLOCK_SLACK_SECONDS = 2;

// A pid is used again: only a process that was there when the lock was written can be its owner.
const dnfLockHolder = async (place: Place): Promise<number | null> => {
  const file = path.join(place.installRoot, DNF_LOCK);
  try {
    const pid = Number.parseInt(await fs.readFile(file, "utf8"), 10);
    const written = (await fs.stat(file)).mtimeMs / 1000;
    const owner = await look(place.proc, pid);
    const boot = Number(/^btime (\d+)$/m.exec(await fs.readFile(path.join(place.proc, "stat"), "utf8"))?.[1]);
    if (owner === null) return null;
    const began = boot + Number(owner.startTicks) / TICKS_PER_SECOND;
    return began <= written + CLOCK_SLACK_SECONDS ? pid : null;
  } catch {
    return null;
  }
};

// A line reads `3: POSIX  ADVISORY  WRITE 26873 fe:00:2148118 0 EOF`.
const LOCK = /^\d+: POSIX\s+ADVISORY\s+WRITE (\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) /;

const rpmLockHolders = async (place: Place): Promise<readonly number[]> => {
  if (place.rpmLock === null) return [];
  const file = await fs.stat(place.rpmLock, { bigint: true }).catch(() => null);
  const locks = await fs.readFile(path.join(place.proc, "locks"), "utf8").catch(() => "");
  if (file === null) return [];
  const { major, minor } = deviceNumbers(file.dev);
  return locks.split("\n").flatMap((line) => {
    const [, pid, lockMajor = "", lockMinor = "", inode] = LOCK.exec(line) ?? [];
    const isSame =
      inode === String(file.ino) &&
      BigInt(Number.parseInt(lockMajor, 16)) === major &&
      BigInt(Number.parseInt(lockMinor, 16)) === minor;
    return isSame ? [Number(pid)] : [];
  });
};

// How glibc packs a device number.
const deviceNumbers = (dev: bigint): { readonly major: bigint; readonly minor: bigint } => ({
  major: ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn),
  minor: (dev & 0xffn) | ((dev >> 12n) & ~0xffn),
});
