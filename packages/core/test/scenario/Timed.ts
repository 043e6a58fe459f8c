/** A scene with jobs that run by the clock: agents in zones of their own, schedules in few words, runs by their keys. */
import type { Schedule as Sched } from "../../src/domain/job/Schedule.ts";
import type { AssetRun } from "../../src/domain/run/AssetRun.ts";
import type { Run } from "../../src/domain/run/Run.ts";
import * as Scene from "./Scene.ts";
import * as Values from "./Values.ts";
import type * as WireAgent from "./WireAgent.ts";

export const ZONES = ["UTC", "Asia/Tokyo", "America/New_York", "Pacific/Auckland", "Pacific/Honolulu"] as const;

/** `2026-02-03T02:00` as a local time. */
export const wall = (text: string) => {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = text.split(/[-T:]/).map(Number);
  return { year, month, day, hour, minute, second: 0 };
};

export const utc = (text: string): number => Date.parse(`${text}:00Z`);

export type Zone = Extract<Sched, { readonly _tag: "Once" }>["zone"];
export const agentZone: Zone = { _tag: "Agent" };
export const inUtc: Zone = { _tag: "Named", zone: "UTC" };

export const once = (at: string, zone: Zone = inUtc): Sched => ({ _tag: "Once", at: wall(at), zone });

export const daily = (start: string, zone: Zone = inUtc, end: number | null = null): Sched => ({
  _tag: "Recurring",
  zone,
  rule: {
    pattern: { _tag: "Daily", every: 1 },
    start: wall(start),
    end: end === null ? { _tag: "Never" } : { _tag: "After", count: end },
    except: [],
  },
});

/** A scene whose agents are in these zones, in order. */
export const make = (zones: readonly string[] = ["UTC"], options: Scene.SceneOptions = {}): Scene.Scene => {
  const scene = Scene.make({ ...options, agents: zones.length });
  for (const [i, timeZone] of zones.entries()) scene.agents[i]?.checkIn({ timeZone });
  return scene;
};

export const tick = ({ plane }: Scene.Scene) => plane.call(plane.fettle.tick());

/** Lets the clock come to an instant, and ticks. */
export const tickAt = (scene: Scene.Scene, at: string | number) => {
  const to = typeof at === "number" ? at : utc(at);
  scene.plane.clock.pass(to - scene.plane.clock.now());
  return tick(scene);
};

/** The stored runs of a job, the oldest first. */
export const runsOf = (scene: Scene.Scene, jobId: string): readonly Run[] =>
  [...scene.stored("run").values()]
    .filter((r) => r.jobId === jobId)
    .sort((a, b) => a.startedAt - b.startedAt || (a.occurrenceKey < b.occurrenceKey ? -1 : 1));

/** Asset runs of a run, by the number of the agent. */
export const assetRunsOf = (scene: Scene.Scene, run: Run | undefined): readonly (AssetRun | undefined)[] => {
  const all = [...scene.stored("assetRun").values()].filter((a) => a.runId === run?.id);
  return scene.agents.map((agent) => all.find((a) => a.assetId === agent.id));
};

export const statuses = (scene: Scene.Scene, run: Run | undefined): readonly (string | undefined)[] =>
  assetRunsOf(scene, run).map((a) => a?.state.status);

/** The manifests that an agent is offered. */
export const offered = (agent: WireAgent.WireAgent | undefined, timeZone = "UTC") =>
  (agent?.checkIn({ timeZone }).manifests ?? []).flatMap((m) =>
    agent === undefined ? [] : [agent.manifest(m.digest)],
  );

export const jobStatus = (scene: Scene.Scene, jobId: string): string | undefined =>
  scene.stored("job").get(jobId)?.status;

export const eventsOf = (scene: Scene.Scene, type: string) => scene.plane.events().filter((e) => e.type === type);

export const { HOUR_MS, MINUTE_MS, DAY_MS } = Values;
