/**
 * The story itself, from an empty subscription to a rollback. It works through the façade alone and compares what it is
 * shown with what the machines' own package databases say.
 */
import { PatchOutcome, ReasonCode, RunStatus } from "@fettle/agent-protocol";
import { type AssetRun, type Fettle, type HashedPlan, type JobDraft, Limits, type ResultRow } from "@fettle/core";
import { Story } from "@fettle/core/testing";
import type { Fleet, Group, InstallCommand } from "./Fleet.ts";
import * as Host from "./Host.ts";
import type { Narrator } from "./Narrator.ts";
import { table } from "./Table.ts";

/** What the story came to. `problems` names everything that was not as told; none is the only good end. */
export interface Outcome {
  readonly mode: "real" | "simulated";
  readonly isAsTold: boolean;
  readonly problems: readonly string[];
  readonly plan: HashedPlan;
  readonly deployment: readonly Line[];
  readonly rollback: readonly Line[];
}

/** One asset × patch, as it is shown and printed. */
export interface Line {
  readonly asset: string;
  readonly status: string;
  readonly patch: string;
  /** One entry per package. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly result: string;
  readonly reason: string;
  readonly isConfirmed: boolean | null;
}

export interface Stage {
  readonly fettle: Fettle.Promised<Fettle.Fettle>;
  readonly fleet: Fleet;
  readonly server: string;
  readonly narrator: Narrator;
  /** Milliseconds for any one wait. */
  readonly patience: number;
  /** Called while a run goes on, with its asset runs by machine: where a test makes trouble. */
  readonly during?: (kind: "deployment" | "rollback", runs: ReadonlyMap<string, AssetRun.AssetRun>) => Promise<void>;
}

/** Seconds between check-ins here; AGT-04 says 900 to 2700, so the subscription's limits are overridden, visibly. */
const STATUS_INTERVAL_SECONDS = 1;
const POLL_MS = 200;

