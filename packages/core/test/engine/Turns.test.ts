import * as Effect from "effect/Effect";
import { describe, expect, it } from "vitest";
import type { Tag } from "../../src/domain/tag/TagTree.ts";
import * as TagTree from "../../src/domain/tag/TagTree.ts";
import * as Turns from "../../src/engine/plans/Turns.ts";
import * as Repository from "../../src/engine/Repository.ts";
import * as ControlPlane from "../scenario/ControlPlane.ts";

const CHUNKS = 40;

function* chunked(work: () => void): Generator<void, string> {
  for (let i = 0; i < CHUNKS; i += 1) {
    work();
    yield;
  }
  return "done";
}

describe("long work", () => {
  it("gives timers their turn between its chunks", async () => {
    let [ticks, seen] = [0, 0];
    const timer = setInterval(() => (ticks += 1), 1);
    const busy = () => {
      const until = performance.now() + 3;
      while (performance.now() < until) seen = ticks;
    };
    expect(await Effect.runPromise(Turns.take(chunked(busy)))).toBe("done");
    clearInterval(timer);
    // In one go it would see none. Timers of a busy machine may be late, and skip some.
    expect(seen).toBeGreaterThan(CHUNKS / 4);
  });

  it("is done at once where nobody else waits", () => {
    let chunks = 0;
    expect(Effect.runSync(Turns.take(chunked(() => (chunks += 1))))).toBe("done");
    expect(chunks).toBe(CHUNKS);
  });

  it("hands out each entity once, however many there are, to the last", () => {
    const plane = ControlPlane.make();
    const tenantId = ControlPlane.TENANT;
    const tags = (count: number): readonly Tag[] =>
      Array.from({ length: count }, (_, i) => {
        const id = `tag-${String(i).padStart(6, "0")}`;
        return { id, name: id, parent: null, rule: TagTree.assigned };
      });
    for (const count of [0, 1, Turns.READ_MAX, 2 * Turns.READ_MAX, 2 * Turns.READ_MAX + 1]) {
      const writes = tags(count).map((tag) => Repository.put("tag", tag.id, tag));
      const read = Effect.gen(function* () {
        if (writes.length > 0) yield* Repository.commit(tenantId, { writes });
        const all = yield* Turns.all(tenantId, "tag");
        return { all, same: (yield* Repository.all(tenantId, "tag")).map((t) => t.value) };
      });
      const { all, same } = Effect.runSync(Effect.provide(read, plane.ports));
      expect(all).toEqual(same);
      expect(all.length).toBeGreaterThanOrEqual(count);
    }
  });
});
