/**
 * Why an asset was or wasn't patched in a run (RUN-07): a chain of facts, from what the frozen plan said of it to what the evidence
 * shows, each with its rule and what could be done. Pure, and of that run alone: what tags, licences or the catalogue say today has no
 * part in it; for the next run ask `jobs.explain`, which uses the same words.
 */
import { PatchOutcome, RunStatus } from "@fettle/agent-protocol/vocabulary";
import type { Plan } from "../plan/Plan.ts";
import * as Remedies from "../plan/Remedies.ts";
import type * as AssetRun from "./AssetRun.ts";
import * as Blocking from "./Blocking.ts";
import * as Keeping from "./Keeping.ts";
import * as RuleOf from "./RuleOf.ts";
import type * as Run from "./Run.ts";
import * as Timeline from "./Timeline.ts";

/** What a link of the chain is about, in the order in which one thing leads to the next. */
export type About = "target" | "licence" | "patch" | "time" | "sending" | "work" | "reboot" | "result" | "evidence";

/** `open`: it hasn't come to that yet. */
export type Bearing = "leads-on" | "stops" | "open";

export interface Link {
  readonly about: About;
  readonly bearing: Bearing;
  readonly rule: string | null;
  readonly fact: string;
  /** What would have to change for the next run; null where nothing has to. */
  readonly change: string | null;
  /** When, where the fact has an instant. Epoch milliseconds. */
  readonly at: number | null;
}

export type Verdict = "patched" | "not-patched" | "failed" | "open";

export interface RunExplanation {
  readonly runId: string;
  readonly jobId: string;
  readonly assetId: string;
  /** null: the run as a whole. */
  readonly patchId: string | null;
  readonly verdict: Verdict;
  readonly chain: readonly Link[];
}

export interface Question {
  readonly run: Pick<Run.Run, "id" | "jobId" | "conduct">;
  /** The frozen plan; null: it isn't kept any more. */
  readonly plan: Pick<Plan, "groups" | "excluded" | "leftOut"> | null;
  readonly assetId: string;
  readonly assetRun: Timeline.Story["assetRun"] | null;
  readonly story: readonly Timeline.Entry[];
  /** The run that keeps the asset from anything else until it is rebooted, now (RBT-02); null: none does. */
  readonly blockedBy: Blocking.Blocker | null;
  /** What else keeps it from being sent, now. */
  readonly keptBy: readonly Keeping.Keeping[];
  readonly patchId: string | null;
}

/** The chain: it ends with the first link that stops, or with how it stands. */
export const explain = (question: Question): RunExplanation => {
  const chain: Link[] = [];
  for (const link of links(question)) {
    chain.push(link);
    if (link.bearing !== "leads-on") break;
  }
  const { run, assetId, patchId } = question;
  return { runId: run.id, jobId: run.jobId, assetId, patchId, verdict: verdictOf(chain), chain };
};

const verdictOf = (chain: readonly Link[]): Verdict => {
  const last = chain.at(-1);
  if (last === undefined || last.bearing === "open") return "open";
  if (last.bearing === "leads-on") return "patched";
  return last.about === "result" || last.about === "evidence" || last.about === "work" ? "failed" : "not-patched";
};

function* links(question: Question): Generator<Link, void> {
  const { assetRun, plan, assetId } = question;
  const excluded = plan?.excluded.find((e) => e.assetId === assetId);
  if (excluded !== undefined) return yield stops(aboutRule(excluded.rule), excluded.rule, excluded.reason);
  if (assetRun === null)
    return yield stops("target", "TAG-03", "the job's targets didn't mean it, in its owner's scope");
  yield leadsOn("target", "TAG-03", "the job's targets meant it, in its owner's scope, and no rule left it out");
  yield* placed(assetRun);
  yield* patch(question, assetRun);
  yield* time(assetRun);
  yield* sending(question, assetRun);
  yield* work(question, assetRun);
  yield* results(question, assetRun);
}

const aboutRule = (rule: string): About =>
  rule.startsWith("LIC-") ? "licence" : rule.startsWith("SCH-") || rule.startsWith("WIN-") ? "time" : "target";

const link = (bearing: Bearing, about: About, rule: string | null, fact: string): Link => ({
  about,
  bearing,
  rule,
  fact,
  change: bearing === "stops" && rule !== null ? Remedies.blocker({ rule, reason: fact }, REMEDIES[rule]).change : null,
  at: null,
});
const leadsOn = (about: About, rule: string | null, fact: string): Link => link("leads-on", about, rule, fact);
const stops = (about: About, rule: string | null, fact: string): Link => link("stops", about, rule, fact);
const open = (about: About, rule: string | null, fact: string): Link => link("open", about, rule, fact);

