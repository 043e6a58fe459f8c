/** Several repositories put together are as one that carries all of their elements. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  combineUpdateinfo,
  feedLimits,
  parseUpdateinfo,
  type Updateinfo,
  type UpdateinfoOptions,
} from "../../src/feed/updateinfo/index.ts";
import { type AdvisoryXml, feed } from "./FeedXml.ts";

const RUNS = Number(process.env.FETTLE_RUNS ?? 1);
const SEED = Number(process.env.FETTLE_SEED ?? 81);

const read = async (advisories: readonly AdvisoryXml[], options?: UpdateinfoOptions): Promise<Updateinfo> => {
  const result = await parseUpdateinfo(feed(...advisories), options);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};

describe("repositories put together", () => {
  it("PAT-11: an advisory in two of them has the packages of both", async () => {
    const baseos = await read([{ id: "A-1", packages: [{ name: "openssl" }] }, { id: "B-1" }]);
    const appstream = await read([{ id: "A-1", packages: [{ name: "openssl-devel" }], cves: ["CVE-2026-0001"] }]);
    const { patches, skipped } = combineUpdateinfo([baseos, appstream]);
    expect(patches.map((p) => [p.id, p.packages.map((q) => q.name), p.cves])).toEqual([
      ["A-1", ["openssl", "openssl-devel"], ["CVE-2026-0001"]],
      ["B-1", ["openssl"], []],
    ]);
    expect(skipped).toEqual([]);
  });

  it("PAT-11: an advisory that one of them left out is left out of all, in any order", async () => {
    const good = await read([{ id: "A-1" }, { id: "B-1" }]);
    const bad = await read([{ id: "A-1", packages: [{ name: "!" }] }]);
    for (const order of [
      [good, bad],
      [bad, good],
    ]) {
      const { patches, skipped } = combineUpdateinfo(order);
      expect(patches.map((p) => p.id)).toEqual(["B-1"]);
      expect(skipped.map((s) => [s.id, s.line])).toEqual([
        ["A-1", 3],
        ["A-1", 0],
      ]);
    }
  });

  it("repositories of different releases aren't parts of one another", async () => {
    const [eight, nine] = [await read([{}], { release: "rocky:8" }), await read([{}], { release: "rocky:9" })];
    const { patches, skipped } = combineUpdateinfo([eight, nine, nine]);
    expect(patches).toEqual([]);
    expect(skipped.map((s) => s.reason)).toEqual([
      "two feeds have it for different releases",
      "another feed's part of it is left out",
    ]);
  });

  it("the limit of packages holds over all of them", async () => {
    const packages = (from: number, n: number) => Array.from({ length: n }, (_, i) => ({ name: `p${from + i}` }));
    const max = feedLimits.packagesPerAdvisory;
    const half = await read([{ packages: packages(0, max - 1) }]);
    expect(combineUpdateinfo([half, await read([{ packages: packages(max, 1) }])]).patches[0]?.packages).toHaveLength(
      max,
    );
    const over = combineUpdateinfo([half, await read([{ packages: packages(max, 2) }])]);
    expect([over.patches, over.skipped.map((s) => s.reason)]).toEqual([[], ["its parts have more than 512 packages"]]);
  });

  it("is what one feed with all their elements says, whatever the order of the repositories", async () => {
    const advisory: fc.Arbitrary<AdvisoryXml> = fc.record({
      id: fc.constantFrom("A-1", "A-2", "A-3"),
      title: fc.constantFrom("one", "two"),
      updated: fc.constantFrom("2026-01-11", "2026-01-12"),
      severity: fc.constantFrom("Low", "Critical"),
      packages: fc.array(fc.record({ name: fc.constantFrom("a", "b", "c") }), { minLength: 1, maxLength: 2 }),
    });
    const repositories = fc.array(fc.array(advisory, { maxLength: 3 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(repositories, async (all) => {
        const whole = await read(all.flat());
        const parts = await Promise.all(all.map((advisories) => read(advisories)));
        expect(combineUpdateinfo(parts)).toEqual(whole);
        const byId = (feeds: readonly Updateinfo[]) => new Map(combineUpdateinfo(feeds).patches.map((p) => [p.id, p]));
        expect(byId(parts.toReversed())).toEqual(byId(parts));
      }),
      { numRuns: 300 * RUNS, seed: SEED },
    );
  });
});
