/** What each method of subscriptions, licences and assessment profiles refuses, by which rule and code; it changes nothing. */
import type * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import type { LicenceChange } from "../../src/engine/subscription/Licences.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";
import * as Scene from "../scenario/Scene.ts";
import * as Values from "../scenario/Values.ts";

type Ask = (fettle: ControlPlane.ControlPlane["fettle"]) => Effect.Effect<unknown, unknown>;
type Row = readonly [method: string, what: string, told: readonly string[], ask: Ask];

const { manager } = ControlPlane;
const rita = ControlPlane.as("rita");
const stranger = ControlPlane.as("nobody");
const nobody = Values.uuid(404);
const full = { plan: "Full", expiresAt: null, licences: { PM: { seats: 5 } } } as const;
const pm = (over: object) => ({ ...full, licences: { PM: { seats: 5, ...over } } });
const tagged = { licences: { PM: { seats: 5, exclude: Values.any("lab") } } };
const lab = { id: "lab", name: "Lab", tags: ["lab"], intervalSeconds: 14_400 };
const save =
  (over: object): Ask =>
  (fettle) =>
    fettle.subscriptions.save(manager, { ...full, ...over });
const preview =
  (change: object): Ask =>
  (fettle) =>
    fettle.licences.preview(manager, change as LicenceChange);
const profile =
  (over: object): Ask =>
  (fettle) =>
    fettle.assessmentProfiles.save(manager, { ...lab, ...over });