// Of what comes after planning, which plans' remedies say nothing of.
const REMEDIES: { readonly [rule: string]: string } = {
  "WIN-02": "give the job a longer window, or find out why its agent wasn't heard in it",
  "WIN-03": "give the job a longer window, or find out why its agent wasn't heard in it",
  "WIN-06": "wait for the earlier run to end there, or let the job wait instead of skipping",
  "RBT-02": "reboot the asset, or let a job do so",
  "JOB-28": "enable the job again, or re-run what failed",
  "AGT-07": "nothing: the asset is gone",
  "RUN-04": "mend what the reason says, and re-run what failed",
  "RUN-08": "look at the tails of the installer's output, and re-run what failed",
  "CMP-02": "find out what took it back, and run the job again",
  "RBT-12": "reboot the asset",
  "PLN-04": "see that the agent checks in before its manifest expires",
  "MAN-02": "find out why the agent refused what the platform signed",
  "SCH-13": "see that ticks come, or let the job catch up",
};

// How it stood in the run from the start.
function* placed({ placed }: Timeline.Story["assetRun"]): Generator<Link, void> {
  const { status, reason, at } = placed;
  if (status === "Pending") {
    yield leadsOn("licence", "LIC-06", "it had a seat as the run was made");
    return;
  }
  const rule = RuleOf.reason(reason) ?? PLACED[status] ?? null;
  const about = status === "NotLicensed" ? "licence" : rule === "JOB-28" || rule === "AGT-07" ? "sending" : "time";
  const told = `${RunStatus.label(status)}${reason === null ? "" : `: ${reason}`}`;
  yield { ...stops(about, rule, told), at };
}

const PLACED: { readonly [status: string]: string } = {
  NotLicensed: "LIC-06",
  TimedOut: "WIN-02",
  CanceledBlackout: "WIN-05",
  JobFailed: "RUN-08",
};

function* patch({ plan, patchId }: Question, { patches }: Timeline.Story["assetRun"]): Generator<Link, void> {
  if (patchId === null) {
    const count = patches.length === 1 ? "1 patch" : `${patches.length} patches`;
    yield leadsOn("patch", "CMP-03", `its frozen list had ${count}`);
    return;
  }
  if (patches.some((p) => p.patchId === patchId)) {
    yield leadsOn("patch", "CMP-03", `its frozen list named ${patchId}`);
    return;
  }
  const leftOut = plan?.leftOut.find((l) => l.patchId === patchId);
  if (leftOut !== undefined) return yield stops("patch", leftOut.rule, leftOut.reason);
  const fact =
    "its frozen list didn't name it: it wasn't missing there as the run was made, or another took its place there";
  yield stops("patch", "JOB-22", plan === null ? `${fact}; the plan isn't kept any more, which would say more` : fact);
}

function* time({ timing }: Timeline.Story["assetRun"]): Generator<Link, void> {
  if (timing === null) return;
  const { start, windowEnd } = timing;
  const until = windowEnd === null ? "without a window" : `until ${iso(windowEnd)}`;
  yield { ...leadsOn("time", "WIN-01", `it might start at ${iso(start)}, ${until}`), at: start };
}

// What the control plane found since, as far as nothing overruled it; and whether a manifest went out.
function* sending(
  { story, blockedBy, keptBy }: Question,
  { manifest, state }: Timeline.Story["assetRun"],
): Generator<Link, void> {
  const found = story.find((e) => e.what._tag === "Found" && e.what.overruledBy === null);
  const isEnd = found !== undefined && RunStatus.isFinal(state.status) && !isBegun(story);
  if (isEnd) return yield { ...stops("sending", found.rule, found.words), at: found.at };
  if (manifest !== null && keptBy.length === 0) {
    const issued = story.find((e) => e.what._tag === "Issued");
    yield { ...leadsOn("sending", "PLN-04", `manifest ${manifest.version} was issued`), at: issued?.at ?? null };
    return;
  }
  if (isBegun(story)) return;
  if (blockedBy !== null) {
    const blocked = open("sending", "RBT-02", Blocking.reason(blockedBy));
    return yield { ...blocked, change: REMEDIES["RBT-02"] ?? null };
  }
  const [first] = keptBy;
  const why = first === undefined ? (state.reason ?? UNKEPT) : keptBy.map(Keeping.words).join("; ");
  const rule = first === undefined ? RuleOf.reason(state.reason) : Keeping.ruleOf(first);
  const far = manifest === null ? "no manifest has been issued yet" : "its manifest ran out, and no other is issued";
  yield open("sending", rule, `${far}: ${why}`);
}

