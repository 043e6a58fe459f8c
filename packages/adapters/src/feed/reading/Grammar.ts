/** The grammars of what an advisory says: each reads a text or says why not. Pure. */
import { DebVersion, type Package, type Result, RpmVersion } from "@fettle/agent-protocol";
import type { Patch } from "@fettle/core";

/** Ids of advisories, as far as the wire carries them. */
const ADVISORY_ID = /^[A-Za-z0-9][A-Za-z0-9:._-]{0,127}$/;
const CVE_ID = /^CVE-\d{4}-\d{4,19}$/;
const CATEGORY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const PACKAGE_NAME = /^[A-Za-z0-9][A-Za-z0-9+._-]{0,127}$/;
const ARCHITECTURE = /^[A-Za-z0-9_]{1,32}$/;
const VERSION_PART = /^[A-Za-z0-9._+~^]+$/;
const EPOCH = /^\d{1,9}$/;
/** `2026-01-10`, with or without a time, with or without a zone; UTC where none is said. */
const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(?: ?(Z|UTC|GMT|[+-]\d\d:?\d\d))?)?$/;
const EPOCH_SECONDS = /^\d{9,12}$/;
/** What a bad text shows of itself in a reason, in characters. */
const QUOTED_CHARACTERS_MAX = 80;
const INSTANT_MAX = 253_402_300_799_999;
const MODULE_PART = /^[A-Za-z0-9][A-Za-z0-9+._-]{0,127}$/;
/** The longest address that is kept, in characters. */
export const LINK_CHARACTERS_MAX = 2_048;

const severities: { readonly [word: string]: Patch.VendorSeverity } = {
  critical: "Critical",
  urgent: "Critical",
  important: "Important",
  high: "Important",
  moderate: "Moderate",
  medium: "Moderate",
  low: "Low",
  none: "None",
  unknown: "None",
  unspecified: "None",
  "n/a": "None",
  "": "None",
};

const withdrawn: ReadonlySet<string> = new Set([
  "retracted",
  "obsolete",
  "obsoleted",
  "deprecated",
  "revoked",
  "withdrawn",
]);

/** The category of an advisory that names none: the word that dnf shows for it. */
export const UNKNOWN_CATEGORY = "unknown";

export const advisoryId = (text: string): Result<string, string> => matching(ADVISORY_ID, text, "an advisory id");

/** `CVE-2026-0001`, in any case. */
export const cve = (text: string): Result<string, string> => matching(CVE_ID, text.trim().toUpperCase(), "a CVE id");

/** The advisory's type as it stands; missing is {@link UNKNOWN_CATEGORY}. */
export const category = (text: string | null): Result<string, string> =>
  text === null || text === "" ? ok(UNKNOWN_CATEGORY) : matching(CATEGORY, text, "a type of advisory");

/** The vendor's word as one of the five, whatever its case. Missing is None; a word nobody knows is refused. */
export const severity = (text: string | null): Result<Patch.VendorSeverity, string> => {
  const word = (text ?? "").trim().toLowerCase();
  const known = Object.hasOwn(severities, word) ? severities[word] : undefined;
  return known === undefined ? refused(text ?? "", "a severity") : ok(known);
};

/** Whether the status says that the vendor took the advisory back. */
export const isWithdrawn = (status: string | null): boolean => withdrawn.has((status ?? "").trim().toLowerCase());

/** A flag such as `reboot_suggested`: `1`, `True`, or the mere element. */
export const flag = (text: string): Result<boolean, string> => {
  const word = text.trim().toLowerCase();
  if (["", "1", "true", "yes"].includes(word)) return ok(true);
  return ["0", "false", "no"].includes(word) ? ok(false) : refused(text, "a flag");
};

/** Epoch milliseconds of a date in the forms that feeds use; UTC where no zone is said. */
export const date = (text: string): Result<number, string> => {
  const trimmed = text.trim();
  if (EPOCH_SECONDS.test(trimmed)) return inRange(Number(trimmed) * 1_000, text);
  const match = DATE.exec(trimmed);
  if (match === null) return refused(text, "a date");
  const part = (i: number): number => Number(match[i] ?? "0");
  const [year, month, day, hour, minute, second] = [part(1), part(2), part(3), part(4), part(5), part(6)];
  const utc = Date.UTC(year, month - 1, day, hour, minute, second);
  const back = new Date(utc);
  // Date.UTC rolls a 30 February over; a date that doesn't come back is none.
  const isReal = year >= 1970 && back.getUTCMonth() === month - 1 && back.getUTCDate() === day && hour < 24;
  const offset = offsetMinutes(match[7]);
  if (!isReal || minute > 59 || second > 59 || offset === null) return refused(text, "a date");
  return inRange(utc - offset * 60_000, text);
};

