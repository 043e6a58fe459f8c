/**
 * What becomes of the records of a feed: patches, and a report of all that was left out.
 *
 * Invariants: of two records of one id the later modified one holds; no two patches have one id; memory grows with the
 * patches, the report is bounded.
 */
import type { Patch } from "@fettle/core";
import { FeedAbort } from "./FeedError.ts";
import { owned, ownedPatch } from "./OwnedText.ts";
import type { RecordLimits } from "./RecordLimits.ts";

/** Where a record stands. */
export interface RecordPlace {
  /** The name of its document; empty in a feed that is one text. */
  readonly source: string;
  /** How many records came before it. */
  readonly index: number;
  /** Where it begins in its text, from 1. */
  readonly line: number;
}

/** A record of which no patch was made. */
export interface SkippedRecord extends RecordPlace {
  /** As the record spells it, cut to 128 characters; empty where it can't be read. */
  readonly id: string;
  /** `broken`: no record of its format. `unsupported`: a sound record that says nothing a patch can be made of here. */
  readonly kind: "broken" | "unsupported";
  /** Where in it, as `affected[0].ranges[1]`; empty: the whole of it. */
  readonly path: string;
  readonly reason: string;
}

/** Something worth knowing of a record that was taken, or that a newer one took the place of. */
export interface FeedNote extends RecordPlace {
  readonly id: string;
  readonly note: string;
}

/** What a feed of records held. */
export interface RecordFeed {
  /** In the order in which the feed first names their records. */
  readonly patches: readonly Patch.Patch[];
  /** Records or documents that were read, whatever became of them. */
  readonly records: number;
  /** At most {@link RecordLimits.reportEntries} of them, the first. */
  readonly skipped: readonly SkippedRecord[];
  readonly skippedCount: number;
  /** At most {@link RecordLimits.reportEntries} of them, the first. */
  readonly notes: readonly FeedNote[];
  readonly notesCount: number;
}

/** What one record says. */
export type RecordReading =
  | {
      readonly _tag: "Taken";
      readonly id: string;
      readonly modifiedAt: number;
      readonly patches: readonly Patch.Patch[];
      readonly notes: readonly string[];
    }
  | ({ readonly _tag: "Skipped" } & Pick<SkippedRecord, "id" | "kind" | "path" | "reason">);

export interface Gathering {
  /** Throws {@link FeedAbort} past a limit, and at a broken record if none may be. */
  readonly add: (reading: RecordReading, place: RecordPlace) => void;
  readonly done: () => RecordFeed;
}

interface Kept {
  readonly modifiedAt: number;
  readonly patches: readonly Patch.Patch[];
  readonly place: RecordPlace;
}

const ID_CHARACTERS_MAX = 128;

/** Begins to gather. With `isStrict` a broken record breaks the feed. */
export const gather = (limits: RecordLimits, isStrict: boolean): Gathering => {
  const kept = new Map<string, Kept>();
  const counts = { records: 0, patches: 0, skipped: 0, notes: 0, sound: 0 };
  const skipped: SkippedRecord[] = [];
  const notes: FeedNote[] = [];

  const note = (id: string, place: RecordPlace, text: string): void => {
    counts.notes += 1;
    if (notes.length < limits.reportEntries) notes.push({ ...place, id: shownId(id), note: owned(text) });
  };
  const skip = (record: Omit<SkippedRecord, keyof RecordPlace>, place: RecordPlace): void => {
    const { kind, path, reason } = record;
    if (isStrict && kind === "broken") throw broken(record, place);
    counts.skipped += 1;
    if (skipped.length >= limits.reportEntries) return;
    skipped.push({ ...place, id: shownId(record.id), kind, path: owned(path), reason: owned(reason) });
  };
  const take = (reading: RecordReading & { _tag: "Taken" }, place: RecordPlace): void => {
    const before = kept.get(reading.id);
    if (before !== undefined && before.modifiedAt >= reading.modifiedAt) {
      note(reading.id, place, `left out: that of ${placeText(before.place)} is not older`);
      return;
    }
    if (before !== undefined) note(reading.id, place, `takes the place of that of ${placeText(before.place)}`);
    counts.patches += reading.patches.length - (before?.patches.length ?? 0);
    if (counts.patches > limits.patches) {
      throw new FeedAbort("too-large", `more than ${limits.patches} patches`, { line: place.line, column: 0 });
    }
    const patches = reading.patches.map(ownedPatch);
    kept.set(owned(reading.id), { modifiedAt: reading.modifiedAt, patches, place });
    for (const text of reading.notes) note(reading.id, place, text);
  };
  const add = (reading: RecordReading, place: RecordPlace): void => {
    counts.records += 1;
    if (counts.records > limits.records) {
      throw new FeedAbort("too-large", `more than ${limits.records} records`, { line: place.line, column: 0 });
    }
    if (reading._tag === "Taken" || reading.kind === "unsupported") counts.sound += 1;
    if (reading._tag === "Taken") take(reading, place);
    else skip(reading, place);
  };
  const done = (): RecordFeed => {
    if (counts.sound === 0 && counts.records > 0) throw noneSound(skipped, counts.records);
    const patches = distinct(kept, skip);
    return { patches, records: counts.records, skipped, skippedCount: counts.skipped, notes, notesCount: counts.notes };
  };
  return { add, done };
};

// An id that two records make of their own and a release's is taken by the first.
const distinct = (
  kept: ReadonlyMap<string, Kept>,
  skip: (record: Omit<SkippedRecord, keyof RecordPlace>, place: RecordPlace) => void,
): readonly Patch.Patch[] => {
  const patches = new Map<string, Patch.Patch>();
  for (const [id, record] of kept) {
    if (record.patches.some((p) => patches.has(p.id))) {
      skip({ id, kind: "broken", path: "id", reason: "another record makes a patch of this id" }, record.place);
    } else for (const p of record.patches) patches.set(p.id, p);
  }
  return [...patches.values()];
};

const shownId = (id: string): string => owned(id.slice(0, ID_CHARACTERS_MAX));

const placeText = (place: RecordPlace): string =>
  place.source === "" ? `line ${place.line}` : `document ${place.index}, ${place.source}`;

const broken = (record: Pick<SkippedRecord, "id" | "path" | "reason">, place: RecordPlace): FeedAbort => {
  const what = [`record ${place.index}`, place.source, record.id, record.path].filter((text) => text !== "").join(", ");
  return new FeedAbort("broken-record", `${what}: ${record.reason}`, { line: place.line, column: 0 });
};

// A page of an error, say, or another format: taking it for a feed of nothing would withdraw the whole catalogue.
const noneSound = (skipped: readonly SkippedRecord[], records: number): FeedAbort => {
  const [first] = skipped;
  const reason = first === undefined ? "" : `; the first ${first.path} ${first.reason}`;
  return new FeedAbort("broken-record", `none of its ${records} records can be read${reason}`, {
    line: first?.line ?? 0,
    column: 0,
  });
};
