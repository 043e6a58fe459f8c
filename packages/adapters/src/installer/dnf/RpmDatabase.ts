/**
 * Reads rpm's database: the evidence on which every outcome rests. An answer that is empty, incomplete or accompanied
 * by an error is an error, never "nothing is installed".
 */
import { Package, RpmVersion } from "@fettle/agent-protocol";
import type { DnfSettings } from "./DnfOptions.ts";
import * as ToolQuery from "./ToolQuery.ts";

export interface DatabaseFailure {
  readonly reason: "ToolMissing" | "Unreadable";
  readonly message: string;
  readonly cause?: unknown;
}

export type DatabaseResult<A> =
  | { readonly ok: true; readonly value: A }
  | { readonly ok: false; readonly error: DatabaseFailure };

// A tab can stand in none of these tags. The mark tells a record from a line of rpm's own.
const MARK = "@";
const BRIEF = `${MARK}\\t%{DBINSTANCE}\\t%{NAME}\\t%{EPOCHNUM}\\t%{VERSION}-%{RELEASE}\\t%{ARCH}\\t`;
const BRIEF_FORMAT = `${BRIEF}\\n`;
const FORMAT = `${BRIEF}[%{PROVIDENAME} ]\\n`;

// dnf's own default of installonlypkgs: by name, or by what a package provides.
const sideBySideNames: ReadonlySet<string> = new Set(["kernel", "kernel-PAE"]);
const SIDE_BY_SIDE = /^(?:installonlypkg\((?:kernel|kernel-module|vm)\)|multiversion\(kernel\))$/;

// Imported keys stand in the database as packages of this name, without an architecture.
const KEY_PACKAGE = "gpg-pubkey";

/** Every installed package but imported keys, sorted by name, architecture and EVR text. */
export const packages = async (settings: DnfSettings): Promise<DatabaseResult<readonly Package.Package[]>> => {
  const answer = await query(settings, ["-qa", "--qf", BRIEF_FORMAT]);
  if (!answer.ok) return answer;
  if (answer.value.exitCode !== 0) return unreadable(`rpm -qa ended with exit code ${answer.value.exitCode}`);
  const records = parse(answer.value.stdout);
  if (records === null) return unreadable("rpm -qa printed a line that is no record");
  const found = records.filter((r) => r.name !== KEY_PACKAGE).map(({ name, arch, evr }) => ({ name, arch, evr }));
  if (found.length === 0) return unreadable("rpm -qa printed nothing: a system without any package isn't believed");
  return { ok: true, value: found.sort(byText) };
};

/** What is installed of each of these packages, in their order. Names were checked against their grammar before. */
export const installed = async (
  settings: DnfSettings,
  wanted: readonly Package.Package[],
): Promise<DatabaseResult<readonly Package.InstalledVersions[]>> => {
  const names = [...new Set(wanted.map((p) => p.name))];
  const answer = await query(settings, ["-q", "--qf", FORMAT, "--", ...names]);
  if (!answer.ok) return answer;
  const absent = new Set(names.filter((n) => answer.value.stdout.includes(`package ${n} is not installed\n`)));
  const records = parse(withoutAbsent(answer.value.stdout, absent));
  if (records === null) return unreadable("rpm -q printed a line that is neither a record nor about an absent package");
  // rpm also takes `a-1` for version 1 of `a`: such a record answers for another name than was asked.
  const isAnswered = (n: string): boolean => absent.has(n) || records.some((r) => r.name === n || n.startsWith(r.name));
  const silent = names.find((n) => !isAnswered(n));
  if (silent !== undefined) return unreadable(`rpm -q said nothing about ${silent}`);
  return { ok: true, value: wanted.map((p) => versionsOf(p, records)) };
};

/** Where rpm's transaction lock lies. */
export const lockFile = async (settings: DnfSettings): Promise<string | null> => {
  const answer = await ToolQuery.ask(settings.rpm, ["--eval", "%{_dbpath}"], limits(settings));
  const place = answer.ok && answer.value.exitCode === 0 ? answer.value.stdout.trim() : "";
  return place.startsWith("/") ? `${settings.installRoot === "/" ? "" : settings.installRoot}${place}/.rpm.lock` : null;
};

interface PackageRecord extends Package.Package {
  readonly provides: readonly string[];
}

const limits = (settings: DnfSettings) => ({ milliseconds: settings.limits.queryMilliseconds });

const query = async (settings: DnfSettings, args: readonly string[]): Promise<DatabaseResult<ToolQuery.ToolAnswer>> => {
  const root = settings.installRoot === "/" ? [] : ["--root", settings.installRoot];
  const answer = await ToolQuery.ask(settings.rpm, [...root, ...args], limits(settings));
  if (!answer.ok) {
    const { _tag, message } = answer.error;
    return { ok: false, error: { reason: _tag === "Missing" ? "ToolMissing" : "Unreadable", message } };
  }
  const complaint = answer.value.stderr.split("\n").find((l) => l.startsWith("error: "));
  if (complaint !== undefined) return unreadable(complaint);
  if (answer.value.signal !== null) return unreadable(`rpm was ended by ${answer.value.signal}`);
  return { ok: true, value: answer.value };
};

const unreadable = (message: string): DatabaseResult<never> => ({
  ok: false,
  error: { reason: "Unreadable", message },
});

const withoutAbsent = (stdout: string, absent: ReadonlySet<string>): string =>
  stdout
    .split("\n")
    .filter((l) => !absent.has(/^package (\S+) is not installed$/.exec(l)?.[1] ?? ""))
    .join("\n");

const RECORD = /^@\t(\d+)\t([^\t]+)\t(\d+)\t([^\t]+)\t([^\t]+)\t([^\t]*)$/;

const parse = (stdout: string): readonly PackageRecord[] | null => {
  // By the database's own number: a package asked for by two names is printed twice, one installed twice has two.
  const records = new Map<string, PackageRecord>();
  for (const line of stdout.split("\n").filter((l) => l !== "")) {
    const match = RECORD.exec(line);
    if (match === null) return null;
    const [, instance = "", name = "", epoch = "0", versionRelease = "", arch = "", provides = ""] = match;
    const evr = epoch === "0" ? versionRelease : `${epoch}:${versionRelease}`;
    records.set(instance, { name, arch, evr, provides: provides.split(" ") });
  }
  return [...records.values()];
};

const versionsOf = (p: Package.Package, records: readonly PackageRecord[]): Package.InstalledVersions => {
  const own = records.filter((r) => r.name === p.name && r.arch === p.arch);
  return {
    name: p.name,
    arch: p.arch,
    evrs: own.map((r) => r.evr).sort(RpmVersion.compare),
    sideBySide: own.some((r) => sideBySideNames.has(r.name) || r.provides.some((word) => SIDE_BY_SIDE.test(word))),
  };
};

const byText = (a: Package.Package, b: Package.Package): number =>
  compareText(Package.key(a), Package.key(b)) || compareText(a.evr, b.evr);

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
