/** Bugs of an agent: what it keeps, what it believes, what clock it goes by. */
import type { InstallerShape, JournalRecord } from "@fettle/agent-protocol/agent";
import { Package as P } from "@fettle/agent-protocol/vocabulary";
import * as Effect from "effect/Effect";
import type * as Seams from "../Seams.ts";
import type { Bug } from "./Bug.ts";
import { misreads } from "./Misreading.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** A journal that loses records of a kind, and says that it has them. */
const forgets = (tags: readonly JournalRecord["_tag"][]): Seams.Seams => ({
  journal: (journal) => ({
    ...journal,
    append: (records) => {
      const kept = records.filter((r) => !tags.includes(r._tag));
      return kept.length === 0 ? Effect.void : journal.append(kept);
    },
    compact: () => Effect.void,
  }),
});

/** A journal whose last records are still in memory as its machine dies. */
const dropsFsync: Seams.Seams = {
  journal: (journal, { isNewLife }) => {
    let unsynced: JournalRecord[] = [];
    return {
      append: (records) =>
        Effect.suspend(() => {
          const due = unsynced.splice(0, Math.max(0, unsynced.length - 3));
          unsynced.push(...records);
          return due.length === 0 ? Effect.void : journal.append(due);
        }),
      read: () => {
        if (isNewLife()) unsynced = [];
        return journal.read();
      },
      compact: () => Effect.void,
    };
  },
};

/** An agent that takes an installer's word: what it said is done is found done. */
const trustsExitCodes: Seams.Seams = {
  installer: (installer): InstallerShape => {
    const claimed = new Map<string, string>();
    return {
      ...installer,
      install: (patch, effort) =>
        Effect.map(installer.install(patch, effort), (report) => {
          if (report.exitCode === 0) for (const p of patch.packages) claimed.set(P.key(p), p.evr);
          return report;
        }),
      detect: (patch) =>
        Effect.map(installer.detect(patch), (found) =>
          found.map((f) => ({ ...f, evrs: claimed.has(P.key(f)) ? [claimed.get(P.key(f)) ?? ""] : f.evrs })),
        ),
    };
  },
};

/** An agent that installs another time what is there. */
const installsTwice: Seams.Seams = {
  installer: (installer) => ({
    ...installer,
    install: (patch, effort) =>
      Effect.andThen(installer.install(patch, effort), () => installer.install(patch, effort)),
  }),
};

const ofManifests = (
  change: (held: Extract<JournalRecord, { readonly _tag: "ManifestHeld" }>) => JournalRecord,
): Seams.Seams => misreads((record) => (record._tag === "ManifestHeld" ? change(record) : record));

/** The list, in no order. */
export const ofAgent: readonly Bug[] = [
  { name: "the journal says it is durable before it is", seams: dropsFsync },
  { name: "an attempt is begun before it is on record", seams: forgets(["InstallIntended", "InstallReported"]) },
  { name: "request numbers start again in the agent's next life", seams: forgets(["SequenceReserved"]) },
  { name: "an installer's exit code is believed", seams: trustsExitCodes },
  { name: "a patch is installed twice in one attempt", seams: installsTwice },
  { name: "a nonce is used again", seams: { nonce: () => "AAAAAAAAAAAAAAAAAAAAAA" } },
  {
    // By no more than the platform lets pass.
    name: "the agent goes by a clock that is minutes ahead of the machine's",
    seams: { agentNow: (_, clock) => clock + 4 * MINUTE_MS },
  },
  {
    name: "the agent goes by a clock that is minutes behind the machine's",
    seams: { agentNow: (_, clock) => clock - 4 * MINUTE_MS },
    id: "I20",
  },
  {
    name: "the end of a window is forgotten with the agent's life",
    seams: ofManifests((held) => ({
      ...held,
      manifest: { ...held.manifest, notAfter: held.manifest.notAfter + DAY_MS },
    })),
    id: "I2",
  },
  {
    name: "the wrong zone is told to the platform",
    seams: {
      host: (host) => ({ ...host, facts: () => Effect.map(host.facts(), (f) => ({ ...f, timeZone: "Etc/UTC" })) }),
    },
  },
  { name: "facts are never reported", seams: { swallows: (r) => r.path === "/v0/facts" } },
];
