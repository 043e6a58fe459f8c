/**
 * The command lines that this adapter can run, as closed templates with slots. Pure.
 *
 * Invariants: no shell ever sees a slot; a slot that doesn't match its grammar refuses the whole line before anything
 * starts; operands stand behind `--`; a package is always a full NEVRA with its epoch, so that it means one version;
 * what makes a run safe is set here and wins over any configuration file.
 */
import { type Package, RpmVersion } from "@fettle/agent-protocol";
import type { DnfSettings } from "./DnfOptions.ts";

/** Why a value got into no command line. */
export interface SlotRefusal {
  readonly slot: "advisory" | "name" | "arch" | "evr" | "packages";
  readonly value: string;
  readonly message: string;
}

export type Line =
  | { readonly ok: true; readonly value: readonly string[] }
  | { readonly ok: false; readonly error: SlotRefusal };

export interface Deployment {
  readonly advisory: string | null;
  readonly packages: readonly Package.Package[];
  /** Ask the repositories whether anything is newer than what was fetched before. */
  readonly refresh: boolean;
}

/** Packages in one command line at most; the wire's own limit for one patch. */
export const PACKAGES_MAX = 512;
/** Characters of a name or an advisory. */
export const NAME_CHARACTERS_MAX = 128;
/** Characters of an EVR. */
export const EVR_CHARACTERS_MAX = RpmVersion.EVR_LENGTH_MAX;

const NAME = /^[A-Za-z0-9][A-Za-z0-9+._-]*$/;
const ADVISORY = /^[A-Za-z0-9][A-Za-z0-9:._-]*$/;
const EVR = /^(?:[0-9]{1,9}:)?[A-Za-z0-9._+~^]+-[A-Za-z0-9._+~^]+$/;

// A closed list: an operand that ends in `.rpm` would be a file, and `src` no installed package.
const architectures: ReadonlySet<string> = new Set(
  "noarch x86_64 i386 i486 i586 i686 athlon aarch64 armv7hl armv6hl ppc64le ppc64 ppc s390x s390 riscv64 loongarch64 ia64".split(
    " ",
  ),
);

// `*.gpgcheck` beats a repository section that says no, `gpgcheck` the main section; either alone is not enough.
// Without -y dnf asks, so that its plan can be judged first, and never imports a key by itself.
const forced: readonly string[] = [
  "gpgcheck=1",
  "*.gpgcheck=1",
  "localpkg_gpgcheck=1",
  "skip_if_unavailable=False",
  "*.skip_if_unavailable=False",
  "best=True",
  "strict=True",
  "exit_on_lock=True",
  "keepcache=False",
  "install_weak_deps=False",
  "clean_requirements_on_remove=False",
  "assumeyes=False",
  "assumeno=False",
  "defaultyes=False",
  "color=never",
].map((setting) => `--setopt=${setting}`);

/** For a dnf at a lower priority: it would go back to the ordinary one for the transaction, most of its work. */
export const keepingPriority: readonly string[] = ["--setopt=reset_nice=False"];

/** Brings installed packages to exactly these versions, which the advisory, if any, must be about. */
export const install = (settings: DnfSettings, wanted: Deployment): Line => {
  const operands = nevras(wanted.packages);
  if (!operands.ok) return operands;
  const refresh = wanted.refresh ? ["--refresh"] : [];
  if (wanted.advisory === null) return line(settings, [...refresh, "upgrade", "--", ...operands.value]);
  const advisory = slot("advisory", wanted.advisory, ADVISORY);
  if (advisory !== null) return { ok: false, error: advisory };
  return line(settings, [...refresh, "upgrade-minimal", `--advisory=${wanted.advisory}`, "--", ...operands.value]);
};

/** Fetches and checks what {@link install} would install. */
export const prefetch = (settings: DnfSettings, wanted: Deployment): Line => {
  const full = install(settings, wanted);
  return full.ok ? { ok: true, value: [...full.value.slice(0, 1), "--downloadonly", ...full.value.slice(1)] } : full;
};

/** Takes installed packages back to exactly these older versions. */
export const rollback = (settings: DnfSettings, packages: readonly Package.Package[]): Line => {
  const operands = nevras(packages);
  return operands.ok ? line(settings, ["downgrade", "--", ...operands.value]) : operands;
};

/** Lists packages that are installed twice; changes nothing. */
export const checkDuplicates = (settings: DnfSettings): readonly string[] => [
  ...system(settings),
  "check",
  "--duplicates",
];

/** Reinstalls the newest of packages that are installed twice, scriptlets included, and removes the older. */
export const removeDuplicates = (settings: DnfSettings): readonly string[] => [
  "-v",
  ...system(settings),
  ...forced,
  "remove",
  "--duplicates",
];

/** Removes every package file that lies in dnf's cache; what repositories say stays. */
export const emptyCache = (settings: DnfSettings): readonly string[] => [
  ...system(settings),
  "--setopt=exit_on_lock=True",
  "clean",
  "packages",
];

/** A package's one unambiguous operand. */
export const nevra = (p: Package.Package): string => {
  const evr = RpmVersion.parse(p.evr);
  return evr === null ? "" : `${p.name}-${evr.epoch}:${evr.version}-${evr.release}.${p.arch}`;
};

/** Why a package name may not stand in a command line; null when it may. */
export const refuseName = (name: string): SlotRefusal | null => slot("name", name, NAME);

/** Why an instruction may not be carried out; null when every slot holds what its grammar allows. */
export const refuse = (advisory: string | null, packages: readonly Package.Package[]): SlotRefusal | null => {
  const operands = nevras(packages);
  if (!operands.ok) return operands.error;
  return advisory === null ? null : slot("advisory", advisory, ADVISORY);
};

const line = (settings: DnfSettings, command: readonly string[]): Line => ({
  ok: true,
  value: ["-v", ...system(settings), ...forced, ...command],
});

// On the system itself dnf finds its own configuration; `--installroot=/` would make it look elsewhere.
const system = (settings: DnfSettings): readonly string[] => [
  ...(settings.config === null ? [] : ["-c", settings.config]),
  ...(settings.installRoot === "/" ? [] : [`--installroot=${settings.installRoot}`]),
];

const nevras = (packages: readonly Package.Package[]): Line => {
  if (packages.length === 0 || packages.length > PACKAGES_MAX) {
    const message = `between 1 and ${PACKAGES_MAX} packages are wanted, not ${packages.length}`;
    return { ok: false, error: { slot: "packages", value: String(packages.length), message } };
  }
  for (const p of packages) {
    const refusal = refusePackage(p);
    if (refusal !== null) return { ok: false, error: refusal };
  }
  return { ok: true, value: packages.map(nevra) };
};

const refusePackage = (p: Package.Package): SlotRefusal | null => {
  const refusal = slot("name", p.name, NAME) ?? slot("evr", p.evr, EVR);
  if (refusal !== null) return refusal;
  if (architectures.has(p.arch)) return null;
  return { slot: "arch", value: shown(p.arch), message: `${shown(p.arch)} is no architecture of an RPM package` };
};

const slot = (name: SlotRefusal["slot"], value: string, grammar: RegExp): SlotRefusal | null => {
  const most = name === "evr" ? EVR_CHARACTERS_MAX : NAME_CHARACTERS_MAX;
  if (value.length <= most && grammar.test(value)) return null;
  const message = `${shown(value)} is no ${name}: at most ${most} characters of ${grammar.source}`;
  return { slot: name, value: shown(value), message };
};

const shown = (value: string): string => JSON.stringify(value.slice(0, NAME_CHARACTERS_MAX));
