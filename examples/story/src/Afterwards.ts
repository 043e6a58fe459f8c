/**
 * What is told after the deployment: what failed is run again (JOB-19), and a reboot that nobody but the owner causes holds a second
 * job back until it has happened (RBT-02), with the whole of it as the timeline of one asset.
 */
import { RunStatus } from "@fettle/agent-protocol";
import type { JobDraft } from "@fettle/core";
import { Story } from "@fettle/core/testing";
import * as Host from "./Host.ts";
import { cells, line } from "./Lines.ts";
import type { Stage } from "./Play.ts";
import { table } from "./Table.ts";
import { until } from "./Until.ts";

/** The asset that waits for its owner, and the package that wants a reboot there. */
export const REBOOTED = "web-01";
export const NEEDS_REBOOT = "kernel-lab";

/** How many of the deployment's patches fail, whoever tries again. */
const FAILS_FOR_GOOD = Object.values(Story.expected)
  .flatMap((patches) => Object.values(patches))
  .filter((outcome) => outcome.startsWith("Failed")).length;

/** Runs a run's failures again; answers what was not as told. */
export const rerun = async ({ fettle, fleet, narrator, patience }: Stage, runId: string): Promise<string[]> => {
  narrator.heading("What failed is run again, and nothing else");
  const again = await fettle.jobs.rerunFailed(Host.manager, runId);
  await fleet.checkInNow();
  const standing = () => fettle.runs.reruns(Host.manager, again.run.id);
  await until(
    "the re-run is over",
    patience,
    async () => typeof (await standing()).tries.at(-1)?.closedAt === "number",
  );
  const rows = (await fettle.runs.results(Host.manager, again.run.id)).map(line);
  narrator.say(
    table(["asset", "status", "patch", "before", "after", "result", "reason", "confirmed"], rows.flatMap(cells)),
  );
  const { failed, escalate } = await standing();
  if (escalate === null) return ["a re-run that mends nothing doesn't say escalate"];
  narrator.say(`\n${escalate.tried} were tried again, and ${escalate.failed} failed again. Escalate, with:`);
  for (const { words } of escalate.gather) narrator.say(`  ${words}`);
  return failed === FAILS_FOR_GOOD ? [] : [`${failed} patches fail after the re-run, not ${FAILS_FOR_GOOD}`];
};

/** Brings a package whose owner reboots the asset; a second job waits for that. Answers what was not as told. */
export const reboot = async (stage: Stage): Promise<string[]> => {
  const { fettle, fleet, narrator, patience } = stage;
  const missing = (await fettle.assets.missing(Host.manager)).filter((m) => m.asset.name === REBOOTED);
  const kernel = missing.find((m) => m.packages.some((p) => p.name === NEEDS_REBOOT));
  if (kernel === undefined) return [`${REBOOTED} lacks no ${NEEDS_REBOOT}`];
  const assetId = kernel.asset.id;
  narrator.heading(`${NEEDS_REBOOT} on ${REBOOTED}, whose owner reboots it (suppressed)`);
  const first = await start(stage, { title: "The kernel, for its owner to reboot", assetId, patchId: kernel.patch.id });
  const statusOf = async (runId: string): Promise<RunStatus.RunStatus | undefined> =>
    (await fettle.runs.progress(Host.manager, runId)).assetRuns[0]?.state.status;
  await until(
    `${REBOOTED} waits for a reboot`,
    patience,
    async () => (await statusOf(first.runId)) === "PendingReboot",
  );
  narrator.say(`${REBOOTED} is ${RunStatus.label("PendingReboot")}. A second job for it, meanwhile:`);
  const second = await start(stage, { title: "OpenSSL once more", assetId, patchId: Story.rolledBack });
  await fleet.checkInNow();
  const blocked = async (): Promise<string | undefined> =>
    (await fettle.runs.explain(Host.manager, second.runId, assetId)).chain.find((l) => l.rule === "RBT-02")?.fact;
  await until("the second job says what it waits for", patience, async () => (await blocked()) !== undefined);
  narrator.say(`  ${await blocked()}`);
  const held = await statusOf(second.runId);
  narrator.say(`\nIts owner reboots ${REBOOTED} by hand.`);
  await fleet.reboot(REBOOTED);
  for (const { runId } of [first, second]) {
    await until("both jobs are done", patience, async () => (await statusOf(runId)) === "Completed");
  }
  const entries = await fettle.runs.timeline(Host.manager, first.runId, assetId);
  narrator.say(`Both are done. What happened on ${REBOOTED}, by whose word:\n`);
  narrator.say(
    table(
      ["when", "source", "rule", "what"],
      entries.map((e) => [iso(e.at), e.source, e.rule ?? "", e.words]),
    ),
  );
  return held === "Pending" ? [] : [`the second job was ${held ?? "not there"} before the reboot`];
};

const start = async (
  { fettle, fleet, patience }: Stage,
  { title, assetId, patchId }: { readonly title: string; readonly assetId: string; readonly patchId: string },
): Promise<{ readonly runId: string }> => {
  const draft: JobDraft = {
    title,
    kind: "deployment",
    platform: "Linux",
    patches: { _tag: "List", patches: [patchId] },
    targets: { assets: [assetId], include: { mode: "any", tags: [] }, exclude: { mode: "any", tags: [] } },
    schedule: { _tag: "OnDemand" },
    reboot: { _tag: "Suppress" },
    continueOnFailure: true,
  };
  const job = await fettle.jobs.create(Host.manager, draft);
  const { hash } = await fettle.jobs.plan(Host.manager, job.id);
  await fettle.jobs.enable(Host.manager, job.id, { planHash: hash });
  await until("the run stands", patience, async () => (await fettle.runs.ofJob(Host.manager, job.id)).length > 0);
  await fleet.checkInNow();
  const [run] = await fettle.runs.ofJob(Host.manager, job.id);
  return { runId: run?.id ?? "" };
};

const iso = (at: number): string => new Date(at).toISOString().slice(11, 23);
