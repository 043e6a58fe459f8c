import { Crypto, Json } from "@fettle/agent-protocol";
import type { Package } from "@fettle/agent-protocol/vocabulary";
import * as Effect from "effect/Effect";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Inventory from "../../src/domain/assessment/Inventory.ts";
import type { Patch } from "../../src/domain/patch/Patch.ts";
import * as Reports from "../../src/engine/agents/Reports.ts";
import * as Assessments from "../../src/engine/assessment/Assessments.ts";
import * as Reassessment from "../../src/engine/assessment/Reassessment.ts";
import { codecs } from "../../src/schema/Stored.ts";
import * as AssessmentArbitraries from "../../src/testing/arbitraries/AssessmentArbitraries.ts";
import * as Reference from "../domain/AssessmentReference.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";
import * as WireAgent from "../scenario/WireAgent.ts";

const { patch, pkg } = Values;
const { manager, TENANT } = ControlPlane;

const ingest = (scene: Scene.Scene, patches: readonly Patch[]) =>
  scene.plane.call(scene.plane.fettle.catalogue.ingest(manager, patches));

const progress = (scene: Scene.Scene) =>
  Effect.runSync(Effect.provideContext(Assessments.progress(TENANT), scene.plane.ports));

const isBehind = (scene: Scene.Scene, id: string): boolean => {
  const assessment = scene.stored("assessment").get(id);
  return assessment === undefined || Assessments.isBehind(assessment, progress(scene));
};

/** The ids of the assets whose assessments are written while something is done, in order. */
const judgedBy = (scene: Scene.Scene, work: () => void): readonly string[] => {
  const ids: string[] = [];
  scene.plane.hooks.after = (batch) => {
    for (const w of batch.writes) if (w.kind === "assessment") ids.push(w.id);
  };
  work();
  scene.plane.hooks.after = null;
  return ids.sort();
};

/** Kills the control plane just before the n-th commit that writes assessments. */
const dieAt = (scene: Scene.Scene, n: number): void => {
  let count = 0;
  scene.plane.hooks.before = (batch) => {
    if (!batch.writes.some((w) => w.kind === "assessment")) return;
    count += 1;
    if (count < n) return;
    scene.plane.hooks.before = null;
    throw new ControlPlane.Death();
  };
};

/** What nested loops say of an asset as it is stored, and what is stored. */
const verdicts = (scene: Scene.Scene, snapshots: ReadonlyMap<string, readonly Package.Package[]>) => {
  const patches = [...scene.stored("patch").values()];
  const assets = scene.stored("asset");
  const assessments = scene.stored("assessment");
  return [...snapshots].map(([id, packages]) => {
    const asset = assets.get(id);
    if (asset === undefined) throw new Error(`no asset ${id}`);
    const { missing, installed, unknown } = assessments.get(id) ?? { missing: null, installed: null, unknown: null };
    return {
      found: { missing, installed, unknown },
      expected: Reference.assess(Inventory.traitsOf(asset), packages, patches),
    };
  });
};

/** The lists of names of packages, without the marks of what the assets run. */
const listed = (scene: Scene.Scene) =>
  [...scene.stored("packageNames").values()]
    .map((l) => l.names.filter((name) => !name.startsWith("@")))
    .filter((names) => names.length > 0);

const missingOn = (scene: Scene.Scene, agent: WireAgent.WireAgent | undefined) =>
  scene
    .stored("assessment")
    .get(agent?.id ?? "")
    ?.missing.map((m) => m.patchId);

