/** I40: a purge removes exactly what its query means, but for assets that a run keeps. The meaning is reckoned apart. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AssetRun } from "../../src/domain/run/AssetRun.ts";
import type { Module } from "../../src/domain/shared/Module.ts";
import * as Repository from "../../src/engine/Repository.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Facts from "../scenario/Facts.ts";
import * as FleetWorld from "../scenario/FleetWorld.ts";
import * as Values from "../scenario/Values.ts";

const { manager } = ControlPlane;
const DAY = 86_400_000;
const KEYS = [Values.uuid(0xaa1), Values.uuid(0xaa2)] as const;

interface Member {
  readonly silentDays: number;
  readonly version: readonly [number, number];
  readonly modules: readonly Module[];
  readonly key: string;
  /** What runs are open on it: none, one not begun, one that may begin at any moment, one that has begun, one that only waits for a reboot. */
  readonly run: "none" | "waiting" | "issued" | "started" | "rebooting" | "ended";
}

const member: fc.Arbitrary<Member> = fc.record({
  silentDays: fc.oneof(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 60 })),
  version: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 12 })),
  modules: fc.uniqueArray(fc.constantFrom<Module>("PM", "VM", "EDR")),
  key: fc.constantFrom(...KEYS),
  run: fc.constantFrom(
    "none" as const,
    "none" as const,
    "waiting" as const,
    "issued" as const,
    "started" as const,
    "rebooting" as const,
    "ended" as const,
  ),
});

/** A query as text, and what it means. */
interface Meant {
  readonly text: string;
  readonly holds: (m: Member) => boolean;
}

const leaf: fc.Arbitrary<Meant> = fc.oneof(
  fc.integer({ min: 1, max: 60 }).map((days) => ({
    text: `lastCheckedIn < now-${days}d`,
    holds: (m: Member) => m.silentDays > days,
  })),
  fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 12 })).map(([major, minor]) => ({
    text: `agentVersion < ${major}.${minor}`,
    holds: ({ version: [a, b] }: Member) => a < major || (a === major && b < minor),
  })),
  fc.constantFrom<Module>("PM", "VM", "EDR").map((module) => ({
    text: `activatedForModule: ${module}`,
    holds: (m: Member) => m.modules.includes(module),
  })),
  fc.constantFrom(...KEYS).map((key) => ({
    text: `agentActivationKey: ${key}`,
    holds: (m: Member) => m.key === key,
  })),
);

const { meant } = fc.letrec<{ meant: Meant }>((tie) => ({
  meant: fc.oneof(
    { maxDepth: 2 },
    leaf,
    tie("meant").map(({ text, holds }) => ({ text: `NOT (${text})`, holds: (m: Member) => !holds(m) })),
    fc.tuple(tie("meant"), tie("meant")).map(([a, b]) => ({
      text: `(${a.text}) AND (${b.text})`,
      holds: (m: Member) => a.holds(m) && b.holds(m),
    })),
    fc.tuple(tie("meant"), tie("meant")).map(([a, b]) => ({
      text: `(${a.text}) OR (${b.text})`,
      holds: (m: Member) => a.holds(m) || b.holds(m),
    })),
  ),
}));

const idOf = (n: number): string => Values.uuid(0x5000 + n);

const statusOf = {
  none: "Pending",
  waiting: "Pending",
  issued: "Pending",
  started: "Patching",
  rebooting: "PendingReboot",
  ended: "Completed",
} as const;

const runOf = (id: string, run: Member["run"], now: number): AssetRun => {
  const notAfter = run === "issued" || run === "rebooting" ? now + 1 : now;
  return {
    id: `run.${id}`,
    runId: "run",
    jobId: "job",
    assetId: id,
    placed: { status: "Pending", reason: null, at: 0 },
    marks: [],
    timing: null,
    patches: [],
    manifest: { version: 1, digest: "sha256:0", notAfter },
    state: Facts.state({ status: statusOf[run] }),
  };
};

const fleetOf = (members: readonly Member[]): ControlPlane.ControlPlane => {
  const now = Values.START;
  const plane = FleetWorld.make({
    assets: members.map((m, n) =>
      Values.asset(idOf(n), {
        activations: Object.fromEntries(m.modules.map((module) => [module, 0])),
        activationKey: m.key,
      }),
    ),
  });
  FleetWorld.put(
    plane,
    members.flatMap((m, n) => [
      Repository.put(
        "agent",
        idOf(n),
        FleetWorld.agent(idOf(n), now - m.silentDays * DAY, `${m.version[0]}.${m.version[1]}`),
      ),
      ...(m.run === "none" ? [] : [Repository.put("assetRun", `run.${idOf(n)}`, runOf(idOf(n), m.run, now))]),
    ]),
  );
  return plane;
};

describe("a purge of any fleet", () => {
  it("PRG-01: removes exactly the matching assets, never one with a started run that was heard of within a week, and says which it kept (I40)", () => {
    let removedInAll = 0;
    let keptInAll = 0;
    fc.assert(
      fc.property(fc.array(member, { minLength: 1, maxLength: 8, size: "max" }), meant, (members, { text, holds }) => {
        const plane = fleetOf(members);
        plane.call(
          plane.storage.commit({
            tenantId: "acme",
            expect: [],
            counters: [{ key: "assets", by: members.length }],
            uniques: [],
            writes: [],
            events: [],
          }),
        );
        const { fettle, call } = plane;
        // By the longest window, a week, of silence whatever was begun is over, or its machine is gone.
        const isKept = (m: Member): boolean => m.silentDays < 7 && (m.run === "started" || m.run === "issued");
        const expected = (keeps: boolean) =>
          members.flatMap((m, n) => (holds(m) && isKept(m) === keeps ? [idOf(n)] : []));
        const preview = call(fettle.purges.preview(manager, text));
        const answer = call(fettle.purges.run(manager, { query: text, confirmation: preview.confirmation }));
        expect([...answer.removed].sort()).toEqual(expected(false));
        expect(answer.kept.map((k) => k.assetId).sort()).toEqual(expected(true));
        expect([preview.total, preview.kept.length]).toEqual([answer.removed.length, answer.kept.length]);
        const left = call(plane.storage.list("acme", "asset", { limit: 100 })).map((a) => a.id);
        expect(left).toEqual(members.map((_, n) => idOf(n)).filter((id) => !answer.removed.includes(id)));
        removedInAll += answer.removed.length;
        keptInAll += answer.kept.length;
      }),
      Arbitraries.runs(300),
    );
    expect(removedInAll).toBeGreaterThan(0);
    expect(keptInAll).toBeGreaterThan(0);
  });
});
