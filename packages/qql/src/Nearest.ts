/**
 * The known spelling nearest to a mistyped one, for hints.
 *
 * Cost is bounded: spellings that differ too much in length are not compared.
 */

/** Longest spelling compared, in UTF-16 code units: a longer one is no typing slip. */
const COMPARED_CHARACTERS_MAX = 64;

/**
 * The candidate fewest edits away, if that is at most a third of its letters; the earlier one of two as near. Two letters
 * in each other's place are one edit.
 */
export function nearest(text: string, candidates: Iterable<string>): string | null {
  if (text.length > COMPARED_CHARACTERS_MAX) return null;
  const wanted = text.toLowerCase();
  let best: string | null = null;
  let bestEdits = COMPARED_CHARACTERS_MAX;
  for (const candidate of candidates) {
    const allowed = Math.min(bestEdits - 1, Math.max(1, Math.floor(candidate.length / 3)));
    if (Math.abs(candidate.length - wanted.length) > allowed) continue;
    const count = edits(wanted, candidate.toLowerCase());
    if (count > allowed) continue;
    best = candidate;
    bestEdits = count;
  }
  return best;
}

/** Fewest insertions, deletions, substitutions and swaps of neighbours that turn one text into the other, row by row. */
function edits(from: string, to: string): number {
  let above: readonly number[] = [];
  let row: readonly number[] = [...Array(to.length + 1).keys()];
  for (let i = 0; i < from.length; i++) {
    const following = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const substituted = (row[j] ?? 0) + (from[i] === to[j] ? 0 : 1);
      const isSwap = i > 0 && j > 0 && from[i] === to[j - 1] && from[i - 1] === to[j];
      const swapped = isSwap ? (above[j - 1] ?? 0) + 1 : substituted;
      following.push(Math.min(substituted, swapped, (row[j + 1] ?? 0) + 1, (following[j] ?? 0) + 1));
    }
    above = row;
    row = following;
  }
  return row[to.length] ?? 0;
}