describe("a change of the catalogue", () => {
  const scattered = () => {
    const scene = Scene.make({ agents: 3 });
    const [a, b, c] = scene.agents;
    b?.snapshot([pkg("zlib", "1-1")]);
    return { scene, a, b, c };
  };

  it("SYN-03: is held only against the assets that have one of its packages", () => {
    const { scene, a, b, c } = scattered();
    const judged = judgedBy(scene, () =>
      ingest(scene, [...Scene.catalogue, patch("N", { packages: [pkg("openssl", "9-1")] })]),
    );
    expect(judged).toEqual([a?.id, c?.id]);
    expect(missingOn(scene, a)).toEqual(["N", "P-1", "P-2"]);
    expect(missingOn(scene, b)).toEqual([]);
    expect(isBehind(scene, b?.id ?? "")).toBe(false);
    const forZlib = [...Scene.catalogue, patch("Z", { packages: [pkg("zlib", "9-1")] })];
    expect(judgedBy(scene, () => ingest(scene, forZlib))).toEqual([a?.id, b?.id, c?.id]);
    expect(missingOn(scene, b)).toEqual(["Z"]);
    expect(judgedBy(scene, () => ingest(scene, [...forZlib, patch("Y", { packages: [pkg("vim", "1-1")] })]))).toEqual(
      [],
    );
  });

  it("SYN-03: reaches the assets that a patch was for and no longer is", () => {
    const { scene, a, b } = scattered();
    const first = [patch("P-1", { packages: [pkg("openssl", "2-1")] })];
    ingest(scene, first);
    ingest(scene, [patch("P-1", { packages: [pkg("zlib", "2-1")] })]);
    expect([missingOn(scene, a), missingOn(scene, b)]).toEqual([[], ["P-1"]]);
    ingest(scene, []);
    expect([missingOn(scene, a), missingOn(scene, b)]).toEqual([[], []]);
  });

  it("SYN-03: finds the assets that have what a package of it obsoletes", () => {
    const { scene, b } = scattered();
    const successor = { ...pkg("zlib-ng", "1-1"), obsoletes: [{ name: "zlib", before: null }] };
    const judged = judgedBy(scene, () => ingest(scene, [...Scene.catalogue, patch("N", { packages: [successor] })]));
    expect(judged).toEqual([b?.id]);
    expect(scene.stored("assessment").get(b?.id ?? "")?.missing).toEqual([
      {
        patchId: "N",
        packages: [{ name: "zlib-ng", arch: "x86_64", installed: null, fixed: "1-1", replaces: [pkg("zlib", "1-1")] }],
      },
    ]);
  });

  it("SYN-03: cut off before the assessments is said to be behind, and completed by the next tick", () => {
    const { scene, a, b } = scattered();
    dieAt(scene, 1);
    const newer = [patch("N", { packages: [pkg("openssl", "9-1")] })];
    expect(scene.plane.dies(scene.plane.fettle.catalogue.ingest(manager, newer))).toBe(true);
    expect([isBehind(scene, a?.id ?? ""), isBehind(scene, b?.id ?? "")]).toEqual([true, true]);
    expect(missingOn(scene, a)).toEqual(["P-1", "P-2"]);
    const view = () => scene.plane.call(scene.plane.fettle.assets.get(manager, a?.id ?? ""));
    expect(view()).toMatchObject({ isAssessmentBehind: true, assessedAt: Values.START });
    scene.plane.clock.pass(5);
    expect(scene.plane.call(scene.plane.fettle.tick()).stuck).toEqual([]);
    expect([isBehind(scene, a?.id ?? ""), isBehind(scene, b?.id ?? "")]).toEqual([false, false]);
    expect(missingOn(scene, a)).toEqual(["N"]);
    expect(scene.stored("assessment").get(a?.id ?? "")?.assessedAt).toBe(scene.plane.clock.now());
    expect(view()).toMatchObject({ isAssessmentBehind: false, assessedAt: scene.plane.clock.now() });
    expect(judgedBy(scene, () => scene.plane.call(scene.plane.fettle.tick()))).toEqual([]);
  });

  it("SYN-03: cut off is completed by the next change too, which then is held against every asset", () => {
    const { scene, a, b, c } = scattered();
    dieAt(scene, 1);
    scene.plane.dies(scene.plane.fettle.catalogue.ingest(manager, [patch("N", { packages: [pkg("openssl", "9-1")] })]));
    const judged = judgedBy(scene, () =>
      ingest(scene, [
        patch("N", { packages: [pkg("openssl", "9-1")] }),
        patch("Z", { packages: [pkg("zlib", "9-1")] }),
      ]),
    );
    expect(judged).toEqual([a?.id, b?.id, c?.id]);
    expect([missingOn(scene, a), missingOn(scene, b)]).toEqual([["N"], ["Z"]]);
    expect(isBehind(scene, a?.id ?? "")).toBe(false);
  });

  it("SYN-03: cut off half way judges again only what is left", () => {
    const many = Reassessment.CHUNK_ASSETS_MAX + 5;
    const scene = Scene.make({ agents: many, subscription: { licences: { PM: { seats: many } } } });
    dieAt(scene, 2);
    const newer = [patch("N", { packages: [pkg("openssl", "9-1")] })];
    expect(scene.plane.dies(scene.plane.fettle.catalogue.ingest(manager, newer))).toBe(true);
    const behind = () => scene.agents.filter((agent) => isBehind(scene, agent.id)).length;
    expect(behind()).toBe(5);
    expect(judgedBy(scene, () => scene.plane.call(scene.plane.fettle.tick()))).toHaveLength(5);
    expect(behind()).toBe(0);
    for (const agent of scene.agents) expect(missingOn(scene, agent)).toEqual(["N"]);
  });

  it("SYN-03: whose snapshot doesn't read back judges all others and says so, at each tick, until it does", () => {
    const scene = Scene.make({ agents: 2 });
    const [a, b] = scene.agents;
    b?.snapshot([pkg("openssl", "1-1")]);
    const digest = scene.stored("snapshot").get(a?.id ?? "")?.digest ?? "sha256:";
    scene.plane.blobs.damage(TENANT, digest);
    const newer = [patch("N", { packages: [pkg("openssl", "9-1")] })];
    const failure = Effect.runSync(Effect.flip(scene.plane.fettle.catalogue.ingest(manager, newer)));
    expect(failure).toMatchObject({ _tag: "BlobError", reason: "Corrupt" });
    expect([missingOn(scene, a), missingOn(scene, b)]).toEqual([["P-1", "P-2"], ["N"]]);
    expect([isBehind(scene, a?.id ?? ""), isBehind(scene, b?.id ?? "")]).toEqual([true, false]);
    expect(scene.plane.call(scene.plane.fettle.tick()).stuck).toHaveLength(1);
    a?.snapshot([pkg("openssl", "1-2")]);
    expect(scene.plane.call(scene.plane.fettle.tick()).stuck).toEqual([]);
    expect([missingOn(scene, a), isBehind(scene, a?.id ?? "")]).toEqual([["N"], false]);
  });
});

