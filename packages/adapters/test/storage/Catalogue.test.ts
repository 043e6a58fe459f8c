import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { Crypto, type Package } from "@fettle/agent-protocol";
import { type Patch, type StorageShape, TagSelection } from "@fettle/core";
import { MemoryBlobStore, MemoryStorage, PatchBuilders, Random } from "@fettle/core/testing";
import * as Effect from "effect/Effect";
import * as Exit from "effect/Exit";
import { beforeAll, describe, expect, test } from "vitest";
import { FileBlobStore } from "../../src/blob/files/index.ts";
import { SqliteStorage } from "../../src/storage/sqlite/index.ts";
import * as CatalogueWorld from "./CatalogueWorld.ts";
import { directories } from "./Directories.ts";

const { advisory, bulletin, vendorOnly, vulnerability } = PatchBuilders;
const { mara, rita, sam } = CatalogueWorld;
const directory = directories();
const DAY_MS = 86_400_000;
const PATCHES_PER_WRITE = 10;
const pkg = (name: string, evr: string): Package.Package => ({ name, arch: "x86_64", evr });
const fleet = { ...TagSelection.none, include: { mode: "any", tags: ["fleet"] } } as const;

/** An image of a machine: a few dozen libraries, and what stands beside them. */
const image = (...beside: readonly Package.Package[]): readonly Package.Package[] => {
  const libraries = Array.from({ length: 60 }, (_, i) => pkg(`lib-${String(i).padStart(2, "0")}`, "1-1"));
  return [...libraries, ...beside].sort((a, b) => (a.name < b.name ? -1 : 1));
};

const generated = (() => {
  const random = Random.make("patches");
  const ids = Array.from({ length: 30 }, (_, i) => `G-${String(i).padStart(2, "0")}`);
  return ids.map((id) => PatchBuilders.generate(id, random, ids));
})();

const openssl = advisory("L-1", { packages: [pkg("openssl", "2-1")], cves: ["CVE-2026-0001"], publishedAt: 1 });
const opensslNext = advisory("L-2", { packages: [pkg("openssl", "3-1")], publishedAt: 2 });
const library = advisory("L-4", { packages: [pkg("lib-07", "2-1"), pkg("lib-08", "2-1")], publishedAt: 4 });
const linux: readonly Patch.Patch[] = [
  openssl,
  opensslNext,
  advisory("L-3", { packages: [pkg("curl", "1-1")], publishedAt: 3 }),
  library,
  advisory("SHARED", { title: "newer", modifiedAt: 2, packages: [pkg("lib-11", "2-1")] }),
  ...generated.filter((_, i) => i % 2 === 0),
];
const windows: readonly Patch.Patch[] = [
  bulletin("KB1", { publishedAt: 1, cves: ["CVE-2026-0002"] }),
  bulletin("KB2", { publishedAt: 2, supersedes: [{ patchId: "KB1", product: null }] }),
  bulletin("KB-A", { supersedes: [{ patchId: "KB-B", product: null }] }),
  bulletin("KB-B", { supersedes: [{ patchId: "KB-A", product: null }] }),
  bulletin("KB-C", { supersedes: [{ patchId: "nowhere", product: null }] }),
  vendorOnly("JRE-401", { cves: ["CVE-2026-0003"] }),
  vendorOnly("JRE-402"),
  advisory("SHARED", { title: "older", modifiedAt: 1, packages: [pkg("lib-12", "2-1")] }),
  ...generated.filter((_, i) => i % 2 === 1),
];
/** One patch is another, one new, two gone: of these another feed still has one. */
const linuxChanged: readonly Patch.Patch[] = [
  ...linux.filter((p) => p.id !== "L-2" && p.id !== "SHARED" && p.id !== "L-4"),
  { ...library, packages: [pkg("lib-09", "2-1")], modifiedAt: 5 },
  advisory("L-5", { packages: [pkg("openssl", "4-1")], publishedAt: 5 }),
];
const linuxLater: readonly Patch.Patch[] = [
  ...linuxChanged,
  advisory("L-6", { packages: [pkg("openssl", "5-1")], publishedAt: 6 }),
];

