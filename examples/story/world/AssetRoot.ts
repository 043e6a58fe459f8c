/**
 * The laboratory's machines: each a folder with an install root, a dnf configuration, a boot id and a note of its zone.
 * Everything in a root was installed by dnf from the signed repository, signatures checked.
 */
import { randomUUID } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import * as BuildCache from "./BuildCache.ts";
import * as Catalogue from "./Catalogue.ts";
import { run } from "./Command.ts";

export interface AssetPlan {
  readonly name: string;
  /** An IANA zone. */
  readonly timeZone: string;
  /** Package names; their first versions are installed. */
  readonly packages: readonly string[];
  /** `stable` alone unless told. */
  readonly repositories?: readonly Catalogue.RepositoryName[];
}

export interface WorldAsset {
  readonly name: string;
  readonly timeZone: string;
  readonly directory: string;
  readonly dnfConfig: string;
  readonly installRoot: string;
  readonly bootIdFile: string;
}

/** Where the vendor's things are. */
export interface Vendor {
  readonly repositoryUrl: string;
  readonly gpgKeyPath: string;
}

/** Bumped when a root is made in another way from the same sources. */
const RECIPE = 1;

/** A folder whose `root/` has a plan's packages, installed now or earlier. Assets are copies of it. */
export const base = (vendor: Vendor, plan: AssetPlan, depot: string, cacheDirectory: string): Promise<string> => {
  const sources = [RECIPE, path.basename(depot), [...plan.packages].sort(), plan.repositories ?? []];
  return BuildCache.ensure(sources, cacheDirectory, (folder) => install(vendor, plan, folder));
};

const install = async (vendor: Vendor, plan: AssetPlan, folder: string): Promise<void> => {
  const installRoot = path.join(folder, "root");
  await fs.mkdir(installRoot);
  const config = path.join(folder, "dnf.conf");
  await fs.writeFile(config, configuration(vendor, plan));
  const specs = ["lab-release", "lab-sh", ...plan.packages.map(firstVersion)];
  // The release is told only this once; afterwards lab-release says it.
  const where = ["-c", config, `--installroot=${installRoot}`, "--releasever=9"];
  await run("dnf", [...where, "-y", "--setopt=module_platform_id=platform:el9", "install", "--", ...specs]);
  // What dnf fetched came from a server that is gone when the next run copies this root.
  await fs.rm(path.join(installRoot, "var/cache/dnf"), { recursive: true, force: true });
};

/** Makes an asset of an installed root: a copy with a boot id, a zone and its own configuration. */
export const copy = async (from: string, vendor: Vendor, plan: AssetPlan, directory: string): Promise<WorldAsset> => {
  await fs.mkdir(directory, { recursive: true });
  const asset: WorldAsset = {
    name: plan.name,
    timeZone: plan.timeZone,
    directory,
    dnfConfig: path.join(directory, "dnf.conf"),
    installRoot: path.join(directory, "root"),
    bootIdFile: path.join(directory, "boot-id"),
  };
  await run("cp", ["-a", "--", path.join(from, "root"), asset.installRoot]);
  await fs.writeFile(asset.dnfConfig, configuration(vendor, plan));
  await fs.writeFile(asset.bootIdFile, `${randomUUID()}\n`);
  await fs.writeFile(path.join(directory, "time-zone"), `${plan.timeZone}\n`);
  await fs.symlink(`../usr/share/zoneinfo/${plan.timeZone}`, path.join(asset.installRoot, "etc/localtime"));
  return asset;
};

/** Lets slow-lab's new version sleep so long in its %post. */
export const setSlowPost = (asset: WorldAsset, seconds: number): Promise<void> =>
  fs.writeFile(path.join(asset.installRoot, Catalogue.SLOW_POST_FILE), `${seconds}\n`);

/** What rpm's database of an asset holds: name → EVRs, the epoch left out when it is 0. */
export const installed = async (asset: WorldAsset): Promise<ReadonlyMap<string, readonly string[]>> => {
  const format = "%{NAME} %{EPOCHNUM} %{VERSION}-%{RELEASE}\\n";
  const { stdout } = await run("rpm", ["--root", asset.installRoot, "-qa", "--qf", format]);
  const found = new Map<string, string[]>();
  for (const line of stdout.split("\n").filter((l) => l !== "")) {
    const [name = "", epoch = "0", evr = ""] = line.split(" ");
    found.set(name, [...(found.get(name) ?? []), epoch === "0" ? evr : `${epoch}:${evr}`].sort());
  }
  return found;
};

const firstVersion = (name: string): string => {
  const found = Catalogue.packages.find((p) => p.name === name && p.generation === 1);
  if (found === undefined) throw new Error(`no package of the catalogue is called ${name}`);
  return Catalogue.nvr(found);
};

// Repositories stand in the file itself and plugins are off: dnf splits reposdir and pluginconfpath at spaces, and
// Debian's plugins speak of Debian's own files. Cache, log and database paths are inside the root.
const configuration = (vendor: Vendor, plan: AssetPlan): string =>
  [
    "[main]",
    "gpgcheck=1",
    "best=True",
    "skip_if_unavailable=False",
    "installonly_limit=3",
    "clean_requirements_on_remove=True",
    "metadata_expire=1",
    "plugins=0",
    "reposdir=/dev/null",
    "cachedir=/var/cache/dnf",
    "logdir=/var/log",
    "persistdir=/var/lib/dnf",
    ...(plan.repositories ?? ["stable"]).flatMap((name) => [
      "",
      `[${name}]`,
      `name=Fettle Lab ${name}`,
      `baseurl=${vendor.repositoryUrl}${name}/`,
      `gpgkey=file://${vendor.gpgKeyPath.split("/").map(encodeURIComponent).join("/")}`,
      "gpgcheck=1",
      "enabled=1",
    ]),
    "",
  ].join("\n");
