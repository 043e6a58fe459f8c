/** What the commands found and did, for people. */
import type { CopyReport } from "../../SqliteBackup.ts";
import type { CheckReport } from "../../SqliteCheck.ts";
import type { StorageStats } from "../../SqliteStats.ts";
import * as Table from "../Table.ts";

export const ofCheck = (report: CheckReport): string => {
  if (report.isSound) return `sound; looked at ${[...new Set(report.looks)].join(", ")}\n`;
  const rows = report.findings.map(({ look, tenantId, message }) => [look, tenantId ?? "", message]);
  return Table.render([["look", "tenant", "what is wrong"], ...rows], []);
};

export const ofStats = (stats: StorageStats): string => {
  const { version, bytes, logBytes, pages, pageBytes, freePages } = stats;
  const head = [
    ["schema version", `${version}`],
    ["file", `${size(bytes)}: ${pages} pages of ${pageBytes} bytes, ${freePages} of them free`],
    ["write-ahead log", size(logBytes)],
    ["for searches", size(stats.tables.reduce((sum, t) => sum + (t.name.startsWith("search_") ? t.bytes : 0), 0))],
  ];
  const tables = stats.tables.map((t) => [t.name, `${t.rows}`, size(t.bytes)]);
  const kinds = stats.kinds.map((k) => [k.tenantId, k.kind, `${k.rows}`, size(k.bytes)]);
  return [
    Table.render(head, []),
    Table.render([["table", "rows", "with indexes"], ...tables], [1, 2]),
    Table.render([["tenant", "kind", "rows", "bodies"], ...kinds], [2, 3]),
  ].join("\n");
};

export const ofCopy = (what: string, to: string, { bytes, version }: CopyReport): string =>
  `${what} ${Table.plain(to)}: ${size(bytes)}, schema version ${version}, checked\n`;

export const ofMigration = (file: string, from: number, to: number): string =>
  from === to
    ? `${Table.plain(file)} is at schema version ${to} already\n`
    : `${Table.plain(file)}: schema version ${from} → ${to}\n`;

export const ofReindexing = (file: string, entities: number): string =>
  `${Table.plain(file)}: what searches read was made anew from ${entities} entities\n`;

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Bytes as people read them: `12.3 MiB`. */
export const size = (bytes: number): string => {
  let [value, unit] = [bytes, 0];
  while (value >= 1_024 && unit < UNITS.length - 1) [value, unit] = [value / 1_024, unit + 1];
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
};
