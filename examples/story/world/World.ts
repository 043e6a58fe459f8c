/**
 * The laboratory: a vendor with signed package repositories over HTTP, and machines with real rpm databases that dnf
 * can patch, all inside one folder. Nothing outside the folder is touched, but for a cache of built packages.
 */
import * as fs from "node:fs/promises";
import * as path from "node:path";
import * as AssetRoot from "./AssetRoot.ts";
import * as BuildCache from "./BuildCache.ts";
import * as Catalogue from "./Catalogue.ts";
import * as Depot from "./Depot.ts";
import * as PackageServer from "./PackageServer.ts";

export type { AssetPlan, WorldAsset } from "./AssetRoot.ts";

export interface WorldOptions {
  /** An existing or new folder of the world's own. It may hold spaces. The caller removes it. */
  readonly directory: string;
  /** How long slow-lab's new version sleeps in its %post, on every asset; 0 unless told. */
  readonly slowPostSeconds?: number;
  /** {@link storyAssets} unless told. */
  readonly assets?: readonly AssetRoot.AssetPlan[];
  /** Where built packages are kept between runs; the system's temporary folder unless told. */
  readonly cacheDirectory?: string;
}

export interface World {
  /** Of the `stable` repository; ends with a slash. */
  readonly repositoryUrl: string;
  readonly gpgKeyPath: string;
  /** The folder that is served: both repositories and the key. */
  readonly vendorDirectory: string;
  /** The vendor's advisories of the `stable` repository. */
  readonly updateinfoPath: string;
  readonly updateinfoXml: string;
  readonly assets: readonly AssetRoot.WorldAsset[];
  readonly server: PackageServer.PackageServer;
  /** What an asset's rpm database says: name → EVRs. Rejects for an unknown asset. */
  readonly installed: (assetName: string) => Promise<ReadonlyMap<string, readonly string[]>>;
  /** One more asset, while the world runs. */
  readonly addAsset: (plan: AssetRoot.AssetPlan) => Promise<AssetRoot.WorldAsset>;
  /** Changes how long slow-lab's %post sleeps on one asset. */
  readonly setSlowPost: (assetName: string, seconds: number) => Promise<void>;
  /** Stops the server. The folder stays. */
  readonly close: () => Promise<void>;
}

/** The machines of the story. */
export const storyAssets: readonly AssetRoot.AssetPlan[] = [
  {
    name: "web-01",
    timeZone: "Europe/Berlin",
    packages: ["openssl-lab", "curl-lab", "zlib-lab", "zlib-devel-lab", "kernel-lab"],
  },
  { name: "db-01", timeZone: "America/New_York", packages: ["openssl-lab", "zlib-lab", "slow-lab", "tzdata-lab"] },
  { name: "edge-01", timeZone: "Asia/Kolkata", packages: ["failpre-lab", "curl-lab"] },
  { name: "build-01", timeZone: "Etc/UTC", packages: ["corrupt-lab", "openssl-lab"] },
  { name: "lab-01", timeZone: "Australia/Sydney", packages: ["openssl-lab"] },
  { name: "kiosk-01", timeZone: "Europe/London", packages: ["openssl-lab"] },
];

const INSTALLS_AT_ONCE = 2;

/**
 * Builds the world and starts its server.
 *
 * @example
 * const world = await World.make({ directory: await mkdtemp(path.join(tmpdir(), "world-")) });
 * try { await world.installed("web-01"); } finally { await world.close(); }
 */
export const make = async (options: WorldOptions): Promise<World> => {
  const directory = path.resolve(options.directory);
  const vendorFolder = path.join(directory, "vendor");
  const cacheDirectory = options.cacheDirectory ?? BuildCache.workFolder();
  const depot = await Depot.ensure(cacheDirectory);
  await fs.cp(depot, vendorFolder, { recursive: true });
  const server = await PackageServer.start(vendorFolder);
  try {
    return await populate({ ...options, directory, cacheDirectory, depot, server });
  } catch (error) {
    await server.close();
    throw error;
  }
};

interface Ground extends WorldOptions {
  readonly cacheDirectory: string;
  readonly depot: string;
  readonly server: PackageServer.PackageServer;
}

const populate = async (ground: Ground): Promise<World> => {
  const { directory, server } = ground;
  const vendorFolder = path.join(directory, "vendor");
  const vendor = { repositoryUrl: server.url, gpgKeyPath: path.join(vendorFolder, Depot.KEY_FILE) };
  const assets: AssetRoot.WorldAsset[] = [];
  const addAsset = async (plan: AssetRoot.AssetPlan): Promise<AssetRoot.WorldAsset> => {
    const base = await AssetRoot.base(vendor, plan, ground.depot, ground.cacheDirectory);
    const asset = await AssetRoot.copy(base, vendor, plan, path.join(directory, "assets", plan.name));
    await AssetRoot.setSlowPost(asset, ground.slowPostSeconds ?? 0);
    assets.push(asset);
    return asset;
  };
  const plans = ground.assets ?? storyAssets;
  await eachAtOnce(plans, INSTALLS_AT_ONCE, addAsset);
  assets.sort((a, b) => plans.findIndex((p) => p.name === a.name) - plans.findIndex((p) => p.name === b.name));
  const updateinfoPath = path.join(vendorFolder, "stable", Depot.UPDATEINFO_FILE);
  const find = (name: string): AssetRoot.WorldAsset => {
    const asset = assets.find((a) => a.name === name);
    if (asset === undefined) throw new Error(`the world has no asset called ${name}`);
    return asset;
  };
  return {
    repositoryUrl: `${server.url}stable/`,
    gpgKeyPath: vendor.gpgKeyPath,
    vendorDirectory: vendorFolder,
    updateinfoPath,
    updateinfoXml: await fs.readFile(updateinfoPath, "utf8"),
    assets,
    server,
    installed: async (name) => AssetRoot.installed(find(name)),
    addAsset,
    setSlowPost: async (name, seconds) => AssetRoot.setSlowPost(find(name), seconds),
    close: server.close,
  };
};

const eachAtOnce = async <A>(
  items: readonly A[],
  width: number,
  work: (item: A) => Promise<unknown>,
): Promise<void> => {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: width }, worker));
};

/** Every advisory and package that the world's vendor ever published, as data. */
export const catalogue = { packages: Catalogue.packages, advisories: Catalogue.advisories };

/** What slow-lab's new version writes as soon as its %post runs, relative to an install root. */
export const slowPostMark: string = Catalogue.SLOW_POST_MARK;
