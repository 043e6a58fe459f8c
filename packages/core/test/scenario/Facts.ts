/** Facts about asset runs: as an honest agent tells them, and as a broken one might. */
import { type Detection, PatchOutcome, type RebootEvent, RunStatus } from "@fettle/agent-protocol/vocabulary";
import * as fc from "fast-check";
import * as AssetRun from "../../src/domain/run/AssetRun.ts";
import * as Values from "./Values.ts";

/** The outcomes with which an asset run may be Completed (RUN-08), written apart from the code. */
export const GOOD: readonly PatchOutcome.PatchOutcome[] = ["Installed", "AlreadyInstalled", "NotApplicable", "Removed"];

/** A state that nothing was told of, but for what is given. */
export const state = (over: Partial<AssetRun.AssetRunState> = {}): AssetRun.AssetRunState => ({
  status: "Pending",
  reason: null,
  by: "placement",
  changedAt: 0,
  results: {},
  violations: 0,
  facts: 0,
  heardAt: null,
  reboot: null,
  scan: null,
  ...over,
});

/** An asset run that is to bring these patches. */
export const assetRun = (patchIds: readonly string[], over: Partial<AssetRun.AssetRun> = {}): AssetRun.AssetRun => {
  const base = {
    id: AssetRun.idOf(Values.uuid(1), Values.uuid(2)),
    runId: Values.uuid(1),
    jobId: Values.uuid(3),
    assetId: Values.uuid(2),
    placed: { status: "Pending", reason: null, at: Values.START } as const,
    patches: patchIds.map((patchId) => ({ patchId, advisory: patchId, packages: [Values.pkg("openssl", "2-1")] })),
    marks: [],
    timing: null,
    manifest: null,
  };
  return { ...base, state: AssetRun.fold({ ...base, ...over }, []), ...over };
};

/** The asset run with a mark of that instant, of which nothing was told. */
export const marked = (run: AssetRun.AssetRun, body: AssetRun.MarkBody, at: number): AssetRun.AssetRun =>
  AssetRun.marked(run, { at, body }, []);

type Body = AssetRun.AgentFact["body"];

export const status = (to: RunStatus.RunStatus, reason: string | null = null): Body => ({
  _tag: "Status",
  status: to,
  reason,
});

export const patched = (
  patchId: string,
  outcome: PatchOutcome.PatchOutcome,
  over: Partial<AssetRun.PatchEvidence> = {},
): Extract<Body, { readonly _tag: "Patch" }> => ({
  _tag: "Patch",
  patchId,
  attempt: 1,
  outcome,
  reasonCode: outcome === "Failed" ? 9 : null,
  exitCode: 0,
  outputTail: "",
  packages: [{ name: "openssl", arch: "x86_64", before: ["1-1"], after: ["2-1"] }],
  ...over,
});

/** Bodies as facts, numbered and timed one after the other. */
export const told = (...bodies: readonly Body[]): readonly AssetRun.AgentFact[] =>
  bodies.map((body, i) => ({ epoch: 1, sequence: i + 1, at: Values.START + (i + 1) * Values.MINUTE_MS, body }));

const outcome = fc.constantFrom(...PatchOutcome.all);
const settled = fc.constantFrom<PatchOutcome.PatchOutcome>(
  "Installed",
  "AlreadyInstalled",
  "NotApplicable",
  "Removed",
  "Failed",
  "Skipped",
);

/** What an honest agent tells of a run with these patches, in order, and where it stands then. */
export interface History {
  readonly patches: readonly string[];
  readonly facts: readonly AssetRun.AgentFact[];
  readonly ends: RunStatus.RunStatus;
}