describe("a snapshot", () => {
  it("PAT-09: shows as installed what somebody installed by hand", () => {
    const scene = Scene.make();
    const [agent] = scene.agents;
    expect(missingOn(scene, agent)).toEqual(["P-1", "P-2"]);
    agent?.snapshot([pkg("curl", "1-1"), pkg("openssl", "2-1")]);
    expect(missingOn(scene, agent)).toEqual(["P-2"]);
    expect(scene.stored("assessment").get(agent?.id ?? "")?.installed).toEqual(["P-1"]);
  });

  it("AST-06: of a Linux asset gives what is missing, what is installed, and what can't be told with the reason", () => {
    const scene = Scene.make();
    ingest(scene, [...Scene.catalogue, patch("M", { packages: [{ ...pkg("curl", "2-1"), module: "curl:2" }] })]);
    expect(scene.stored("assessment").get(scene.agents[0]?.id ?? "")).toMatchObject({
      missing: [{ patchId: "P-1" }, { patchId: "P-2" }],
      installed: [],
      unknown: [{ patchId: "M", reason: "modules-not-told" }],
    });
  });

  it("that comes in between a change of the catalogue and its assessments has seen the change", () => {
    const scene = Scene.make();
    const [agent] = scene.agents;
    dieAt(scene, 1);
    scene.plane.dies(scene.plane.fettle.catalogue.ingest(manager, [patch("N", { packages: [pkg("openssl", "9-1")] })]));
    // Of packages that didn't change, too: the former assessment is of another catalogue.
    agent?.snapshot([...Scene.installed, pkg("vim", "1-1")]);
    expect(missingOn(scene, agent)).toEqual(["N"]);
    expect(isBehind(scene, agent?.id ?? "")).toBe(false);
  });

  it("is assessed whole where the one before can't be read any more", () => {
    const scene = Scene.make();
    const [agent] = scene.agents;
    scene.plane.blobs.damage(TENANT, scene.stored("snapshot").get(agent?.id ?? "")?.digest ?? "sha256:");
    agent?.snapshot([pkg("openssl", "2-1"), pkg("curl", "1-1")]);
    expect(missingOn(scene, agent)).toEqual(["P-2"]);
  });

  it("shares its names with others that have the same, and takes them along when it is the last", () => {
    const scene = Scene.make({ agents: 3 });
    const [a, b, c] = scene.agents;
    const names = () => listed(scene).flat().sort();
    expect(names()).toEqual(["curl", "openssl"]);
    a?.snapshot([pkg("openssl", "1-1")]);
    expect(names()).toEqual(["curl", "openssl"]);
    for (const agent of [b, c]) agent?.snapshot([pkg("openssl", "1-1"), pkg("zlib", "1-1")]);
    expect(names()).toEqual(["openssl", "zlib"]);
    for (const agent of [a, b, c]) agent?.snapshot([]);
    expect(names()).toEqual([]);
  });

  it("during which the catalogue changes again and again is sent back in the end, and nothing of it is kept", () => {
    const scene = Scene.make();
    const [agent] = scene.agents;
    const before = scene.stored("snapshot");
    let attempts = 0;
    let isNested = false;
    scene.plane.hooks.before = (batch) => {
      if (isNested || !batch.writes.some((w) => w.kind === "snapshot")) return;
      attempts += 1;
      isNested = true;
      ingest(scene, [patch(`N-${attempts}`, { packages: [pkg("openssl", "9-1")] })]);
      isNested = false;
    };
    const request = agent?.sign("snapshot", agent.snapshotBody([pkg("vim", "1-1")]));
    if (agent === undefined || request === undefined) throw new Error("no agent");
    expect(WireAgent.problemOf(agent.send(request)).code).toBe("unavailable");
    expect(attempts).toBe(Reports.SNAPSHOT_RETRIES + 1);
    expect(scene.stored("snapshot")).toEqual(before);
    expect([...scene.stored("packageNames").values()].flatMap((l) => l.names)).not.toContain("vim");
    expect(missingOn(scene, agent)).toEqual([`N-${attempts}`]);
    scene.plane.hooks.before = null;
    agent.snapshot([pkg("vim", "1-1")]);
    expect(missingOn(scene, agent)).toEqual([]);
  });

  it("that takes the last of some names along leaves them to one that comes with the same at that moment", () => {
    const scene = Scene.make({ agents: 2 });
    const [a, b] = scene.agents;
    a?.snapshot([pkg("vim", "1-1")]);
    let isNested = false;
    scene.plane.hooks.before = (batch) => {
      if (isNested || !batch.writes.some((w) => w.kind === "packageNames" && w._tag === "Delete")) return;
      isNested = true;
      b?.snapshot([pkg("vim", "2-1")]);
    };
    a?.snapshot([]);
    expect(isNested).toBe(true);
    ingest(scene, [patch("V", { packages: [pkg("vim", "9-1")] })]);
    expect([missingOn(scene, a), missingOn(scene, b)]).toEqual([[], ["V"]]);
  });

  it("of a fleet that is installed at once is taken down without an agent being sent back", () => {
    const scene = Scene.make({ agents: 2 });
    const [a, b] = scene.agents;
    let isNested = false;
    scene.plane.hooks.before = (batch) => {
      if (isNested || !batch.writes.some((w) => w.kind === "packageNames")) return;
      isNested = true;
      b?.snapshot([pkg("vim", "1-1")]);
    };
    a?.snapshot([pkg("vim", "1-1")]);
    expect(isNested).toBe(true);
    expect(listed(scene)).toEqual([["vim"]]);
  });
});

