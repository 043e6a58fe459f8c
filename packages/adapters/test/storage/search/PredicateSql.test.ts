import * as Qql from "@fettle/qql";
import { expect, test } from "vitest";
import * as Layout from "../../../src/storage/search/Layout.ts";
import * as SearchDatabase from "./SearchDatabase.ts";

const catalog = Qql.Catalog.define({
  name: { type: "text", description: "Name", example: "web" },
  cve: { type: "keyword", repeated: true, description: "Vulnerabilities", example: "CVE-2024-1" },
  interfaces: {
    type: "group",
    repeated: true,
    description: "Interfaces",
    tokens: {
      label: { type: "keyword", description: "Label", example: "eth0" },
      ports: {
        type: "group",
        repeated: true,
        description: "Ports",
        tokens: { port: { type: "number", description: "Number", example: "22" } },
      },
    },
  },
});

test("conditions on names, repeated tokens and nested groups select the same in both shapes", () => {
  const layout = Layout.of(catalog, { prefix: "asset", trigrams: ["name"] });
  const db = SearchDatabase.open(layout);
  db.put(1, "a", { name: "Web Server", cve: ["CVE-1"], interfaces: [{ label: "eth0", ports: [{ port: 22 }] }] });
  db.put(1, "b", {
    name: "Database",
    cve: [],
    interfaces: [{ label: "eth1", ports: [{ port: 22 }, { port: 80 }] }, 5],
  });
  for (const shape of ["set", "probe"] as const) {
    const ids = (text: string) => {
      const { checked } = Qql.inspect(catalog, text);
      if (checked === null) throw new Error(text);
      return SearchDatabase.select(db, Qql.Predicate.of(checked), { shape, now: 0, tenant: 1 });
    };
    expect(ids("name: serv")).toEqual(["a"]);
    expect(ids("name: *taba*")).toEqual(["b"]);
    expect(ids("name: *base")).toEqual(["b"]);
    expect(ids("not name: *base")).toEqual(["a"]);
    expect(ids("interfaces.ports.port: 22")).toEqual(["a", "b"]);
    expect(ids("interfaces: (label: eth1 and ports: (port > 22))")).toEqual(["b"]);
    expect(ids("cve: cve-1")).toEqual(["a"]);
  }
});
