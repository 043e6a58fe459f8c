/**
 * Which patches a job takes up, of a list or of a query, and which it leaves out by which rule. Pure. As with assets, the
 * plan asks for a patch's first obstacle and an explanation for all of them, of the same generators.
 */
import * as Qql from "@fettle/qql";
import type { Asset } from "../asset/Asset.ts";
import type { PatchSource } from "../job/Job.ts";
import * as ApprovalAge from "../patch/ApprovalAge.ts";
import type { Patch } from "../patch/Patch.ts";
import * as Patches from "../patch/Patch.ts";
import * as PatchCatalog from "../patch/PatchCatalog.ts";
import * as Supersedence from "../patch/Supersedence.ts";
import * as Vulnerability from "../patch/Vulnerability.ts";
import * as Chunks from "../shared/Chunks.ts";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import * as PatchStates from "./PatchStates.ts";
import type { Obstacle, PlanInputs } from "./PlanInputs.ts";

export interface LeftOut extends Obstacle {
  readonly patchId: string;
}

export interface Chosen {
  /** In the order of work. */
  readonly patches: readonly Patch[];
  readonly leftOut: readonly LeftOut[];
}

/** How the targets stand to a patch: how many lack it, of those how many where nothing takes its place, how many have it. */
export interface Need {
  missing: number;
  standing: number;
  installed: number;
}

/** A job's query, read. */
export interface Reading {
  readonly query: Qql.Query<PatchCatalog.PatchDocument>;
  readonly graph: Supersedence.Supersedence;
}

/** Where the patches come from in the end: a job that takes another's list has that list (JOB-21). */
export const sourceOf = ({ job, linked = [] }: PlanInputs): Exclude<PatchSource, { readonly _tag: "Linked" }> | null =>
  job.patches?._tag === "Linked" ? { _tag: "List", patches: linked } : job.patches;

/** The patches of a job for its targets. Refused when its query no longer reads. */
export const choose = (inputs: PlanInputs, targets: readonly Asset[]): Result<Chosen, Rejection.Rejection> =>
  Chunks.finish(choosing(inputs, Chunks.finish(PatchStates.of(inputs, targets, aboutOf(inputs)))));

/** What has to be known of the targets' states: of a list its patches, of a query every patch. */
export const aboutOf = (inputs: PlanInputs): PatchStates.About => {
  const source = sourceOf(inputs);
  return source?._tag === "Query" ? null : new Set(source?.patches);
};

/** {@link choose} of targets in these states, in chunks. */
export function* choosing(
  inputs: PlanInputs,
  { all }: PatchStates.PatchStates,
): Generator<void, Result<Chosen, Rejection.Rejection>> {
  const source = sourceOf(inputs);
  if (source === null) return ok({ patches: [], leftOut: [] });
  if (source._tag === "List") return ok(byList(inputs, source.patches));
  const reading = read(inputs, source.query);
  return reading.ok ? ok(yield* byQuery(inputs, reading.value, all)) : reading;
}

/** What keeps a patch out of a job that lists it. */
export function* listObstacles(inputs: PlanInputs, patch: Patch | undefined): Generator<Obstacle, undefined> {
  if (patch === undefined) {
    yield { rule: "PAT-03", reason: "not in the catalogue" };
    return;
  }
  yield* holdOn(inputs, patch);
  const refusal = Patches.whyNotIn(patch, inputs.job.kind, inputs.supplied.has(patch.id));
  if (refusal !== null) yield refusal;
}

function* holdOn(inputs: PlanInputs, { id }: Patch): Generator<Obstacle, undefined> {
  const hold = inputs.held.get(id);
  if (hold !== undefined) yield { rule: "PLN-05", reason: `held: ${hold.reason}` };
}

/** An obstacle to a patch of a query; one that the query doesn't find is nothing that the plan speaks of. */
export interface QueryObstacle extends Obstacle {
  readonly isFound: boolean;
}

/** What keeps a patch out of a job by query, before {@link cut} the newest are taken. */
export function* queryObstacles(
  inputs: PlanInputs,
  { query, graph }: Reading,
  patch: Patch,
  need: Need,
): Generator<QueryObstacle, undefined> {
  const refusal = Patches.whyNotDeployed(patch, inputs.supplied.has(patch.id));
  if (patch.isDeprecated && refusal !== null) yield { ...refusal, isFound: false };
  if (!Qql.matches(query, PatchCatalog.toDocument(patch, contextOf(inputs, graph, patch, need)), inputs.now)) {
    yield { rule: "JOB-04", reason: "the job's query doesn't find it", isFound: false };
  }
  for (const held of holdOn(inputs, patch)) yield { ...held, isFound: true };
  if (refusal !== null && !patch.isDeprecated) yield { ...refusal, isFound: true };
  const young = whyTooYoung(inputs, patch);
  if (young !== null) yield { ...young, isFound: true };
  if (need.missing > 0 && need.standing === 0) {
    yield { rule: "JOB-22", reason: "superseded on every target that lacks it", isFound: true };
  }
}

/** The query and the catalogue's graph; refused when it no longer reads. */
export const read = (inputs: PlanInputs, text: string): Result<Reading, Rejection.Rejection> => {
  const query = Qql.compile(PatchCatalog.catalog, text);
  if (query.ok) return ok({ query: query.value, graph: Supersedence.make(inputs.patches) });
  const message = query.error.map((d) => d.message).join("; ");
  return fail(Rejection.make("DSH-04", "conflict", `the query no longer reads: ${message}`, "patches.query"));
};