/** Walks the table of the agent's moves and settles each patch once, before it claims an end. It may stop anywhere. */
export const history: fc.Arbitrary<History> = fc
  .record({
    outcomes: fc.array(settled, { minLength: 1, maxLength: 4 }),
    turns: fc.array(fc.nat({ max: 5 }), { minLength: 12, maxLength: 12 }),
    length: fc.integer({ min: 1, max: 20 }),
    quick: fc.boolean(),
  })
  .map(({ outcomes, turns, length, quick }) => {
    const patches = outcomes.map((_, i) => `P-${i}`);
    const isGood = outcomes.every((o) => GOOD.includes(o));
    const bodies: Body[] = [];
    let at: RunStatus.RunStatus = "Pending";
    const move = (to: RunStatus.RunStatus): void => {
      bodies.push(status(to));
      at = to;
    };
    if (quick) for (const to of ["Downloaded", "JobStarted", "Patching"] as const) move(to);
    let isSettled = false;
    for (const turn of turns) {
      const next = RunStatus.all.filter((to) => RunStatus.mayMove(at, to, "agent") && isHonest(to, isGood));
      const to = next[turn % next.length];
      if (to === undefined) break;
      if (to.startsWith("Completed") && !isSettled) {
        bodies.push(...patches.map((p, i) => patched(p, outcomes[i] ?? "Failed")));
        isSettled = true;
      }
      move(to);
    }
    const facts = told(...bodies).slice(0, length);
    const last = facts.findLast((f) => f.body._tag === "Status")?.body;
    return { patches, facts, ends: last?._tag === "Status" ? last.status : "Pending" };
  });

const isHonest = (to: RunStatus.RunStatus, isGood: boolean): boolean =>
  to === "Completed" ? isGood : to === "CompletedWithFailure" ? !isGood : true;

const body: fc.Arbitrary<Body> = fc.oneof(
  fc.constantFrom(...RunStatus.all).map((to) => status(to)),
  fc
    .tuple(fc.constantFrom("P-0", "P-1", "P-2"), outcome, fc.nat({ max: 2 }))
    .map(([p, o, attempt]) => patched(p, o, { attempt })),
  fc.constantFrom("expired", "malformed").map((reason): Body => ({ _tag: "Refusal", reason, message: "no" })),
  fc
    .constantFrom<RebootEvent>(
      { _tag: "Needed", reasons: [] },
      { _tag: "Unknown", message: "no probe" },
      { _tag: "Ordered", by: "policy" },
      { _tag: "Rebooted", by: "hand" },
      { _tag: "Dropped" },
    )
    .map((event): Body => ({ _tag: "Reboot", event })),
  fc.constant<Body>({ _tag: "Dropped" }),
);

export const BOOTS = ["boot-1", "boot-2"] as const;

const reason = fc.constantFrom("a reason", "another");
const verdict = fc.constantFrom<Detection.DetectionVerdict>(
  "Satisfied",
  "Satisfied",
  "Unsatisfied",
  "NotApplicable",
  "Broken",
);
const moment = fc.integer({ min: Values.START - Values.HOUR_MS, max: Values.START + 2 * Values.HOUR_MS });
/** Few enough that an hour of silence meets the scan that it is of. */
const takenAt = fc.constantFrom(...[-1, 0, 1, 2].map((hours) => Values.START + hours * Values.HOUR_MS));

/** What the control plane may find: every kind of mark, contradictory ones too. */
export const mark: fc.Arbitrary<AssetRun.Mark> = fc.record({
  at: moment,
  body: fc.oneof(
    fc
      .record({ _tag: fc.constantFrom("Revoked", "Withdrawn", "Skipped", "NotLicensed", "OutOfScope"), reason })
      .map((body): AssetRun.MarkBody => body),
    fc
      .record({ _tag: fc.constant("Presumed" as const), reason, facts: fc.option(fc.nat({ max: 8 })) })
      .map((body): AssetRun.MarkBody => body),
    fc
      .record({
        _tag: fc.constant("Scanned" as const),
        takenAt,
        bootId: fc.constantFrom(...BOOTS),
        verdicts: fc.dictionary(fc.constantFrom("P-0", "P-1"), verdict),
      })
      .map((body): AssetRun.MarkBody => body),
    takenAt.map((scan): AssetRun.MarkBody => ({ _tag: "Unheard", scan })),
    fc.constant<AssetRun.MarkBody>({ _tag: "AllTold" }),
  ),
});

/** Anything at all: numbers used twice for different things, two epochs, ends claimed without evidence, clocks that jump. */
export const anything: fc.Arbitrary<readonly AssetRun.AgentFact[]> = fc.array(
  fc.record({
    epoch: fc.integer({ min: 1, max: 2 }),
    sequence: fc.integer({ min: 1, max: 8 }),
    at: fc.integer({ min: Values.START - Values.HOUR_MS, max: Values.START + Values.HOUR_MS }),
    bootId: fc.constantFrom(...BOOTS),
    body,
  }),
  { maxLength: 14, size: "max" },
);