/** Plays the whole story. */
export const play = async (stage: Stage): Promise<Outcome> => {
  await setScene(stage);
  await showMissing(stage);
  const deployment = await runJob(stage, {
    title: "Security fixes for the fleet",
    kind: "deployment",
    platform: "Linux",
    patches: { _tag: "Query", query: Story.query },
    targets,
    schedule: { _tag: "OnDemand" },
    reboot: { _tag: "Suppress" },
    continueOnFailure: true,
  });
  const problems = [...checkDeployment(deployment.lines), ...(await checkMachines(stage, deployment.rows))];
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
  problems.push(...checkRollback(rollback.lines), ...(await checkMachines(stage, rollback.rows)));
  problems.push(...(await checkFormer(stage)));
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

const setScene = async ({ fettle, fleet, server, narrator, patience }: Stage): Promise<void> => {
  narrator.heading("A subscription, its tags and keys");
  const limits = { statusIntervalSecondsMin: STATUS_INTERVAL_SECONDS };
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
}

const runJob = async (stage: Stage, draft: JobDraft): Promise<Ran> => {
  const { fettle, fleet, narrator, patience } = stage;
  narrator.heading(draft.title);
  const job = await fettle.jobs.create(Host.manager, draft);
  const plan = await fettle.jobs.plan(Host.manager, job.id);
  await showPlan(stage, plan);
  await fettle.jobs.enable(Host.manager, job.id, { planHash: plan.hash });
  narrator.say("Enabled with this plan. At their next check-in the agents take their signed manifests.\n");
  await fleet.checkInNow();
  await until("the run stands", patience, async () => (await fettle.runs.ofJob(Host.manager, job.id)).length > 0);
  const [run] = await fettle.runs.ofJob(Host.manager, job.id);
  const runId = run?.id ?? "";
  const names = new Map((await fettle.assets.list(Host.manager)).map((a) => [a.asset.id, a.asset.name]));
  await until("the job is completed", patience, async () => {
    const progress = await fettle.runs.progress(Host.manager, runId);
    const runs = progress.assetRuns
      .map((r) => ({ name: names.get(r.assetId) ?? r.assetId, run: r }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    narrator.progress(progress, runs);
    await stage.during?.(draft.kind, new Map(runs.map((r) => [r.name, r.run])));
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
  return { plan, rows, lines };
};

// A patch with several packages takes a line for each; what they share stands on the first.
const cells = (l: Line): readonly (readonly string[])[] => {
  const confirmed = l.isConfirmed === null ? "" : l.isConfirmed ? "yes" : "no";
  const first = [l.asset, l.status, l.patch, l.before[0] ?? "", l.after[0] ?? "", l.result, l.reason, confirmed];
  const others = l.before.slice(1).map((before, i) => ["", "", "", before, l.after[i + 1] ?? ""]);
  return [first, ...others];
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

const line = (r: ResultRow): Line => {
  const packages = r.result?.packages ?? [];
  const versions = (side: "before" | "after"): readonly string[] =>
    packages.map((p) => `${p.name} ${p[side].join(" + ") || "absent"}`);
  return {
    asset: r.asset.name,
    status: RunStatus.label(r.status),
    patch: r.patchId ?? "—",
    before: versions("before"),
    after: versions("after"),
    result: r.result === null ? "" : PatchOutcome.label(r.result.outcome),
    reason: r.result === null ? (r.reason ?? "") : failure(r.result),
    isConfirmed: r.isConfirmed,
  };
};

const failure = (result: AssetRun.PatchEvidence): string =>
  result.reasonCode === null ? "" : `${result.reasonCode} ${ReasonCode.nameOf(result.reasonCode)}`;

// As the story tells it: every outcome, every status, nobody else.
const checkDeployment = (lines: readonly Line[]): string[] => {
  const problems: string[] = [];
  const told = Object.entries(Story.expected).flatMap(([asset, patches]) =>
    Object.entries(patches).map(([patch, outcome]) => `${asset} ${patch} ${outcome}`),
  );
  const shown = lines
    .filter((l) => l.patch !== "—")
    .map((l) => `${l.asset} ${l.patch} ${l.result}${l.reason === "" ? "" : ` ${l.reason.split(" ")[0]}`}`);
  for (const t of told) if (!shown.includes(t)) problems.push(`told, but not so: ${t}`);
  for (const s of shown) if (!told.includes(s)) problems.push(`so, but not told: ${s}`);
  const statuses = new Map(lines.map((l) => [l.asset, l.status]));
  const known = Object.entries(Story.expectedStatus).map(
    ([asset, status]) => [asset, RunStatus.label(status as RunStatus.RunStatus)] as const,
  );
  for (const [asset, status] of known) {
    if (statuses.get(asset) !== status)
      problems.push(`${asset} ended ${statuses.get(asset) ?? "without a run"}, not ${status}`);
  }
  for (const asset of statuses.keys())
    if (!(asset in Story.expectedStatus)) problems.push(`${asset} has a run that nobody ordered`);
  return problems;
};

const checkRollback = (lines: readonly Line[]): string[] => {
  const told = Object.entries(Story.expected).filter(([, p]) => p[Story.rolledBack] === "Installed");
  const removed = new Set(lines.filter((l) => l.result === "Removed").map((l) => l.asset));
  return [
    ...told.flatMap(([asset]) => (removed.has(asset) ? [] : [`${asset} was not rolled back`])),
    ...[...removed].flatMap((asset) => (told.some(([a]) => a === asset) ? [] : [`${asset} was rolled back untold`])),
  ];
};

// Every version that is shown must be what the machine's own database holds.
const checkMachines = async ({ fleet }: Stage, rows: readonly ResultRow[]): Promise<string[]> => {
  const problems: string[] = [];
  for (const machine of fleet.machines) {
    const standing = await fleet.installed(machine);
    for (const [name, evrs] of standing) {
      const results = rows.filter((r) => r.asset.name === machine).flatMap((r) => r.result?.packages ?? []);
      const shown = results.filter((p) => p.name === name).at(-1);
      if (shown !== undefined && shown.after.join() !== evrs.join()) {
        problems.push(`${machine} shows ${name} ${shown.after.join()}, but ${evrs.join()} stands there`);
      }
      if (evrs.length > 1) problems.push(`${machine} has ${name} twice: ${evrs.join()}`);
    }
  }
  return problems;
};

// Unlicensed and excluded machines are as they were; the rolled back package is where it began.
const checkFormer = async ({ fleet }: Stage): Promise<string[]> => {
  const problems: string[] = [];
  for (const machine of Story.machines) {
    const standing = await fleet.installed(machine.name);
    const untouched = machine.group !== "servers";
    for (const p of machine.packages) {
      const now = standing.get(p.name)?.join();
      if ((untouched || p.name === "openssl-lab") && now !== p.evr) {
        problems.push(`${machine.name} should have ${p.name} ${p.evr}, but has ${now ?? "none"}`);
      }
    }
  }
  return problems;
};

const until = async (what: string, patience: number, holds: () => Promise<boolean>): Promise<void> => {
  const limit = Date.now() + patience;
  while (!(await holds())) {
    if (Date.now() > limit) throw new Error(`waited ${patience / 1_000} s in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
};
