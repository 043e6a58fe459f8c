/**
 * One asset's story in one run (RBT-14, RUN-06): what was planned, sent, told and found, in order, each with whose word it is, by
 * which clock, and the rule that decided where one did. Pure: it judges nothing, it only says what the facts are.
 *
 * Two clocks: the platform's, and the agent's, which may be wrong. What an agent told stands in the order in which it numbered it,
 * whatever its clock said; between the two, the instants decide.
 */
import { PatchOutcome, ReasonCode, type RebootEvent, RunStatus } from "@fettle/agent-protocol/vocabulary";
import type * as AssetRun from "./AssetRun.ts";
import * as Findings from "./Findings.ts";
import * as RuleOf from "./RuleOf.ts";

/** Whose word it is: the control plane's own, an agent's report, or what a machine shows of itself. */
export type Source = "platform" | "agent" | "evidence";

export type What =
  | {
      readonly _tag: "Planned";
      readonly patches: readonly string[];
      readonly start: number | null;
      readonly windowEnd: number | null;
      readonly isLicensed: boolean;
    }
  | { readonly _tag: "Issued"; readonly version: number; readonly notAfter: number }
  /** Its agent took a manifest of this run. */
  | { readonly _tag: "Fetched" }
  /** The control plane's own finding; `overruledBy`: what its agent told after all, in words (RUN-06). */
  | {
      readonly _tag: "Found";
      readonly finding: string;
      readonly reason: string | null;
      readonly overruledBy: string | null;
    }
  /** What the agent says; `stands`: what its evidence comes to instead (RUN-08), null as long as it is as told. */
  | {
      readonly _tag: "Status";
      readonly status: RunStatus.RunStatus;
      readonly reason: string | null;
      readonly stands: RunStatus.RunStatus | null;
    }
  | {
      readonly _tag: "Attempt";
      readonly patchId: string;
      readonly attempt: number;
      readonly outcome: PatchOutcome.PatchOutcome;
      readonly reasonCode: number | null;
      readonly reasonName: string | null;
      readonly exitCode: number | null;
      readonly outputTail: string;
    }
  | { readonly _tag: "Refused"; readonly reason: string; readonly message: string }
  /** Revoked before it began, and dropped by its agent (JOB-28). */
  | { readonly _tag: "Dropped" }
  | { readonly _tag: "Reboot"; readonly event: RebootEvent }
  /** A scan after it, and which of its patches it bears out or denies (CMP-02). */
  | {
      readonly _tag: "Scanned";
      readonly takenAt: number;
      readonly confirms: readonly string[];
      readonly denies: readonly string[];
    };

export interface Entry {
  /** Epoch milliseconds, by {@link Entry.clock}. */
  readonly at: number;
  readonly clock: "platform" | "agent";
  readonly source: Source;
  /** The rule that decided, where one did. */
  readonly rule: string | null;
  readonly what: What;
  /** The same in a line for people. */
  readonly words: string;
}

export interface Story {
  /** When its run was made. */
  readonly madeAt: number;
  readonly assetRun: Pick<AssetRun.AssetRun, "placed" | "timing" | "patches" | "manifest" | "state" | "marks">;
  /** When its manifest was issued, where that is known; and when its agent took one. */
  readonly issuedAt: number | null;
  readonly fetchedAt: readonly number[];
  readonly facts: readonly AssetRun.AgentFact[];
  /** The asset's latest scan, where none is kept with the asset run itself; null: none since. */
  readonly scan: {
    readonly takenAt: number;
    readonly at: number;
    readonly confirms: readonly string[];
    readonly denies: readonly string[];
  } | null;
}

/** The story, in order. */
export const of = (story: Story): readonly Entry[] =>
  merged([...platform(story), ...scans(story)].sort(byTime), agents(story));

const byTime = (a: Entry, b: Entry): number => a.at - b.at;

// Each list keeps its own order: an agent's later fact never stands before an earlier one, whatever its clock says.
const merged = (platform: readonly Entry[], agent: readonly Entry[]): readonly Entry[] => {
  const all: Entry[] = [];
  let taken = 0;
  let latest = Number.NEGATIVE_INFINITY;
  for (const entry of agent) {
    latest = Math.max(latest, entry.at);
    for (let next = platform[taken]; next !== undefined && next.at <= latest; next = platform[taken]) {
      all.push(next);
      taken += 1;
    }
    all.push(entry);
  }
  return [...all, ...platform.slice(taken)];
};

