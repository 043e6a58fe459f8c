/** The tenant in which the lives of `TimedJobLifeModel` are led for real, and how what is said there is said here. */
import * as Effect from "effect/Effect";
import type { Schedule } from "../../src/domain/job/Schedule.ts";
import * as TagScope from "../../src/domain/tag/TagScope.ts";
import * as ControlPlane from "./ControlPlane.ts";
import * as Scene from "./Scene.ts";
import type * as Model from "./TimedJobLifeModel.ts";
import * as Jobs from "./TimedJobLifeModel.ts";
import * as Times from "./Times.ts";
import * as Values from "./Values.ts";
import * as WireAgent from "./WireAgent.ts";

const { manager } = ControlPlane;

export interface Real {
  readonly scene: Scene.Scene;
  readonly agents: readonly WireAgent.WireAgent[];
  /** Every job there ever was, in the order of the model's. */
  readonly ids: string[];
}

/** By the hours that the model has of them: nowhere here are clocks ever put forward or back. */
export const ZONES: { readonly [hours: number]: string } = { 0: "UTC", 9: "Asia/Tokyo", [-10]: "Pacific/Honolulu" };

const PACKAGES = ["openssl", "curl", "zlib", "gzip", "bash", "sed"] as const;

/** The catalogue, with so much of it withdrawn. */
export const catalogue = (deprecated: ReadonlySet<string>) =>
  Jobs.CATALOGUE.map(({ id, isSecurity, isAcquired }, i) =>
    Values.patch(id, {
      category: isSecurity ? "security" : "bugfix",
      packages: [Values.pkg(PACKAGES[i] ?? "", "2-1")],
      publishedAt: i + 1,
      isDeprecated: deprecated.has(id),
      ...(isAcquired ? { download: { _tag: "AcquireFromVendor", url: "https://vendor.example.com/get" } } : {}),
    }),
  );

export const subscription = (plan: "Free" | "Full", expiresAt: number | null = null) => ({
  plan,
  expiresAt,
  licences: { PM: { seats: 100, exclude: Values.any("lab") } },
  limits: { patchesPerJobMax: Jobs.PATCHES_MAX },
});

export const make = (model: Model.Model): Real => {
  const scene = Scene.make({ subscription: subscription("Full") });
  const { plane, issued } = scene;
  const { fettle, call, users } = plane;
  users.set(Values.user("uma", "PatchUser", TagScope.tags(["web"])));
  call(fettle.catalogue.ingest(manager, catalogue(model.deprecated)));
  const [second, third] = [WireAgent.make(plane, 2), WireAgent.make(plane, 3)];
  second.provision(call(fettle.keys.create(manager, { title: "web", tags: ["web"] })));
  third.provision(issued);
  const agents = [...scene.agents, second, third];
  for (const [n, agent] of agents.entries()) {
    agent.snapshot(PACKAGES.map((name) => Values.pkg(name, "1-1")));
    agent.checkIn({ timeZone: zoneOf(model, n) });
  }
  return { scene, agents, ids: [] };
};

/** Of a job as it is stored; 0 of one that isn't. */
export const revisionOf = ({ scene }: Real, id: string): number =>
  Effect.runSync(scene.plane.storage.get(scene.tenantId, "job", id))?.revision ?? 0;

/** The zone of an asset. */
export const zoneOf = (model: Model.Model, n: number): string => ZONES[model.assets[n]?.hours ?? 0] ?? "UTC";

const modeOf = (zone: "agent" | number) =>
  zone === "agent" ? ({ _tag: "Agent" } as const) : ({ _tag: "Named", zone: ZONES[zone] ?? "UTC" } as const);

export const wall = (local: number) => Times.wall(new Date(local).toISOString().slice(0, 19));

export const schedule = (said: Model.ModelSchedule | null): Schedule | null => {
  if (said === null) return null;
  if (said.kind === "demand") return { _tag: "OnDemand" };
  if (said.kind === "once") return Times.once(said.local, modeOf(said.zone));
  const { from, weekdays, count, zone } = said;
  const pattern =
    weekdays === null ? { _tag: "Daily" as const, every: 1 } : { _tag: "Weekly" as const, every: 1, weekdays };
  const end = count === null ? { _tag: "Never" as const } : { _tag: "After" as const, count };
  return { _tag: "Recurring", zone: modeOf(zone), rule: { pattern, start: wall(from), end, except: [] } } as Schedule;
};

export const patches = (said: Model.ModelPatches | null) => {
  if (said === null) return null;
  if ("list" in said) return { _tag: "List", patches: said.list } as const;
  return { _tag: "Query", query: said.query === "security" ? "category: security" : "vendor: Lab" } as const;
};

export const targets = (said: Model.Target | null, { agents }: Real) =>
  said === null
    ? null
    : Values.select({
        assets: said.assets.map((n) => agents[n]?.id ?? ""),
        ...(said.include === null ? {} : { include: Values.any(said.include) }),
        ...(said.exclude === null ? {} : { exclude: Values.any(said.exclude) }),
      });

export const draft = (said: Model.ModelDraft, real: Real) =>
  Values.draft({
    title: said.title,
    patches: patches(said.patches),
    targets: targets(said.target, real),
    schedule: schedule(said.schedule),
    ...(said.window === null ? {} : { window: { minutes: said.window } }),
  });

/** The members that an edit names, null where it takes one away. */
export const edit = (said: Partial<Model.ModelDraft>, real: Real) => ({
  ...(said.title === undefined ? {} : { title: said.title }),
  ...(said.patches === undefined ? {} : { patches: patches(said.patches) }),
  ...(said.target === undefined ? {} : { targets: targets(said.target, real) }),
  ...(said.schedule === undefined ? {} : { schedule: schedule(said.schedule) }),
  ...(said.window === undefined ? {} : { window: said.window === null ? null : { minutes: said.window } }),
});

/** The key of a time of a job. */
export const key = ({ kind, local, zone }: Pick<Model.ModelRun, "kind" | "local" | "zone">): string => {
  if (kind === "demand" || local === null || zone === null) return "on-demand";
  const named = zone === "agent" ? "agent" : ZONES[zone];
  return `${kind === "once" ? "once" : "at"}:${new Date(local).toISOString().slice(0, 19)}@${named}#0`;
};
