/**
 * T11: whatever two tenants do, each is told what it would be told alone, to the byte. Random walks over the façade, one
 * tenant's woven into the other's; a failing seed is printed and repeats.
 */
import { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import type { Actor } from "../../src/domain/shared/Actor.ts";
import * as Random from "../../src/testing/simulation/Random.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const STEPS = 14;
const SEEDS = 500;

const keys = { acme: Crypto.generateKeyPair(), other: Crypto.generateKeyPair() };

interface Walker {
  readonly step: () => unknown;
}

type Fettle = ControlPlane.ControlPlane["fettle"];
type Command = (on: {
  readonly fettle: Fettle;
  readonly actor: Actor;
  readonly random: Random.Random;
}) => Effect.Effect<unknown, unknown>;

const TAGS = ["fleet", "web", "lab", "t1", "t2"] as const;
const PEOPLE = ["sue", "mara", "mara", "uli", "rita"] as const;
const QUERIES = ["tags.name: web", "missingPatchCount > 0", "name: machine-001", "nonsense: 1", ""] as const;
const AGENTS = [Values.uuid(0x1001), Values.uuid(0x1002), Values.uuid(0x1fff)] as const;

const pick = <A>(random: Random.Random, all: readonly A[]): A => all[random.below(all.length)] as A;

/** Everything that changes or shows something, with arguments that often meet those of the other tenant. */
const commands: readonly Command[] = [
  ({ fettle, actor, random }) =>
    fettle.tags.save(actor, {
      id: pick(random, TAGS),
      name: pick(random, TAGS),
      parent: pick(random, [null, ...TAGS]),
    }),
  ({ fettle, actor, random }) => fettle.tags.delete(actor, pick(random, TAGS), { reparent: random.chance(0.5) }),
  ({ fettle, actor, random }) => fettle.tags.assign(actor, { tag: pick(random, TAGS), assets: [pick(random, AGENTS)] }),
  ({ fettle, actor }) => fettle.tags.list(actor),
  ({ fettle, actor, random }) =>
    fettle.catalogue.ingest(actor, { feed: pick(random, ["a", "b"]), patches: patchesOf(random) }),
  ({ fettle, actor }) => fettle.catalogue.list(actor),
  ({ fettle, actor, random }) =>
    Effect.flatMap(fettle.jobs.create(actor, Values.draft({ title: pick(random, TAGS) })), (job) =>
      random.chance(0.7) ? fettle.jobs.enable(actor, job.id) : Effect.succeed(job),
    ),
  ({ fettle, actor }) => fettle.jobs.search(actor, {}),
  ({ fettle, actor, random }) =>
    fettle.quorums.save(actor, { id: "q", name: "q", members: meant(random), atMost: random.below(2) }),
  ({ fettle, actor, random }) => fettle.freezes.save(actor, { id: "f", name: "f", ...frozen, targets: meant(random) }),
  ({ fettle, actor }) => fettle.quorums.check(actor),
  ({ fettle, actor, random }) => fettle.keys.create(actor, { title: pick(random, TAGS), agentsMax: 1 }),
  ({ fettle, actor, random }) =>
    fettle.searches.save(actor, { kind: "asset", name: pick(random, TAGS), query: pick(random, QUERIES) }),
  ({ fettle, actor }) => fettle.searches.list(actor),
  ({ fettle, actor, random }) => fettle.assets.search(actor, { assetQuery: pick(random, QUERIES) }),
  ({ fettle, actor }) => fettle.assets.missing(actor),
  ({ fettle, actor, random }) => fettle.assets.get(actor, pick(random, AGENTS)),
  ({ fettle, actor }) => fettle.purges.preview(actor, "lastCheckedIn < now-1d"),
  ({ fettle, actor, random }) => fettle.agents.uninstall(actor, { assets: [pick(random, AGENTS)] }),
  ({ fettle, actor }) => fettle.audit.search(actor),
  ({ fettle, actor }) => fettle.audit.verify(actor),
  ({ fettle, actor }) => fettle.events.after(actor.tenantId, 0, 1_000),
];

const meant = (random: Random.Random) => Values.select({ include: Values.any(pick(random, TAGS)) });
const day = (of: number) => ({ year: 2026, month: 2, day: of, hour: 0, minute: 0, second: 0 });
const frozen = { from: day(1), to: day(3) };

const patchesOf = (random: Random.Random) =>
  Array.from({ length: random.below(3) }, (_, i) =>
    Values.patch(`P-${i + 1}`, { packages: [Values.pkg("openssl", `${random.below(4) + 1}-1`)] }),
  );

const walker = (plane: ControlPlane.ControlPlane, tenantId: string, random: Random.Random): Walker => {
  const { fettle } = plane;
  const scene = Scene.make({ plane, tenantId, agents: 1 });
  const second = WireAgent.make(plane, 2, tenantId);
  const agents = [...scene.agents, second];
  const wire: readonly (() => unknown)[] = [
    () => answerOf(second.provision(scene.issued)),
    () => pick(random, agents).checkIn({ manifestVersion: random.below(3) }),
    () => pick(random, agents).snapshot([Values.pkg("openssl", `${random.below(4) + 1}-1`)]),
    () => answerOf(pick(random, agents).leave()),
    () => {
      const agent = pick(random, agents);
      return [plane.call(fettle.agents.uninstall(scene.manager, { assets: [agent.id] })), answerOf(agent.leave())];
    },
    () => answerOf(pick(random, agents).fetch(`sha256:${"0".repeat(64)}`)),
  ];
  const step = (): unknown => {
    const actor = ControlPlane.as(pick(random, PEOPLE), tenantId);
    if (random.chance(0.25)) return attempt(pick(random, wire));
    return Effect.runSyncExit(pick(random, commands)({ fettle, actor, random }));
  };
  return { step };
};

const answerOf = (reply: { readonly status: number; readonly body: Uint8Array }) => [reply.status, reply.body];

// What an agent by hand can't open is thrown; what it was told stands in the message.
const attempt = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (thrown) {
    return String(thrown);
  }
};

