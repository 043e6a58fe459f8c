/** A world with one fresh asset for each test, and the adapter on it. Real rpm, real dnf. */
import { existsSync } from "node:fs";
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import type { Package } from "@fettle/agent-protocol";
import type { InstallerError, InstallerShape, InstallReport } from "@fettle/agent-protocol/agent";
import * as Effect from "effect/Effect";
import * as World from "../../../../../examples/story/world/World.ts";
import { DnfInstaller, type DnfOptions } from "../../../src/installer/dnf/index.ts";

const tools = ["rpm", "dnf", "rpmbuild", "rpmsign", "createrepo_c", "modifyrepo_c", "gpg", "busybox"];
const folders = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"];

/** Tools that the real suites need and this machine lacks. */
export const missingTools: readonly string[] = [
  ...tools.filter((tool) => !folders.some((folder) => existsSync(path.join(folder, tool)))),
  ...(process.getuid?.() === 0 ? [] : ["root"]),
];

/** Whether real suites run: they skip where a tool is missing, unless the machine is said to have everything. */
export const runsForReal = missingTools.length === 0 || process.env.REQUIRE_REAL_INSTALLERS === "1";

// Those that come with others: as what they depend on, or in their place.
const newcomers = ["helper-lab", "successor-lab"];

/** What every test asset has: all packages of both repositories, in their first version. */
const packages = [...new Set(World.catalogue.packages.map((p) => p.name))].filter((name) => !newcomers.includes(name));

export interface Bench {
  readonly asset: World.WorldAsset;
  readonly options: DnfOptions;
  readonly installer: InstallerShape;
  /** EVRs of one package, as rpm itself says. */
  readonly evrs: (name: string) => Promise<readonly string[]>;
}

export interface Laboratory {
  readonly world: World.World;
  /** A fresh asset; `options` override the adapter's. */
  readonly bench: (options?: Partial<DnfOptions>) => Promise<Bench>;
  readonly close: () => Promise<void>;
}

/** Builds a world in a folder whose name has a space. */
export const open = async (): Promise<Laboratory> => {
  if (missingTools.length > 0) throw new Error(`real installers are required, but missing: ${missingTools.join(", ")}`);
  const directory = await fs.mkdtemp(path.join(tmpdir(), "fettle dnf "));
  const world = await World.make({ directory, assets: [] });
  let count = 0;
  const bench = async (options: Partial<DnfOptions> = {}): Promise<Bench> => {
    count += 1;
    const name = `bench-${count}`;
    const repositories = ["stable", "hostile"] as const;
    const asset = await world.addAsset({ name, timeZone: "Etc/UTC", packages, repositories });
    const complete: DnfOptions = {
      installRoot: asset.installRoot,
      config: asset.dnfConfig,
      stateDirectory: path.join(asset.directory, "state"),
      ...options,
    };
    const evrs = async (of: string) => (await world.installed(name)).get(of) ?? [];
    return { asset, options: complete, installer: DnfInstaller.make(complete), evrs };
  };
  const close = async (): Promise<void> => {
    await world.close();
    await fs.rm(directory, { recursive: true, force: true });
  };
  return { world, bench, close };
};

/** An instruction about noarch packages, written `name evr`. */
export const patch = (advisory: string | null, ...wanted: readonly string[]): Package.PatchInstruction => ({
  patchId: advisory ?? "without-advisory",
  advisory,
  packages: wanted.map((text) => {
    const [name = "", evr = ""] = text.split(" ");
    return { name, arch: "noarch", evr };
  }),
});

/** Runs an effect of the port to its value. */
export const run = <A>(effect: Effect.Effect<A, InstallerError>): Promise<A> => Effect.runPromise(effect);

/** Runs an effect of the port that must fail, to its error. */
export const failure = (effect: Effect.Effect<unknown, InstallerError>): Promise<InstallerError> =>
  Effect.runPromise(Effect.flip(effect));

/** The part of a report that says how it went. */
export const gist = (report: InstallReport) => ({ exitCode: report.exitCode, reasonCode: report.reasonCode });

/** Waits until something is there. */
export const until = async <A>(look: () => Promise<A | null | undefined | false>): Promise<A> => {
  for (let tries = 0; tries < 600; tries += 1) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("what the test waits for did not come");
};

/** Waits until slow-lab's %post runs on an asset. */
export const untilSlowPost = (asset: World.WorldAsset): Promise<true> =>
  until(async () => existsSync(path.join(asset.installRoot, World.slowPostMark)));
