/** Carries out what people do in a scenario: façade calls under a key, so that one that a crash cut off is not done twice. */
import type { Activation } from "@fettle/agent-protocol/agent";
import * as Patch from "../../domain/patch/Patch.ts";
import * as Plane from "./Plane.ts";
import type { Edit, Group, JobSpec, PatchSpec, Scenario } from "./Scenario.ts";
import * as Scenarios from "./Scenario.ts";

/** What there is before anybody can join. */
export interface EmptyDesk {
  readonly plane: Plane.Plane;
  readonly scenario: Scenario;
  /** Ids of jobs and assets by their names in the scenario. */
  readonly jobIds: Map<string, string>;
  readonly assetId: (name: string) => string | null;
  readonly reboot: (asset: string) => void;
  readonly byHand: (asset: string, packageName: string, evr: string) => void;
  readonly withdrawn: Set<string>;
  readonly now: () => number;
  readonly scoped: (tags: readonly string[]) => void;
}

export interface Desk extends EmptyDesk {
  /** The keys by which machines join: who has joined needs none any more. */
  readonly activations: Activations;
}

/** Each group's, as those use it who join now. */
export type Activations = { [G in Group]: Activation };

/** Whether it was carried out, refused, or about nothing that there is. */
export type Done = "done" | "refused" | "nothing";

/** Makes a job of the scenario. */
export const createJob = (desk: Desk, spec: JobSpec): Done => {
  const { plane, jobIds } = desk;
  const job = plane.ask((fettle) =>
    fettle.jobs.create(Plane.owner, spec.draft, { idempotencyKey: `make-${spec.name}` }),
  );
  if (job !== null) jobIds.set(spec.name, job.id);
  return job === null ? "refused" : "done";
};

/** Brings the catalogue to what the feed says at a minute. */
export const feed = (desk: EmptyDesk, minute: number): Done => {
  const { plane, scenario, withdrawn } = desk;
  const patches = scenario.catalogue.filter((p) => p.publishedAt <= minute).map((p) => patchOf(scenario, p, withdrawn));
  const options = { idempotencyKey: `feed-${minute}-${withdrawn.size}`, acceptLoss: true };
  return plane.ask((fettle) => fettle.catalogue.ingest(Plane.root, patches, options)) === null ? "refused" : "done";
};

const patchOf = (scenario: Scenario, p: PatchSpec, withdrawn: ReadonlySet<string>): Patch.Patch =>
  Patch.make({
    id: p.id,
    title: `${p.package} ${p.evr}`,
    platform: "Linux",
    vendor: "Lab",
    category: p.category,
    vendorSeverity: "Important",
    cves: [],
    packages: [{ name: p.package, arch: "noarch", evr: p.evr }],
    publishedAt: Scenarios.instant(scenario, p.publishedAt) - 86_400_000,
    modifiedAt: Scenarios.instant(scenario, p.publishedAt),
    isDeprecated: withdrawn.has(p.id),
    ...(p.mustBeAcquired === true
      ? { download: { _tag: "AcquireFromVendor" as const, url: "https://vendor.example.com/get" } }
      : {}),
  });

/** Carries out one edit. */
export const carryOut = (desk: Desk, edit: Edit, index: number | string): Done => {
  const key = { idempotencyKey: `edit-${index}` };
  if ("job" in edit) return ofJob(desk, edit, key);
  if ("asset" in edit) return ofAsset(desk, edit, key);
  if ("patch" in edit) return ofPatch(desk, edit, key);
  return ofTenant(desk, edit, key);
};

interface Key {
  readonly idempotencyKey: string;
}
type Of<K extends string> = Extract<Edit, { readonly [M in K]: unknown }>;
type Rest = Exclude<Edit, Of<"job"> | Of<"asset"> | Of<"patch">>;

const answered = (answer: unknown): Done => (answer === null ? "refused" : "done");

const ofJob = ({ plane, jobIds }: Desk, edit: Of<"job">, key: Key): Done => {
  const id = jobIds.get(edit.job);
  if (id === undefined) return "nothing";
  switch (edit._tag) {
    case "Enable":
      return answered(plane.ask(({ jobs }) => jobs.enable(Plane.owner, id, key)));
    case "Disable":
      return answered(plane.ask(({ jobs }) => jobs.disable(Plane.owner, id, key)));
    case "Delete": {
      const gone = plane.ask(({ jobs }) => jobs.delete(Plane.owner, id, key)) !== null;
      if (gone) jobIds.delete(edit.job);
      return gone ? "done" : "refused";
    }
    case "Change":
      return answered(plane.ask(({ jobs }) => jobs.update(Plane.owner, id, edit.change, key)));
    case "Owner":
      return answered(plane.ask(({ jobs }) => jobs.changeOwner(Plane.root, id, edit.owner, key)));
    case "Rerun": {
      const latest = plane.ask((fettle) => fettle.runs.ofJob(Plane.root, id))?.at(-1);
      return latest === undefined
        ? "nothing"
        : answered(plane.ask(({ jobs }) => jobs.rerunFailed(Plane.owner, latest.id, key)));
    }
  }
};

const ofAsset = (desk: Desk, edit: Of<"asset">, key: Key): Done => {
  const { plane, assetId } = desk;
  if (edit._tag === "ByHand") {
    desk.byHand(edit.asset, edit.package, edit.evr);
    return "done";
  }
  if (edit._tag === "Reboot") {
    desk.reboot(edit.asset);
    return "done";
  }
  const id = assetId(edit.asset);
  if (id === null) return "nothing";
  if (edit._tag === "Purge") return purge(desk, { id, name: edit.asset }, key);
  const by = edit._tag === "Tag" ? "assign" : "unassign";
  return answered(plane.ask(({ tags }) => tags[by](Plane.root, { tag: edit.tag, assets: [id] }, key)));
};