const content = new TextEncoder().encode("jre");
const file401 = { patchId: "JRE-401", digest: Crypto.digest(content), content };
const file402 = {
  patchId: "JRE-402",
  digest: PatchBuilders.DIGEST,
  url: "https://files.acme.example/402.msi",
  sizeBytes: 9,
};

const setUp: CatalogueWorld.Act = ({ world, fettle, tell }) =>
  Effect.gen(function* () {
    const limits = { patchesPerWriteMax: PATCHES_PER_WRITE };
    yield* fettle.subscriptions.save(mara, { plan: "Full", expiresAt: null, licences: { PM: { seats: 10 } }, limits });
    yield* fettle.tags.save(mara, { id: "fleet", name: "fleet" });
    yield* fettle.tags.save(mara, { id: "web", name: "web", parent: "fleet" });
    const issued = yield* fettle.keys.create(mara, { title: "fleet", tags: ["fleet"] });
    const [a, b, c, d] = world.agents;
    for (const agent of world.agents) yield* agent.provision(fettle, issued);
    const full = image(pkg("curl", "1-1"), pkg("openssl", "1-1"));
    for (const agent of [a, c]) yield* agent?.snapshot(fettle, full) ?? Effect.void;
    yield* b?.snapshot(fettle, image(pkg("zlib", "1-1"))) ?? Effect.void;
    yield* d?.snapshot(fettle, []) ?? Effect.void;
    yield* tell("tags", fettle.tags.assign(mara, { tag: "web", assets: [a?.id ?? ""] }));
  });

const takeUp: CatalogueWorld.Act = ({ world, storage, fettle, tell }) =>
  Effect.gen(function* () {
    const { catalogue } = fettle;
    yield* tell("linux", catalogue.ingest(mara, { feed: "linux", patches: linux }));
    yield* tell("windows", catalogue.ingest(mara, { feed: "windows", patches: windows }));
    const again = catalogue.ingest(mara, { feed: "linux", patches: [...linux].reverse() });
    yield* tell("linux again", CatalogueWorld.writesNothing(storage, again));
    yield* tell("linux by a reader", catalogue.ingest(rita, { feed: "linux", patches: [] }));
    yield* tell("shared by both", catalogue.get(mara, "SHARED"));
    const numbers = [1, 2, 3].map((n) => vulnerability(n, { cves: [`cve-2026-000${n}`] }));
    yield* tell("vulnerabilities", catalogue.saveVulnerabilities(mara, [...numbers, vulnerability(4)]));
    const same = catalogue.saveVulnerabilities(mara, numbers);
    yield* tell("vulnerabilities again", CatalogueWorld.writesNothing(storage, same));
    yield* tell("missing at first", fettle.assets.missing(mara));
    const first = yield* catalogue.search(mara, { query: "platform: Linux", sort: { by: "id" }, limit: 3 });
    world.notes.set("cursor", first.next ?? "");
  });

