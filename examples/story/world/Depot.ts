/**
 * The vendor's side of the laboratory: both repositories, built from text with rpmbuild, signed, indexed; and the key.
 * A depot is made once for each state of its sources.
 */
import * as fs from "node:fs/promises";
import * as path from "node:path";
import * as BuildCache from "./BuildCache.ts";
import * as Catalogue from "./Catalogue.ts";
import { run } from "./Command.ts";
import * as SigningKey from "./SigningKey.ts";
import * as SpecText from "./SpecText.ts";
import * as UpdateInfo from "./UpdateInfo.ts";

export const KEY_FILE = "RPM-GPG-KEY-lab";
export const UPDATEINFO_FILE = "updateinfo.xml";

/** Bumped when a depot is made in another way from the same sources. */
const RECIPE = 4;
const groundNames = ["lab-sh-1.35-1.el9", "lab-release-9.0-1.el9"];
const repositories: readonly Catalogue.RepositoryName[] = ["stable", "hostile"];

/** The depot's folder, built now or earlier: `stable/`, `hostile/`, the key. Callers copy it and never write into it. */
export const ensure = async (cacheDirectory: string): Promise<string> => {
  const busybox = await fs.stat("/bin/busybox");
  const sources = [RECIPE, specs(), repositories.map(updateinfo), busybox.size, busybox.mtimeMs];
  return BuildCache.ensure(sources, cacheDirectory, async (depot) => {
    const work = await fs.mkdtemp(path.join(BuildCache.workFolder(), "flab-"));
    try {
      await build(work, depot);
    } finally {
      await fs.rm(work, { recursive: true, force: true });
    }
  });
};

const build = async (work: string, depot: string): Promise<void> => {
  const rpms = path.join(work, "rpms");
  await Promise.all(specs().map((spec, at) => buildSpec(work, rpms, at, spec)));
  await SigningKey.using(work, "lab", async (key) => {
    await fs.writeFile(path.join(depot, KEY_FILE), key.publicKey);
    const ground = await Promise.all(groundNames.map((name) => find(rpms, name)));
    await key.sign([...ground, ...(await files(rpms, ["none", "corrupt", "gone"]))]);
  });
  await SigningKey.using(work, "foreign", async (key) => key.sign(await files(rpms, ["foreign-key"])));
  await Promise.all(repositories.map((name) => buildRepository(rpms, path.join(depot, name), name)));
};

const specs = (): readonly string[] => [
  SpecText.ground.shell,
  SpecText.ground.release,
  ...[1, 2, 3].map((n) =>
    SpecText.generation(
      n,
      Catalogue.packages.filter((p) => p.generation === n),
    ),
  ),
];

const buildSpec = async (work: string, rpms: string, at: number, text: string): Promise<void> => {
  const file = path.join(work, `${at}.spec`);
  await fs.writeFile(file, text);
  const define = (name: string, value: string): readonly string[] => ["--define", `${name} ${value}`];
  const places = [...define("_topdir", path.join(work, `build-${at}`)), ...define("_rpmdir", rpms)];
  const naming = define("_build_name_fmt", "%%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm");
  await run("rpmbuild", ["-bb", "--quiet", ...places, ...naming, ...define("_tmppath", work), file], {
    environment: { HOME: work },
  });
};

const find = async (rpms: string, name: string): Promise<string> => {
  const found = (await fs.readdir(rpms)).find((f) => f.startsWith(`${name}.`) && f.endsWith(".rpm"));
  if (found === undefined) throw new Error(`rpmbuild made no ${name}`);
  return path.join(rpms, found);
};

const files = (rpms: string, flaws: readonly Catalogue.Flaw[]): Promise<readonly string[]> =>
  Promise.all(Catalogue.packages.filter((p) => flaws.includes(p.flaw)).map((p) => find(rpms, Catalogue.nvr(p))));

const buildRepository = async (rpms: string, place: string, name: Catalogue.RepositoryName): Promise<void> => {
  await fs.mkdir(path.join(place, "Packages"), { recursive: true });
  const members = Catalogue.packages.filter((p) => p.repository === name);
  const ground = name === "stable" ? groundNames : [];
  for (const nvr of [...ground, ...members.map(Catalogue.nvr)]) {
    const file = await find(rpms, nvr);
    await fs.copyFile(file, path.join(place, "Packages", path.basename(file)));
  }
  await run("createrepo_c", ["--quiet", "--no-database", place]);
  const notice = path.join(place, UPDATEINFO_FILE);
  await fs.writeFile(notice, updateinfo(name));
  await run("modifyrepo_c", ["--mdtype=updateinfo", notice, path.join(place, "repodata")]);
  for (const p of members) await spoil(p, path.join(place, "Packages", `${Catalogue.nvr(p)}.noarch.rpm`));
};

const updateinfo = (name: Catalogue.RepositoryName): string =>
  UpdateInfo.render(
    Catalogue.advisories.filter((a) => a.repository === name),
    Catalogue.packages,
  );

// After the index was made: what a mirror that broke, or an attacker, would leave.
const spoil = async (p: Catalogue.LabPackage, file: string): Promise<void> => {
  if (p.flaw === "gone") await fs.rm(file);
  if (p.flaw !== "corrupt") return;
  const bytes = await fs.readFile(file);
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 0xff;
  await fs.writeFile(file, bytes);
};
