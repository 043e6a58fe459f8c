/**
 * A vendor's updateinfo.xml, the advisories of an RPM repository, as patches (PAT-01, PAT-11, PAT-13).
 *
 * Invariants: read as a stream, so memory grows with the patches and not with the file; a broken feed gives its error
 * and nothing else; a bad advisory is left out whole, named with its line, and so is every other element of its id.
 */
import type { Result } from "@fettle/agent-protocol";
import type { Patch } from "@fettle/core";
import { FeedAbort, type FeedError, NOWHERE } from "../reading/FeedError.ts";
import { type FeedInput, read } from "../reading/FeedText.ts";
import { owned, ownedPatch } from "../reading/OwnedText.ts";
import * as Advisory from "./Advisory.ts";
import * as AdvisoryReader from "./AdvisoryReader.ts";
import { type FeedLimits, feedLimits } from "./FeedLimits.ts";

/** What a feed held. */
export interface Updateinfo {
  /** One for each advisory, in the order in which the feed first names them. */
  readonly patches: readonly Patch.Patch[];
  /** What was left out, in the order of the feed. */
  readonly skipped: readonly SkippedAdvisory[];
}

/** An advisory that was left out. */
export interface SkippedAdvisory {
  /** As the feed spells it, cut to 128 characters; empty where it has none. */
  readonly id: string;
  /** The line of its opening tag, from 1. */
  readonly line: number;
  readonly reason: string;
}

export interface UpdateinfoOptions {
  /** Those that differ from {@link feedLimits}. */
  readonly limits?: Partial<FeedLimits>;
  /** The vendor of every patch; the advisory's own `from` when left out. */
  readonly vendor?: string;
  /**
   * The release of the operating system that the repository is for, as `id:version` of its os-release: the feed itself
   * doesn't say. Without it a patch is for every asset that has its packages.
   */
  readonly release?: `${string}:${string}`;
}

/**
 * Reads a feed: a whole text, or pieces that are all bytes (plain UTF-8 or gzip) or all strings.
 *
 * `reboot_suggested` becomes `always` where it stands at the advisory or at each of its packages, `may` where it
 * stands at some of them only (then it depends on which are installed) or a restart or new login is suggested, else
 * `never`. Packages of a module's collection carry its stream. A status such as `retracted`
 * makes the patch deprecated (PAT-06). Dates without a zone are UTC.
 *
 * @example
 * const read = await parseUpdateinfo(createReadStream("repodata/updateinfo.xml.gz"), { vendor: "Example Linux" });
 * if (!read.ok) throw new Error(`${read.error.line}:${read.error.column}: ${read.error.message}`);
 * for (const { id, line, reason } of read.value.skipped) log(`left out ${id} at line ${line}: ${reason}`);
 */
export const parseUpdateinfo = async (
  input: FeedInput,
  options: UpdateinfoOptions = {},
): Promise<Result<Updateinfo, FeedError>> => {
  const limits: FeedLimits = { ...feedLimits, ...options.limits };
  const releases = options.release === undefined ? [] : [options.release];
  const gathered = gather({ vendor: options.vendor ?? null, releases, limits });
  try {
    const text = read(input, limits);
    const reader = AdvisoryReader.make({ limits, isFromBytes: text.isFromBytes, onAdvisory: gathered.add });
    for await (const piece of text.pieces) reader.write(piece);
    reader.end();
  } catch (cause) {
    return { ok: false, error: errorOf(cause) };
  }
  return { ok: true, value: gathered.done() };
};

const errorOf = (cause: unknown): FeedError => {
  if (cause instanceof FeedAbort) return cause.feedError;
  const message = cause instanceof Error ? cause.message : String(cause);
  return { _tag: "FeedError", reason: "unreadable", message: `the feed could not be read: ${message}`, ...NOWHERE };
};

const SKIPPED_ID_CHARACTERS_MAX = 128;

const gather = (options: Advisory.AdvisoryContext) => {
  const { limits } = options;
  const patches = new Map<string, { readonly patch: Patch.Patch; readonly line: number; readonly elements: number }>();
  const skipped: SkippedAdvisory[] = [];
  const refusedIds = new Set<string>();

  const skip = (id: string, line: number, reason: string): void => {
    skipped.push({ id: owned(id.slice(0, SKIPPED_ID_CHARACTERS_MAX)), line, reason: owned(reason) });
  };
  const refuse = (id: string, line: number, reason: string): void => {
    skip(id, line, reason);
    const taken = patches.get(id);
    if (taken !== undefined) skip(id, taken.line, `another element of it, at line ${line}, is bad`);
    patches.delete(id);
    if (id !== "") refusedIds.add(owned(id));
  };
  const take = (made: Patch.Patch, line: number): void => {
    const before = patches.get(made.id);
    const patch = before === undefined ? made : Advisory.merge(before.patch, made);
    const elements = (before?.elements ?? 0) + 1;
    if (elements > limits.elementsPerAdvisory) {
      refuse(made.id, line, `it has more than ${limits.elementsPerAdvisory} elements`);
    } else if (patch.packages.length > limits.packagesPerAdvisory) {
      refuse(made.id, line, `its elements have more than ${limits.packagesPerAdvisory} packages`);
    } else {
      const kept = ownedPatch(patch);
      patches.set(kept.id, { patch: kept, line: before?.line ?? line, elements });
    }
  };
  const add = (raw: Advisory.RawAdvisory): void => {
    const id = Advisory.idOf(raw);
    const made = Advisory.toPatch(raw, options);
    if (!made.ok) refuse(id, raw.line, made.error);
    else if (refusedIds.has(id)) skip(id, raw.line, "another element of it, above, is bad");
    else take(made.value, raw.line);
  };
  const done = (): Updateinfo => ({
    patches: [...patches.values()].map(({ patch }) => patch),
    skipped: skipped.sort((a, b) => a.line - b.line),
  });
  return { add, done };
};