const change: CatalogueWorld.Act = ({ world, storage, fettle, tell }) =>
  Effect.gen(function* () {
    const { catalogue } = fettle;
    const cursor = world.notes.get("cursor") ?? "";
    const rest = { query: "platform: Linux", sort: { by: "id" }, limit: 3, cursor } as const;
    yield* tell("the page after", catalogue.search(mara, rest));
    world.pass(DAY_MS);
    const again = catalogue.ingest(mara, { feed: "windows", patches: windows });
    yield* tell("windows after a restart", CatalogueWorld.writesNothing(storage, again));
    yield* tell("linux changed", catalogue.ingest(mara, { feed: "linux", patches: linuxChanged }));
    for (const id of ["L-2", "L-4", "SHARED"]) yield* tell(`get ${id}`, catalogue.get(mara, id));
    const [a, b, c] = world.agents;
    // By hand: what was missing is there. Then with an operating system of another name, and the same packages.
    yield* a?.snapshot(fettle, image(pkg("curl", "1-1"), pkg("openssl", "4-1"))) ?? Effect.void;
    yield* b?.snapshot(fettle, image(pkg("openssl", "2-1"))) ?? Effect.void;
    yield* c?.snapshot(fettle, null, "Rocky Linux 9") ?? Effect.void;
    yield* tell("supplied", catalogue.supplyFile(sam, file401));
    yield* tell("supplied again", CatalogueWorld.writesNothing(storage, catalogue.supplyFile(sam, file401)));
    yield* tell("supplied by url", catalogue.supplyFile(mara, file402));
    yield* tell("supplied damaged", catalogue.supplyFile(sam, { ...file401, content: Uint8Array.of(0) }));
    yield* tell("supplied by a reader", catalogue.supplyFile(rita, file401));
    yield* tell("supplied in vain", catalogue.supplyFile(sam, { ...file402, patchId: "KB1" }));
    yield* tell("withdrawn", catalogue.withdrawFile(sam, "JRE-402"));
    yield* tell("withdrawn again", catalogue.withdrawFile(sam, "JRE-402"));
    const changed = [vulnerability(3, { cves: [] }), vulnerability(5, { cves: ["CVE-2026-0001"] })];
    yield* tell("vulnerabilities changed", catalogue.saveVulnerabilities(mara, changed));
  });

const cutOff: CatalogueWorld.Act = ({ world, storage, fettle, tell }) =>
  Effect.gen(function* () {
    const mortal = world.open(CatalogueWorld.dying(storage, (b) => b.writes.some((w) => w.kind === "assessment")));
    const exit = yield* Effect.exit(mortal.catalogue.ingest(mara, { feed: "linux", patches: linuxLater }));
    yield* tell("died", Effect.succeed(Exit.isFailure(exit)));
    yield* tell("behind", fettle.assets.get(mara, world.agents[0]?.id ?? ""));
  });

const resume: CatalogueWorld.Act = ({ world, storage, fettle, tell }) =>
  Effect.gen(function* () {
    const a = world.agents[0]?.id ?? "";
    yield* tell("behind after a restart", fettle.assets.get(mara, a));
    world.pass(DAY_MS);
    yield* tell("tick", fettle.tick());
    yield* tell("no longer behind", fettle.assets.get(mara, a));
    yield* tell("another tick", CatalogueWorld.writesNothing(storage, fettle.tick()));
    for (const state of ["missing", "latest-missing", "installed", "unknown"] as const) {
      yield* tell(`${state} there`, fettle.assets.patches(mara, a, { state }));
    }
    yield* tell("missing in the end", fettle.assets.missing(mara));
  });

const look: CatalogueWorld.Act = ({ fettle, tell }) =>
  Effect.gen(function* () {
    const { catalogue, searches } = fettle;
    for (const by of ["id", "published", "size", "missing"] as const) {
      const sort = { by, direction: by === "missing" ? "descending" : "ascending" } as const;
      yield* tell(`all by ${by}`, CatalogueWorld.everyPage(fettle, { sort, limit: 7 }));
    }
    for (const view of ["all", "missing", "installed", "latest-missing"] as const) {
      yield* tell(`${view} within`, CatalogueWorld.everyPage(fettle, { view, within: fleet, limit: 2 }));
      yield* tell(`${view} seen by a reader`, CatalogueWorld.everyPage(fettle, { view, limit: 5 }, rita));
    }
    yield* tell("for a rollback", CatalogueWorld.everyPage(fettle, { kind: "rollback", within: fleet, limit: 2 }));
    yield* tell("by number", CatalogueWorld.everyPage(fettle, { query: "qid: 1 or cve: CVE-2026-0003", limit: 4 }));
    yield* tell("facets", catalogue.facets(mara, {}));
    yield* tell("facets within", catalogue.facets(rita, { within: fleet, view: "missing" }));
    yield* tell("patch now", catalogue.patchNow(mara, { qids: [1, 3, 5, 9], cves: ["CVE-2026-0003"], assets: fleet }));
    yield* tell("hosts", catalogue.hosts(mara));
    yield* tell("supersedence", catalogue.supersedence(mara));
    yield* tell("feeds", catalogue.feeds(mara));
    yield* tell("list", catalogue.list(mara));
    const query = "qid: 5 and category: security";
    const saved = yield* searches.save(mara, { kind: "patch", name: "urgent", query, view: "missing" });
    const other = yield* searches.save(mara, { kind: "patch", name: "other", query: "vendor: Lab" });
    yield* tell("saved", Effect.succeed([saved, other]));
    yield* tell("saved twice", searches.save(mara, { kind: "patch", name: "URGENT", query }));
    yield* tell("saved wrongly", searches.save(mara, { kind: "patch", name: "odd", query: "colour: red" }));
    yield* tell("renamed", searches.rename(mara, saved.id, "weekly"));
    yield* tell("another's", searches.run(sam, saved.id));
    yield* tell("run", searches.run(mara, saved.id, { limit: 1 }));
    yield* tell("deleted", searches.delete(mara, other.id));
    yield* tell("assets by number", fettle.assets.search(mara, { patchQuery: "qid: 5", view: "missing" }));
  });