const hotfix = (releases: readonly string[]): Patch =>
  patch("KB-1", { releases, packages: [{ ...pkg("KB1", "1", "any"), isPresence: true }] });

describe("a patch that is known by its presence", () => {
  it("SYN-03: is judged on the assets of its releases, and on those whose release may be one, and on no others", () => {
    const scene = Scene.make({ agents: 5 });
    const [a, b, c, d, e] = scene.agents;
    const releases = ["os:9.4", "os:9", "os:9.5", "other:9.4", null];
    for (const [i, agent] of scene.agents.entries())
      agent.snapshot([pkg("vim", "1-1")], { release: releases[i] ?? null });
    const of = (agent: WireAgent.WireAgent | undefined) => {
      const { missing = [], installed = [], unknown = [] } = scene.stored("assessment").get(agent?.id ?? "") ?? {};
      return [missing.map((m) => m.packages[0]?.name), installed, unknown.map((u) => u.reason)];
    };
    expect(judgedBy(scene, () => ingest(scene, [hotfix(["os:9.4"])]))).toEqual([a?.id, b?.id, e?.id].sort());
    expect([a, b, c, d, e].map(of)).toEqual([
      [["KB1"], [], []],
      [[], [], ["release-too-coarse"]],
      [[], [], []],
      [[], [], []],
      [[], [], ["release-not-told"]],
    ]);
    // The KB comes, another one goes, the machine is upgraded: each by a snapshot alone.
    a?.snapshot([pkg("vim", "1-1"), pkg("KB1", "7-1", "noarch")], { release: "os:9.4" });
    expect(of(a)).toEqual([[], ["KB-1"], []]);
    a?.snapshot([pkg("vim", "1-1")], { release: "os:9.4" });
    expect(of(a)).toEqual([["KB1"], [], []]);
    c?.snapshot(null, { release: "os:9.4.1" });
    expect(of(c)).toEqual([["KB1"], [], []]);
    expect(judgedBy(scene, () => ingest(scene, [hotfix(["other:9"])]))).toEqual(scene.agents.map((x) => x.id).sort());
    expect([a, b, c, d, e].map(of)).toEqual([
      [[], [], []],
      [[], [], []],
      [[], [], []],
      [["KB1"], [], []],
      [[], [], ["release-not-told"]],
    ]);
  });

  it("PAT-11: is refused of a feed that names no releases for it, for nothing would say where it is missing", () => {
    const scene = Scene.make();
    const refused = scene.plane.rejections(scene.plane.fettle.catalogue.ingest(manager, [hotfix([])]));
    expect(refused).toMatchObject([{ rule: "PAT-11", path: "patches.0.releases" }]);
  });
});