const rows: readonly Row[] = [
  [
    "subscriptions.save",
    "by who may only look",
    ["RBAC-10 not-permitted null"],
    (f) => f.subscriptions.save(rita, full),
  ],
  ["subscriptions.save", "seats below none", ["LIC-05 invalid licences.PM.seats"], save(pm({ seats: -1 }))],
  ["subscriptions.save", "half a seat", ["LIC-05 invalid licences.PM.seats"], save(pm({ seats: 0.5 }))],
  [
    "subscriptions.save",
    "a tag that isn't there",
    ["LIC-04 not-found licences"],
    save(pm({ include: Values.any("x") })),
  ],
  ["subscriptions.save", "tags on Trial", ["LIC-12 conflict licences"], save({ plan: "Trial", ...tagged })],
  ["subscriptions.save", "tags on Free", ["LIC-12 conflict licences"], save({ plan: "Free", ...tagged })],
  ["subscriptions.save", "half a millisecond", ["null invalid expiresAt"], save({ expiresAt: 0.5 })],
  [
    "subscriptions.save",
    "a module that isn't sold",
    ["null invalid licences"],
    save({ licences: { AI: { seats: 1 } } }),
  ],
  ["subscriptions.get", "by nobody known", ["RBAC-02 not-permitted null"], (f) => f.subscriptions.get(stranger)],
  ["licences.consumption", "by nobody known", ["RBAC-02 not-permitted null"], (f) => f.licences.consumption(stranger)],
  ["licences.of", "an asset that isn't there", ["TAG-05 not-found null"], (f) => f.licences.of(manager, nobody)],
  [
    "licences.preview",
    "half a seat",
    ["LIC-05 invalid licences.PM.seats"],
    preview({ _tag: "Subscription", input: pm({ seats: 0.5 }) }),
  ],
  [
    "licences.preview",
    "an unknown licence tag",
    ["LIC-04 not-found licences"],
    preview({ _tag: "Subscription", input: pm({ exclude: Values.any("x") }) }),
  ],
  [
    "licences.preview",
    "tags on Trial",
    ["LIC-12 conflict licences"],
    preview({ _tag: "Subscription", input: { ...full, plan: "Trial", ...tagged } }),
  ],
  ["licences.preview", "the past", ["LIC-01 invalid at"], preview({ _tag: "Until", at: Values.START - 1 })],
  [
    "licences.preview",
    "an asset that isn't there",
    ["TAG-05 not-found null"],
    preview({ _tag: "Remove", assets: [nobody] }),
  ],
  [
    "licences.preview",
    "a tag that isn't there",
    ["LIC-04 not-found tag"],
    preview({ _tag: "Tag", tag: "x", assets: [] }),
  ],
  [
    "licences.preview",
    "a tag given by its rule",
    ["TAG-08 conflict tag"],
    preview({ _tag: "Untag", tag: "dynamic", assets: [] }),
  ],
  [
    "licences.preview",
    "PC and SCA",
    ["AGT-06 conflict modules"],
    preview({ _tag: "Activate", modules: ["PC", "SCA"], assets: [] }),
  ],
  [
    "assessmentProfiles.save",
    "by who may only look",
    ["RBAC-10 not-permitted null"],
    (f) => f.assessmentProfiles.save(rita, lab),
  ],
  [
    "assessmentProfiles.save",
    "all wrong",
    ["PRO-02 invalid name", "PRO-02 invalid intervalSeconds", "PRO-02 invalid tags"],
    profile({ id: "n", name: "", tags: [], intervalSeconds: 1 }),
  ],
  [
    "assessmentProfiles.save",
    "an interval in fractions",
    ["null invalid intervalSeconds"],
    profile({ intervalSeconds: 14_400.5 }),
  ],
  [
    "assessmentProfiles.save",
    "past 30 days",
    ["PRO-02 invalid intervalSeconds"],
    profile({ intervalSeconds: 2_592_001 }),
  ],
  ["assessmentProfiles.save", "a tag that isn't there", ["PRO-02 not-found tags"], profile({ tags: ["x"] })],
  [
    "assessmentProfiles.save",
    "a tag that another holds",
    ["PRO-03 conflict tags"],
    profile({ id: "n", tags: ["web"] }),
  ],
  ["assessmentProfiles.save", "tags for the default", ["PRO-01 conflict tags"], profile({ id: "default" })],
  [
    "assessmentProfiles.save",
    "too short a default",
    ["PRO-07 invalid intervalSeconds"],
    profile({ id: "default", tags: [], intervalSeconds: 14_399 }),
  ],
  [
    "assessmentProfiles.delete",
    "the default",
    ["PRO-01 conflict null"],
    (f) => f.assessmentProfiles.delete(manager, "default"),
  ],
  ["assessmentProfiles.delete", "none", ["null not-found null"], (f) => f.assessmentProfiles.delete(manager, "x")],
  [
    "assessmentProfiles.disable",
    "the default",
    ["PRO-01 conflict null"],
    (f) => f.assessmentProfiles.disable(manager, "default"),
  ],
  ["assessmentProfiles.enable", "none", ["null not-found null"], (f) => f.assessmentProfiles.enable(manager, "x")],
  [
    "assessmentProfiles.bulk",
    "more than there can be",
    ["PRO-08 exhausted null"],
    (f) =>
      f.assessmentProfiles.bulk(manager, { action: "delete", profiles: Array.from({ length: 4 }, (_, i) => `${i}`) }),
  ],
  [
    "assessmentProfiles.reorder",
    "a part of the list",
    ["PRO-05 invalid ids"],
    (f) => f.assessmentProfiles.reorder(manager, []),
  ],
  ["assessmentProfiles.get", "none", ["null not-found null"], (f) => f.assessmentProfiles.get(manager, "x")],
  [
    "assessmentProfiles.list",
    "by nobody known",
    ["RBAC-02 not-permitted null"],
    (f) => f.assessmentProfiles.list(stranger),
  ],
  [
    "assessmentProfiles.overlaps",
    "by nobody known",
    ["RBAC-02 not-permitted null"],
    (f) => f.assessmentProfiles.overlaps(stranger),
  ],
  [
    "assessmentProfiles.effective",
    "an asset that isn't there",
    ["TAG-05 not-found null"],
    (f) => f.assessmentProfiles.effective(manager, nobody),
  ],
];

const scene = (): ControlPlane.ControlPlane => {
  const { plane } = Scene.make({ agents: 1, subscription: { limits: { assessmentProfilesMax: 2 } } });
  const { fettle, call } = plane;
  call(fettle.tags.save(manager, { id: "dynamic", name: "dynamic", rule: { _tag: "Dynamic", query: "name: x" } }));
  call(fettle.assessmentProfiles.save(manager, { ...lab, id: "fleet", name: "Fleet", tags: ["fleet"] }));
  return plane;
};

describe("what is refused of subscriptions, licences and assessment profiles", () => {
  it.each(rows)("%s: %s", (_, __, told, ask) => {
    const plane = scene();
    const before = plane.storage.dump();
    const refused = plane.rejections(ask(plane.fettle)).map((r) => `${r.rule} ${r.code} ${r.path}`);
    expect(refused).toEqual(told);
    expect(plane.storage.dump()).toEqual(before);
  });

  it("has a row for each method", () => {
    const { fettle } = ControlPlane.make();
    const all = (["subscriptions", "licences", "assessmentProfiles"] as const).flatMap((group) =>
      Object.keys(fettle[group]).map((name) => `${group}.${name}`),
    );
    expect([...new Set(rows.map(([method]) => method))].sort()).toEqual(all.sort());
  });
});
