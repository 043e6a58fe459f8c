/**
 * What dnf says it is about to do, and whether it may. Pure.
 *
 * dnf 4 with `-v` prints one line for each package of its plan, unwrapped (`---> Package curl.x86_64 8.0-2 will be an
 * upgrade`), before it asks. A deployment's plan must bring every wanted package to exactly its version; it may also
 * install or upgrade what these depend on; it may take nothing away but the packages whose place the wanted ones take, as
 * the job says. What can't be read is refused.
 */
import { type Package, RpmVersion } from "@fettle/agent-protocol";

export type Action =
  | "install"
  | "upgrade"
  | "upgraded"
  | "downgrade"
  | "reinstall"
  | "erase"
  | "obsoleted"
  | "obsoleting"
  | "unknown";

export interface Change {
  readonly action: Action;
  readonly name: string;
  readonly arch: string;
  readonly evr: string;
}

export type Verdict =
  | { readonly _tag: "Accepted" }
  /** Wanted, but not in the plan. */
  | { readonly _tag: "Incomplete"; readonly missing: readonly Package.Package[] }
  /** In the plan, but not allowed. */
  | { readonly _tag: "Exceeds"; readonly changes: readonly Change[] };

const words: ReadonlyMap<string, Action> = new Map([
  ["installed", "install"],
  ["an upgrade", "upgrade"],
  ["upgraded", "upgraded"],
  ["a downgrade", "downgrade"],
  ["reinstalled", "reinstall"],
  ["erased", "erase"],
  ["obsoleted", "obsoleted"],
  ["obsoleting", "obsoleting"],
]);

const arrivals: ReadonlySet<Action> = new Set(["install", "upgrade", "obsoleting"]);

const CHANGE = /^---> Package (\S+)\.([^\s.]+) (\S+) will be (.+)$/;
const START = "---> ";
const FINISHED = "--> Finished dependency resolution";

/** The plan in dnf's output, or null as long as it isn't complete. */
export const parse = (output: string): readonly Change[] | null => {
  const lines = output.split("\n");
  // The last piece may be half a line.
  const end = lines.slice(0, -1).indexOf(FINISHED);
  return end < 0
    ? null
    : lines
        .slice(0, end)
        .filter((l) => l.startsWith(START))
        .map(change);
};

/** Judges the plan of a deployment. `wanted` are the packages that stand in an older version, or replace what stands. */
export const reviewInstall = (changes: readonly Change[], wanted: readonly Package.WantedPackage[]): Verdict => {
  const replaced = wanted.flatMap((w) => w.replaces ?? []);
  const isWanted = (c: Change): boolean => wanted.some((w) => isSamePackage(w, c));
  const arriving = changes.filter((c) => arrivals.has(c.action));
  const beyond = changes.filter((c) => {
    if (c.action === "install" || c.action === "upgrade" || c.action === "upgraded") return false;
    if (c.action === "obsoleting" && isWanted(c)) return false;
    if (c.action === "obsoleted" && replaced.some((r) => isSamePackage(r, c))) return false;
    // A package kept side by side pushes out its own oldest version.
    return !(c.action === "erase" && arriving.some((a) => isSamePackage(a, c)));
  });
  return conclude(beyond, missing(arriving, wanted));
};

/** Judges the plan of a rollback: the wanted packages go down to their versions, and nothing else happens. */
export const reviewRollback = (changes: readonly Change[], wanted: readonly Package.Package[]): Verdict => {
  const arriving = changes.filter((c) => c.action === "downgrade");
  const beyond = changes.filter((c) => c.action !== "downgrade" || !wanted.some((w) => isSamePackage(w, c)));
  return conclude(beyond, missing(arriving, wanted));
};

/** Judges the plan of a repair: only packages that are installed twice are reinstalled or erased. */
export const reviewRepair = (changes: readonly Change[], duplicates: ReadonlySet<string>): Verdict =>
  conclude(
    changes.filter((c) => (c.action !== "reinstall" && c.action !== "erase") || !duplicates.has(`${c.name}.${c.arch}`)),
    [],
  );

/** The `name.arch` of every package in `dnf check --duplicates`, whose lines read `A is a duplicate with B`. */
export const parseDuplicates = (output: string): ReadonlySet<string> =>
  new Set(
    output.split("\n").flatMap((l) => {
      const match = /^(\S+)-[^-\s]+-[^-\s]+\.([^\s.]+) is a duplicate with \S+$/.exec(l);
      return match === null ? [] : [`${match[1]}.${match[2]}`];
    }),
  );

/** One sentence about a plan that was not accepted. */
export const explain = (verdict: Exclude<Verdict, { _tag: "Accepted" }>): string =>
  verdict._tag === "Incomplete"
    ? `no enabled repository offers ${list(verdict.missing.map((p) => `${p.name}-${p.evr}.${p.arch}`))} for this patch`
    : `dnf would also do what the job doesn't ask for: ${list(verdict.changes.map(describe))}`;

const NAMED_MAX = 5;

const list = (texts: readonly string[]): string =>
  texts.length <= NAMED_MAX
    ? texts.join(", ")
    : `${texts.slice(0, NAMED_MAX).join(", ")} and ${texts.length - NAMED_MAX} more`;

const describe = (c: Change): string => `${c.action} ${c.name}-${c.evr}.${c.arch}`;

const conclude = (beyond: readonly Change[], absent: readonly Package.Package[]): Verdict => {
  if (beyond.length > 0) return { _tag: "Exceeds", changes: beyond };
  return absent.length > 0 ? { _tag: "Incomplete", missing: absent } : { _tag: "Accepted" };
};

const missing = (arriving: readonly Change[], wanted: readonly Package.Package[]): readonly Package.Package[] =>
  wanted.filter((w) => !arriving.some((c) => isSamePackage(c, w) && canonical(c.evr) === canonical(w.evr)));

const isSamePackage = (
  a: { readonly name: string; readonly arch: string },
  b: { readonly name: string; readonly arch: string },
): boolean => a.name === b.name && a.arch === b.arch;

const canonical = (evr: string): string => {
  const parsed = RpmVersion.parse(evr);
  return parsed === null ? evr : RpmVersion.print(parsed);
};

const change = (text: string): Change => {
  const match = CHANGE.exec(text);
  if (match === null) return { action: "unknown", name: text, arch: "", evr: "" };
  const [, name = "", arch = "", evr = "", word = ""] = match;
  return { action: words.get(word) ?? "unknown", name, arch, evr };
};
