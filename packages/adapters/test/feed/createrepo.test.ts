/** The feed as createrepo_c and modifyrepo_c really write it. */
import { execFileSync, spawnSync } from "node:child_process";
import { createReadStream, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseUpdateinfo } from "../../src/feed/updateinfo/index.ts";
import { feed } from "./FeedXml.ts";

const has = (tool: string): boolean => spawnSync(tool, ["--version"]).status === 0;
const areInstalled = has("createrepo_c") && has("modifyrepo_c");

const written = feed(
  {
    id: "RHSA-2026:1001",
    title: "Important: openssl & co",
    cves: ["CVE-2026-0001"],
    packages: [{ name: "openssl", epoch: "1" }],
  },
  {
    id: "RHBA-2026:2001",
    type: "bugfix",
    severity: null,
    packages: [{ name: "kernel", extra: "<reboot_suggested>1</reboot_suggested>" }],
  },
  {
    id: "RHSA-2026:1002",
    description: "More about it,\non two lines.",
    self: "https://vendor.test/errata/RHSA-2026:1002",
    module: { name: "nodejs", stream: "18" },
    packages: [{ name: "nodejs", extra: "<relogin_suggested>1</relogin_suggested>" }],
  },
);

describe.skipIf(!areInstalled)("a repository made by createrepo_c", () => {
  let dir = "";
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "fettle-feed-"));
    mkdirSync(join(dir, "repo"));
    writeFileSync(join(dir, "updateinfo.xml"), written);
    execFileSync("createrepo_c", ["-q", "repo"], { cwd: dir });
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  const feedFile = (suffix: string): string => {
    const name = readdirSync(join(dir, "repo/repodata")).find((f) => f.endsWith(suffix));
    if (name === undefined) throw new Error(`no ${suffix}`);
    return join(dir, "repo/repodata", name);
  };

  it("PAT-11: its compressed updateinfo reads as the one that was put in", async () => {
    execFileSync("modifyrepo_c", ["--mdtype=updateinfo", "updateinfo.xml", "repo/repodata"], {
      cwd: dir,
      stdio: "ignore",
    });
    const result = await parseUpdateinfo(createReadStream(feedFile("updateinfo.xml.gz")));
    expect(result).toEqual(await parseUpdateinfo(written));
    expect(result.ok && result.value.skipped).toEqual([]);
    expect(result.ok && result.value.patches.map((p) => [p.id, p.reboot, p.packages[0]?.evr])).toEqual([
      ["RHSA-2026:1001", "never", "1:3.0.7-2.el9"],
      ["RHBA-2026:2001", "always", "3.0.7-2.el9"],
      ["RHSA-2026:1002", "may", "3.0.7-2.el9"],
    ]);
    expect(result.ok && result.value.patches[2]).toMatchObject({
      description: "More about it,\non two lines.",
      vendorLink: "https://vendor.test/errata/RHSA-2026:1002",
      packages: [{ name: "nodejs", module: "nodejs:18" }],
    });
  });

  it("an updateinfo that it compressed by xz is refused by name", async () => {
    const options = ["--compress-type=xz", "--mdtype=updateinfo", "updateinfo.xml", "repo/repodata"];
    execFileSync("modifyrepo_c", options, { cwd: dir, stdio: "ignore" });
    const result = await parseUpdateinfo(createReadStream(feedFile("updateinfo.xml.xz")));
    expect(!result.ok && result.error.message).toContain("compressed by xz");
  });
});