/** How these targets stand to each patch that one of them lacks or has. */
export const needsOf = (
  inputs: PlanInputs,
  graph: Supersedence.Supersedence,
  targets: readonly Asset[],
): ReadonlyMap<string, Need> =>
  Chunks.finish(needsIn(inputs, graph, Chunks.finish(PatchStates.of(inputs, targets, null)).all));

function* needsIn(
  inputs: PlanInputs,
  graph: Supersedence.Supersedence,
  states: readonly PatchStates.PatchState[],
): Generator<void, ReadonlyMap<string, Need>> {
  const needs = new Map<string, Need>();
  const of = (id: string): Need => {
    const need = needs.get(id) ?? { missing: 0, standing: 0, installed: 0 };
    needs.set(id, need);
    return need;
  };
  const isChunk = Chunks.pace();
  for (const { lacks, installed, assets } of states) {
    const among = graph.standing.size === 0 ? nobody : presentIn(inputs, graph, { lacks, installed });
    for (const { value } of installed.items) of(value).installed += assets;
    for (const { patchId } of lacks.items) {
      const need = of(patchId);
      need.missing += assets;
      if (!Supersedence.isSupersededAmong(graph, patchId, among, null)) need.standing += assets;
    }
    if (isChunk(1 + lacks.items.length + installed.items.length)) yield;
  }
  return needs;
}

// What is held, or too young, isn't coming, so it takes nobody's place where it isn't yet.
const presentIn = (
  inputs: PlanInputs,
  graph: Supersedence.Supersedence,
  { lacks, installed }: Pick<PatchStates.PatchState, "lacks" | "installed">,
): ReadonlySet<string> => {
  const present = new Set<string>();
  for (const { patchId } of lacks.items) if (isComing(inputs, graph, patchId)) present.add(patchId);
  for (const { value } of installed.items) present.add(value);
  return present;
};

const nobody: ReadonlySet<string> = new Set();

const isComing = (inputs: PlanInputs, { patches }: Supersedence.Supersedence, id: string): boolean => {
  const patch = patches.get(id);
  return !inputs.held.has(id) && (patch === undefined || whyTooYoung(inputs, patch) === null);
};

const whyTooYoung = ({ job: { patches }, now }: PlanInputs, patch: Patch): ApprovalAge.TooYoung | null => {
  const days = patches?._tag === "Query" ? patches.approvalAgeDays : undefined;
  return days === undefined ? null : ApprovalAge.whyTooYoung(patch, days, now);
};

/** What a query is past its limit: the newest are taken (JOB-22). */
export const cut = (max: number): Obstacle => ({ rule: "JOB-22", reason: `past the newest ${max}` });

const byList = (inputs: PlanInputs, ids: readonly string[]): Chosen => {
  const known = new Map(inputs.patches.map((p) => [p.id, p]));
  const leftOut: LeftOut[] = [];
  const patches: Patch[] = [];
  for (const id of ids) {
    const patch = known.get(id);
    const obstacle = listObstacles(inputs, patch).next().value;
    if (obstacle !== undefined) leftOut.push({ patchId: id, rule: obstacle.rule, reason: obstacle.reason });
    else if (patch !== undefined) patches.push(patch);
  }
  return { patches: order(patches), leftOut: leftOut.sort(byPatch) };
};

// JOB-22: missing on at least one target and not superseded there, not deprecated, patchable; past the limit the newest.
// What the query finds and this leaves out is said.
function* byQuery(
  inputs: PlanInputs,
  reading: Reading,
  states: readonly PatchStates.PatchState[],
): Generator<void, Chosen> {
  const needs = yield* needsIn(inputs, reading.graph, states);
  const found: Patch[] = [];
  const leftOut: LeftOut[] = [];
  const isChunk = Chunks.pace();
  for (const patch of inputs.patches) {
    if (isChunk(PATCH_WORK)) yield;
    const need = needs.get(patch.id);
    if (need === undefined || need.missing === 0) continue;
    const obstacle = queryObstacles(inputs, reading, patch, need).next().value;
    if (obstacle === undefined) found.push(patch);
    else if (obstacle.isFound) leftOut.push({ patchId: patch.id, rule: obstacle.rule, reason: obstacle.reason });
  }
  found.sort((a, b) => b.publishedAt - a.publishedAt || (a.id < b.id ? -1 : 1));
  const max = inputs.limits.patchesPerJobMax;
  const past = found.slice(max).map((p) => ({ patchId: p.id, ...cut(max) }));
  return { patches: order(found.slice(0, max)), leftOut: [...leftOut.sort(byPatch), ...past] };
}

/** A patch that a query is asked of, as so many entries of a list. */
const PATCH_WORK = 50;

const contextOf = (
  inputs: PlanInputs,
  graph: Supersedence.Supersedence,
  patch: Patch,
  need: Need,
): PatchCatalog.PatchContext => ({
  qids: Vulnerability.qidsOf(patch, inputs.qids),
  counts: { missing: need.missing, installed: need.installed },
  isSuperseded: Supersedence.isSuperseded(graph, patch.id),
  supersededBy: Supersedence.supersededBy(graph, patch.id),
  hasVendorFile: inputs.supplied.has(patch.id),
});

const byPatch = (a: { readonly patchId: string }, b: { readonly patchId: string }): number =>
  a.patchId < b.patchId ? -1 : a.patchId > b.patchId ? 1 : 0;

/** The order of work: as published, so that of two fixes of one package the older one goes first. */
export const order = (patches: readonly Patch[]): readonly Patch[] =>
  [...patches].sort((a, b) => a.publishedAt - b.publishedAt || (a.id < b.id ? -1 : 1));