const entry = (
  at: number,
  source: Source,
  rule: string | null,
  { what, words }: { readonly what: What; readonly words: string },
): Entry => ({ at, clock: source === "agent" ? "agent" : "platform", source, rule, what, words });

const platform = (story: Story): readonly Entry[] => {
  const { assetRun, fetchedAt, issuedAt } = story;
  const { manifest } = assetRun;
  return [
    planned(story),
    ...(manifest === null || issuedAt === null
      ? []
      : [
          entry(issuedAt, "platform", "PLN-04", {
            what: { _tag: "Issued", version: manifest.version, notAfter: manifest.notAfter },
            words: `manifest ${manifest.version} was issued, valid until ${iso(manifest.notAfter)}`,
          }),
        ]),
    ...fetchedAt.map((at) => entry(at, "platform", null, { what: { _tag: "Fetched" }, words: "its agent took it" })),
    ...findings(story),
  ];
};

const planned = ({ assetRun, madeAt }: Story): Entry => {
  const patches = assetRun.patches.map((p) => p.patchId);
  const { start = null, windowEnd = null } = assetRun.timing ?? {};
  const isLicensed = assetRun.placed.status !== "NotLicensed";
  const when = start === null ? "" : `, from ${iso(start)}${windowEnd === null ? "" : ` until ${iso(windowEnd)}`}`;
  const words = `planned: ${patches.length === 0 ? "no patches" : patches.join(", ")}${when}`;
  return entry(madeAt, "platform", "CMP-03", {
    what: { _tag: "Planned", patches, start, windowEnd, isLicensed },
    words,
  });
};

const findings = ({ assetRun, facts }: Story): readonly Entry[] =>
  Findings.of(assetRun, facts).map(({ at, finding, reason, rule, overruledBy: fact, words }) => {
    const overruledBy = fact === null ? null : `its agent told "${ofFact(fact, null).words}"`;
    return entry(at, "platform", rule, {
      what: { _tag: "Found", finding, reason, overruledBy },
      words: overruledBy === null ? words : `${words}; overruled: ${overruledBy} (RUN-06)`,
    });
  });

const scans = ({ assetRun, scan }: Story): readonly Entry[] => {
  const marked = assetRun.marks.flatMap(({ at, body }) => {
    if (body._tag !== "Scanned") return [];
    const verdicts = Object.entries(body.verdicts);
    const those = (is: (verdict: string) => boolean) => verdicts.filter(([, v]) => is(v)).map(([id]) => id);
    const isGood = (v: string): boolean => v === "Satisfied";
    // Broken is neither: of two versions side by side a snapshot can't say whether they are meant to be.
    const isBad = (v: string): boolean => v === "Unsatisfied";
    return [scanned(at, { takenAt: body.takenAt, confirms: those(isGood), denies: those(isBad) })];
  });
  return marked.length > 0 || scan === null ? marked : [scanned(scan.at, scan)];
};

const scanned = (at: number, { takenAt, confirms, denies }: Omit<NonNullable<Story["scan"]>, "at">): Entry => {
  const says = [
    ...(confirms.length === 0 ? [] : [`bears out ${confirms.join(", ")}`]),
    ...(denies.length === 0 ? [] : [`denies ${denies.join(", ")}`]),
  ];
  return entry(at, "evidence", "CMP-02", {
    what: { _tag: "Scanned", takenAt, confirms, denies },
    words: `a scan of ${iso(takenAt)} ${says.length === 0 ? "says nothing of its patches" : says.join(" and ")}`,
  });
};

const inOrder = (facts: readonly AssetRun.AgentFact[]): readonly AssetRun.AgentFact[] =>
  [...facts].sort((a, b) => a.epoch - b.epoch || a.sequence - b.sequence);

const agents = ({ facts, assetRun }: Story): readonly Entry[] => inOrder(facts).map((f) => ofFact(f, assetRun.state));

