/** Whether the story came out as it is told: its outcomes, and what stands on the machines. */
import { RunStatus } from "@fettle/agent-protocol";
import type { ResultRow } from "@fettle/core";
import { Story } from "@fettle/core/testing";
import type { Fleet } from "./Fleet.ts";
import type { Line } from "./Lines.ts";

// As the story tells it: every outcome, every status, nobody else.
export const checkDeployment = (lines: readonly Line[]): string[] => {
  const problems: string[] = [];
  const told = Object.entries(Story.expected).flatMap(([asset, patches]) =>
    Object.entries(patches).map(([patch, outcome]) => `${asset} ${patch} ${outcome}`),
  );
  const shown = lines
    .filter((l) => l.patch !== "—")
    .map((l) => `${l.asset} ${l.patch} ${l.result}${l.reason === "" ? "" : ` ${l.reason.split(" ")[0]}`}`);
  for (const t of told) if (!shown.includes(t)) problems.push(`told, but not so: ${t}`);
  for (const s of shown) if (!told.includes(s)) problems.push(`so, but not told: ${s}`);
  const statuses = new Map(lines.map((l) => [l.asset, l.status]));
  const known = Object.entries(Story.expectedStatus).map(
    ([asset, status]) => [asset, RunStatus.label(status as RunStatus.RunStatus)] as const,
  );
  for (const [asset, status] of known) {
    if (statuses.get(asset) !== status)
      problems.push(`${asset} ended ${statuses.get(asset) ?? "without a run"}, not ${status}`);
  }
  for (const asset of statuses.keys())
    if (!(asset in Story.expectedStatus)) problems.push(`${asset} has a run that nobody ordered`);
  return problems;
};

export const checkRollback = (lines: readonly Line[]): string[] => {
  const told = Object.entries(Story.expected).filter(([, p]) => p[Story.rolledBack] === "Installed");
  const removed = new Set(lines.filter((l) => l.result === "Removed").map((l) => l.asset));
  return [
    ...told.flatMap(([asset]) => (removed.has(asset) ? [] : [`${asset} was not rolled back`])),
    ...[...removed].flatMap((asset) => (told.some(([a]) => a === asset) ? [] : [`${asset} was rolled back untold`])),
  ];
};

// Every version that is shown must be what the machine's own database holds.
export const checkMachines = async (fleet: Fleet, rows: readonly ResultRow[]): Promise<string[]> => {
  const problems: string[] = [];
  for (const machine of fleet.machines) {
    const standing = await fleet.installed(machine);
    for (const [name, evrs] of standing) {
      const results = rows.filter((r) => r.asset.name === machine).flatMap((r) => r.result?.packages ?? []);
      const shown = results.filter((p) => p.name === name).at(-1);
      if (shown !== undefined && shown.after.join() !== evrs.join()) {
        problems.push(`${machine} shows ${name} ${shown.after.join()}, but ${evrs.join()} stands there`);
      }
      if (evrs.length > 1) problems.push(`${machine} has ${name} twice: ${evrs.join()}`);
    }
  }
  return problems;
};

// Unlicensed and excluded machines are as they were; the rolled back package is where it began.
export const checkFormer = async (fleet: Fleet): Promise<string[]> => {
  const problems: string[] = [];
  for (const machine of Story.machines) {
    const standing = await fleet.installed(machine.name);
    const untouched = machine.group !== "servers";
    for (const p of machine.packages) {
      const now = standing.get(p.name)?.join();
      if ((untouched || p.name === "openssl-lab") && now !== p.evr) {
        problems.push(`${machine.name} should have ${p.name} ${p.evr}, but has ${now ?? "none"}`);
      }
    }
  }
  return problems;
};
