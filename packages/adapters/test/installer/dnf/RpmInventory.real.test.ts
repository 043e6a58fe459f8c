import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import * as Effect from "effect/Effect";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DnfInstaller, RpmInventory } from "../../../src/installer/dnf/index.ts";
import * as Laboratory from "./Laboratory.ts";
import { failure, patch } from "./Laboratory.ts";

/** An rpm that answers what a script prints. */
const fakeRpm = async (folder: string, script: string): Promise<string> => {
  const file = path.join(folder, `rpm-${Math.abs(script.length * 31 + script.charCodeAt(0))}`);
  await fs.writeFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return file;
};

describe.runIf(Laboratory.runsForReal)("the inventory of real rpm databases", () => {
  let lab: Laboratory.Laboratory;
  let folder: string;
  beforeAll(async () => {
    lab = await Laboratory.open();
    folder = await fs.mkdtemp(path.join(tmpdir(), "fettle-rpm-"));
  });
  afterAll(async () => {
    await lab.close();
    await fs.rm(folder, { recursive: true });
  });
  const read = (options: RpmInventory.RpmInventoryOptions) => Effect.runPromise(RpmInventory.make(options).packages());
  const refusal = (options: RpmInventory.RpmInventoryOptions) =>
    Effect.runPromise(Effect.flip(RpmInventory.make(options).packages()));

  it("lists every package, sorted, with epochs and without imported keys", async () => {
    const { asset } = await lab.bench();
    const packages = await read({ installRoot: asset.installRoot });
    const independent = await lab.world.installed(asset.name);
    const names = [...independent.keys()].filter((name) => name !== "gpg-pubkey").sort();
    expect(packages.map((p) => p.name)).toEqual(names);
    expect(packages.find((p) => p.name === "epoch-lab")).toEqual({
      name: "epoch-lab",
      arch: "noarch",
      evr: "1:2.0-1.el9",
    });
    expect(packages.find((p) => p.name === "lab-sh")).toEqual({ name: "lab-sh", arch: "x86_64", evr: "1.35-1.el9" });
    expect(packages.find((p) => p.name === "openssl-lab")?.evr).toBe("3.0.7-1.el9");
  });

  it("CMP-02: an empty database is an error, never an empty list", async () => {
    const empty = path.join(folder, "empty");
    await fs.mkdir(empty);
    expect(await refusal({ installRoot: empty })).toMatchObject({ _tag: "InventoryError", isRetryable: true });
  });

  it("CMP-02: a damaged database is an error", async () => {
    const { asset, installer } = await lab.bench();
    const database = path.join(asset.installRoot, "root/.rpmdb/rpmdb.sqlite");
    for (const end of ["-wal", "-shm"]) await fs.rm(database + end, { force: true });
    await fs.writeFile(database, Buffer.alloc(8192, 7));
    expect(await refusal({ installRoot: asset.installRoot })).toMatchObject({ _tag: "InventoryError" });
    expect(await failure(installer.detect(patch(null, "openssl-lab 3.0.7-2.el9")))).toMatchObject({
      reason: "Unreadable",
    });
  });

  it.each([
    ["exit code 1", "printf '@\\t1\\ta\\t0\\t1-1\\tnoarch\\t\\n'; exit 1"],
    [
      "an error on stderr with exit code 0",
      "printf '@\\t1\\ta\\t0\\t1-1\\tnoarch\\t\\n'; echo 'error: rpmdb: damaged header' >&2",
    ],
    ["a line that is no record", "printf '@\\t1\\ta\\t0\\t1-1\\tnoarch\\t\\nwhat\\n'"],
    ["half a record", "printf '@\\t1\\ta\\t0\\t1-1'"],
    ["only imported keys", "printf '@\\t1\\tgpg-pubkey\\t0\\t1-1\\t(none)\\t\\n'"],
    ["death by a signal", "kill -9 $$"],
    ["no end", "exec sleep 20"],
  ])("CMP-02: %s is an error", async (_what, script) => {
    const rpm = await fakeRpm(folder, script);
    expect(await refusal({ tools: { rpm }, limits: { queryMilliseconds: 1_000 } })).toMatchObject({
      _tag: "InventoryError",
    });
  });

  it("a tool that is missing is an error that no retry helps", async () => {
    expect(await refusal({ tools: { rpm: "/nowhere/rpm" } })).toMatchObject({ isRetryable: false });
  });

  it("CMP-02: a detection that says nothing about a package is an error", async () => {
    const { options } = await lab.bench();
    const rpm = await fakeRpm(folder, "printf '@\\t1\\tother\\t0\\t1-1\\tnoarch\\t\\n'");
    const { detect } = DnfInstaller.make({ ...options, tools: { rpm } });
    expect(await failure(detect(patch(null, "openssl-lab 3.0.7-2.el9")))).toMatchObject({ reason: "Unreadable" });
  });

  it("detects in the instruction's order, each name and architecture by itself", async () => {
    const { installer } = await lab.bench();
    const instruction = patch(
      null,
      "openssl-lab 9-9",
      "nosuch 1-1",
      "epoch-lab 9-9",
      "openssl-lab-3.0.7 1-1",
      "lab-sh 9-9",
    );
    const found = await Effect.runPromise(installer.detect(instruction));
    expect(found.map((f) => [f.name, ...f.evrs])).toEqual([
      ["openssl-lab", "3.0.7-1.el9"],
      ["nosuch"],
      ["epoch-lab", "1:2.0-1.el9"],
      ["openssl-lab-3.0.7"],
      ["lab-sh"], // it is there, but for x86_64
    ]);
  });

  it("takes a name that reads like another's name and version for its own", async () => {
    const { installer } = await lab.bench();
    // rpm itself answers both with the one record of openssl-lab.
    const found = await Effect.runPromise(installer.detect(patch(null, "openssl-lab 9-9", "openssl-lab-3.0.7 1-1")));
    expect(found.map((f) => f.evrs)).toEqual([["3.0.7-1.el9"], []]);
  });

  it("starts nothing for an instruction whose slots hold what they must not", async () => {
    const { options } = await lab.bench();
    const log = path.join(folder, "spawned");
    const spy = await fakeRpm(folder, `echo "$0 $@" >> ${log}`);
    const installer = DnfInstaller.make({ ...options, tools: { rpm: spy, dnf: spy } });
    const bad = [
      patch("A;B", "a 1-1"),
      patch(null, "--root=/ 1-1"),
      patch(null, "a $(id)"),
      { ...patch(null, "a 1-1"), packages: [] },
    ];
    for (const instruction of bad) {
      for (const act of [installer.detect, installer.install, installer.prefetch, installer.rollback]) {
        expect(await failure(act(instruction))).toMatchObject({ reason: "InstructionRefused", isRetryable: false });
      }
    }
    await expect(fs.readFile(log, "utf8")).rejects.toThrow("ENOENT");
  });
});