const bytes = (told: readonly unknown[]): string =>
  JSON.stringify(told, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value instanceof Map ? [...value] : value,
  );

const walk = (seed: string, beside: boolean): string => {
  const plane = ControlPlane.make({ keys });
  const time = Random.make(`${seed}/time`);
  const noise = beside ? walker(plane, "other", Random.make(`${seed}/other`)) : null;
  const mine = walker(plane, "acme", Random.make(`${seed}/mine`));
  const told: unknown[] = [];
  for (let n = 0; n < STEPS; n += 1) {
    noise?.step();
    told.push(mine.step());
    // A tick is everybody's; what it says is not told, but what it did is seen.
    if (time.chance(0.3)) plane.call(plane.fettle.tick());
    plane.clock.pass(time.below(2) * 3_600_000);
  }
  const { tenants } = plane.storage.dump();
  return bytes([told, tenants.find((t) => t.tenantId === "acme")]);
};

describe("non-interference", () => {
  it("EVT-03 T11: what a tenant is told, and what is stored of it, is the same with and without another", () => {
    const { seed, numRuns } = Arbitraries.runs(SEEDS);
    for (let n = 0; n < numRuns; n += 1) {
      const name = `${seed}/${n}`;
      expect(walk(name, true), `seed ${name}`).toBe(walk(name, false));
    }
  }, 240_000);

  it("is looked for in walks that do something: most commands of a walk are carried out", () => {
    const text = Array.from({ length: 20 }, (_, n) => walk(`lively/${n}`, false)).join("\n");
    for (const word of ["TagSaved", "CatalogueChanged", "JobEnabled", "AssetRemoved", "ManifestIssued", "RBAC-10"]) {
      expect(text).toContain(word);
    }
  });
});