const ofFact = (fact: AssetRun.AgentFact, state: AssetRun.AssetRunState | null): Entry => {
  const { at, body } = fact;
  switch (body._tag) {
    case "Status":
      return statusEntry(at, body, state);
    case "Patch":
      return attemptEntry(at, body);
    case "Refusal":
      return entry(at, "agent", REFUSED[body.reason] ?? "MAN-02", {
        what: { _tag: "Refused", reason: body.reason, message: body.message },
        words: `refused its manifest: ${body.reason}: ${body.message}`,
      });
    case "Dropped":
      return entry(at, "agent", "JOB-28", { what: { _tag: "Dropped" }, words: "dropped it before it began" });
    case "Reboot":
      return entry(at, "agent", rebootRule(body.event), {
        what: { _tag: "Reboot", event: body.event },
        words: rebootWords(body.event),
      });
  }
};

const REFUSED: { readonly [reason: string]: string } = { expired: "PLN-04", "zone-differs": "SCH-03" };

const ENDS: readonly RunStatus.RunStatus[] = ["Completed", "CompletedWithFailure"];

const statusEntry = (
  at: number,
  { status, reason }: { readonly status: RunStatus.RunStatus; readonly reason: string | null },
  state: AssetRun.AssetRunState | null,
): Entry => {
  const differs = state !== null && ENDS.includes(status) && state.status !== status;
  const stands = differs ? state.status : null;
  const told = `${RunStatus.label(status)}${reason === null ? "" : `: ${reason}`}`;
  return entry(at, "agent", stands === null ? RuleOf.reason(reason) : "RUN-08", {
    what: { _tag: "Status", status, reason, stands },
    words: stands === null ? told : `${told}; by the evidence it is ${RunStatus.label(stands)}`,
  });
};

/** A reason code as people read it. */
export const reasonOf = (code: number): string => `${code} ${ReasonCode.nameOf(code)}`;

const attemptEntry = (at: number, body: AssetRun.PatchEvidence): Entry => {
  const { patchId, attempt, outcome, reasonCode, exitCode, outputTail } = body;
  const reasonName = reasonCode === null ? null : ReasonCode.nameOf(reasonCode);
  const why = reasonCode === null ? "" : `: ${reasonOf(reasonCode)}`;
  return entry(at, "agent", reasonCode === null ? null : "RUN-04", {
    what: { _tag: "Attempt", patchId, attempt, outcome, reasonCode, reasonName, exitCode, outputTail },
    words: `${patchId}, attempt ${attempt}: ${PatchOutcome.label(outcome)}${why}${exitCode === null ? "" : ` (exit code ${exitCode})`}`,
  });
};

const rebootRule = ({ _tag }: RebootEvent): string =>
  ({
    Needed: "RBT-01",
    Unknown: "RBT-01",
    Prompted: "RBT-03",
    Deferred: "RBT-03",
    Accepted: "RBT-03",
    Countdown: "RBT-04",
    HeldBack: "RBT-14",
    Ordered: "RBT-14",
    GaveUp: "RBT-14",
    Rebooted: "RBT-05",
    Dropped: "RBT-06",
  })[_tag];

const rebootWords = (event: RebootEvent): string => {
  switch (event._tag) {
    case "Needed":
      return `a reboot is needed${event.reasons.length === 0 ? "" : `: ${event.reasons.join(", ")}`}`;
    case "Unknown":
      return `nobody could tell whether a reboot is needed: ${event.message}`;
    case "Prompted":
      return `prompt ${event.number} was shown, ${event.deferralsLeft} deferrals left, until ${iso(event.until)}`;
    case "Deferred":
      return `prompt ${event.number}: deferred${event.byUser ? " by the user" : ", as nobody answered"}`;
    case "Accepted":
      return "the user wants to reboot now";
    case "Countdown":
      return `a countdown of ${event.minutes} minutes runs until ${iso(event.until)}`;
    case "HeldBack":
      return `the reboot is held back until ${iso(event.until)}: ${HELD_BY[event.because]}`;
    case "Ordered":
      return `the reboot was ordered by ${event.by === "user" ? "the user" : "the job"}`;
    case "GaveUp":
      return `the machine did not go down, and waits for somebody to reboot it: ${event.message}`;
    case "Rebooted":
      return `rebooted ${event.by === "hand" ? "by hand" : "by the agent"}`;
    case "Dropped":
      return "no reboot is needed any more";
  }
};

const HELD_BY = {
  host: "the machine's own hours",
  "too-many": "too many lately",
  unseen: "nobody could be warned",
} as const;

const iso = (instant: number): string => new Date(instant).toISOString();