describe("a store of before", () => {
  // As it was kept before there were lists of names, reasons, and counts of changes seen.
  const aged = (scene: Scene.Scene): void => {
    const dump = scene.plane.storage.dump();
    const old = JSON.parse(JSON.stringify(dump), (key, value) =>
      key === "assessed/1" ? undefined : value,
    ) as typeof dump;
    scene.plane.storage.restore({
      tenants: old.tenants.map((t) => ({
        ...t,
        counters: t.counters.filter(([key]) => key !== "assessed/1" && !key.startsWith("names/")),
        entities: t.entities
          .filter((e) => e.stored.kind !== "packageNames")
          .map((e) => {
            const body = { ...(e.stored.body as object) } as Record<string, never>;
            const later = { snapshot: ["names", "naming"], assessment: ["unknown", "catalogue", "traits"] } as const;
            for (const name of later[e.stored.kind as keyof typeof later] ?? []) delete body[name];
            const indexes = e.stored.kind === "snapshot" ? [] : e.indexes;
            return { stored: { ...e.stored, body }, indexes };
          }),
      })),
    });
  };

  // As it was kept when names of packages were all that led to an asset.
  const unmarked = (scene: Scene.Scene): void => {
    const dump = scene.plane.storage.dump();
    const plain = (list: readonly string[]) => list.filter((name) => !name.startsWith("@"));
    const idOf = (list: readonly string[]) => Crypto.digest(Json.canonicalBytes(plain(list)));
    const ids = new Map([...scene.stored("packageNames")].map(([id, { names }]) => [id, names] as const));
    const renamed = (id: string): readonly string[] => {
      const names = ids.get(id) ?? [];
      return plain(names).length === 0 ? [] : [idOf(names)];
    };
    const entity = (e: (typeof dump.tenants)[number]["entities"][number]): readonly (typeof e)[] => {
      if (e.stored.kind === "packageNames") {
        const names = plain(ids.get(e.stored.id) ?? []);
        const indexes = names.map((value) => ({ name: "package", value }));
        return renamed(e.stored.id).map((id) => ({ stored: { ...e.stored, id, body: { id, names } }, indexes }));
      }
      if (e.stored.kind !== "snapshot") return [e];
      const { naming: _, names, ...rest } = e.stored.body as { readonly naming: number; readonly names: string[] };
      const lists = names.flatMap(renamed);
      const indexes = lists.map((value) => ({ name: "names", value }));
      return [{ stored: { ...e.stored, body: { ...rest, names: lists } }, indexes }];
    };
    scene.plane.storage.restore({
      tenants: dump.tenants.map((t) => ({
        ...t,
        counters: t.counters.flatMap(([key, count]) => {
          if (key === "assessed/1") return [];
          if (!key.startsWith("names/")) return [[key, count] as const];
          return renamed(key.slice("names/".length)).map((id) => [`names/${id}`, count] as const);
        }),
        entities: t.entities.flatMap(entity),
      })),
    });
  };

  it("is brought up by the first tick, so that changes find its assets", () => {
    const scene = Scene.make({ agents: 2 });
    aged(scene);
    const [a, b] = scene.agents;
    expect(isBehind(scene, a?.id ?? "")).toBe(true);
    expect(scene.plane.call(scene.plane.fettle.tick()).stuck).toEqual([]);
    expect([isBehind(scene, a?.id ?? ""), isBehind(scene, b?.id ?? "")]).toEqual([false, false]);
    const judged = judgedBy(scene, () => ingest(scene, [patch("N", { packages: [pkg("openssl", "9-1")] })]));
    expect(judged).toEqual([a?.id, b?.id]);
    a?.snapshot([]);
    b?.snapshot([]);
    expect(listed(scene)).toEqual([]);
  });

  it("of which names alone led to an asset is brought up too: what is known by its presence finds it by its release", () => {
    const scene = Scene.make({ agents: 2 });
    const [a, b] = scene.agents;
    a?.snapshot([pkg("vim", "1-1")], { release: "os:9.4" });
    b?.snapshot([pkg("vim", "1-1")], { release: "os:8.1" });
    unmarked(scene);
    expect(scene.plane.call(scene.plane.fettle.tick()).stuck).toEqual([]);
    expect(judgedBy(scene, () => ingest(scene, [hotfix(["os:9.4"])]))).toEqual([a?.id]);
    expect([missingOn(scene, a), missingOn(scene, b)]).toEqual([["KB-1"], []]);
  });

  it("is brought up by the first change as well", () => {
    const scene = Scene.make();
    aged(scene);
    ingest(scene, [patch("N", { packages: [pkg("openssl", "9-1")] })]);
    expect(missingOn(scene, scene.agents[0])).toEqual(["N"]);
    expect(scene.stored("packageNames").size).toBeGreaterThan(0);
  });

  it("reads back with nothing unknown and no change of the catalogue seen", () => {
    const old = { snapshot: "sha256:00", assessedAt: 1, missing: [], installed: [] };
    expect(codecs.assessment.parse(old)).toEqual({ ...old, unknown: [], catalogue: 0, traits: "" });
  });
});

