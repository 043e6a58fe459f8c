import { readFileSync } from "node:fs";
import { RunStatus } from "@fettle/agent-protocol/vocabulary";
import { expect, it } from "vitest";
import * as Marks from "../../../src/domain/run/Marks.ts";

const page = readFileSync(new URL("../../../../../docs/concepts/runs.md", import.meta.url), "utf8");

/** The first cells of a table's rows, without its head. */
const rowsOf = (head: string, cells: number): readonly (readonly string[])[] => {
  const [, table = ""] = page.split(`${head}\n`);
  const rows = table.split("\n\n")[0]?.split("\n").slice(1) ?? [];
  return rows.map((row) =>
    row
      .split("|")
      .slice(1, cells + 1)
      .map((cell) => cell.trim()),
  );
};

it("RUN-06, RUN-01: the documentation's table is the one by which agents' reports move a status", () => {
  const rows = RunStatus.all.map((from) => {
    const to = RunStatus.all.filter((to) => RunStatus.mayMove(from, to, "agent")).map(RunStatus.label);
    expect(RunStatus.isFinal(from)).toBe(to.length === 0);
    return [RunStatus.label(from), to.length === 0 ? "nothing: it is final" : to.join(", ")];
  });
  expect(rowsOf("| from | its agent moves it to |", 2)).toEqual(rows);
});

it("RUN-06: and has every mark that ends an asset run, with what that is while it stands", () => {
  const rows = Object.entries(Marks.statusOf).map(([tag, status]) => [tag, RunStatus.label(status)]);
  expect(rowsOf("| mark | while it stands | when | it gives way to |", 2)).toEqual(rows);
});
