/** Machines that need reboots, for the agent's tests of them, and how what happened is told in a few words. */
import type { Documents, Facts, RebootPolicy } from "../../src/index.ts";
import * as Samples from "../Samples.ts";
import * as Machine from "./Machine.ts";
import { packages, patch } from "./Orders.ts";

export const MINUTE = 60_000;
export const DAY = 86_400_000;

export const suppress: RebootPolicy = { _tag: "Suppress" };
export const automatic = (countdownMinutes: number | null = null): RebootPolicy => ({
  _tag: "Automatic",
  countdownMinutes,
});
export const request = (
  deferrals: { readonly count: number; readonly minutes: number } | null = { count: 2, minutes: 30 },
  countdownMinutes: number | null = 15,
  whenNobody: "reboot" | "countdown" = "reboot",
): RebootPolicy => ({ _tag: "Request", deferrals, countdownMinutes, whenNobody });

/** Somebody is there all the time. */
export const always = [{ from: 0, until: Number.MAX_SAFE_INTEGER }] as const;

/** A machine on which the patch of package `a` needs a reboot, with a run of it ordered. */
export const machine = (
  reboot: RebootPolicy,
  options: Partial<Machine.MachineOptions> = {},
  change: Partial<Documents.JobManifest> = {},
): Machine.Machine => {
  const made = Machine.make({ packages, ...options, os: { rebootsFor: ["a"], ...options.os } });
  made.plane.order([patch("a")], { reboot, ...change });
  return made;
};

/** Another run of the same machine, with a number of its own. */
export const another = (
  n: number,
  patches: Documents.PatchList["patches"],
  reboot: RebootPolicy = suppress,
  change: Partial<Documents.JobManifest> = {},
): [Documents.PatchList["patches"], Partial<Documents.JobManifest>] => [
  patches,
  { runId: Samples.uuid(0x100 + n), jobId: Samples.uuid(0x200 + n), manifestVersion: 7 + n, reboot, ...change },
];

/** Cycles at the times asked for, and at others that are given, until an instant. */
export const until = (m: Machine.Machine, end: number, at: readonly number[] = []): void => {
  const others = [...at].sort((a, b) => a - b);
  for (let cycles = 0; m.clock.now <= end; cycles += 1) {
    if (cycles > 20_000) throw new Error("it cycles for ever");
    const ended = m.cycle();
    const asked = ended._tag === "Ended" ? ended.report.nextAt : m.clock.now + 1_000;
    const next = Math.min(
      Math.max(asked, m.clock.now + 1),
      others.find((o) => o > m.clock.now) ?? Number.MAX_SAFE_INTEGER,
    );
    if (next > end) break;
    m.clock.now = next;
  }
  m.clock.now = Math.max(m.clock.now, end);
};

const inOrder = (m: Machine.Machine): readonly Facts.Fact[] =>
  [...m.plane.facts.values()].sort((x, y) => x.sequence - y.sequence);

/** What the control plane was told of reboots. */
export const rebootFacts = (m: Machine.Machine): readonly (Facts.RebootFact["event"] & { readonly at: number })[] =>
  inOrder(m).flatMap((f) => (f.body._tag === "Reboot" ? [{ ...f.body.event, at: f.at }] : []));

/** The same, in a word and the minutes since the samples' beginning. */
export const rebootsTold = (m: Machine.Machine): readonly string[] =>
  rebootFacts(m).map((e) => `${worded(e)} +${(e.at - Samples.NOW) / MINUTE}`);

const worded = (e: Facts.RebootFact["event"]): string => {
  if (e._tag === "Prompted") return `Prompted ${e.number} of ${e.number + e.deferralsLeft - 1}`;
  if (e._tag === "Deferred") return e.byUser ? "Deferred by user" : "Deferred";
  if (e._tag === "Countdown") return `Countdown ${e.minutes}`;
  if (e._tag === "HeldBack") return `HeldBack ${e.because}`;
  return e._tag === "Ordered" || e._tag === "Rebooted" ? `${e._tag} ${e.by}` : e._tag;
};

/** What truly happened: when the machine went down, and by whom. */
export const rebootsDone = (m: Machine.Machine): readonly { readonly at: number; readonly by: "agent" | "hand" }[] =>
  m.os.truth.flatMap((t) => (t._tag === "Reboot" ? [{ at: t.at, by: t.by }] : []));

/** The patch's outcomes in the order in which they were told. */
export const outcomesOf = (m: Machine.Machine, patchId = "A"): readonly string[] =>
  inOrder(m).flatMap((f) => (f.body._tag === "Patch" && f.body.patchId === patchId ? [f.body.outcome] : []));