const lookAgain: CatalogueWorld.Act = ({ fettle, tell }) =>
  Effect.gen(function* () {
    for (const actor of [mara, sam]) yield* tell(`searches of ${actor._tag}`, fettle.searches.list(actor));
    const [view] = yield* fettle.searches.list(mara, "patch");
    yield* tell("run after a restart", fettle.searches.run(mara, view?.search.id ?? ""));
    for (const kind of ["patch", "asset", "job"] as const) {
      yield* tell(`recent of ${kind}`, fettle.searches.recent(mara, kind));
    }
  });

const acts = [setUp, takeUp, change, cutOff, resume, look, lookAgain];

const onSqlite = (file: string) => (use: (storage: StorageShape) => Effect.Effect<void, unknown>) =>
  Effect.scoped(Effect.flatMap(SqliteStorage.open({ file }), use));

interface Patched {
  readonly patch: { readonly id: string; readonly title: string; readonly isDeprecated: boolean };
  readonly asset: { readonly id: string };
  readonly counts: { readonly missing: number; readonly installed: number };
}

describe("the catalogue on SQLite", () => {
  const memory = MemoryStorage.make();
  const inMemory = CatalogueWorld.make(MemoryBlobStore.make());
  const file = join(directory(), "catalogue.db");
  let onDisk = inMemory;

  beforeAll(async () => {
    onDisk = CatalogueWorld.make(await Effect.runPromise(FileBlobStore.open({ directory: directory() })));
    await Effect.runPromise(CatalogueWorld.play(inMemory, acts, (use) => use(memory)));
    await Effect.runPromise(CatalogueWorld.play(onDisk, acts, onSqlite(file)));
  });

  /** What was answered on the file, which is what was answered in memory. */
  const told = <A>(label: string): A => {
    const [found, expected] = [onDisk, inMemory].map((world) => world.told.filter((t) => t.label === label));
    expect(found).toHaveLength(1);
    expect(found).toEqual(expected);
    return found?.[0]?.answer as A;
  };
  const refusal = (label: string) => told<{ readonly failed: readonly { readonly code: string }[] }>(label).failed[0];
  const ids = (label: string) => told<{ readonly rows: readonly Patched[] }>(label).rows.map((r) => r.patch.id);
  const missing = (label: string, agent: number) =>
    told<readonly { readonly asset: { readonly id: string }; readonly patch: { readonly id: string } }[]>(label)
      .filter((m) => m.asset.id === onDisk.agents[agent]?.id)
      .map((m) => m.patch.id)
      .filter((id) => !id.startsWith("G-"))
      .sort();

  test("PAT-11: answers everything, and holds every entity, index entry, counter and event, as in memory", async () => {
    expect(onDisk.told).toEqual(inMemory.told);
    const like = memory.dump();
    const [expected, found] = await Effect.runPromise(
      Effect.all([
        CatalogueWorld.everything(memory, like),
        Effect.scoped(Effect.flatMap(SqliteStorage.open({ file }), (s) => CatalogueWorld.everything(s, like))),
      ]),
    );
    expect(found).toEqual(expected);
    const kinds = new Set(expected?.entities.map((e) => e.kind));
    for (const kind of ["patch", "feed", "vendorFile", "vulnerability", "snapshot", "packageNames", "assessment"]) {
      expect(kinds).toContain(kind);
    }
    expect(expected?.counters.filter(([key]) => key.startsWith("names/")).length).toBeGreaterThan(3);
    expect(expected?.entries.size).toBeGreaterThan(60);
  });

  test("PAT-11: feeds come in parts and side by side; the same again writes nothing, before and after a restart", () => {
    expect(told("linux")).toEqual({ patches: linux.length, changed: linux.length, deprecated: 0 });
    expect(linux.length).toBeGreaterThan(PATCHES_PER_WRITE);
    expect(told("windows")).toEqual({ patches: windows.length, changed: windows.length - 1, deprecated: 0 });
    expect([told("linux again"), told("windows after a restart")]).toEqual([true, true]);
    expect(refusal("linux by a reader")?.code).toBe("not-permitted");
    expect(told<Patched>("shared by both").patch.title).toBe("newer");
    expect(told<Patched>("get SHARED").patch.title).toBe("older");
    expect(told<readonly { readonly isSettled: boolean }[]>("feeds").map((f) => f.isSettled)).toEqual([true, true]);
  });

  test("PAT-06: a patch that no feed has any more stands as deprecated, and is missing nowhere", () => {
    expect(told("linux changed")).toEqual({ patches: linuxChanged.length, changed: 4, deprecated: 1 });
    expect(told("get L-2")).toMatchObject({ patch: { isDeprecated: true }, refusal: { rule: "PAT-06" } });
    expect(missing("missing at first", 0)).toContain("L-2");
    expect(missing("missing in the end", 2)).not.toContain("L-2");
  });

  test("PAT-04: files supplied with their content and by url stand until they are withdrawn", () => {
    expect(told("supplied")).toMatchObject({ patchId: "JRE-401", sizeBytes: 3, url: null, suppliedBy: "user:sam" });
    expect(told("supplied again")).toBe(true);
    expect(told("supplied by url")).toMatchObject({ patchId: "JRE-402", sizeBytes: 9 });
    expect(told("withdrawn")).toEqual(told("supplied by url"));
    const codes = ["supplied damaged", "supplied by a reader", "supplied in vain", "withdrawn again"].map(refusal);
    expect(codes.map((r) => r?.code)).toEqual(["invalid", "not-permitted", "conflict", "not-found"]);
  });

  test("PAT-05, VUL-01: a scanner's numbers are found by their CVEs, and patch now proposes what fixes them", () => {
    expect(told("vulnerabilities")).toEqual({ saved: 4, changed: 4 });
    expect(told("vulnerabilities again")).toBe(true);
    expect(told("vulnerabilities changed")).toEqual({ saved: 2, changed: 2 });
    expect(ids("by number")).toContain("L-1");
    const { drafts, unfixed } = told<{
      readonly drafts: readonly { readonly patches: { readonly patches: readonly string[] } }[];
      readonly unfixed: readonly { readonly qid: number | null; readonly reason: string }[];
    }>("patch now");
    expect(drafts.flatMap((d) => d.patches.patches)).toContain("L-6");
    expect(unfixed.filter((u) => u.qid === 3 || u.qid === 9)).toMatchObject([
      { qid: 3, reason: "no-cve" },
      { qid: 9, reason: "unknown" },
    ]);
  });

  test("PAT-10, PAT-12: searches go page by page through the same patches in every order, on over a restart", () => {
    const all = ids("all by id");
    expect(all).toEqual([...all].sort());
    for (const by of ["published", "size", "missing"]) expect(ids(`all by ${by}`).toSorted()).toEqual(all);
    expect(told<{ readonly pages: number }>("all by id").pages).toBe(Math.ceil(all.length / 7));
    expect(ids("missing within")).toContain("L-6");
    expect(ids("installed within")).toContain("L-3");
    expect(ids("for a rollback")).toContain("L-3");
    const ofLinux = [...linux, ...windows].filter((p) => p.platform === "Linux").map((p) => p.id);
    expect(ids("the page after")).toEqual([...new Set(ofLinux)].sort().slice(3, 6));
    expect(told<readonly unknown[]>("facets").length).toBeGreaterThan(3);
    expect(told("facets within")).not.toEqual(told("facets"));
  });

  test("PAT-08, URL-01: tells which of the vendors' links were left out, and the hosts that agents must reach", () => {
    const { dropped, dangling } = told<{ readonly dropped: readonly unknown[]; readonly dangling: readonly unknown[] }>(
      "supersedence",
    );
    expect([dropped.length > 0, dangling.length > 0]).toEqual([true, true]);
    expect(told("hosts")).toMatchObject({ hosts: [{ host: "download.lab.example", ports: [443] }] });
  });

  test("SYN-03, PAT-09: assessments follow snapshots and feeds, and what was cut off is completed by a tick of the next process", () => {
    expect(missing("missing at first", 0)).toEqual(["L-1", "L-2", "L-4", "SHARED"]);
    expect(missing("missing at first", 1)).toEqual(["L-4", "SHARED"]);
    expect(missing("missing at first", 3)).toEqual([]);
    expect(told("died")).toBe(true);
    for (const label of ["behind", "behind after a restart"]) {
      expect(told(label)).toMatchObject({ isAssessmentBehind: true });
    }
    expect(told("tick")).toMatchObject({ stuck: [] });
    expect(told("no longer behind")).toMatchObject({ isAssessmentBehind: false });
    expect(told("another tick")).toBe(true);
    expect(missing("missing in the end", 0)).toEqual(["L-4", "L-6", "SHARED"]);
    expect(missing("missing in the end", 1)).toEqual(["L-4", "L-5", "L-6", "SHARED"]);
    expect(missing("missing in the end", 2)).toEqual(["L-1", "L-4", "L-5", "L-6", "SHARED"]);
    expect(ids("installed there")).toContain("L-5");
  });

  test("AST-08: searches are saved, renamed, run and deleted by their user alone, and remembered after a restart", () => {
    expect(refusal("saved twice")?.code).toBe("conflict");
    expect(refusal("saved wrongly")?.code).toBe("invalid");
    expect(refusal("another's")?.code).toBe("not-found");
    expect(told("renamed")).toMatchObject({ name: "weekly" });
    expect(told("run")).toMatchObject({ kind: "patch", page: { rows: [{ patch: {} }] } });
    const listed = onDisk.told.filter((t) => t.label === "searches of User").map((t) => t.answer);
    expect(listed).toMatchObject([[{ search: { name: "weekly" }, problems: [] }], []]);
    expect(told("run after a restart")).toMatchObject({ kind: "patch" });
    expect(told<readonly unknown[]>("recent of patch").length).toBeGreaterThan(2);
    expect(told("recent of asset")).toMatchObject([{ question: { patchQuery: "qid: 5" } }]);
  });
});

