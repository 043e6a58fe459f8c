import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import * as Cursor from "../../src/engine/searches/Cursor.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";

const { manager, as } = ControlPlane;
const listing: Cursor.Listing = { list: "assets", question: { query: "name: web", sort: "name" } };
const position: Cursor.Position = { asOf: 1_700_000_000_000, after: ["web-01", 3, null, "id-1"] };

const world = () => {
  const plane = ControlPlane.make();
  const on = <A, E>(effect: Effect.Effect<A, E, Effect.Services<ReturnType<typeof Cursor.seal>>>) =>
    Effect.provideContext(effect, plane.ports);
  return {
    plane,
    seal: (actor = manager, about = listing) => plane.call(on(Cursor.seal(actor, about, position))),
    open: (cursor: string, actor = manager, about = listing) => plane.call(on(Cursor.open(actor, about, cursor))),
    refusal: (cursor: string, actor = manager, about = listing) =>
      plane.rejections(on(Cursor.open(actor, about, cursor))).map((r) => [r.code, r.path]),
  };
};

describe("a cursor", () => {
  it("brings back the position that it was made for, whatever the order of the question's members", () => {
    const { seal, open } = world();
    const turned = { ...listing, question: { sort: "name", query: "name: web" } };
    expect(open(seal(), manager, turned)).toEqual(position);
  });

  it("is refused when any character of it was changed, cut off or added", () => {
    const { seal, refusal } = world();
    const cursor = seal();
    const others = [
      "",
      ".",
      "..",
      `${cursor}.`,
      `.${cursor}`,
      `${cursor}a`,
      "x".repeat(Cursor.CURSOR_CHARACTERS_MAX + 1),
      ...[...cursor].map((c, i) => cursor.slice(0, i) + (c === "A" ? "B" : "A") + cursor.slice(i + 1)),
      ...[...cursor].map((_, i) => cursor.slice(0, i)),
    ];
    for (const other of others) expect(refusal(other)).toEqual([["invalid", "cursor"]]);
  });

  it("is refused for another list, question, user or tenant", () => {
    const { seal, refusal } = world();
    const cursor = seal();
    const refused = [["invalid", "cursor"]];
    expect(refusal(cursor, manager, { ...listing, list: "agents" })).toEqual(refused);
    expect(refusal(cursor, manager, { ...listing, question: { query: "name: db", sort: "name" } })).toEqual(refused);
    expect(refusal(cursor, manager, { ...listing, question: { query: "name: web" } })).toEqual(refused);
    expect(refusal(cursor, as("uli"))).toEqual(refused);
    expect(refusal(cursor, as("mara", "other"))).toEqual(refused);
  });

  it("a page holds 1 to PAGE_ROWS_MAX rows and not one more", () => {
    const { plane } = world();
    for (const limit of [1, Cursor.PAGE_ROWS_MAX]) expect(plane.call(Cursor.limitOf(limit))).toBe(limit);
    expect(plane.call(Cursor.limitOf(undefined))).toBe(Cursor.PAGE_ROWS);
    for (const limit of [0, -1, 1.5, Number.NaN, Cursor.PAGE_ROWS_MAX + 1]) {
      expect(plane.rejections(Cursor.limitOf(limit))).toMatchObject([{ code: "invalid", path: "limit" }]);
    }
  });
});
