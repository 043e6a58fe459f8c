/** What stored entities contribute to searches, by their kinds: of values at hand, and of bodies as they are stored. */
import * as SearchPart from "../domain/assessment/SearchPart.ts";
import { codecs, type EntityOf } from "./Stored.ts";

type Parts = { readonly [K in keyof typeof codecs]?: (value: EntityOf<K>) => SearchPart.SearchPart };

const parts = {
  asset: SearchPart.ofAsset,
  agent: SearchPart.ofAgent,
  assessment: SearchPart.ofAssessment,
  patch: SearchPart.ofPatch,
  tag: SearchPart.ofTag,
  vendorFile: () => SearchPart.vendorFile,
  vulnerability: SearchPart.ofVulnerability,
} satisfies Parts;

/** The kinds of entities that are searched by. */
export const kinds = Object.keys(parts) as readonly (keyof typeof parts)[];

/** What a value contributes; undefined for kinds that nothing is searched by. */
export const ofValue = <K extends keyof typeof codecs>(
  kind: K,
  value: EntityOf<K>,
): SearchPart.SearchPart | undefined => (parts as Parts)[kind]?.(value);

/** {@link ofValue} of a stored body, in whichever shape it was stored; undefined too for what doesn't read. */
export const ofStored = (kind: keyof typeof codecs, body: unknown): SearchPart.SearchPart | undefined => {
  if (!(kind in parts)) return undefined;
  const read = codecs[kind].safeParse(body);
  return read.success ? ofValue(kind, read.data as never) : undefined;
};
