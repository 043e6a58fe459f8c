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

/**
 * Marks of an asset's release, beside the names of its packages in every index of them: a patch that is known by its presence
 * concerns assets that have none of its packages, and these are what leads to them. No package is called so.
 */
export const marksOf = (platform: string, actual: string | null): readonly string[] =>
  actual === null
    ? [`@untold:${platform}`]
    : [`@at:${actual}`, ...prefixesOf(actual).map((r) => `@in:${r}`), `@in:${actual}`];

/** The marks by which a patch for these releases finds every asset that it is for, or may be for. */
export const marksFor = (platform: string, wanted: readonly string[]): readonly string[] =>
  wanted.length === 0
    ? []
    : [`@untold:${platform}`, ...wanted.flatMap((r) => [`@in:${r}`, ...prefixesOf(r).map((short) => `@at:${short}`)])];

// Every release that a release is within, itself left out: `a`, `a:1` and `a:1.2` of `a:1.2.3`.
const prefixesOf = (release: string): readonly string[] => {
  const colon = release.indexOf(":");
  const ends: number[] = colon < 0 ? [] : [colon];
  for (let at = colon + 1; at < release.length; at += 1) if (colon >= 0 && release[at] === ".") ends.push(at);
  return ends.map((end) => release.slice(0, end));
};
