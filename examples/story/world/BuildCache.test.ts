import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as BuildCache from "./BuildCache.ts";

describe("the build cache", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await fs.mkdtemp(path.join(tmpdir(), "fettle-cache-"));
  });
  afterAll(() => fs.rm(folder, { recursive: true }));

  it("builds once for the same sources, and anew for others", async () => {
    let builds = 0;
    const make = (sources: readonly unknown[]) =>
      BuildCache.ensure(sources, folder, async (place) => {
        builds += 1;
        await fs.writeFile(path.join(place, "file"), "text");
      });
    const first = await make([1]);
    expect([await make([1]), await fs.readFile(path.join(first, "file"), "utf8")]).toEqual([first, "text"]);
    expect(await make([2])).not.toBe(first);
    expect(builds).toBe(2);
  });

  it("lets two builders at once both end well, with one result", async () => {
    const make = () =>
      BuildCache.ensure(["race"], folder, async (place) => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        await fs.writeFile(path.join(place, "file"), "text");
      });
    const places = await Promise.all([make(), make(), make()]);
    expect(new Set(places).size).toBe(1);
    const [place] = places;
    expect((await fs.readdir(folder)).filter((n) => n.startsWith(`${path.basename(place)}.`))).toEqual([]);
  });

  it("keeps nothing of a build that failed", async () => {
    const before = await fs.readdir(folder);
    await expect(BuildCache.ensure(["bad"], folder, () => Promise.reject(new Error("broken")))).rejects.toThrow(
      "broken",
    );
    expect(await fs.readdir(folder)).toEqual(before);
  });

  it("uses no folder that others may write to", async () => {
    const place = await BuildCache.ensure(["mine"], folder, () => Promise.resolve());
    await fs.chmod(place, 0o777);
    await expect(BuildCache.ensure(["mine"], folder, () => Promise.resolve())).rejects.toThrow("in the way");
  });
});
