import { it } from "vitest";
import * as Machine from "./Machine.ts";
it("x", () => {
  const pkg = (name: string, evr: string) => ({ name, arch: "noarch", evr });
  const m = Machine.make({ packages: [pkg("a", "1-1"), pkg("b", "1-1")] });
  m.plane.order([{ patchId: "A", advisory: null, packages: [pkg("a", "2-1")] }, { patchId: "B", advisory: null, packages: [pkg("b", "2-1")] }]);
  console.log(JSON.stringify(m.cycle()));
  console.log(m.status(), m.os.truth, m.moments.length, m.moments.filter((x) => x.call === "journal.append" && x.when === "before").map((x) => x.records.map((r) => r._tag === "FactRecorded" ? `${r._tag} ${JSON.stringify(r.fact.body).slice(0, 80)}` : r._tag).join()));
  m.finish();
  console.log([...m.plane.facts.values()].map((f) => JSON.stringify(f.body)), m.plane.heard.map((h) => h.route).join());
});
