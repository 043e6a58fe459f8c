import { describe, expect, it } from "vitest";
import * as Catalogue from "./Catalogue.ts";
import * as UpdateInfo from "./UpdateInfo.ts";

describe("the catalogue", () => {
  it("has each package once in a generation, and none twice in a version", () => {
    const places = Catalogue.packages.map((p) => `${p.name} ${p.generation}`);
    const versions = Catalogue.packages.map(Catalogue.nvr);
    expect([new Set(places).size, new Set(versions).size]).toEqual([places.length, versions.length]);
  });

  it("has advisories only about packages of their own repository", () => {
    for (const a of Catalogue.advisories) {
      const found = Catalogue.packages.filter((p) => a.packages.includes(Catalogue.nvr(p)));
      expect(found.map((p) => p.repository)).toEqual(a.packages.map(() => a.repository));
    }
  });

  it("refuses to publish an advisory about what was never built", () => {
    const [first] = Catalogue.advisories;
    expect(() => UpdateInfo.render(first === undefined ? [] : [{ ...first, packages: ["nosuch-1-1"] }], [])).toThrow(
      "nosuch-1-1",
    );
  });
});
