/**
 * Scripts that are saved for jobs to name (JOB-20): by the digest of their bytes, as one of the subscription's authors signed
 * them. A job may name a script only as it is saved, and only while its author's key isn't revoked.
 */
import type { Limits } from "../shared/Limits.ts";
import type { Platform } from "../shared/Platform.ts";
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";
import type { Job } from "./Job.ts";
import * as JobActions from "./JobActions.ts";
import * as ScriptAuthor from "./ScriptAuthor.ts";

export interface SavedScript {
  /** `sha256:…` of its bytes, which are in the blob store under it. */
  readonly id: string;
  readonly title: string;
  readonly language: JobActions.ScriptLanguage;
  readonly sizeBytes: number;
  readonly author: { readonly keyId: string; readonly signature: string };
  /** The digest of its signed envelope in the blob store, by which agents verify it. */
  readonly envelope: string;
  readonly savedBy: string;
  readonly savedAt: number;
}

/** How an action names it. */
export const reference = ({ id, sizeBytes, author }: SavedScript): JobActions.ScriptReference => ({
  digest: id,
  sizeBytes,
  author,
});

/** What stands under the digest already, and whether its author's key is good. */
export interface Standing {
  readonly known: SavedScript | null;
  readonly author: ScriptAuthor.ScriptAuthor | null;
}

/**
 * The script as it is kept. Of the same bytes one signature is kept: another author's takes its place once the key of the
 * first is revoked, and not before, for jobs rest on it.
 */
export const save = (
  drafted: SavedScript,
  { known, author }: Standing,
  limits: Limits,
): Result<SavedScript, readonly Rejection.Rejection[]> => {
  const problems = ScriptAuthor.titleProblems(drafted.title, limits);
  if (problems.length > 0) return fail(problems);
  if (known === null) return ok(drafted);
  const isSame = known.author.keyId === drafted.author.keyId && known.language === drafted.language;
  if (isSame) return ok(known.title === drafted.title ? known : { ...known, title: drafted.title });
  if (author === null || author.revoked !== null) return ok(drafted);
  const message = `these bytes are saved already, as ${known.language} signed by ${author.title}`;
  return fail([refuse("conflict", message, "envelope")]);
};

/** A script that an action names, and where. */
export interface Named {
  readonly script: JobActions.ScriptReference;
  /** Null where the action doesn't say it: how software is detected. */
  readonly language: JobActions.ScriptLanguage | null;
  readonly path: string;
}

/** Every script that the actions name, each with its place. */
export const named = (actions: JobActions.ActionsDraft | undefined): readonly Named[] =>
  actions === undefined
    ? []
    : (["before", "after"] as const).flatMap((when) =>
        actions[when].flatMap((action, i) => namedBy(action, `actions.${when}.${i}`)),
      );

/** The digests of the scripts that the actions name, each once. */
export const digestsIn = (actions: JobActions.ActionsDraft | undefined): readonly string[] => [
  ...new Set(named(actions).map(({ script }) => script.digest)),
];

/** What is saved of the scripts that a job names, and of their authors. */
export interface Library {
  readonly scripts: ReadonlyMap<string, SavedScript>;
  readonly authors: ReadonlyMap<string, ScriptAuthor.ScriptAuthor>;
}

/** Why a job may not name its scripts, all at once: one isn't saved, or not so, or its author's key is revoked. */
export const faults = (
  { actions, platform }: { readonly actions?: JobActions.ActionsDraft; readonly platform: Platform },
  library: Library,
): readonly Rejection.Rejection[] =>
  named(actions).flatMap(({ script, language, path }) => {
    const saved = library.scripts.get(script.digest);
    if (saved === undefined) {
      const message = `the script ${script.digest} isn't saved; let its author sign it, and save it with jobs.saveScript`;
      return [refuse("not-found", message, `${path}.digest`)];
    }
    const { keyId } = saved.author;
    const revoked = ScriptAuthor.fault(keyId, library.authors.get(keyId) ?? null, `${path}.author.keyId`);
    const languages = language === null ? JobActions.byPlatform[platform].languages : [language];
    return [
      ...(revoked === null ? [] : [revoked]),
      ...(isSameReference(script, reference(saved))
        ? []
        : [
            refuse(
              "conflict",
              "not as the script is saved; name it by the reference that jobs.getScript answers",
              path,
            ),
          ]),
      ...(languages.includes(saved.language)
        ? []
        : [refuse("conflict", `its author signed it as ${saved.language}, not ${languages.join(" or ")}`, path)]),
    ];
  });

/** Why a script can't be deleted: which jobs name it, of those that may be seen, and how many others. */
export const whyKept = (seen: readonly Pick<Job, "id" | "title">[], unseen: number): readonly Rejection.Rejection[] => [
  ...seen.map(({ id, title }) =>
    refuse("conflict", `${title} (${id}) names this script; change or delete that job first`, null),
  ),
  ...(unseen > 0 ? [refuse("conflict", `${unseen} jobs that you may not view name this script`, null)] : []),
];

const namedBy = (action: JobActions.ActionDraft, path: string): readonly Named[] => {
  if (action._tag === "RunScript") {
    return [{ script: action.script, language: action.language, path: `${path}.script` }];
  }
  if (action._tag !== "InstallSoftware" || action.detection === null) return [];
  return [{ script: action.detection, language: null, path: `${path}.detection` }];
};

const isSameReference = (a: JobActions.ScriptReference, b: JobActions.ScriptReference): boolean =>
  a.sizeBytes === b.sizeBytes && a.author.keyId === b.author.keyId && a.author.signature === b.author.signature;

const refuse = (code: Rejection.RejectionCode, message: string, path: string | null): Rejection.Rejection =>
  Rejection.make("JOB-20", code, message, path);
