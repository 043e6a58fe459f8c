import * as Qql from "@fettle/qql";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as AgentCatalog from "../../src/domain/asset/AgentCatalog.ts";
import * as AgentCriteria from "../../src/domain/asset/AgentCriteria.ts";
import * as AssetBuilders from "../../src/testing/builders/AssetBuilders.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";

const { toQuery } = AgentCriteria;
const one = (field: AgentCriteria.Field, operator: AgentCriteria.Operator, value: string) =>
  toQuery([{ field, operator, value }]);

describe("criteria of agents", () => {
  it("AGT-08: are written as the query that they stand for", () => {
    expect(one("tagName", "EQUALS", "Lab")).toEqual({ ok: true, value: "tags.name: `Lab`" });
    expect(one("tagName", "NOT EQUALS", "Lab")).toEqual({ ok: true, value: "NOT tags.name: `Lab`" });
    expect(one("activatedForModule", "IN", "PM, VM")).toEqual({
      ok: true,
      value: "activatedForModule: [`PM`, `VM`]",
    });
    expect(
      toQuery([
        { field: "agentVersion", operator: "LESSER", value: "2.1" },
        { field: "lastCheckedIn", operator: "GREATER", value: "now-7d" },
      ]),
    ).toEqual({ ok: true, value: "agentVersion < `2.1` AND lastCheckedIn > `now-7d`" });
  });

  it("say everything that is wrong with them at once, with its place", () => {
    const wrong = toQuery([
      { field: "address" as AgentCriteria.Field, operator: "EQUALS", value: "x" },
      { field: "lastCheckedIn", operator: "EQUALS", value: "2026" },
      { field: "tagName", operator: "EQUALS", value: " " },
      { field: "tagName", operator: "EQUALS", value: "a`b" },
    ]);
    const paths = wrong.ok ? [] : wrong.error.map((r) => [r.rule, r.path]);
    expect(paths).toEqual([
      ["AGT-08", "criteria.0.field"],
      ["AGT-08", "criteria.1.operator"],
      ["AGT-08", "criteria.2.value"],
      ["AGT-08", "criteria.3.value"],
    ]);
    expect(one("lastCheckedIn", "GREATER", "soon")).toMatchObject({ ok: false });
    expect(one("constructor" as AgentCriteria.Field, "EQUALS", "x")).toMatchObject({ ok: false });
  });

  it("are bounded", () => {
    const criterion = { field: "name", operator: "EQUALS", value: "a" } as const;
    const many = Array.from({ length: AgentCriteria.CRITERIA_MAX }, () => criterion);
    expect([toQuery([]).ok, toQuery(many).ok, toQuery([...many, criterion]).ok]).toEqual([false, true, false]);
    const list = Array.from({ length: AgentCriteria.VALUES_MAX }, (_, i) => `v${i}`).join(",");
    expect([one("name", "IN", list).ok, one("name", "IN", `${list},x`).ok]).toEqual([true, false]);
  });

  it("AGT-08: whatever text a tag's name is, it is found by its name, and no other is", () => {
    const name = fc
      .string({ minLength: 1, maxLength: 12 })
      .filter((s) => s.trim() === s && s !== "" && !s.includes("`"));
    const document = (tag: string) =>
      AgentCatalog.toDocument(AssetBuilders.asset("a", { tags: ["t"] }), {
        agentVersion: "1.0",
        lastCheckedInAt: 0,
        lastInventoryAt: null,
        configurationProfile: null,
        tagName: () => tag,
      });
    fc.assert(
      fc.property(name, name, (mine, other) => {
        const text = one("tagName", "EQUALS", mine);
        if (!text.ok) throw new Error(JSON.stringify(text.error));
        const query = Qql.compile(AgentCatalog.catalog, text.value);
        if (!query.ok) throw new Error(text.value);
        expect(Qql.matches(query.value, document(mine), 0)).toBe(true);
        const isSame = Qql.FullText.fold(mine) === Qql.FullText.fold(other);
        expect(Qql.matches(query.value, document(other), 0)).toBe(isSame);
      }),
      Arbitraries.runs(500),
    );
  });
});
