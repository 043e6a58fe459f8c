/** Whether a patch that is for some releases of an operating system is for the one that an asset runs. */

export type ReleaseVerdict = "for" | "not-for" | "release-not-told" | "release-too-coarse";

/**
 * Releases are `id:version`; a patch for `rocky:9` is for `rocky:9.4` as well, component by component (`debian:1` is not
 * `debian:12`). An asset that tells less than the patch asks for (`rocky:9` where the patch says `rocky:9.4`) can't be judged.
 *
 * @example judge(["rocky:9"], "rocky:9.4") // "for"
 */
export const judge = (wanted: readonly string[], actual: string | null): ReleaseVerdict => {
  if (wanted.length === 0) return "for";
  if (actual === null) return "release-not-told";
  let verdict: ReleaseVerdict = "not-for";
  for (const release of wanted) {
    if (isWithin(actual, release)) return "for";
    if (isWithin(release, actual)) verdict = "release-too-coarse";
  }
  return verdict;
};

// Whether the first names the second's release, or one below it. A component ends at its dot, the id at its colon.
const isWithin = (release: string, of: string): boolean =>
  release === of ||
  (release.startsWith(of) && (of.includes(":") ? release[of.length] === "." : release[of.length] === ":"));
