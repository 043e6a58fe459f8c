import { describe, expect, it } from "vitest";
import { installedIn, missingOf, REAL_DNF, removalsOf, whyNotInstall } from "./DebianPackages.mjs";

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