const UNKEPT = "nothing keeps it from this asset now; it is sent by the next tick, if its job may be sent then";

const isBegun = (story: readonly Timeline.Entry[]): boolean =>
  story.some(({ what }) => what._tag === "Attempt" || (what._tag === "Status" && what.status !== "Downloaded"));

// What its agent told on the way.
function* work({ story, patchId }: Question, { state }: Timeline.Story["assetRun"]): Generator<Link, void> {
  const own = story.filter((e) => e.source === "agent");
  const refused = own.find((e) => e.what._tag === "Refused");
  if (refused !== undefined && state.status === "JobFailed") {
    return yield { ...stops("work", refused.rule, refused.words), at: refused.at };
  }
  const begun = own.find((e) => e.what._tag === "Status" && e.what.status === "JobStarted");
  if (begun !== undefined) yield { ...leadsOn("work", "RUN-01", "its agent started the job"), at: begun.at };
  const attempts = own.filter(({ what }) => what._tag === "Attempt" && (patchId === null || what.patchId === patchId));
  for (const { rule, words, at } of attempts) yield { ...leadsOn("work", rule, words), at };
  const ended = own.find((e) => e.what._tag === "Status" && FAILED.includes(e.what.status));
  if (ended !== undefined && attempts.length === 0) {
    return yield { ...stops("work", ended.rule ?? "RUN-08", ended.words), at: ended.at };
  }
  if (!RunStatus.isFinal(state.status) && begun === undefined && attempts.length === 0) {
    yield open("work", "RUN-01", `nothing of its beginning has been heard; it is ${RunStatus.label(state.status)}`);
  }
}

const FAILED: readonly RunStatus.RunStatus[] = ["JobFailed", "TimedOut", "DownloadingFailed", "CanceledBlackout"];

function* results({ story, patchId }: Question, run: Timeline.Story["assetRun"]): Generator<Link, void> {
  const { state, patches } = run;
  const asked = patchId === null ? patches.map((p) => p.patchId) : [patchId];
  const reboot = story.filter((e) => e.what._tag === "Reboot").at(-1);
  if (reboot !== undefined) yield { ...leadsOn("reboot", reboot.rule, reboot.words), at: reboot.at };
  const outcomes = asked.map((id) => ({ id, result: state.results[id] }));
  const waiting = outcomes.filter(({ result }) => result?.outcome === "InstalledPendingReboot").map(({ id }) => id);
  if (waiting.length > 0)
    yield open("reboot", "RBT-12", `${waiting.join(", ")} isn't applied before the asset is rebooted`);
  const bad = outcomes.filter(({ result }) => result !== undefined && !PatchOutcome.isSuccess(result.outcome));
  const failed = bad.filter(({ id }) => !waiting.includes(id));
  if (failed.length > 0)
    return yield stops("result", "RUN-04", failed.map(({ id, result }) => told(id, result)).join("; "));
  const scan = story.filter((e) => e.what._tag === "Scanned").at(-1);
  const denied = scan?.what._tag === "Scanned" ? scan.what.denies.filter((id) => asked.includes(id)) : [];
  const silent = outcomes.filter(({ result }) => result === undefined).map(({ id }) => id);
  if (silent.length > 0 && state.status !== "Completed") yield* unheard(silent, state);
  yield leadsOn(
    "result",
    "RUN-03",
    outcomes.flatMap(({ id, result }) => (result === undefined ? [] : [told(id, result)])).join("; ") || "Completed",
  );
  if (denied.length > 0)
    return yield { ...stops("evidence", "CMP-02", `a later scan denies ${denied.join(", ")}`), at: scan?.at ?? null };
  if (scan !== undefined) yield { ...leadsOn("evidence", "CMP-02", scan.words), at: scan.at };
}

function* unheard(silent: readonly string[], state: AssetRun.AssetRunState): Generator<Link, void> {
  const fact = `nothing is known of ${silent.join(", ")}; the run is ${RunStatus.label(state.status)} there`;
  if (!RunStatus.isFinal(state.status)) yield open("result", "RUN-06", fact);
  else
    yield stops(
      "result",
      RuleOf.reason(state.reason) ?? "RUN-08",
      state.reason === null ? fact : `${fact}: ${state.reason}`,
    );
}

const told = (patchId: string, result: AssetRun.PatchEvidence | undefined): string => {
  if (result === undefined) return patchId;
  const { outcome, reasonCode } = result;
  return `${patchId}: ${PatchOutcome.label(outcome)}${reasonCode === null ? "" : `, ${Timeline.reasonOf(reasonCode)}`}`;
};

const iso = (instant: number): string => new Date(instant).toISOString();
