import * as Qql from "@fettle/qql";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import * as Layout from "../../../src/storage/search/Layout.ts";
import * as Rows from "../../../src/storage/search/Rows.ts";

const definitions = {
  name: { type: "text", description: "Name", example: "web" },
  system: { type: "text", description: "System", example: "linux" },
  status: { type: "enum", values: ["Ready", "Gone"], description: "Status", example: "Ready" },
  count: { type: "number", description: "Count", example: "1" },
  host: {
    type: "group",
    description: "Host",
    tokens: { model: { type: "keyword", description: "Model", example: "x" } },
  },
  parts: {
    type: "group",
    repeated: true,
    description: "Parts",
    tokens: {
      label: { type: "keyword", description: "Label", example: "eth0" },
      ports: { type: "number", repeated: true, description: "Ports", example: "22" },
    },
  },
} as const satisfies Qql.Catalog.Definitions;
const catalog = Qql.Catalog.define(definitions);
const options: Layout.Options = {
  prefix: "asset",
  texts: { system: "shared" },
  trigrams: ["name"],
  indexed: ["count"],
};
const layout = Layout.of(catalog, options);

describe("the rows of a document", () => {
  test("hold its keys in the order of the columns", () => {
    expect(layout.main.columns.map(({ name }) => name)).toEqual([
      '"name:folded"',
      '"name:tokens"',
      '"system:text"',
      '"status:rank"',
      '"count:number"',
      '"host:group"',
      '"host.model:folded"',
    ]);
    const rows = Rows.of(layout, {
      name: "Web Server",
      system: "Linux",
      status: "Gone",
      count: 3,
      host: { model: "X" },
      parts: [{ label: "A", ports: [1, null, 2] }, null, { ports: [] }],
    });
    expect(rows.main).toEqual([
      "web server",
      " web server ",
      { field: 0, folded: "linux", tokens: " linux " },
      1,
      3,
      1,
      "x",
    ]);
    expect(rows.tables).toEqual([
      [
        [0, 1, "a"],
        [2, 1, null],
      ],
      [
        [0, 0, 1],
        [0, 2, 2],
      ],
    ]);
    expect(rows.trigrams).toEqual(["web server"]);
  });

  test("tell what is there without a key from what isn't there", () => {
    const rows = Rows.of(layout, { name: 5, system: null, status: "no such", host: "x", parts: ["x"] } as never);
    const unknown = Rows.UNKNOWN;
    expect(rows.main).toEqual([unknown, unknown, null, unknown, null, unknown, null]);
    expect(rows.tables).toEqual([[[0, unknown, null]], []]);
    expect(rows.trigrams).toEqual([null]);
  });
});

describe("the stamp", () => {
  const stampOf = (changed: Qql.Catalog.Definitions, more: Partial<Layout.Options> = {}): string =>
    Layout.stamp(Layout.of(Qql.Catalog.define(changed), { ...options, ...more }));

  test("begins with the version of the keys, and is the same for the same layout", () => {
    expect(Layout.stamp(layout)).toMatch(/^[\w.]+:[0-9a-f]{64}$/);
    expect(Layout.stamp(layout).startsWith(`${Qql.Key.KEYS_VERSION}:`)).toBe(true);
    expect(stampOf(definitions)).toBe(Layout.stamp(layout));
  });

  test("differs where rows would: another token, type, order of an enum's values, place of a text, index", () => {
    const stamps = [
      Layout.stamp(layout),
      stampOf({ ...definitions, more: definitions.count }),
      stampOf({ ...definitions, count: { ...definitions.count, type: "size" } }),
      stampOf({ ...definitions, status: { ...definitions.status, values: ["Gone", "Ready"] } }),
      stampOf(definitions, { texts: { system: "inline" } }),
      stampOf(definitions, { texts: { system: "shared", name: "shared" }, trigrams: [] }),
      stampOf(definitions, { indexed: [] }),
      stampOf(definitions, { trigrams: [] }),
    ];
    expect(new Set(stamps).size).toBe(stamps.length);
  });
});

test("tables are made and removed without a trace", () => {
  const database = new Database(":memory:");
  const countOf = (): unknown => database.prepare("SELECT count(*) FROM sqlite_schema").pluck().get();
  for (const statement of Layout.ddl(layout)) database.exec(statement);
  expect(countOf()).not.toBe(0);
  for (const statement of [...Layout.dropped(layout), ...Layout.dropped(layout)]) database.exec(statement);
  expect(countOf()).toBe(0);
});

test("options that speak of what the catalogue hasn't are refused", () => {
  const refused = (more: Partial<Layout.Options>) => () => Layout.of(catalog, { prefix: "asset", ...more });
  const link: Layout.Link = { link: "l", from: "a", to: "b", table: "c", columns: {} };
  expect(refused({ indexed: ["nam"] })).toThrow("nam is not a token of the catalogue");
  expect(refused({ texts: { host: "inline" } })).toThrow("host is not a token of the catalogue");
  expect(refused({ trigrams: ["x"] })).toThrow("x is not a token of the catalogue");
  expect(refused({ computed: { x: () => "1" } })).toThrow("x is not a token of the catalogue");
  expect(refused({ links: { x: link } })).toThrow("x is not in the catalogue");
  expect(refused({ links: { parts: link } })).toThrow("parts.label: the link says no column");
  expect(refused({ links: { "parts.ports": link } })).toThrow("parts.ports: what is repeated has no links");
  expect(refused({ trigrams: ["count"] })).toThrow("count is not an inline text, which trigrams are of");
  expect(refused({ trigrams: ["system"], texts: { system: "shared" } })).toThrow("system is not an inline text");
});

test("where a token's keys are is found by its name", () => {
  expect(Layout.storedOf(layout, "host.model")).toEqual({
    _tag: "KeyColumn",
    column: '"host.model:folded"',
    isIndexed: false,
  });
  expect(Layout.storedOf(layout, "count")).toMatchObject({ isIndexed: true });
  expect(Layout.storedOf(layout, "host")).toBeNull();
  expect(Layout.storedOf(layout, "parts")).toBeNull();
  expect(Layout.find(layout, "parts.ports")).toMatchObject({ _tag: "Child", table: { keys: ["o", "i1", "i2"] } });
  expect(Layout.find(layout, "host.nothing")).toBeNull();
  expect(Layout.find(layout, "count.nothing")).toBeNull();
});
