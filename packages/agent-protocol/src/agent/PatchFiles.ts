/**
 * Fetches the files that install a patch, each at most as large as the signed list says, and hands them to the installer only when
 * size and digest are the list's. Nothing looks into bytes that were not verified.
 */
import * as Effect from "effect/Effect";
import type { PatchInstruction } from "../vocabulary/Package.ts";
import * as PatchFile from "../vocabulary/PatchFile.ts";
import { type ReasonCode, reasonCodes } from "../vocabulary/ReasonCode.ts";
import * as Crypto from "../wire/Crypto.ts";
import * as Messages from "../wire/Messages.ts";
import * as AgentState from "./AgentState.ts";
import type { Session } from "./CheckIn.ts";
import * as ConfiguredConduct from "./ConfiguredConduct.ts";
import * as Exchange from "./Exchange.ts";
import { type FileInstaller, Installer, InstallerError, type InstallReport } from "./Installer.ts";
import type { JournalError } from "./Journal.ts";
import type { AgentEnvironment, Transport } from "./Ports.ts";

/** Gets a patch's files into the installer's hands; a report says which one could not be had and why, null that all are there. */
export const obtain = Effect.fn("PatchFiles.obtain")(function* (session: Session, patch: PatchInstruction) {
  const files = patch.files ?? [];
  if (files.length === 0) return null;
  const installer = yield* Installer;
  if (installer.files === undefined) {
    return failed(reasonCodes.UnspecifiedAgentError, `${installer.name} installs nothing from files`);
  }
  let room = roomOf(session.memory.state(), files);
  for (const file of files) {
    const isHeld = yield* installer.files.holds(file);
    if (isHeld) continue;
    if (file.sizeBytes > room) return tooLarge(session.memory.state(), file);
    const report = yield* obtainOne(session, installer.files, file);
    if (report !== null) return report;
    room -= file.sizeBytes;
  }
  return null;
});

/** What an installer reports that has nothing to fetch. */
export const nothingToFetch: InstallReport = {
  exitCode: 0,
  signal: null,
  reasonCode: null,
  reason: null,
  outputTail: "",
};

const MEGABYTE = 1_048_576;

/** CFG-06: how many bytes the cache may take for these files, beside the others that runs not finished have fetched. */
export const roomOf = (state: AgentState.AgentState, own: readonly PatchFile.PatchFile[]): number => {
  const { cacheMegabytes } = ConfiguredConduct.settingsOf(state);
  if (cacheMegabytes === "unlimited") return Number.POSITIVE_INFINITY;
  const held = new Map(
    AgentState.unfinished(state).flatMap((run) =>
      run.list.patches
        .filter((p) => AgentState.progressOf(run, p.patchId).prefetch?.reasonCode === null)
        .flatMap((p) => (p.files ?? []).map((file) => [file.digest, file.sizeBytes] as const)),
    ),
  );
  for (const { digest } of own) held.delete(digest);
  return cacheMegabytes * MEGABYTE - [...held.values()].reduce((sum, bytes) => sum + bytes, 0);
};

const tooLarge = (state: AgentState.AgentState, { sizeBytes }: PatchFile.PatchFile): InstallReport => {
  const { cacheMegabytes } = ConfiguredConduct.settingsOf(state);
  const reason = `the file's ${sizeBytes} bytes don't fit into the cache, which may hold ${cacheMegabytes} MB (CFG-06)`;
  return failed(reasonCodes.FileDownloadFailed, reason);
};

/** Has the installer drop files that no run needs any more (CFG-06). One that can't be dropped holds nothing up. */
export const release = Effect.fn("PatchFiles.release")(function* (files: readonly PatchFile.PatchFile[]) {
  const keeper = (yield* Installer).files;
  if (keeper === undefined) return;
  for (const file of files) yield* Effect.result(keeper.drop(file));
});

const obtainOne = Effect.fn("PatchFiles.obtainOne")(function* (
  session: Session,
  keeper: FileInstaller,
  file: PatchFile.PatchFile,
) {
  const source: Effect.Effect<Uint8Array, Exchange.ExchangeFailure | InstallerError, AgentEnvironment | Transport> =
    file.url === null ? handedOut(session, file) : keeper.fetch(file, file.url);
  const fetched = yield* Effect.result(source);
  if (fetched._tag === "Failure") return yield* onFailure(fetched.failure);
  const problem = whyNot(file, fetched.success);
  if (problem !== null) return problem;
  yield* keeper.keep(file, fetched.success);
  return null;
});

const whyNot = (file: PatchFile.PatchFile, bytes: Uint8Array): InstallReport | null => {
  if (bytes.length !== file.sizeBytes) {
    return failed(reasonCodes.FileValidationFailed, `the file has ${bytes.length} bytes, not ${file.sizeBytes}`);
  }
  return Crypto.digest(bytes) === file.digest
    ? null
    : failed(reasonCodes.FileHashValidationFailed, "the file's digest is not the one that the signed list names");
};

// By its digest, as any document; no more of it than the list says.
const handedOut = Effect.fn("PatchFiles.handedOut")(function* (session: Session, file: PatchFile.PatchFile) {
  const call = {
    method: "GET",
    path: Messages.documentPath(file.digest),
    body: new Uint8Array(),
    replyBytes: Math.min(file.sizeBytes, PatchFile.HANDED_OUT_BYTES_MAX),
  } as const;
  const { reply } = yield* Exchange.send(session.party, yield* session.next(), call);
  return reply.body;
});

// What passes is waited for, as a lock is; a refusal is an answer; and without its journal an agent does nothing.
const onFailure = (
  failure: Exchange.ExchangeFailure | InstallerError,
): Effect.Effect<InstallReport, InstallerError | JournalError> => {
  if (failure._tag === "JournalError") return Effect.fail(failure);
  if (!failure.isRetryable) return Effect.succeed(failed(reasonCodes.FileDownloadFailed, failure.message));
  return Effect.fail(new InstallerError({ reason: "Unreachable", message: failure.message, isRetryable: true }));
};

const failed = (reasonCode: ReasonCode, reason: string): InstallReport => ({
  exitCode: null,
  signal: null,
  reasonCode,
  reason,
  outputTail: "",
});
