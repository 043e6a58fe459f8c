import { describe, expect, it } from "vitest";
import * as Activity from "../../src/domain/asset/Activity.ts";

const entries = (count: number): readonly Activity.ActivityEntry[] =>
  Array.from({ length: count }, (_, at) => ({ what: "ScanComplete", at, about: null }));

describe("an agent's activity log", () => {
  it("AGT-05: keeps its latest 200 entries; of one more the oldest goes", () => {
    const full = Activity.noted(null, "a", entries(Activity.ENTRIES_MAX));
    expect(full.entries).toEqual(entries(200));
    const more = Activity.noted(full, "a", [{ what: "Provisioned", at: 200, about: null }]);
    expect(more.entries).toHaveLength(200);
    expect([more.entries[0]?.at, more.entries.at(-1)?.what]).toEqual([1, "Provisioned"]);
  });

  it("CFG-07: goes by age, from the instant on", () => {
    const log = Activity.noted(null, "a", entries(3));
    expect(Activity.since(log, 1).entries.map((e) => e.at)).toEqual([1, 2]);
    expect(Activity.since(log, 0)).toBe(log);
  });
});
