/** What numbers are remembered, and that they are few. */
import { describe, expect, it } from "vitest";
import * as KeptNumbers from "../../../src/storage/sqlite/search/keeping/KeptNumbers.ts";

const never = (): number => {
  throw new Error("read anew");
};

describe("numbers that are kept", () => {
  it("are read once, and belong to one kind and one tenant each", () => {
    const kept = KeptNumbers.make(10);
    const [tags, patches] = [kept.kind(), kept.kind()];
    expect(tags.of(1, "a", () => 4)).toBe(4);
    expect(tags.of(1, "a", never)).toBe(4);
    expect(tags.of(2, "a", () => 5)).toBe(5);
    expect(patches.of(1, "a", () => 6)).toBe(6);
    expect([tags.of(1, "a", never), tags.of(2, "a", never), patches.of(1, "a", never)]).toEqual([4, 5, 6]);
  });

  it("are read anew once they were dropped or all forgotten", () => {
    const kept = KeptNumbers.make(10);
    const [tags, patches] = [kept.kind(), kept.kind()];
    for (const kind of [tags, patches]) for (const name of ["a", "b"]) kind.of(1, name, () => 1);
    tags.drop(1, "a");
    tags.drop(3, "of no tenant that is known");
    expect(tags.of(1, "a", () => 2)).toBe(2);
    expect(patches.of(1, "a", never)).toBe(1);
    kept.forget();
    for (const kind of [tags, patches]) expect(kind.of(1, "b", () => 3)).toBe(3);
  });

  it("are at most as many as was said, of all kinds and tenants together", () => {
    const kept = KeptNumbers.make(3);
    const [tags, patches] = [kept.kind(), kept.kind()];
    tags.of(1, "a", () => 1);
    tags.of(2, "a", () => 2);
    patches.of(1, "a", () => 3);
    patches.drop(1, "a");
    patches.of(1, "b", () => 4);
    expect(tags.of(1, "a", never)).toBe(1);
    patches.of(1, "c", () => 5);
    expect(patches.of(1, "c", never)).toBe(5);
    expect(tags.of(1, "a", () => 6)).toBe(6);
  });
});
