import * as fs from "node:fs/promises";
import * as path from "node:path";
import type { InstallerShape } from "@fettle/agent-protocol/agent";
import * as Effect from "effect/Effect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as Laboratory from "./Laboratory.ts";
import { patch, run } from "./Laboratory.ts";

const openssl = patch("FTSA-2026:0001", "openssl-lab 3.0.7-2.el9");
const curl = patch("FTSA-2026:0003", "curl-lab 7.76.1-3.el9");

describe.runIf(Laboratory.runsForReal)("the need for a reboot on real dnf", () => {
  let lab: Laboratory.Laboratory;
  beforeAll(async () => {
    lab = await Laboratory.open();
  });
  afterAll(() => lab.close());
  const need = (installer: InstallerShape, ...patches: Parameters<InstallerShape["install"]>[0][]) =>
    run(installer.rebootNeed?.(patches) ?? Effect.die("it can't tell"));
  // The asset's own list of what needs a reboot, beside the kernel and the like.
  const rebootsFor = async (root: string, name: string): Promise<void> => {
    const folder = path.join(root, "etc/dnf/plugins/needs-restarting.d");
    await fs.mkdir(folder, { recursive: true });
    await fs.writeFile(path.join(folder, "lab.conf"), `${name}\n`);
  };

  it("RBT-01 is told for a package that needs one, and for none besides", async () => {
    const { installer, asset } = await lab.bench();
    await run(installer.install(openssl));
    expect(await need(installer, openssl)).toEqual({ _tag: "NotNeeded" });
    await rebootsFor(asset.installRoot, "openssl-lab");
    expect(await need(installer, openssl, curl)).toEqual({ _tag: "Needed", reasons: ["openssl-lab"] });
    expect(await need(installer, curl)).toEqual({ _tag: "NotNeeded" });
  });

  it("RBT-01 is unknown where the tool is missing or doesn't know the command", async () => {
    const gone = await lab.bench({ tools: { dnf: "/nowhere/dnf" } });
    expect(await need(gone.installer, openssl)).toMatchObject({ _tag: "Unknown" });
    const other = await lab.bench({ tools: { dnf: "/bin/false" } });
    expect(await need(other.installer, openssl)).toMatchObject({ _tag: "Unknown" });
  });
});
