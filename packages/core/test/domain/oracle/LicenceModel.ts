/**
 * Licences, suspensions and scan intervals the naive way: a clock that does at each expiry what the rules say, by writing
 * it down, and look-ups that count everybody against everybody. Written apart from the code that derives all of it.
 */
import type { TagTree } from "../../../src/domain/tag/TagTree.ts";
import * as Forest from "../../scenario/Forest.ts";

export type Modules = "PM" | "VM";

export interface ModelAsset {
  readonly id: string;
  readonly since: Partial<Record<Modules, number>>;
  readonly tags: readonly string[];
}

export interface ModelLicence {
  readonly seats: number;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export interface ModelProfile {
  readonly id: string;
  readonly tags: readonly string[];
  readonly isEnabled: boolean;
  readonly hours: number;
}

/** A key, and how many agents came in by it. */
export interface ModelKey {
  readonly most: number | null;
  readonly until: number | null;
  readonly isOn: boolean;
  readonly used: number;
}

/** How far a run on an asset has come. */
export type ModelRun = "waiting" | "offered" | "begun" | "over";

export interface Model {
  now: number;
  plan: "Free" | "Trial" | "Full";
  endsAt: number | null;
  licences: Record<Modules, ModelLicence>;
  tree: TagTree;
  assets: ModelAsset[];
  /** Enabled jobs, and whether the system suspended them. */
  jobs: Map<string, { isSuspended: boolean }>;
  /** Jobs that lack an owner or a part, whatever their status says. */
  unfit: Set<string>;
  keys: Map<string, ModelKey>;
  /** The run on each asset that has one. */
  runs: Map<string, ModelRun>;
  /** In their order; the default is not among them. */
  profiles: ModelProfile[];
  standardHours: number;
}

/** What is written down as the subscription falls back (LIC-02). */
const fall = (model: Model): void => {
  model.plan = "Free";
  for (const job of model.jobs.values()) job.isSuspended = true;
  model.profiles = model.profiles.map((p) => ({ ...p, hours: Math.max(p.hours, 24) }));
  model.standardHours = Math.max(model.standardHours, 24);
};

/** Time passes, millisecond by millisecond, with a look at the expiry each time. */
export const pass = (model: Model, milliseconds: number): void => {
  for (let i = 0; i < milliseconds; i += 1) {
    model.now += 1;
    if (model.plan !== "Free" && model.endsAt !== null && model.now >= model.endsAt) fall(model);
  }
};

/** The subscription is saved. */
export const subscribe = (model: Model, plan: Model["plan"], endsAt: number | null): void => {
  const isOver = plan === "Free" || (endsAt !== null && model.now >= endsAt);
  if (model.plan !== "Free" && isOver) fall(model);
  model.plan = isOver ? "Free" : plan;
  model.endsAt = endsAt;
};

/** Whether one more agent comes in by a key now (KEY-01): whichever limit is reached first ends it. */
export const admits = (model: Model, id: string): boolean => {
  const key = model.keys.get(id);
  if (key === undefined || !key.isOn) return false;
  if (key.until !== null && !(model.now < key.until)) return false;
  return key.most === null || key.used < key.most;
};

/** Purges the assets on which a module is active, but for those on which a run has begun or may begin (PRG-01). */
export const purge = (model: Model, module: Modules): void => {
  const stays = (run: ModelRun | undefined): boolean => run === "begun" || run === "offered";
  model.assets = model.assets.filter((a) => a.since[module] === undefined || stays(model.runs.get(a.id)));
};

/** Whether an asset has a seat, counted against all the others (LIC-04, LIC-05, LIC-12). */
export const hasSeat = (model: Model, module: Modules, one: ModelAsset): boolean => {
  const at = one.since[module];
  if (model.plan === "Free" || at === undefined) return false;
  if (model.plan === "Trial") return true;
  const { seats, include, exclude } = model.licences[module];
  const bears = (asset: ModelAsset, tags: readonly string[]) =>
    tags.length > 0 && Forest.satisfies(model.tree, { mode: "any", tags }, asset.tags);
  const isCandidate = (asset: ModelAsset) =>
    asset.since[module] !== undefined && (include.length === 0 || bears(asset, include)) && !bears(asset, exclude);
  const isBefore = (other: ModelAsset) => {
    const when = other.since[module] ?? 0;
    return when < at || (when === at && other.id < one.id);
  };
  return isCandidate(one) && model.assets.filter((a) => isCandidate(a) && isBefore(a)).length < seats;
};

/** The profile of an asset and its interval (PRO-01, PRO-05). */
export const scannedBy = (model: Model, asset: ModelAsset): { readonly id: string; readonly hours: number } => {
  const found = model.profiles.find(
    (p) => p.isEnabled && Forest.satisfies(model.tree, { mode: "any", tags: p.tags }, asset.tags),
  );
  return found ?? { id: "default", hours: model.standardHours };
};
