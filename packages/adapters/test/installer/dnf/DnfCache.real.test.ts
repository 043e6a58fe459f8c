/** What downloads leave on an asset (CFG-06): nothing, once a deployment has ended, well or not. */
import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { Package } from "@fettle/agent-protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as Laboratory from "./Laboratory.ts";
import { gist, patch, run } from "./Laboratory.ts";

const openssl = patch("FTSA-2026:0001", "openssl-lab 3.0.7-2.el9");
const curl = patch("FTSA-2026:0003", "curl-lab 7.76.1-3.el9");

describe.runIf(Laboratory.runsForReal)("the cache of the dnf installer on real dnf", () => {
  let lab: Laboratory.Laboratory;
  beforeAll(async () => {
    lab = await Laboratory.open();
  });
  afterAll(() => lab.close());

  /** The package files that lie about below a root. */
  const downloaded = async (root: string): Promise<readonly string[]> => {
    const names = await fs.readdir(path.join(root, "var"), { recursive: true });
    return names.map((name) => path.basename(name)).filter((name) => name.endsWith(".rpm"));
  };

  it("CFG-06: nothing that was fetched is left after a deployment, though dnf is told to keep it", async () => {
    const { installer, asset } = await lab.bench();
    await configure(asset, "keepcache=1");
    await run(installer.prefetch(openssl));
    expect(await downloaded(asset.installRoot)).toEqual(["openssl-lab-3.0.7-2.el9.noarch.rpm"]);
    expect(gist(await run(installer.install(openssl)))).toEqual({ exitCode: 0, reasonCode: null });
    expect(await downloaded(asset.installRoot)).toEqual([]);
    await run(installer.install(curl));
    expect(await downloaded(asset.installRoot)).toEqual([]);
    expect(gist(await run(installer.rollback(patch(null, "curl-lab 7.76.1-1.el9"))))).toMatchObject({
      reasonCode: null,
    });
    expect(await downloaded(asset.installRoot)).toEqual([]);
  });

  const failures: readonly (readonly [string, Package.PatchInstruction])[] = [
    ["a failing %pre", patch("FTSA-2026:0005", "failpre-lab 1.0-2.el9")],
    ["a wrong checksum", patch("FTSA-2026:0006", "corrupt-lab 1.0-2.el9")],
    ["a file that is gone, beside one that is there", patch(null, "gone-lab 1.0-2.el9", "openssl-lab 3.0.7-2.el9")],
    ["a missing signature", patch("FTSA-2026:0903", "unsigned-lab 1.0-2.el9")],
    ["a foreign key", patch("FTSA-2026:0904", "foreign-lab 1.0-2.el9")],
  ];
  it.each(failures)(
    "CFG-06: nothing that was fetched is left after a deployment that failed: %s",
    async (_title, wanted) => {
      const { installer, asset } = await lab.bench();
      await configure(asset, "keepcache=1");
      expect((await run(installer.install(wanted))).reasonCode).not.toBeNull();
      expect(await downloaded(asset.installRoot)).toEqual([]);
    },
  );
});

const configure = async ({ dnfConfig }: { readonly dnfConfig: string }, line: string): Promise<void> => {
  const config = await fs.readFile(dnfConfig, "utf8");
  await fs.writeFile(dnfConfig, config.replace("[main]\n", `[main]\n${line}\n`));
};
