import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { patches, TODAY } from "../src/Patches.ts";
import * as SearchBox from "../src/SearchBox.ts";

const fresh = SearchBox.make(patches, TODAY);

const idsOf = (text: string): readonly string[] => {
  const [, outcome] = SearchBox.run(fresh, text);
  if (outcome._tag === "Refused") throw new Error(outcome.diagnostics.map(({ message }) => message).join(" "));
  return outcome.found.patches.map(({ id }) => id);
};

describe("the search box", () => {
  it("offers tokens, their values, and what was searched before", () => {
    expect(SearchBox.complete(fresh, "sev").items.map(({ insert }) => insert)).toEqual(["severity"]);
    expect(SearchBox.complete(fresh, "cve: CVE-2024-6").items.map(({ insert }) => insert)).toEqual(["CVE-2024-6387"]);
    const [used] = SearchBox.run(fresh, "missing > 100");
    expect(SearchBox.complete(used, "").items[0]).toMatchObject({ kind: "recent", insert: "missing > 100" });
  });

  it("runs what is sound and keeps it; what isn't changes nothing", () => {
    expect(idsOf("packages: (name: openssl* and version < 3.0.8)")).toEqual(["LAB-2024:2447"]);
    expect(idsOf("severity is null")).toEqual(["LAB-2024:4001"]);
    const [after, outcome] = SearchBox.run(fresh, "severity: worst");
    expect(after).toBe(fresh);
    expect(outcome).toMatchObject({ _tag: "Refused", diagnostics: [{ code: "unknown-enum-value" }] });
  });

  it("explains what was found, and what was not", () => {
    const [box] = SearchBox.run(fresh, "platform: windows and missing > 100");
    const [large, small] = patches;
    if (large === undefined || small === undefined) throw new Error("there are patches");
    expect(SearchBox.explain(box, large)?.isFound).toBe(true);
    expect(SearchBox.explain(box, small)).toEqual({
      isFound: false,
      conditions: [{ text: "missing > 100", holds: false, values: ["missing is 57"] }],
    });
    expect(SearchBox.explain(fresh, large)).toBeNull();
  });

  it("plays a search where there is no terminal", () => {
    const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
    const played = execFileSync(process.execPath, ["--import", "tsx", main], { encoding: "utf8" });
    expect(played).toContain("search> severity: critcal\nerror[unknown-enum-value]");
    expect(played).toContain("Did you mean Critical?");
    expect(played).toContain("  LAB-2024:4312 is found, as\n");
    expect(played).toContain("  KB5040442 is not found, as\n    ✓ reboot: true  (reboot is true)");
    expect(played).toContain("error[missing-and-or]");
  });
});
