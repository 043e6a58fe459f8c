import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as Catalogue from "./Catalogue.ts";
import * as World from "./World.ts";

const hasTools = ["/usr/bin/rpmbuild", "/usr/bin/dnf", "/usr/bin/createrepo_c"].every((tool) => existsSync(tool));
const runsForReal = hasTools || process.env.REQUIRE_REAL_INSTALLERS === "1";

describe.runIf(runsForReal)("the world", () => {
  let directory: string;
  let world: World.World;
  beforeAll(async () => {
    directory = await fs.mkdtemp(path.join(tmpdir(), "a world with spaces "));
    world = await World.make({ directory, slowPostSeconds: 2 });
  });
  afterAll(async () => {
    await world.close();
    await fs.rm(directory, { recursive: true });
  });
  const tool = async (name: string, ...args: readonly string[]) => {
    const env = { PATH: "/usr/bin:/bin", HOME: "/root", LC_ALL: "C.UTF-8" };
    return (await promisify(execFile)(name, args, { env })).stdout;
  };

  it("has the story's assets with the first versions of their packages", async () => {
    expect(world.assets.map((a) => a.name)).toEqual(["web-01", "db-01", "edge-01", "build-01", "lab-01", "kiosk-01"]);
    for (const plan of World.storyAssets) {
      const found = await world.installed(plan.name);
      const own = [...found.keys()].filter((n) => !["gpg-pubkey", "lab-sh", "lab-release"].includes(n));
      expect(own.sort()).toEqual([...plan.packages].sort());
      for (const name of plan.packages) {
        const first = Catalogue.packages.find((p) => p.name === name && p.generation === 1);
        expect(found.get(name)).toEqual([`${first?.version}-${first?.release}`]);
      }
    }
  });

  it("gives each asset its own root, boot id and zone", async () => {
    const ids = await Promise.all(world.assets.map((a) => fs.readFile(a.bootIdFile, "utf8")));
    expect(new Set(ids).size).toBe(world.assets.length);
    expect(new Set(world.assets.map((a) => a.timeZone)).size).toBe(world.assets.length);
    for (const a of world.assets) {
      expect(await fs.readlink(path.join(a.installRoot, "etc/localtime"))).toMatch(new RegExp(`/${a.timeZone}$`));
      expect(await fs.readFile(path.join(a.installRoot, "etc/slow-lab.seconds"), "utf8")).toBe("2\n");
      expect(path.relative(directory, a.installRoot).startsWith("..")).toBe(false);
    }
  });

  it("has signed every package that its roots were installed from", async () => {
    const folder = path.join(world.vendorDirectory, "stable/Packages");
    const files = (await fs.readdir(folder)).filter((f) => !f.startsWith("corrupt-lab-1.0-2"));
    const keys = await fs.mkdtemp(path.join(directory, "keys "));
    await tool("rpmkeys", "--dbpath", keys, "--import", world.gpgKeyPath);
    const answer = await tool("rpmkeys", "--dbpath", keys, "-K", ...files.map((f) => path.join(folder, f)));
    expect(answer.match(/digests signatures OK$/gm)?.length).toBe(files.length);
  });

  it("lets dnf see exactly the advisories that an asset needs", async () => {
    const [web] = world.assets;
    const args = ["-q", "-c", web?.dnfConfig ?? "", `--installroot=${web?.installRoot}`, "updateinfo", "list"];
    const lines = (await tool("dnf", ...args)).split("\n").filter((l) => l !== "");
    expect(lines.map((l) => l.split(/\s+/)).map(([id, kind]) => `${id} ${kind}`)).toEqual([
      "FTSA-2026:0002 Moderate/Sec.",
      "FTSA-2026:0003 Critical/Sec.",
      "FTBA-2026:0001 bugfix",
      "FTSA-2026:0001 Important/Sec.",
      "FTSA-2026:0004 Important/Sec.",
      "FTSA-2026:0004 Important/Sec.",
    ]);
  });

  it("takes on another asset while it runs, and knows no strangers", async () => {
    const late = await world.addAsset({ name: "late-01", timeZone: "Etc/UTC", packages: ["openssl-lab"] });
    expect((await world.installed("late-01")).get("openssl-lab")).toEqual(["3.0.7-1.el9"]);
    expect(world.assets).toContain(late);
    await expect(world.installed("nobody")).rejects.toThrow("nobody");
  });

  it("is soon there again", async () => {
    const began = performance.now();
    const again = await World.make({ directory: path.join(directory, "again") });
    await again.close();
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});