// A purge goes by no name (PRG-01): this one by the very instant at which the agent was heard of last.
const purge = ({ plane }: Desk, { id, name }: { readonly id: string; readonly name: string }, key: Key): Done => {
  const row = plane.ask(({ assets }) => assets.agents(Plane.root, { query: `name: "${name}"` }))?.rows[0];
  if (row === undefined) return "nothing";
  const query = `lastCheckedIn: "${new Date(row.lastCheckedInAt).toISOString()}"`;
  const preview = plane.ask(({ purges }) => purges.preview(Plane.root, query));
  if (preview === null) return "refused";
  const purged = plane.ask(({ purges }) => purges.run(Plane.root, { query, confirmation: preview.confirmation }, key));
  return purged?.removed.includes(id) === true ? "done" : "refused";
};

const ofPatch = (desk: Desk, edit: Of<"patch">, key: Key): Done => {
  switch (edit._tag) {
    case "Hold":
      return answered(
        desk.plane.ask(({ catalogue }) => catalogue.hold(Plane.root, edit.patch, "under observation", key)),
      );
    case "Release":
      return answered(desk.plane.ask(({ catalogue }) => catalogue.release(Plane.root, edit.patch, key)));
    case "Withdraw":
      desk.withdrawn.add(edit.patch);
      return feed(desk, edit.at);
  }
};

const ofTenant = (desk: Desk, edit: Rest, key: Key): Done => {
  const { plane, now } = desk;
  const { ask } = plane;
  const bought = (plan: "Free" | "Full", seats: number) => subscription(plan, seats, desk.scenario.limits);
  switch (edit._tag) {
    case "Seats":
      return answered(ask((fettle) => fettle.subscriptions.save(Plane.root, bought("Full", edit.seats), key)));
    case "Plan":
      return answered(
        ask((fettle) => fettle.subscriptions.save(Plane.root, bought(edit.plan, desk.scenario.seats), key)),
      );
    case "Scope":
      plane.setUser(Plane.maraWith(edit.tags));
      desk.scoped(edit.tags);
      return "done";
    case "Freeze": {
      const [from, to] = [wall(now()), wall(now() + edit.hours * 3_600_000)];
      return answered(
        ask((fettle) =>
          fettle.freezes.save(Plane.root, { id: edit.name, name: edit.name, from, to, zone: "UTC" }, key),
        ),
      );
    }
    case "EnableMany":
    case "DisableMany": {
      const ids = edit.jobs.flatMap((name) => desk.jobIds.get(name) ?? []);
      const by = edit._tag === "EnableMany" ? "enableMany" : "disableMany";
      return answered(ask(({ jobs }) => jobs[by](Plane.root, ids, key)));
    }
    case "NewKey":
      return newKey(desk, edit);
    case "Thaw":
      return answered(ask((fettle) => fettle.freezes.delete(Plane.root, edit.name, key)));
    case "Blackout":
      return configure(desk, edit.minutes, key);
  }
};

// A key's secret is shown once: after a crash that cut the answer off, there is nothing for it but another key.
const newKey = (desk: Desk, { at, group }: Extract<Edit, { readonly _tag: "NewKey" }>): Done => {
  const former = desk.activations[group].activationKeyId;
  const issued = issueKey(desk.plane, group, `${group} since ${at}`);
  if (issued === null) return "refused";
  desk.activations[group] = issued;
  return answered(desk.plane.ask((fettle) => fettle.keys.delete(Plane.root, former)));
};

/** Makes a key for a group; null where it was refused. */
export const issueKey = ({ ask }: Plane.Plane, group: Group, title: string): Activation | null => {
  const tags = group === "outside" ? [group] : ["fleet", group];
  const issued = ask((fettle) => fettle.keys.create(Plane.root, { title, tags, agentsMax: 10_000 }));
  if (issued === null) return null;
  return {
    tenantId: Plane.TENANT,
    activationKeyId: issued.key.id,
    activationSecret: issued.secret,
    tenantKeyFingerprint: issued.tenantKeyFingerprint,
  };
};

/** What the tenant bought; `lab` is never licensed. */
export const subscription = (plan: "Free" | "Full", seats: number, limits: Scenario["limits"] = {}) => ({
  plan,
  expiresAt: null,
  licences: { PM: { seats, exclude: { mode: "any" as const, tags: ["lab"] } } },
  limits,
});

/** Sets the default profile: how often agents check in, and when every day they keep silent. */
export const configure = (
  { plane, scenario }: EmptyDesk,
  blackout: readonly [number, number] | null,
  key: Key,
): Done => {
  const profile = plane.ask((fettle) => fettle.configurationProfiles.list(Plane.root))?.find((p) => p.isDefault);
  if (profile === undefined) return "nothing";
  const settings = {
    statusIntervalSeconds: scenario.statusSeconds,
    scanIntervalSeconds: 4 * 3_600,
    blackouts:
      blackout === null
        ? []
        : [{ weekdays: [1, 2, 3, 4, 5, 6, 7] as const, fromMinute: blackout[0], toMinute: blackout[1] }],
  };
  const input = { id: profile.id, name: profile.name, settings };
  return answered(plane.ask((fettle) => fettle.configurationProfiles.save(Plane.root, input, key)));
};

const wall = (at: number) => {
  const date = new Date(at);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: 0,
  };
};
