/**
 * The story itself, from an empty subscription to a rollback. It works through the façade alone and compares what it is
 * shown with what the machines' own package databases say.
 */
import {
  type AssetRun,
  type Fettle,
  type HashedPlan,
  type Job,
  type JobDraft,
  Limits,
  type ResultRow,
  RunPreviewTable,
} from "@fettle/core";
import { Story } from "@fettle/core/testing";
import * as Afterwards from "./Afterwards.ts";
import * as Checks from "./Checks.ts";
import type { Fleet, Group, InstallCommand } from "./Fleet.ts";
import * as Host from "./Host.ts";
import { cells, type Line, line } from "./Lines.ts";
import type { Narrator } from "./Narrator.ts";
import { table } from "./Table.ts";
import { until } from "./Until.ts";

/** What the story came to. `problems` names everything that was not as told; none is the only good end. */
export interface Outcome {
  readonly mode: "real" | "simulated";
  readonly isAsTold: boolean;
  readonly problems: readonly string[];
  readonly plan: HashedPlan;
  readonly deployment: readonly Line[];
  readonly rollback: readonly Line[];
}

export interface Stage {
  readonly fettle: Fettle.Promised<Fettle.Fettle>;
  readonly fleet: Fleet;
  readonly server: string;
  readonly narrator: Narrator;
  /** Milliseconds for any one wait. */
  readonly patience: number;
  /** The story ends with the rollback: nothing is run again, and nothing reboots. */
  readonly isShort?: true;
  /** Called while a run goes on, with its asset runs by machine: where a test makes trouble. */
  readonly during?: (kind: "deployment" | "rollback", runs: ReadonlyMap<string, AssetRun.AssetRun>) => Promise<void>;
}

/** Seconds between check-ins here; AGT-04 says 900 to 2700, so the subscription's limits are overridden, visibly. */
const STATUS_INTERVAL_SECONDS = 1;

/** The weekly job begins so long after it is made: time to look at it, approve it and enable it. */
const WEEKLY_STARTS_IN_MS = 15_000;
const WINDOW_MINUTES = 120;

/** Plays the whole story. */
export const play = async (stage: Stage): Promise<Outcome> => {
  await setScene(stage);
  await showMissing(stage);
  const deployment = await runJob(stage, {
    title: "Security fixes for the fleet, every week",
    kind: "deployment",
    platform: "Linux",
    patches: { _tag: "Query", query: Story.query },
    targets,
    schedule: weekly(Date.now() + WEEKLY_STARTS_IN_MS),
    window: { minutes: WINDOW_MINUTES },
    reboot: { _tag: "Suppress" },
    continueOnFailure: true,
  });
  const problems = [
    ...Checks.checkDeployment(deployment.lines),
    ...deployment.problems,
    ...(await Checks.checkMachines(stage.fleet, deployment.rows)),
  ];
  const rollback = await runJob(stage, {
    title: `Take ${Story.rolledBack} back`,
    kind: "rollback",
    platform: "Linux",
    patches: { _tag: "List", patches: [Story.rolledBack] },
    targets,
    schedule: { _tag: "OnDemand" },
    reboot: { _tag: "Suppress" },
    continueOnFailure: true,
  });
  problems.push(...Checks.checkRollback(rollback.lines), ...(await Checks.checkMachines(stage.fleet, rollback.rows)));
  problems.push(...(await Checks.checkFormer(stage.fleet)));
  if (stage.isShort !== true) problems.push(...(await Afterwards.reboot(stage)));
  return {
    mode: stage.fleet.kind,
    isAsTold: problems.length === 0,
    problems,
    plan: deployment.plan,
    deployment: deployment.lines,
    rollback: rollback.lines,
  };
};

const targets: JobDraft["targets"] = {
  assets: [],
  include: { mode: "any", tags: ["fleet"] },
  exclude: { mode: "any", tags: ["kiosk"] },
};