describe("whatever happens, in whatever order", () => {
  const step = fc.oneof(
    fc.record({
      is: fc.constant("ingest" as const),
      patches: AssessmentArbitraries.catalogue,
      dies: fc.nat({ max: 5 }),
    }),
    fc.record({
      is: fc.constant("snapshot" as const),
      agent: fc.nat({ max: 1 }),
      packages: AssessmentArbitraries.packages.map((all) => all.filter((p) => p.evr !== "no version")),
    }),
    fc.record({ is: fc.constant("tick" as const) }),
  );

  it("SYN-03: an assessment that isn't said to be behind is what nested loops say of the catalogue and the snapshot", () => {
    let current = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 7 }), (steps) => {
        const scene = Scene.make({ agents: 2 });
        const snapshots = new Map(scene.agents.map((a) => [a.id, Scene.installed as readonly Package.Package[]]));
        for (const s of steps) {
          if (s.is === "tick") scene.plane.call(scene.plane.fettle.tick());
          else if (s.is === "snapshot") {
            const agent = scene.agents[s.agent];
            agent?.snapshot(s.packages);
            snapshots.set(agent?.id ?? "", s.packages);
          } else {
            if (s.dies === 0) dieAt(scene, 1);
            scene.plane.dies(scene.plane.fettle.catalogue.ingest(manager, s.patches));
            scene.plane.hooks.before = null;
          }
          const ids = [...snapshots.keys()];
          for (const [i, { found, expected }] of verdicts(scene, snapshots).entries()) {
            if (isBehind(scene, ids[i] ?? "")) continue;
            current += 1;
            expect(found).toEqual(expected);
          }
        }
        scene.plane.call(scene.plane.fettle.tick());
        for (const { found, expected } of verdicts(scene, snapshots)) expect(found).toEqual(expected);
        const held = [...scene.stored("snapshot").values()].flatMap((s) => s.names ?? []);
        expect([...scene.stored("packageNames").keys()].sort()).toEqual([...new Set(held)].sort());
      }),
      Arbitraries.runs(60),
    );
    expect(current).toBeGreaterThan(Arbitraries.runs(60).numRuns);
  });
});
