import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as RunningTransaction from "../../../src/installer/dnf/RunningTransaction.ts";

const BOOT_SECONDS = 1_000_000;
let folder: string;
let place: RunningTransaction.Place;

/** A process as /proc shows it. Its name has what a careless parser stumbles on. */
const process_ = async (pid: number, args: readonly string[], more: { state?: string; startSeconds?: number } = {}) => {
  const home = path.join(folder, "proc", String(pid));
  await fs.mkdir(home, { recursive: true });
  const ticks = (more.startSeconds ?? 10) * 100;
  const rest = Array.from({ length: 18 }, (_, at) => at).join(" ");
  await fs.writeFile(path.join(home, "stat"), `${pid} (dnf (x) Z 1) ${more.state ?? "S"} ${rest} ${ticks} 1 2 3\n`);
  await fs.writeFile(path.join(home, "cmdline"), args.map((a) => `${a}\0`).join(""));
};

const dnfLock = async (pid: number, atSeconds: number) => {
  const file = path.join(place.installRoot, "var/lib/dnf/rpmdb_lock.pid");
  await fs.mkdir(path.dirname(file), { recursive: true });
  await fs.writeFile(file, String(pid));
  await fs.utimes(file, BOOT_SECONDS + atSeconds, BOOT_SECONDS + atSeconds);
};

const found = async () => (await RunningTransaction.find(place)).map((p) => [p.pid, p.witness]);

beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(tmpdir(), "fettle proc "));
  const installRoot = path.join(folder, "root");
  place = { installRoot, proc: path.join(folder, "proc"), rpmLock: path.join(installRoot, ".rpm.lock") };
  await fs.mkdir(installRoot);
  await fs.mkdir(place.proc);
  await fs.writeFile(path.join(place.proc, "stat"), `cpu 1 2\nbtime ${BOOT_SECONDS}\n`);
  await fs.writeFile(path.join(place.proc, "locks"), "");
});
afterEach(() => fs.rm(folder, { recursive: true }));

describe("package managers at work", () => {
  it("are known by a command line that names the system", async () => {
    await process_(5, ["/usr/bin/python3", "/usr/bin/dnf", "-y", `--installroot=${place.installRoot}`, "upgrade"]);
    await process_(6, ["/usr/bin/python3", "/usr/bin/dnf", "-y", "--installroot=/elsewhere", "upgrade"]);
    await process_(7, ["rpm", "--root", `${place.installRoot}/`, "-Uvh", "x.rpm"]);
    await process_(8, ["dnf", "upgrade"]);
    expect(await found()).toEqual([
      [5, "command line"],
      [7, "command line"],
    ]);
  });

  it.each([
    [["/usr/bin/python3.9", "/usr/bin/yum", "update"], "/", true],
    [["/usr/libexec/platform-python", "/usr/bin/dnf-3", "update"], "/", true],
    [["dnf", "--installroot", "/r", "update"], "/r", true],
    [["dnf", "--installroot", "/r", "update"], "/", false],
    [["vim", "/etc/dnf"], "/", false],
    [["vim", "/tmp/rpm"], "/", false],
    [["bash"], "/", false],
    [[], "/", false],
  ] as const)("%j on %s: %s", (args, root, expected) => {
    expect(RunningTransaction.servesRoot(args, root)).toBe(expected);
  });

  it("are gone once they are zombies", async () => {
    await process_(5, ["dnf", `--installroot=${place.installRoot}`], { state: "Z" });
    expect(await found()).toEqual([]);
  });

  it("are known by dnf's lock file, if they began before it was written", async () => {
    await process_(5, ["/usr/bin/python3", "/usr/bin/dnf", "-c", "other.conf"], { startSeconds: 100 });
    await dnfLock(5, 101);
    expect(await found()).toEqual([[5, "dnf lock"]]);
  });

  it("are not mixed up with a process that got a dead one's pid", async () => {
    await process_(5, ["/usr/bin/python3", "/usr/bin/dnf", "-c", "other.conf"], { startSeconds: 200 });
    await dnfLock(5, 101);
    expect(await found()).toEqual([]);
    await process_(5, ["sleep", "100"], { startSeconds: 50 });
    expect(await found()).toEqual([]);
  });

  it("are known by rpm's lock in the kernel's list, whatever they are called", async () => {
    const lock = place.rpmLock ?? "";
    await fs.writeFile(lock, "");
    const { ino, dev } = await fs.stat(lock, { bigint: true });
    const device = `${Number((dev >> 8n) & 0xfffn)
      .toString(16)
      .padStart(2, "0")}:${Number(dev & 0xffn)
      .toString(16)
      .padStart(2, "0")}`;
    const line = (pid: number, inode: bigint, kind = "WRITE") =>
      `1: POSIX  ADVISORY  ${kind} ${pid} ${device}:${inode} 0 EOF\n`;
    await process_(5, ["/usr/libexec/packagekitd"]);
    await process_(6, ["/usr/libexec/packagekitd"]);
    await process_(7, ["reader"]);
    await fs.writeFile(path.join(place.proc, "locks"), line(5, ino) + line(6, ino + 1n) + line(7, ino, "READ"));
    expect(await found()).toEqual([[5, "rpm lock"]]);
  });
});