// Every week at the local time that an instant has in UTC.
const weekly = (instant: number): JobDraft["schedule"] => {
  const date = new Date(instant);
  const start = {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
  // Monday is 1, Sunday 7.
  const weekday = ((date.getUTCDay() + 6) % 7) + 1;
  const pattern = { _tag: "Weekly", every: 1, weekdays: [weekday as 1 | 2 | 3 | 4 | 5 | 6 | 7] } as const;
  return {
    _tag: "Recurring",
    rule: { pattern, start, end: { _tag: "Never" }, except: [] },
    zone: { _tag: "Fixed", offsetMinutes: 0 },
  };
};

const setScene = async ({ fettle, fleet, server, narrator, patience }: Stage): Promise<void> => {
  narrator.heading("A subscription, its tags and keys");
  // SCH-08 wants three hours between the enabling and the run; nobody waits for so long here.
  const limits = { statusIntervalSecondsMin: STATUS_INTERVAL_SECONDS, leadSeconds: 0 };
  const subscription = await fettle.subscriptions.save(Host.manager, {
    plan: "Full",
    expiresAt: null,
    licences: { PM: { seats: 100, exclude: { mode: "any", tags: ["lab"] } } },
    limits,
  });
  narrator.say(`Limits overridden for this demonstration: ${JSON.stringify(Limits.overridden(subscription.limits))}`);
  for (const id of ["fleet", "servers", "lab", "kiosk"]) await fettle.tags.save(Host.manager, { id, name: id });
  const key = async (group: Group): Promise<InstallCommand> => {
    const agentsMax = Story.machines.filter((m) => m.group === group).length;
    const issued = await fettle.keys.create(Host.manager, {
      title: group,
      tags: ["fleet", group],
      agentsMax,
    });
    const { secret, tenantKeyFingerprint } = issued;
    return { tenantId: Host.TENANT, activationKeyId: issued.key.id, activationSecret: secret, tenantKeyFingerprint };
  };
  const commands = { servers: await key("servers"), lab: await key("lab"), kiosk: await key("kiosk") };
  const ingested = await fettle.catalogue.ingest(Host.manager, await fleet.catalogue());
  narrator.say(`The vendor's feed brought ${ingested.patches} advisories.`);
  narrator.heading("Agents provision themselves and send what is installed");
  await fleet.enrol(server, commands);
  await until("every asset is assessed", patience, async () => {
    const assets = await fettle.assets.list(Host.manager);
    return assets.length === fleet.machines.length && assets.every((a) => a.missing !== null);
  });
  const assets = await fettle.assets.list(Host.manager);
  const rows = assets.map((a) => [
    a.asset.name,
    a.asset.timeZone,
    a.asset.tags.join(", "),
    a.isLicensed ? "yes" : "no",
    String(a.missing),
    a.asset.id,
  ]);
  narrator.say(table(["asset", "time zone", "tags", "licensed", "missing", "host id"], rows));
};

const showMissing = async ({ fettle, narrator }: Stage): Promise<void> => {
  narrator.heading("What is missing, worked out by the control plane from snapshots and feed");
  const missing = await fettle.assets.missing(Host.manager);
  const rows = missing.map((m) => [
    m.asset.name,
    m.patch.id,
    m.patch.category,
    m.patch.vendorSeverity,
    m.packages.map((p) => `${p.name} ${p.installed} → ${p.fixed}`).join(", "),
    m.patch.cves.join(" "),
  ]);
  narrator.say(table(["asset", "advisory", "category", "severity", "packages", "CVEs"], rows));
};

interface Ran {
  readonly plan: HashedPlan;
  readonly rows: readonly ResultRow[];
  readonly lines: readonly Line[];
  /** What was not as told when its failures were run again. */
  readonly problems: readonly string[];
}

const runJob = async (stage: Stage, draft: JobDraft): Promise<Ran> => {
  const { fettle, fleet, narrator, patience } = stage;
  narrator.heading(draft.title);
  const job = await fettle.jobs.create(Host.manager, draft);
  const isWeekly = draft.schedule?._tag === "Recurring";
  if (isWeekly) narrator.say(RunPreviewTable.render(await fettle.jobs.preview(Host.manager, job.id, { runs: 3 })));
  const plan = await fettle.jobs.plan(Host.manager, job.id);
  await showPlan(stage, plan);
  await explainExcluded(stage, job, plan);
  await fettle.jobs.enable(Host.manager, job.id, { planHash: plan.hash });
  narrator.say(
    isWeekly
      ? "\nEnabled with this plan, and no other. The agents take their signed manifests when its time comes.\n"
      : "\nEnabled with this plan. At their next check-in the agents take their signed manifests.\n",
  );
  await fleet.checkInNow();
  await until("the run stands", patience, async () => (await fettle.runs.ofJob(Host.manager, job.id)).length > 0);
  const [run] = await fettle.runs.ofJob(Host.manager, job.id);
  const runId = run?.id ?? "";
  const names = new Map((await fettle.assets.list(Host.manager)).map((a) => [a.asset.id, a.asset.name]));
  await until("every asset of the run has a final status", patience, async () => {
    const progress = await fettle.runs.progress(Host.manager, runId);
    const runs = progress.assetRuns
      .map((r) => ({ name: names.get(r.assetId) ?? r.assetId, run: r }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    narrator.progress(progress, runs);
    await stage.during?.(draft.kind, new Map(runs.map((r) => [r.name, r.run])));
    if (isWeekly) return progress.assets > 0 && progress.final === progress.assets;
    return (await fettle.jobs.get(Host.manager, job.id)).status === "Completed";
  });
  narrator.settle();
  const confirmed = async (): Promise<readonly ResultRow[]> => fettle.runs.results(Host.manager, runId);
  await until("the next snapshots confirm the results", patience, async () =>
    (await confirmed()).every((r) => r.isConfirmed !== false),
  );
  const rows = await confirmed();
  const lines = rows.map(line);
  narrator.say("");
  narrator.say(
    table(["asset", "status", "patch", "before", "after", "result", "reason", "confirmed"], lines.flatMap(cells)),
  );
  const problems = isWeekly && stage.isShort !== true ? await Afterwards.rerun(stage, runId) : [];
  if (isWeekly) {
    // JOB-13: a recurring job is never done; it would run again in a week.
    const { status } = await fettle.jobs.get(Host.manager, job.id);
    await fettle.jobs.disable(Host.manager, job.id);
    narrator.say(`\nThe job is ${status} still and would run again in a week; it is disabled now.`);
  }
  return { plan, rows, lines, problems };
};

// Why each asset that the job means gets nothing, and what would have to change.
const explainExcluded = async ({ fettle, narrator }: Stage, job: Job, { plan }: HashedPlan): Promise<void> => {
  const names = new Map((await fettle.assets.list(Host.manager)).map((a) => [a.asset.id, a.asset.name]));
  for (const { assetId } of plan.excluded) {
    const { blockers } = await fettle.jobs.explain(Host.manager, job.id, { assetId });
    narrator.say(`\nWhy does ${names.get(assetId) ?? assetId} get nothing?`);
    for (const { rule, reason, change } of blockers) {
      narrator.say(`  ${rule}: ${reason}. To change that: ${change}.`);
    }
  }
};

const showPlan = async ({ fettle, narrator }: Stage, { hash, plan }: HashedPlan): Promise<void> => {
  const names = new Map((await fettle.assets.list(Host.manager)).map((a) => [a.asset.id, a.asset.name]));
  const name = (id: string): string => names.get(id) ?? id;
  narrator.say(`Plan ${hash}`);
  const gets = plan.groups.flatMap((g) =>
    g.patches.map((p) => [
      g.assets.map(name).sort().join(", "),
      p.patchId,
      p.packages.map((x) => `${x.name}-${x.evr}`).join(", "),
    ]),
  );
  narrator.say(table(["who", "gets", "which brings exactly"], gets));
  const not = [
    ...plan.excluded.map((e) => [name(e.assetId), e.rule, e.reason]),
    ...plan.leftOut.map((l) => [l.patchId, l.rule, l.reason]),
  ];
  if (not.length > 0) narrator.say(`\n${table(["who not", "rule", "because"], not)}`);
};
