/** What each method of profiles, keys and modules refuses, and by which rule and code; whatever is refused changes nothing. */
import type * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import type { Module } from "../../src/domain/shared/Module.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";

type Ask = (scene: Scene.Scene) => Effect.Effect<unknown, unknown>;
type Row = readonly [method: string, what: string, told: readonly string[], ask: Ask];

const nobody = Values.uuid(404);
const profile =
  (over: object): Ask =>
  ({ plane: { fettle }, manager }) =>
    fettle.configurationProfiles.save(manager, { name: "p", ...over });
const key =
  (over: object): Ask =>
  ({ plane: { fettle }, manager }) =>
    fettle.keys.create(manager, { title: "k", ...over });
const update =
  (over: object): Ask =>
  ({ plane: { fettle }, manager, issued }) =>
    fettle.keys.update(manager, issued.key.id, over);
const activate =
  (targets: object, modules: readonly string[]): Ask =>
  ({ plane: { fettle }, manager }) =>
    fettle.agents.activate(manager, targets as { assets: readonly string[] }, modules as readonly Module[]);
const installing =
  (over: object): Ask =>
  ({ plane: { fettle }, manager, issued }) =>
    fettle.keys.installCommands(manager, issued.key.id, {
      operatingSystem: "linux-rpm",
      secret: issued.secret,
      server: "https://patch.example.com",
      build: { product: "agent", version: "1", architecture: "x86_64" },
      ...over,
    });
const byReader =
  (
    ask: (
      fettle: ControlPlane.ControlPlane["fettle"],
      rita: ReturnType<typeof ControlPlane.as>,
    ) => Effect.Effect<unknown, unknown>,
  ): Ask =>
  ({ plane: { fettle } }) =>
    ask(fettle, ControlPlane.as("rita"));

