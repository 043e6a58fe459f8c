import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import * as JobStatus from "../../src/domain/job/JobStatus.ts";

const page = readFileSync(new URL("../../../../docs/concepts/jobs.md", import.meta.url), "utf8");

it("JOB-14: the documentation's diagram is the table of transitions", () => {
  const [, drawn] = /```mermaid\n([\s\S]*?)\n```/.exec(page) ?? [];
  expect(drawn).toBe(JobStatus.diagram());
  for (const from of JobStatus.all) {
    for (const to of JobStatus.all) {
      expect([from, to, drawn?.includes(`  ${from} --> ${to}: `)]).toEqual([
        from,
        to,
        (["run-once", "recurring"] as const).some((sort) => JobStatus.move(from, to, sort).ok),
      ]);
    }
  }
});

it("JOB-12, JOB-14: a job starts in a status of the table, and each way out of it names the rule that it stands on", () => {
  expect(JobStatus.transitions("run-once")[JobStatus.initial]).toContain("Enabled");
  expect(JobStatus.transitions("recurring")[JobStatus.initial]).toEqual(["Enabled"]);
  for (const line of JobStatus.diagram().split("\n").slice(1)) expect(line).toMatch(/\([A-Z]+-\d\d\)$/);
});