/** Whether an architecture is that of source packages, which no asset installs. */
export const isSource = (arch: string): boolean => arch === "src" || arch === "nosrc";

/** A package by its attributes, EVR printed the one way. */
export const pkg = (attributes: { readonly [name: string]: string }): Result<Package.Package, string> => {
  const name = matching(PACKAGE_NAME, attributes.name ?? "", "a package name");
  if (!name.ok) return name;
  const arch = matching(ARCHITECTURE, attributes.arch ?? "", "an architecture");
  if (!arch.ok) return arch;
  const version = matching(VERSION_PART, attributes.version ?? "", `a version of ${name.value}`);
  if (!version.ok) return version;
  const release = matching(VERSION_PART, attributes.release ?? "", `a release of ${name.value}`);
  if (!release.ok) return release;
  const epoch = matching(EPOCH, attributes.epoch || "0", `an epoch of ${name.value}`);
  if (!epoch.ok) return epoch;
  const evr = RpmVersion.print({ epoch: Number(epoch.value), version: version.value, release: release.value });
  return RpmVersion.parse(evr) === null ? refused(evr, "an EVR") : ok({ name: name.value, arch: arch.value, evr });
};

/** A package whose version is one text: an EVR of RPM, whose release must be told, or a version of Debian. */
export const pkgAt = (
  told: { readonly name: string; readonly arch: string; readonly version: string },
  format: "rpm" | "deb",
): Result<Package.Package, string> => {
  const name = matching(PACKAGE_NAME, told.name, "a package name");
  if (!name.ok) return name;
  const arch = matching(ARCHITECTURE, told.arch, "an architecture");
  if (!arch.ok) return arch;
  const evr = format === "rpm" ? rpmVersion(told.version) : debVersion(told.version);
  return evr === null
    ? refused(told.version, `${format === "rpm" ? "an EVR" : "a Debian version"} of ${name.value}`)
    : ok({ name: name.value, arch: arch.value, evr });
};

const rpmVersion = (text: string): string | null => {
  const evr = RpmVersion.parse(text);
  return evr === null || evr.release === "" ? null : RpmVersion.print(evr);
};

const debVersion = (text: string): string | null => (DebVersion.parse(text) === null ? null : text);

/** Whether a package of RPM was built for a module, as its release says: it fixes an asset on that module's stream only. */
export const isModular = (evr: string): boolean => /\.module[+_]/.test(evr);

/** A module stream as `name:stream`. */
export const moduleStream = (name: string, stream: string): Result<string, string> =>
  MODULE_PART.test(name) && MODULE_PART.test(stream)
    ? ok(`${name}:${stream}`)
    : refused(`${name}:${stream}`, "a module stream");

/** A title on one line, without control characters. */
export const title = (text: string): string => printable(text).replaceAll(/\s+/g, " ").trim();

/** Nothing that a terminal, or a database, takes for anything but text; line breaks and tabs stay. */
const CONTROL = /[^\P{Cc}\n\t]/gu;

const printable = (text: string): string => text.replaceAll("\r\n", "\n").replaceAll(CONTROL, " ");

/**
 * A text without control characters, cut to a number of characters: the last of them an ellipsis where anything was cut;
 * never inside a character.
 */
export const shortened = (text: string, charactersMax: number): string => {
  const trimmed = printable(text).trim();
  if (trimmed.length <= charactersMax) return trimmed;
  if (charactersMax === 0) return "";
  return `${trimmed.slice(0, charactersMax - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
};

/** An address that a person may be sent to: http or https, without a user in it. Null when it is none. */
export const link = (text: string): string | null => {
  if (text.length > LINK_CHARACTERS_MAX || !URL.canParse(text)) return null;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && url.username === "" && url.password === "" ? url.href : null;
};

const ok = <A>(value: A): Result<A, never> => ({ ok: true, value });
const refused = (text: string, what: string): Result<never, string> => ({
  ok: false,
  error: `${JSON.stringify(text.slice(0, QUOTED_CHARACTERS_MAX))} is not ${what}`,
});

const matching = (grammar: RegExp, text: string, what: string): Result<string, string> =>
  grammar.test(text) ? ok(text) : refused(text, what);

const inRange = (instant: number, text: string): Result<number, string> =>
  instant >= 0 && instant <= INSTANT_MAX ? ok(instant) : refused(text, "a date between 1970 and 9999");

const OFFSET_MINUTES_MAX = 14 * 60;

const offsetMinutes = (zone: string | undefined): number | null => {
  if (zone === undefined || !/^[+-]/.test(zone)) return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  if (minutes > OFFSET_MINUTES_MAX || Number(zone.slice(-2)) > 59) return null;
  return zone.startsWith("-") ? -minutes : minutes;
};
