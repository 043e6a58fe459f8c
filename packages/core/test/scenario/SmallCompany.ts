/**
 * A small company in a sandbox, with real agents on simulated machines: Windows desktops in New York, Paris and Tokyo, Linux
 * servers, a kiosk; Mara manages patching, Paul does it for the servers and Wei
 * for those of the web, Sid picks what security wants.
 */
import { createHash } from "node:crypto";
import { Actor, Fettle, type Job, type NewJob, type Patch, type PatchSource } from "@fettle/core";
import { PatchBuilders, Sandbox } from "@fettle/core/testing";

export const mara = Actor.user("acme", "mara");
export const paul = Actor.user("acme", "paul");
export const wei = Actor.user("acme", "wei");
export const sid = Actor.user("acme", "sid");

/** Monday, 2026-02-02, 12:00 UTC. */
export const STARTS_AT = Date.UTC(2026, 1, 2, 12);
export const HOUR_MS = 3_600_000;

const tags = (...of: string[]) => ({ _tag: "Tags", tags: of }) as const;
const users = [
  { id: "mara", roles: ["PatchManager"], scope: { _tag: "All" } },
  { id: "paul", roles: ["PatchUser"], scope: tags("servers") },
  { id: "wei", roles: ["PatchUser"], scope: tags("web") },
  { id: "sid", roles: ["PatchSecurity"], scope: { _tag: "All" } },
] as const;

const bytesOf = (id: string): Uint8Array => new TextEncoder().encode(`the installer of ${id}`);
const urlOf = (id: string): string => `https://download.lab.example/${id}.msu`;
const files = new Map<string, Uint8Array>();

/** A Windows patch of an application at a version, with a file that its agents fetch. */
export const windowsPatch = (id: string, [name, evr]: readonly [string, string], over: Partial<Patch.Patch> = {}) => {
  const bytes = bytesOf(id);
  files.set(urlOf(id), bytes);
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  return PatchBuilders.bulletin(id, {
    packages: [{ name, arch: "x86_64", evr }],
    publishedAt: Date.UTC(2026, 0, 13),
    download: { _tag: "Automatic", files: [{ url: urlOf(id), digest, sizeBytes: bytes.length, signer: null }] },
    ...over,
  });
};

/** A security advisory of a Linux package at a version. */
export const linuxPatch = (id: string, [name, evr]: readonly [string, string], over: Partial<Patch.Patch> = {}) =>
  PatchBuilders.advisory(id, {
    packages: [{ name, arch: "x86_64", evr }],
    publishedAt: Date.UTC(2026, 0, 13),
    ...over,
  });

export const browser = "Internet Explorer";
/** As the company stands on the first day. */
export const catalogue: readonly Patch.Patch[] = [
  windowsPatch("KB-JAN", ["Windows Security Stack", "10.1"], { appFamilies: ["Windows"] }),
  windowsPatch("IE-2015", [browser, "11.1"], { appFamilies: [browser], publishedAt: Date.UTC(2015, 11, 8) }),
  linuxPatch("RHSA-1", ["openssl", "2-1"]),
  linuxPatch("RHSA-2", ["curl", "2-1"]),
  linuxPatch("RHBA-1", ["bash", "2-1"], { category: "bugfix" }),
];

/** What a job says that says nothing special. */
export const draft = (over: Partial<NewJob> & { readonly patches: PatchSource }): NewJob => ({
  title: "A job",
  kind: "deployment",
  platform: "Windows",
  targets: { assets: [], include: { mode: "any", tags: ["desktops"] }, exclude: { mode: "any", tags: ["kiosk"] } },
  schedule: { _tag: "OnDemand" },
  reboot: { _tag: "Suppress" },
  continueOnFailure: true,
  ...over,
});

