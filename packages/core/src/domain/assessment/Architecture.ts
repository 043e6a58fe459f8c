/** Which package of one architecture takes the place of which other. Multilib packages of one name never do. */

// Two names of one machine, and the packages that run anywhere.
const aliases: ReadonlyMap<string, string> = new Map([
  ["amd64", "x86_64"],
  ["arm64", "aarch64"],
  ["i386", "i686"],
  ["ppc64el", "ppc64le"],
  ["x64", "x86_64"],
  ["x86", "i686"],
]);
const neutral: ReadonlySet<string> = new Set(["noarch", "all"]);

const machineOf = (arch: string): string => aliases.get(arch) ?? arch;

/** Whether what is of an architecture is for a machine of another: of the same one, or of none in particular. */
export const runsOn = (arch: string, machine: string): boolean =>
  neutral.has(arch) || machineOf(arch) === machineOf(machine);

/**
 * Whether a package of architecture `fix` updates an installed one of `installed` on a machine of `machine`: the same
 * architecture, or one that no longer (or from now on) depends on it. A neutral package that comes to depend on the
 * architecture is followed by that of the machine: an advisory brings it for every machine there is.
 */
export const updates = (fix: string, installed: string, machine: string): boolean => {
  if (fix === installed || neutral.has(fix)) return true;
  return neutral.has(installed) && machineOf(fix) === machineOf(machine);
};
