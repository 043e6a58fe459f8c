/** `fettle-db` from the arguments to the exit code. */
import { StorageError } from "@fettle/core";
import * as Effect from "effect/Effect";
import * as SqliteFile from "../../../sql/SqliteFile.ts";
import * as ExistingFile from "../../ExistingFile.ts";
import { attempt } from "../../FileWork.ts";
import * as SqliteBackup from "../../SqliteBackup.ts";
import * as SqliteCheck from "../../SqliteCheck.ts";
import { fromFailure } from "../../SqliteError.ts";
import { migrations } from "../../SqliteMigrations.ts";
import * as SqliteStats from "../../SqliteStats.ts";
import * as SqliteStorage from "../../SqliteStorage.ts";
import * as Reindex from "../../search/keeping/Reindex.ts";
import * as ExitCode from "../ExitCode.ts";
import { type Streams, version, write } from "../Shell.ts";
import * as Answers from "./Answers.ts";
import * as Arguments from "./Arguments.ts";
import * as Progress from "./Progress.ts";

/** What the process gives the command. */
export interface Surroundings extends Streams {
  readonly isTerminal: boolean;
  /** Milliseconds, from anywhere. */
  readonly now: () => number;
  /** Aborted when whoever started the command wants it to end. */
  readonly signal: AbortSignal;
}

/** Does what the arguments say; resolves to the exit code. */
export const run = async (args: readonly string[], surroundings: Surroundings): Promise<number> => {
  try {
    const request = Arguments.parse(args);
    if (request === "help" || request === "version") {
      await write(surroundings.output, request === "help" ? Arguments.HELP : `${version()}\n`);
      return ExitCode.DONE;
    }
    const { complaints, isTerminal, now } = surroundings;
    const progress = request.isQuiet ? Progress.NONE : Progress.make(complaints, isTerminal, now);
    const done = Effect.ensuring(answered(request, progress), Effect.sync(progress.end));
    const { code, document, text } = await result(done, surroundings.signal);
    await write(surroundings.output, request.isJson ? `${JSON.stringify(document, null, 2)}\n` : text);
    return code;
  } catch (error) {
    const told = explained(error, surroundings.signal);
    if (told === null) throw error;
    await write(surroundings.complaints, `error: ${told.message}\n`);
    return told.code;
  }
};

interface Answer {
  readonly code: number;
  readonly document: object;
  readonly text: string;
}

const answered = (
  request: Arguments.OfOne | Arguments.OfTwo,
  progress: Progress.Progress,
): Effect.Effect<Answer, StorageError> => {
  switch (request.command) {
    case "check":
      return check(request, progress);
    case "stats":
      return Effect.map(SqliteStats.read(request), (stats) => done(stats, Answers.ofStats(stats)));
    case "migrate":
      return migrate(request, progress);
    case "reindex":
      return reindex(request, progress);
    case "backup": {
      const { from: file, to: target, isReplacing } = request;
      const copied = SqliteBackup.backup({ file, target, isReplacing, onProgress: telling(progress) });
      return Effect.map(copied, (report) => done(report, Answers.ofCopy("backed up to", target, report)));
    }
    case "restore": {
      const { from: backup, to: file, isReplacing } = request;
      const copied = SqliteBackup.restore({ backup, file, isReplacing, onProgress: telling(progress) });
      return Effect.map(copied, (report) => done(report, Answers.ofCopy("restored", file, report)));
    }
  }
};

const done = (document: object, text: string): Answer => ({ code: ExitCode.DONE, document, text });

const check = (
  { file, isSearchToo, isSearchWhole }: Arguments.OfOne,
  progress: Progress.Progress,
): Effect.Effect<Answer, StorageError> => {
  const onLook = (look: string): void => progress.tell(`looking at ${look}`);
  const looking = SqliteCheck.check({ file, isSearchToo, isSearchWhole, onLook });
  return Effect.map(looking, (report) => ({
    code: report.isSound ? ExitCode.DONE : ExitCode.BROKEN,
    document: report,
    text: Answers.ofCheck(report),
  }));
};

// Looked at first: opening would make a storage where there is none.
const migrate = ({ file }: Arguments.OfOne, progress: Progress.Progress): Effect.Effect<Answer, StorageError> =>
  Effect.gen(function* () {
    const from = yield* versionOf(file);
    yield* Effect.scoped(SqliteStorage.open({ file, onReindex: reading(progress) }));
    const to = yield* versionOf(file);
    return done({ from, to }, Answers.ofMigration(file, from, to));
  });

// Not by the storage itself, which can't be opened where its tables for searches are damaged.
const reindex = ({ file }: Arguments.OfOne, progress: Progress.Progress): Effect.Effect<Answer, StorageError> =>
  Effect.gen(function* () {
    yield* versionOf(file);
    const options = { file, what: "a Fettle storage", applicationId: SqliteStorage.APPLICATION_ID, migrations };
    const opened = Effect.mapError(SqliteFile.open(options), (failure) => fromFailure("reindex", failure));
    const { entities } = yield* Effect.acquireUseRelease(
      opened,
      (database) => attempt("reindex", () => Reindex.run(database, reading(progress))),
      (database) => Effect.sync(() => database.close()),
    );
    return done({ entities }, Answers.ofReindexing(file, entities));
  });

const versionOf = (file: string): Effect.Effect<number, StorageError> =>
  attempt("migrate", () => {
    const { database, version } = ExistingFile.openToRead(file);
    database.close();
    return version;
  });

const telling =
  (progress: Progress.Progress) =>
  ({ pages, pagesDone }: SqliteBackup.CopyProgress): void => {
    const percent = pages === 0 ? 100 : Math.floor((100 * pagesDone) / pages);
    progress.tell(percent === 100 ? "checking the copy" : `copied ${percent} %`);
  };

const reading =
  (progress: Progress.Progress) =>
  ({ kind, done: read, total }: Reindex.Progress): void =>
    progress.tell(`read ${read} of ${total}, now ${kind}`);

// The failure itself, not what a runtime puts around it.
const result = async <A>(effect: Effect.Effect<A, StorageError>, signal: AbortSignal): Promise<A> => {
  const ended = await Effect.runPromise(Effect.result(effect), { signal });
  if (ended._tag === "Failure") throw ended.failure;
  return ended.success;
};

// What the caller can mend, in words; null: a fault of the command.
const explained = (error: unknown, signal: AbortSignal): { readonly code: number; readonly message: string } | null => {
  if (error instanceof Arguments.UsageError) {
    return { code: ExitCode.NOT_READ, message: `${error.message}; fettle-db --help tells all` };
  }
  if (error instanceof StorageError) return { code: codeOf(error), message: error.message };
  return signal.aborted ? { code: ExitCode.STOPPED, message: "stopped; nothing was changed" } : null;
};

const codeOf = ({ reason }: StorageError): number => {
  if (reason === "Busy") return ExitCode.IN_USE;
  return reason === "Corrupt" ? ExitCode.BROKEN : ExitCode.NOT_READ;
};