const rows: readonly Row[] = [
  ["configurationProfiles.save", "a name of spaces", ["CFG-01 invalid name"], profile({ name: "  " })],
  [
    "configurationProfiles.save",
    "a name that is too long",
    ["CFG-01 invalid name"],
    profile({ name: "n".repeat(257) }),
  ],
  ["configurationProfiles.save", "an id that is too long", ["CFG-01 invalid id"], profile({ id: "i".repeat(129) })],
  [
    "configurationProfiles.save",
    "a place that is no number",
    ["null invalid position"],
    profile({ position: Number.NaN }),
  ],
  [
    "configurationProfiles.save",
    "the default's designation",
    ["CFG-01 conflict isDefault"],
    profile({ isDefault: true }),
  ],
  [
    "configurationProfiles.save",
    "tags that aren't there",
    ["CFG-08 not-found targets"],
    profile({ targets: Values.select({ include: Values.any("ghost") }) }),
  ],
  [
    "configurationProfiles.save",
    "settings outside their ranges, all of them at once",
    [
      "AGT-04 invalid settings.statusIntervalSeconds",
      "CFG-02 invalid settings.chunkKilobytes",
      "CFG-06 invalid settings.cacheMegabytes",
    ],
    profile({ settings: { statusIntervalSeconds: 2_701, chunkKilobytes: 10_241, cacheMegabytes: 1 } }),
  ],
  [
    "configurationProfiles.save",
    "a week without a free hour",
    ["WIN-05 invalid settings.blackouts"],
    profile({ settings: { blackouts: [{ weekdays: [1, 2, 3, 4, 5, 6, 7], fromMinute: 0, toMinute: 1_440 }] } }),
  ],
  [
    "configurationProfiles.save",
    "settings of another type",
    ["null invalid settings.isPmEnabled"],
    profile({ settings: { isPmEnabled: "no" } }),
  ],
  ["configurationProfiles.save", "members that no profile has", ["null invalid null"], profile({ colour: "red" })],
  [
    "configurationProfiles.save",
    "to who may not",
    ["RBAC-10 not-permitted null"],
    byReader((f, a) => f.configurationProfiles.save(a, { name: "p" })),
  ],
  [
    "configurationProfiles.delete",
    "the default",
    ["CFG-01 conflict profileId"],
    ({ plane: { fettle }, manager }) => fettle.configurationProfiles.delete(manager, "default"),
  ],
  [
    "configurationProfiles.delete",
    "one that isn't there",
    ["CFG-01 not-found profileId"],
    ({ plane: { fettle }, manager }) => fettle.configurationProfiles.delete(manager, nobody),
  ],
  [
    "configurationProfiles.delete",
    "to who may not",
    ["RBAC-10 not-permitted null"],
    byReader((f, a) => f.configurationProfiles.delete(a, "default")),
  ],
  [
    "configurationProfiles.reorder",
    "a list without one of them",
    ["CFG-01 invalid ids"],
    ({ plane: { fettle }, manager }) => fettle.configurationProfiles.reorder(manager, []),
  ],
  [
    "configurationProfiles.reorder",
    "one twice",
    ["CFG-01 invalid ids.1"],
    ({ plane: { fettle }, manager }) => fettle.configurationProfiles.reorder(manager, ["default", "default"]),
  ],
  [
    "configurationProfiles.reorder",
    "one that isn't there",
    ["CFG-01 not-found ids.1"],
    ({ plane: { fettle }, manager }) => fettle.configurationProfiles.reorder(manager, ["default", "x"]),
  ],
  [
    "configurationProfiles.reorder",
    "to who may not",
    ["RBAC-10 not-permitted null"],
    byReader((f, a) => f.configurationProfiles.reorder(a, ["default"])),
  ],
  [
    "configurationProfiles.makeDefault",
    "one that isn't there",
    ["CFG-01 not-found profileId"],
    ({ plane: { fettle }, manager }) => fettle.configurationProfiles.makeDefault(manager, nobody),
  ],
  [
    "configurationProfiles.makeDefault",
    "to who may not",
    ["RBAC-10 not-permitted null"],
    byReader((f, a) => f.configurationProfiles.makeDefault(a, "default")),
  ],
  [
    "configurationProfiles.get",
    "one that isn't there",
    ["CFG-01 not-found profileId"],
    ({ plane: { fettle }, manager }) => fettle.configurationProfiles.get(manager, nobody),
  ],
  [
    "configurationProfiles.effective",
    "an asset that isn't there, or out of scope",
    ["TAG-05 not-found assetId"],
    ({ plane: { fettle }, manager }) => fettle.configurationProfiles.effective(manager, nobody),
  ],
  ["keys.create", "no title", ["KEY-01 invalid title"], key({ title: "" })],
  ["keys.create", "a title that is too long", ["KEY-01 invalid title"], key({ title: "t".repeat(257) })],
  [
    "keys.create",
    "no agent, half of one, more than the tenant has room for",
    ["KEY-01 invalid agentsMax"],
    key({ agentsMax: 0.5 }),
  ],
  ["keys.create", "a date that is none", ["KEY-01 invalid expiresAt"], key({ expiresAt: Number.NaN })],
  ["keys.create", "tags that aren't there", ["KEY-04 not-found tags"], key({ tags: ["ghost"] })],
  [
    "keys.create",
    "modules that are none, or exclude each other",
    ["AGT-06 invalid modules", "AGT-06 conflict modules"],
    key({ modules: ["XX", "PC", "SCA"] }),
  ],
  ["keys.create", "members that no key has", ["null invalid null"], key({ colour: "red" })],
  [
    "keys.create",
    "to who may not",
    ["RBAC-10 not-permitted null"],
    byReader((f, a) => f.keys.create(a, { title: "k" })),
  ],
  [
    "keys.update",
    "the same as when it is made",
    ["KEY-01 invalid title", "KEY-04 not-found tags"],
    update({ title: "", tags: ["ghost"] }),
  ],
  [
    "keys.update",
    "modules for others than future agents or all",
    ["KEY-02 invalid modulesFor"],
    update({ modulesFor: "some" }),
  ],
  ["keys.update", "members that no key has", ["null invalid null"], update({ colour: "red" })],
  ...(["enable", "disable", "delete", "get"] as const).flatMap((method): readonly Row[] => [
    [
      `keys.${method}`,
      "one that isn't there",
      ["KEY-01 not-found keyId"],
      ({ plane: { fettle }, manager }) => fettle.keys[method](manager, nobody),
    ],
    [`keys.${method}`, "to who may not", ["RBAC-10 not-permitted null"], byReader((f, a) => f.keys[method](a, nobody))],
  ]),
  ["keys.list", "to who may not", ["RBAC-10 not-permitted null"], byReader((f, a) => f.keys.list(a))],
  ["keys.installCommands", "who hasn't the secret", ["KEY-03 invalid secret"], installing({ secret: "guessed" })],
  ["keys.installCommands", "an address that is none", ["KEY-03 invalid server"], installing({ server: "patch" })],
  [
    "keys.installCommands",
    "a build whose name could be an option or a path",
    ["KEY-03 invalid product"],
    installing({ build: { product: "../a", version: "1", architecture: "x86_64" } }),
  ],
  ["agents.activate", "no module", ["AGT-06 invalid modules"], activate({ assets: [nobody] }, [])],
  ["agents.activate", "what is no module", ["AGT-06 invalid modules"], activate({ assets: [nobody] }, ["XX"])],
  [
    "agents.activate",
    "what comes with another only",
    ["AGT-06 conflict modules"],
    activate({ assets: [nobody] }, ["TP"]),
  ],
  [
    "agents.activate",
    "two that exclude each other",
    ["AGT-06 conflict modules"],
    activate({ assets: [nobody] }, ["PC", "SCA"]),
  ],
  ["agents.activate", "no asset", ["AGT-08 invalid assets"], activate({ assets: [] }, ["PM"])],
  [
    "agents.activate",
    "a query that would mean every agent",
    ["AGT-08 invalid query"],
    activate({ query: " " }, ["PM"]),
  ],
  [
    "agents.activate",
    "to who may not",
    ["RBAC-10 not-permitted null"],
    byReader((f, a) => f.agents.activate(a, { assets: [nobody] }, ["PM"])),
  ],
  [
    "agents.deactivate",
    "AI",
    ["AGT-06 conflict modules"],
    ({ plane: { fettle }, manager }) => fettle.agents.deactivate(manager, { assets: [nobody] }, ["AI"]),
  ],
  [
    "agents.deactivate",
    "to who may not",
    ["RBAC-10 not-permitted null"],
    byReader((f, a) => f.agents.deactivate(a, { assets: [nobody] }, ["PM"])),
  ],
];

describe("what is refused, and nothing of it saved", () => {
  it.each(rows)("%s refuses %s: %j", (_, __, told, ask) => {
    const scene = Scene.make();
    const before = scene.plane.storage.dump();
    const rejections = scene.plane.rejections(ask(scene));
    expect(rejections.map((r) => `${r.rule} ${r.code} ${r.path}`)).toEqual(told);
    expect(rejections.every((r) => r.message.length > 0)).toBe(true);
    expect(scene.plane.storage.dump()).toEqual(before);
  });

  it("covers every method of profiles and keys, and those of modules", () => {
    const { configurationProfiles, keys } = ControlPlane.make().fettle;
    const methods = [
      ...Object.keys(configurationProfiles).map((m) => `configurationProfiles.${m}`),
      ...Object.keys(keys).map((m) => `keys.${m}`),
      "agents.activate",
      "agents.deactivate",
    ];
    // Everybody may look at the list of profiles; the check before an installation judges whatever it is given.
    const open = ["configurationProfiles.list", "keys.preInstallCheck"];
    expect(new Set([...rows.map(([method]) => method), ...open])).toEqual(new Set(methods));
  });
});
