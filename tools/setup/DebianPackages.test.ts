import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { installedIn, missingOf, REAL_DNF, removalsOf, whyNotInstall } from "./DebianPackages.mjs";

const FOLDER = mkdtempSync(join(tmpdir(), "fettle apt "));
const MODULE = pathToFileURL(fileURLToPath(new URL("./DebianPackages.mjs", import.meta.url))).href;

afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const root = { isDebian: true, isRoot: true, installed: () => new Set(["rpm", "gnupg"]) };

describe("the Debian packages", () => {
  it("that are missing are those dpkg does not say are installed", () => {
    expect(missingOf(REAL_DNF, root)).toEqual(["dnf", "dnf-plugins-core", "createrepo-c", "busybox-static"]);
    expect(missingOf(["rpm"], root)).toEqual([]);
  });

  it("are read from dpkg's answer; removed ones with their settings kept are not installed", () => {
    expect(installedIn("g++ installed\nmake config-files\nlibstdc++6 installed\nrpm half-installed\n")).toEqual(
      new Set(["g++", "libstdc++6"]),
    );
  });

  it("are installed by root on Debian, and otherwise named in one sentence", () => {
    const why = (install: boolean, system: typeof root): string | undefined =>
      whyNotInstall(["dnf", "make"], { install, system });
    expect(why(true, root)).toBeUndefined();
    expect(why(false, root)).toMatch(/^--no-install: .*dnf make$/);
    expect(why(true, { ...root, isRoot: false })).toMatch(/only root.*apt-get install .*dnf make$/);
    expect(why(true, { ...root, isDebian: false })).toMatch(/not Debian.*dnf make$/);
  });

  it("that apt would remove are read from its simulation", () => {
    const simulation =
      "Inst busybox-static (1:1.35)\nRemv busybox [1:1.35]\nRemv initramfs-tools [0.142]\nConf busybox-static\n";
    expect(removalsOf(simulation)).toEqual(["busybox", "initramfs-tools"]);
    expect(removalsOf("Inst rpm (4.18)\n")).toEqual([]);
  });
});

describe("installing with apt", () => {
  it("updates the lists, looks what would be removed, and waits for other apts", () => {
    const { answer, calls } = installWith(`echo "Inst rpm (4.18)"`);
    expect(answer).toBe(null);
    expect(calls).toEqual([
      "noninteractive -o DPkg::Lock::Timeout=300 update",
      "noninteractive -s install --no-install-recommends rpm dnf",
      "noninteractive -o DPkg::Lock::Timeout=300 install -y --no-install-recommends rpm dnf",
    ]);
  });

  it("lets busybox-static replace busybox, and nothing else remove anything", () => {
    expect(installWith(`echo "Remv busybox [1]"`).calls).toHaveLength(3);
    const { answer, calls } = installWith(`echo "Remv systemd [1]"`);
    expect(answer).toMatch(/would remove systemd/);
    expect(calls).toHaveLength(2);
  });

  it("goes on without fresh lists, and answers apt's own error", () => {
    const { answer, calls } = installWith(
      `case "$*" in *install*-y*) echo "E: Unable to locate package dnf" >&2;; esac; exit 100`,
    );
    expect(calls).toHaveLength(3);
    expect(answer).toMatch(/could not install rpm dnf .*Unable to locate package dnf$/);
  });
});

/** Runs the install in a process whose apt-get is a script that notes how it was called. */
function installWith(script: string): { readonly answer: string | null; readonly calls: readonly string[] } {
  const folder = mkdtempSync(join(FOLDER, "case-"));
  const log = join(folder, "calls");
  mkdirSync(join(folder, "bin"));
  const apt = join(folder, "bin", "apt-get");
  writeFileSync(apt, `#!/bin/sh\necho "$DEBIAN_FRONTEND $*" >> "${log}"\n${script}\n`);
  chmodSync(apt, 0o755);
  const program = `
    import { install } from ${JSON.stringify(MODULE)};
    const answer = await install(["rpm", "dnf"], { root: ${JSON.stringify(folder)}, say: () => {} });
    console.log(JSON.stringify(answer ?? null));`;
  const env = { ...process.env, PATH: `${join(folder, "bin")}${delimiter}${process.env.PATH}` };
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", program], { env, encoding: "utf8" });
  return { answer: JSON.parse(output), calls: readFileSync(log, "utf8").trimEnd().split("\n") };
}