describe("a large feed on SQLite", () => {
  const PARTS = 6;
  /** Each part, then what is written of the assessments, then that all of them have seen it. */
  const COMMITS = PARTS + 2;
  const large = Array.from({ length: PARTS * PATCHES_PER_WRITE }, (_, i) =>
    advisory(`N-${String(i).padStart(3, "0")}`, { packages: [pkg(i % 2 === 0 ? "openssl" : "lib-07", `${i}-1`)] }),
  );
  const smaller: CatalogueWorld.Act = ({ fettle }) =>
    Effect.asVoid(fettle.catalogue.ingest(mara, { feed: "linux", patches: linux }));
  const base = join(directory(), "base.db");
  const world = CatalogueWorld.make(MemoryBlobStore.make());

  type Work = (storage: StorageShape) => Effect.Effect<void, unknown>;
  const nothing: Work = () => Effect.void;
  const tick: Work = (storage) => Effect.asVoid(world.open(storage).tick());
  const ingest: Work = (storage) =>
    Effect.asVoid(world.open(storage).catalogue.ingest(mara, { feed: "large", patches: large }));
  const dies =
    (isLast: () => Parameters<typeof CatalogueWorld.dying>[1], moment: "before" | "after"): Work =>
    (storage) =>
      Effect.map(Effect.exit(ingest(CatalogueWorld.dying(storage, isLast(), moment))), (exit) => {
        expect(Exit.isFailure(exit)).toBe(true);
      });
  const atCommit = (n: number) => () => {
    let seen = 0;
    return () => {
      seen += 1;
      return seen === n;
    };
  };

  // How often an assessment was written, and through which change it has come, is the way and not the end: whoever takes
  // up what was cut off looks at every asset.
  const standing = Effect.fn("standing")(function* (storage: StorageShape) {
    const { entities, events } = yield* CatalogueWorld.content(storage);
    const fettle = world.open(storage);
    return {
      entities: entities.map((e) =>
        e.kind === "assessment" ? { id: e.id, body: { ...(e.body as object), catalogue: null } } : e,
      ),
      events,
      changes: yield* storage.counter(CatalogueWorld.TENANT, "catalogue"),
      assessed: yield* storage.counter(CatalogueWorld.TENANT, "assessed/1"),
      facets: yield* fettle.catalogue.facets(mara, {}),
      missing: yield* fettle.assets.missing(mara),
    };
  });

  /** What stands in the end, in a copy of the file: each work is done by a process of its own. */
  const after = async (...works: readonly Work[]) => {
    const file = join(directory(), "copy.db");
    copyFileSync(base, file);
    for (const work of works) await Effect.runPromise(onSqlite(file)(work));
    return Effect.runPromise(Effect.scoped(Effect.flatMap(SqliteStorage.open({ file }), standing)));
  };

  const undisturbed = async () => {
    const memory = MemoryStorage.make();
    const other = CatalogueWorld.make(MemoryBlobStore.make());
    const last: CatalogueWorld.Act = ({ fettle }) =>
      Effect.asVoid(fettle.catalogue.ingest(mara, { feed: "large", patches: large }));
    await Effect.runPromise(CatalogueWorld.play(other, [setUp, smaller, last], (use) => use(memory)));
    return Effect.runPromise(standing(memory));
  };

  beforeAll(() => Effect.runPromise(CatalogueWorld.play(world, [setUp, smaller], onSqlite(base))));

  test("PAT-11: is taken up in parts as in memory", async () => {
    let commits = 0;
    const counted: Work = (storage) =>
      ingest({
        ...storage,
        commit: (batch) => {
          commits += 1;
          return storage.commit(batch);
        },
      });
    const found = await after(counted);
    expect(found).toEqual(await undisturbed());
    expect(commits).toBe(COMMITS);
    expect(found.missing.length).toBeGreaterThan(large.length);
  });

  test.each(["before", "after"] as const)(
    "PAT-11, SYN-03: whose process died right %s any of its commits is completed by the next ingest, with a tick in between or without",
    async (moment) => {
      const expected = await undisturbed();
      for (let n = 1; n <= COMMITS; n += 1) {
        const between = n % 2 === 0 ? tick : nothing;
        const found = await after(dies(atCommit(n), moment), between, ingest);
        expect({ n, ...found }).toEqual({ n, ...expected });
      }
    },
  );

  test.each([
    ["before its assessments", atCommit(PARTS + 1)],
    ["between its assessments and the word that all have seen it", atCommit(PARTS + 2)],
  ])("SYN-03: whose process died %s is completed by the next tick", async (_, at) => {
    expect(await after(dies(at, "before"), tick)).toEqual(await undisturbed());
    expect(await after(dies(at, "before"))).not.toEqual(await undisturbed());
  });
});