/** Opens the company. */
export const open = async () => {
  const sandbox = Sandbox.make({ tenantId: "acme", users, startsAt: STARTS_AT });
  const fettle = Fettle.promises(Fettle.make(sandbox.ports));
  let now = STARTS_AT;
  await fettle.subscriptions.save(mara, {
    plan: "Full",
    expiresAt: null,
    licences: { PM: { seats: 50 } },
    // Its agents check in once an hour of the story.
    limits: { statusIntervalSecondsMin: 3_600, statusIntervalSecondsMax: 3_600 },
  });
  for (const id of ["desktops", "servers", "web", "kiosk"]) await fettle.tags.save(mara, { id, name: id });
  let feed = catalogue;
  await fettle.catalogue.ingest(mara, feed);
  const key = async (...of: string[]) => fettle.keys.create(mara, { title: of.join(" "), tags: of });
  const keys = {
    desktops: await key("desktops"),
    servers: await key("servers"),
    web: await key("servers", "web"),
    kiosk: await key("desktops", "kiosk"),
  };
  const pkg = (name: string, evr: string) => ({ name, arch: "x86_64", evr });
  const windows = [pkg("Windows Security Stack", "10.0"), pkg(browser, "11.0")];
  const linux = [pkg("openssl", "1-1"), pkg("curl", "1-1"), pkg("bash", "1-1")];
  const installed = new Map<string, () => ReadonlyMap<string, readonly string[]>>();
  const add = (name: string, group: keyof typeof keys, timeZone: string, faults = {}) => {
    const isServer = group === "servers" || group === "web";
    installed.set(
      name,
      sandbox.addMachine({
        name,
        activation: keys[group],
        platform: isServer ? "Linux" : "Windows",
        packages: isServer ? linux : windows,
        timeZone,
        faults,
        ...(isServer ? {} : { files }),
      }),
    );
  };
  add("desk-nyc", "desktops", "America/New_York");
  add("desk-par", "desktops", "Europe/Paris");
  add("desk-tyo", "desktops", "Asia/Tokyo");
  add("kiosk-1", "kiosk", "Europe/Paris");
  add("srv-1", "web", "UTC");
  add("srv-2", "servers", "UTC", { curl: "pre-scriptlet-fails" });
  const hour = async (): Promise<void> => {
    now += HOUR_MS;
    sandbox.checkIn(60);
    await fettle.tick();
  };
  await hour();
  const ids = new Map((await fettle.assets.list(mara)).map((a) => [a.asset.name, a.asset.id]));
  const names = new Map([...ids].map(([name, id]) => [id, name]));
  return {
    fettle,
    now: () => now,
    idOf: (name: string): string => ids.get(name) ?? name,
    nameOf: (id: string): string => names.get(id) ?? id,
    /** Lets hours pass: everybody checks in, the dispatcher ticks. */
    pass: async (hours: number): Promise<void> => {
      for (let i = 0; i < hours; i++) await hour();
    },
    /** Lets hours pass up to an instant. */
    passUntil: async (instant: number): Promise<void> => {
      while (now < instant) await hour();
    },
    /** The vendor publishes more. */
    publish: async (...patches: readonly Patch.Patch[]): Promise<void> => {
      feed = [...feed, ...patches];
      await fettle.catalogue.ingest(mara, feed);
    },
    /** The version of a package on a machine. */
    version: (machine: string, name: string): string | undefined =>
      installed.get(machine)?.().get(`${name}.x86_64`)?.join(),
    /** Who gets what of a plan: machine → patches. */
    gets: async (job: Pick<Job, "id">): Promise<Readonly<Record<string, readonly string[]>>> => {
      const { plan } = await fettle.jobs.plan(mara, job.id);
      return Object.fromEntries(
        plan.groups
          .flatMap((g) => g.assets.map((a) => [names.get(a) ?? a, g.patches.map((p) => p.patchId)] as const))
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      );
    },
    /** The status of each machine in each run of a job, the oldest run first. */
    statuses: async (job: Pick<Job, "id">): Promise<readonly Readonly<Record<string, string>>[]> => {
      const runs = await fettle.runs.ofJob(mara, job.id);
      const found = [];
      for (const run of [...runs].sort((a, b) => a.startedAt - b.startedAt)) {
        const { assetRuns } = await fettle.runs.progress(mara, run.id);
        found.push(
          Object.fromEntries(
            assetRuns
              .map((a) => [names.get(a.assetId) ?? a.assetId, a.state.status] as const)
              .sort(([a], [b]) => (a < b ? -1 : 1)),
          ),
        );
      }
      return found;
    },
  };
};
