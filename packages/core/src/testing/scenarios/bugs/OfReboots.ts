/** Bugs of an agent that reboots its machine, or doesn't. */
import type { HostShape, InstallerShape, JournalRecord, UserPromptShape } from "@fettle/agent-protocol/agent";
import * as Effect from "effect/Effect";
import type * as Seams from "../Seams.ts";
import type { Bug } from "./Bug.ts";
import { misreads } from "./Misreading.ts";

type Body = Extract<JournalRecord, { readonly _tag: "FactRecorded" }>["fact"]["body"];

const ofBodies = (change: (body: Body) => Body): Seams.Seams =>
  misreads((r) => (r._tag === "FactRecorded" ? { ...r, fact: { ...r.fact, body: change(r.fact.body) } } : r));

// Held back until long ago: it changes nothing.
const without = (...tags: readonly string[]): Seams.Seams =>
  ofBodies((body) =>
    body._tag === "Reboot" && tags.includes(body.event._tag)
      ? { ...body, event: { _tag: "HeldBack", because: "unseen", until: 0 } }
      : body,
  );

const installer = (change: (installer: InstallerShape) => Partial<InstallerShape>): Seams.Seams => ({
  installer: (real) => ({ ...real, ...change(real) }),
});
const host = (change: (host: HostShape) => Partial<HostShape>): Seams.Seams => ({
  host: (real) => ({ ...real, ...change(real) }),
});
const prompt = (change: (prompt: UserPromptShape) => Partial<UserPromptShape>): Seams.Seams => ({
  prompt: (real) => ({ ...real, ...change(real) }),
});

// What can't be told is taken for that answer.
const probeSays = (answer: "Needed" | "NotNeeded"): Seams.Seams =>
  installer(({ rebootNeed }) =>
    rebootNeed === undefined
      ? {}
      : {
          rebootNeed: (patches) =>
            Effect.catch(rebootNeed(patches), () =>
              Effect.succeed(answer === "Needed" ? { _tag: answer, reasons: ["no probe"] } : { _tag: answer }),
            ),
        },
  );

/** The list, in no order. */
export const ofReboots: readonly Bug[] = [
  {
    name: "a suppressed reboot is forgotten to be suppressed with the agent's life",
    seams: misreads((r) =>
      r._tag === "ManifestHeld"
        ? { ...r, manifest: { ...r.manifest, reboot: { _tag: "Automatic", countdownMinutes: null } } }
        : r,
    ),
    id: "I22",
  },
  {
    name: "the machine reboots after each patch that needs it",
    seams: {
      installer: (real, { reboot }) => ({
        ...real,
        install: (patch, effort) =>
          Effect.tap(real.install(patch, effort), () =>
            Effect.gen(function* () {
              const need = yield* Effect.option(
                real.rebootNeed?.([patch]) ?? Effect.succeed({ _tag: "NotNeeded" as const }),
              );
              if (need._tag === "Some" && need.value._tag === "Needed")
                yield* Effect.ignore(reboot?.({ reason: patch.patchId }) ?? Effect.void);
            }),
          ),
      }),
    },
    id: "I22",
  },
  { name: "an error of the probe is taken for no need", seams: probeSays("NotNeeded"), id: "RBT-01" },
  { name: "an error of the probe is taken for a need", seams: probeSays("Needed"), id: "I22" },
  {
    name: "reboots that were caused earlier are forgotten with the agent's life",
    seams: misreads((r) =>
      r._tag === "FactRecorded" && r.fact.body._tag === "Reboot" && r.fact.body.event._tag === "Ordered"
        ? { ...r, fact: { ...r.fact, at: r.fact.at - 24 * 60 * 60_000 } }
        : r,
    ),
    id: "I22",
  },
  { name: "deferrals begin again with the agent's life", seams: without("Prompted", "Deferred"), id: "I23" },
  {
    name: "a run that waits for its reboot is forgotten with the agent's life",
    seams: ofBodies((body) =>
      body._tag === "Status" && body.status === "PendingReboot" ? { ...body, status: "Completed" } : body,
    ),
  },
  {
    name: "who defers is taken to agree",
    seams: prompt(({ answer }) => ({
      answer: (notice) => Effect.map(answer(notice), (said) => (said === "defer" ? "reboot-now" : said)),
    })),
    id: "I23",
  },
  { name: "what is to be shown never comes up", seams: prompt(() => ({ show: () => Effect.void })), id: "I23" },
  {
    name: "who sits there is not seen",
    seams: prompt(() => ({ isAnyoneThere: () => Effect.succeed(false) })),
    id: "I23",
  },
  {
    name: "the machine's own hours are not asked for",
    seams: host(() => ({ noRebootUntil: () => Effect.succeed(null) })),
    id: "I24",
  },
];
