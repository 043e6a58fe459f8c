import { spawn } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import * as Effect from "effect/Effect";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import * as Laboratory from "./Laboratory.ts";
import { failure, gist, patch, run } from "./Laboratory.ts";

const openssl = patch("FTSA-2026:0001", "openssl-lab 3.0.7-2.el9");
const curl = patch("FTSA-2026:0003", "curl-lab 7.76.1-3.el9");
const zlib = patch("FTSA-2026:0004", "zlib-lab 1.2.11-41.el9", "zlib-devel-lab 1.2.11-41.el9");

describe.runIf(Laboratory.runsForReal)("the dnf installer on real dnf", () => {
  let lab: Laboratory.Laboratory;
  beforeAll(async () => {
    lab = await Laboratory.open();
  });
  afterEach(() => lab.world.server.treat(null));
  afterAll(() => lab.close());

  describe("install", () => {
    it("PAT-13: brings a package to the advisory's version through the asset's own repositories", async () => {
      const { installer, evrs } = await lab.bench();
      const report = await run(installer.install(openssl));
      expect(gist(report)).toEqual({ exitCode: 0, reasonCode: null });
      expect(report.outputTail).toContain("Complete!");
      expect(await evrs("openssl-lab")).toEqual(["3.0.7-2.el9"]);
      expect(await evrs("curl-lab")).toEqual(["7.76.1-1.el9"]);
    });

    it("takes exactly the version asked for, though a newer one is there", async () => {
      const { installer, evrs } = await lab.bench();
      await run(installer.install(patch("FTSA-2026:0002", "curl-lab 7.76.1-2.el9")));
      expect(await evrs("curl-lab")).toEqual(["7.76.1-2.el9"]);
    });

    it("takes exactly the version asked for without an advisory too", async () => {
      const { installer, evrs } = await lab.bench();
      await run(installer.install(patch(null, "curl-lab 7.76.1-2.el9", "openssl-lab 3.0.7-2.el9")));
      expect([await evrs("curl-lab"), await evrs("openssl-lab")]).toEqual([["7.76.1-2.el9"], ["3.0.7-2.el9"]]);
    });

    it("PAT-14: installs all packages of an advisory in one transaction", async () => {
      const { installer, evrs, asset } = await lab.bench();
      expect(gist(await run(installer.install(zlib)))).toEqual({ exitCode: 0, reasonCode: null });
      expect([await evrs("zlib-lab"), await evrs("zlib-devel-lab")]).toEqual([["1.2.11-41.el9"], ["1.2.11-41.el9"]]);
      const log = await fs.readFile(path.join(asset.installRoot, "var/log/dnf.log"), "utf8");
      expect(log.match(/Running transaction$/gm)?.length).toBe(2); // the base, and this one
    });

    it("reads an epoch as part of the version", async () => {
      const { installer, evrs } = await lab.bench();
      await run(installer.install(patch("FTSA-2026:0902", "epoch-lab 2:1.5-1.el9")));
      expect(await evrs("epoch-lab")).toEqual(["2:1.5-1.el9"]);
    });

    it("keeps a kernel's versions side by side and says so", async () => {
      const { installer } = await lab.bench();
      const kernel = patch("FTBA-2026:0001", "kernel-lab 5.14.0-503.el9");
      await run(installer.install(kernel));
      expect(await run(installer.detect(kernel))).toEqual([
        { name: "kernel-lab", arch: "noarch", evrs: ["5.14.0-427.el9", "5.14.0-503.el9"], sideBySide: true },
      ]);
    });

    it("does nothing, and starts no dnf, when the version or a newer one is installed", async () => {
      const { installer, options } = await lab.bench();
      await run(installer.install(curl));
      await fs.rm(options.stateDirectory, { recursive: true });
      for (const again of [curl, patch("FTSA-2026:0002", "curl-lab 7.76.1-2.el9")]) {
        expect(await run(installer.install(again))).toMatchObject({ exitCode: null, reasonCode: null });
      }
      await expect(fs.stat(options.stateDirectory)).rejects.toThrow("ENOENT");
    });

    it("never installs a package that isn't there", async () => {
      const { installer, evrs } = await lab.bench();
      const absent = patch(null, "helper-lab 1.0-1.el9");
      expect(await run(installer.install(absent))).toMatchObject({ exitCode: null, reasonCode: null });
      expect(await evrs("helper-lab")).toEqual([]);
      expect((await run(installer.detect(absent)))[0]?.evrs).toEqual([]);
    });

    it("finds what was published after the last look at the repositories", async () => {
      const { installer, evrs, asset } = await lab.bench();
      const config = await fs.readFile(asset.dnfConfig, "utf8");
      await run(installer.prefetch(openssl));
      await fs.writeFile(asset.dnfConfig, config.replace("metadata_expire=1\n", "metadata_expire=never\n"));
      const cache = path.join(asset.installRoot, "var/cache/dnf");
      const [stable = ""] = (await fs.readdir(cache)).filter((n) => n.startsWith("stable-"));
      // What dnf had seen of an earlier day: a repository without advisories.
      const repomd = path.join(cache, stable, "repodata/repomd.xml");
      const text = await fs.readFile(repomd, "utf8");
      await fs.writeFile(repomd, text.replace(/<data type="updateinfo">[\s\S]*?<\/data>/, ""));
      for (const name of await fs.readdir(cache)) if (name.includes(".solv")) await fs.rm(path.join(cache, name));
      expect(gist(await run(installer.install(openssl)))).toEqual({ exitCode: 0, reasonCode: null });
      expect(await evrs("openssl-lab")).toEqual(["3.0.7-2.el9"]);
    });
  });

  describe("failures", () => {
    const cases: readonly (readonly [string, string, string, number, RegExp])[] = [
      ["9: a failing %pre", "FTSA-2026:0005", "failpre-lab 1.0-2.el9", 9, /PREIN|%prein|exit status 4/],
      ["12: a file whose checksum is wrong", "FTSA-2026:0006", "corrupt-lab 1.0-2.el9", 12, /checksum doesn't match/],
      ["4: a file that is gone", "FTSA-2026:0905", "gone-lab 1.0-2.el9", 4, /Status code: 404/],
      ["11: an unsigned package", "FTSA-2026:0903", "unsigned-lab 1.0-2.el9", 11, /is not signed/],
      ["11: a package of a foreign key", "FTSA-2026:0904", "foreign-lab 1.0-2.el9", 11, /import keys|not correct/],
      ["9: an unmet dependency", "FTSA-2026:0906", "needs-lab 1.0-2.el9", 9, /cannot install the best update/],
      ["13: an unknown advisory", "FTSA-2026:9999", "openssl-lab 3.0.7-2.el9", 13, /no enabled repository offers/],
      ["13: another advisory's package", "FTSA-2026:0001", "curl-lab 7.76.1-2.el9", 13, /no enabled repository offers/],
      ["13: a version that nobody offers", "FTSA-2026:0001", "openssl-lab 3.0.7-9.el9", 13, /./],
      [
        "9: a plan that removes a package",
        "FTSA-2026:0907",
        "greedy-lab 1.0-2.el9",
        9,
        /obsoleted victim-lab-1.0-1.el9/,
      ],
    ];
    it.each(cases)("RUN-04: %s", async (_title, advisory, wanted, code, reason) => {
      const { installer, evrs } = await lab.bench();
      const instruction = patch(advisory, wanted);
      const [name = ""] = wanted.split(" ");
      const before = await evrs(name);
      const report = await run(installer.install(instruction));
      expect(gist(report)).toMatchObject({ reasonCode: code });
      expect(report.reason).toMatch(reason);
      expect(report.outputTail.length).toBeGreaterThan(0);
      expect(report.outputTail.length).toBeLessThanOrEqual(2_000);
      expect(await evrs(name)).toEqual(before);
      expect(await evrs("victim-lab")).toEqual(["1.0-1.el9"]);
    });

    it("RUN-04: installs nothing of a patch when one of its packages can't be had", async () => {
      const { installer, evrs } = await lab.bench();
      const half = patch("FTSA-2026:0001", "openssl-lab 3.0.7-2.el9", "curl-lab 7.76.1-3.el9");
      const report = await run(installer.install(half));
      expect(report).toMatchObject({ reasonCode: 13 });
      expect(report.reason).toContain("curl-lab-7.76.1-3.el9");
      expect(await evrs("openssl-lab")).toEqual(["3.0.7-1.el9"]);
    });

    it("CMP-02: a failing %post ends well for dnf; the report remarks it and claims nothing", async () => {
      const { installer, evrs } = await lab.bench();
      const report = await run(installer.install(patch("FTSA-2026:0901", "failpost-lab 1.0-2.el9")));
      expect(gist(report)).toEqual({ exitCode: 0, reasonCode: null });
      expect(report.reason).toContain("scriptlet failed, exit status 3");
      expect(await evrs("failpost-lab")).toEqual(["1.0-2.el9"]);
    });

    it("RUN-04: 4 when a repository's index can't be had; no repository is skipped", async () => {
      const { installer, evrs, asset } = await lab.bench();
      const config = await fs.readFile(asset.dnfConfig, "utf8");
      await fs.writeFile(asset.dnfConfig, config.replaceAll("skip_if_unavailable=False", "skip_if_unavailable=True"));
      lab.world.server.treat((asked) => (asked.startsWith("/hostile/repodata/") ? { status: 404 } : {}));
      const report = await run(installer.install(openssl));
      expect(report).toMatchObject({ exitCode: 1, reasonCode: 4 });
      expect(await evrs("openssl-lab")).toEqual(["3.0.7-1.el9"]);
    });

    it("4 when the repositories don't answer in time; dnf is ended before it begins", async () => {
      const { installer, evrs } = await lab.bench({ limits: { planMilliseconds: 700 } });
      lab.world.server.treat(() => ({ delayMilliseconds: 5_000 }));
      const began = performance.now();
      expect(await run(installer.install(openssl))).toMatchObject({ reasonCode: 4, signal: "SIGKILL" });
      expect(performance.now() - began).toBeLessThan(4_000);
      expect(await evrs("openssl-lab")).toEqual(["3.0.7-1.el9"]);
    });
  });

  describe("what a configuration can't take away", () => {
    it("checks signatures though main and repository say gpgcheck=0, assumeyes=1 and best=False", async () => {
      const { installer, evrs, asset } = await lab.bench();
      const lax = (await fs.readFile(asset.dnfConfig, "utf8"))
        .replaceAll("gpgcheck=1", "gpgcheck=0")
        .replace("best=True", "best=False\nassumeyes=1\ndefaultyes=1\nstrict=0");
      await fs.writeFile(asset.dnfConfig, lax);
      expect(lax.match(/gpgcheck=0/g)?.length).toBe(3);
      const unsigned = await run(installer.install(patch("FTSA-2026:0903", "unsigned-lab 1.0-2.el9")));
      expect(unsigned).toMatchObject({ reasonCode: 11 });
      const foreign = await run(installer.install(patch("FTSA-2026:0904", "foreign-lab 1.0-2.el9")));
      expect(foreign).toMatchObject({ reasonCode: 11 });
      const greedy = await run(installer.install(patch("FTSA-2026:0907", "greedy-lab 1.0-2.el9")));
      expect(greedy).toMatchObject({ reasonCode: 9 });
      for (const name of ["unsigned-lab", "foreign-lab", "greedy-lab", "victim-lab"]) {
        expect(await evrs(name)).toEqual(["1.0-1.el9"]);
      }
    });

    it("never imports a key by itself", async () => {
      const { installer, asset, evrs } = await lab.bench();
      await new Promise((resolve) => {
        const args = ["--root", asset.installRoot, "-e", "--allmatches", "gpg-pubkey"];
        spawn("rpm", args, { env: { PATH: "/usr/bin:/bin", HOME: "/root" } }).once("exit", resolve);
      });
      expect(await evrs("gpg-pubkey")).toEqual([]);
      expect(await run(installer.install(openssl))).toMatchObject({ reasonCode: 11 });
      expect([await evrs("gpg-pubkey"), await evrs("openssl-lab")]).toEqual([[], ["3.0.7-1.el9"]]);
    });
  });

  describe("prefetch", () => {
    it("SCH-10: fetches beforehand, so that the install needs no package from the network", async () => {
      const { installer, evrs } = await lab.bench();
      expect(gist(await run(installer.prefetch(zlib)))).toEqual({ exitCode: 0, reasonCode: null });
      expect(await evrs("zlib-lab")).toEqual(["1.2.11-40.el9"]);
      lab.world.server.treat((asked) => (asked.endsWith(".rpm") ? { status: 503 } : {}));
      expect(gist(await run(installer.install(zlib)))).toEqual({ exitCode: 0, reasonCode: null });
      expect(await evrs("zlib-lab")).toEqual(["1.2.11-41.el9"]);
    });

    it.each([
      ["corrupt", "FTSA-2026:0006", "corrupt-lab 1.0-2.el9", 12],
      ["gone", "FTSA-2026:0905", "gone-lab 1.0-2.el9", 4],
      ["unsigned", "FTSA-2026:0903", "unsigned-lab 1.0-2.el9", 11],
    ])("tells early that a file is %s", async (_what, advisory, wanted, code) => {
      const { installer } = await lab.bench();
      expect(await run(installer.prefetch(patch(advisory, wanted)))).toMatchObject({ reasonCode: code });
    });
  });

  describe("rollback", () => {
    it("JOB-01: takes all packages back to exactly their former versions in one transaction", async () => {
      const { installer, evrs } = await lab.bench();
      await run(installer.install(zlib));
      const back = patch("FTSA-2026:0004", "zlib-lab 1.2.11-40.el9", "zlib-devel-lab 1.2.11-40.el9");
      expect(gist(await run(installer.rollback(back)))).toEqual({ exitCode: 0, reasonCode: null });
      expect([await evrs("zlib-lab"), await evrs("zlib-devel-lab")]).toEqual([["1.2.11-40.el9"], ["1.2.11-40.el9"]]);
      expect(await run(installer.rollback(back))).toMatchObject({ exitCode: null, reasonCode: null });
    });

    it("goes back one of two steps, not to the oldest", async () => {
      const { installer, evrs } = await lab.bench();
      await run(installer.install(curl));
      await run(installer.rollback(patch(null, "curl-lab 7.76.1-2.el9")));
      expect(await evrs("curl-lab")).toEqual(["7.76.1-2.el9"]);
    });

    it("13 when the former version is no longer offered; nothing changes", async () => {
      const { installer, evrs } = await lab.bench();
      await run(installer.install(zlib));
      const gone = patch(null, "zlib-lab 1.2.11-39.el9", "zlib-devel-lab 1.2.11-40.el9");
      expect(await run(installer.rollback(gone))).toMatchObject({ reasonCode: 13 });
      expect(await run(installer.rollback(patch(null, "curl-lab 7.0-1.el9")))).toMatchObject({ reasonCode: 13 });
      expect([await evrs("zlib-lab"), await evrs("zlib-devel-lab")]).toEqual([["1.2.11-41.el9"], ["1.2.11-41.el9"]]);
    });

    it("refuses a kernel and a version that lies ahead", async () => {
      const { installer, evrs } = await lab.bench();
      await run(installer.install(patch("FTBA-2026:0001", "kernel-lab 5.14.0-503.el9")));
      const kernel = await run(installer.rollback(patch(null, "kernel-lab 5.14.0-427.el9")));
      expect(kernel).toMatchObject({ exitCode: null, reasonCode: 9, reason: expect.stringContaining("side by side") });
      const ahead = await run(installer.rollback(openssl));
      expect(ahead).toMatchObject({ exitCode: null, reasonCode: 9, reason: expect.stringContaining("older than") });
      expect(await evrs("openssl-lab")).toEqual(["3.0.7-1.el9"]);
    });
  });

  describe("locks", () => {
    const holders: readonly (readonly [string, (b: Laboratory.Bench) => readonly [string, readonly string[]]])[] = [
      [
        "dnf",
        ({ asset }) => [
          "dnf",
          ["-c", asset.dnfConfig, `--installroot=${asset.installRoot}`, "-y", "upgrade", "slow-lab"],
        ],
      ],
      [
        "rpm",
        ({ asset }) => [
          "rpm",
          [
            "--root",
            asset.installRoot,
            "-U",
            path.join(lab.world.vendorDirectory, "stable/Packages/slow-lab-1.0-2.el9.noarch.rpm"),
          ],
        ],
      ],
    ];
    it.each(holders)("is busy, soon and for a retry, while another %s works", async (_tool, holder) => {
      const bench = await lab.bench();
      await lab.world.setSlowPost(bench.asset.name, 4);
      const [tool, args] = holder(bench);
      const env = { PATH: "/usr/bin:/bin", HOME: "/root", LC_ALL: "C.UTF-8" };
      const other = spawn(tool, [...args], { env, stdio: "ignore" });
      const ended = new Promise((resolve) => other.once("exit", resolve));
      await Laboratory.untilSlowPost(bench.asset);
      const began = performance.now();
      const error = await failure(bench.installer.install(openssl));
      expect(error).toMatchObject({ reason: "Busy", isRetryable: true });
      expect(performance.now() - began).toBeLessThan(3_000);
      expect(await ended).toBe(0);
      expect(gist(await run(bench.installer.install(openssl)))).toEqual({ exitCode: 0, reasonCode: null });
    });

    it("queues its own transactions", async () => {
      const { installer, evrs } = await lab.bench();
      const both = await Effect.runPromise(
        Effect.all([installer.install(openssl), installer.install(curl)], { concurrency: "unbounded" }),
      );
      expect(both.map(gist)).toEqual([
        { exitCode: 0, reasonCode: null },
        { exitCode: 0, reasonCode: null },
      ]);
      expect([await evrs("openssl-lab"), await evrs("curl-lab")]).toEqual([["3.0.7-2.el9"], ["7.76.1-3.el9"]]);
    });
  });

  it("says that a tool is missing", async () => {
    const { options } = await lab.bench();
    const { DnfInstaller } = await import("../../../src/installer/dnf/index.ts");
    const noDnf = DnfInstaller.make({ ...options, tools: { dnf: "/nowhere/dnf" } });
    expect(await failure(noDnf.install(openssl))).toMatchObject({ reason: "ToolMissing", isRetryable: false });
    expect(await failure(noDnf.repair())).toMatchObject({ reason: "ToolMissing", isRetryable: false });
    const noRpm = DnfInstaller.make({ ...options, tools: { rpm: "/nowhere/rpm" } });
    expect(await failure(noRpm.detect(openssl))).toMatchObject({ reason: "ToolMissing", isRetryable: false });
  });
});
