/**
 * The installer port over dnf 4 and rpm. One transaction a patch, exact versions, signatures always checked.
 *
 * Invariants: `detect` reads only rpm's database; nothing runs beside a transaction of this adapter; a transaction that
 * has begun is never interrupted or ended, so an interruption of these effects waits for it; dnf's exit code is only
 * reported, never believed.
 */
import { Package, ReasonCode, RpmVersion } from "@fettle/agent-protocol";
import {
  type Effort,
  Installer,
  InstallerError,
  type InstallerShape,
  type InstallReport,
} from "@fettle/agent-protocol/agent";
import * as Effect from "effect/Effect";
import * as Layer from "effect/Layer";
import * as Semaphore from "effect/Semaphore";
import * as CommandLine from "./CommandLine.ts";
import * as DnfOptions from "./DnfOptions.ts";
import type * as DnfProcess from "./DnfProcess.ts";
import * as RebootProbe from "./RebootProbe.ts";
import * as Repair from "./Repair.ts";
import * as RpmDatabase from "./RpmDatabase.ts";
import * as RunReport from "./RunReport.ts";
import * as ToolQuery from "./ToolQuery.ts";
import * as TransactionPlan from "./TransactionPlan.ts";

/**
 * The dnf installer of one system.
 *
 * @example
 * const installer = DnfInstaller.layer({ stateDirectory: "/var/lib/fettle/dnf" });
 */
export const layer = (options: DnfOptions.DnfOptions): Layer.Layer<Installer> =>
  Layer.sync(Installer, () => make(options));

/** The same, as a plain value. Throws a RangeError for a path in the options that isn't absolute. */
export const make = (options: DnfOptions.DnfOptions): InstallerShape => {
  const settings = DnfOptions.complete(options);
  // One at a time: dnf's own lock would make the second one fail.
  const alone = Semaphore.makeUnsafe(1).withPermits(1);
  const detect = (patch: Package.PatchInstruction) =>
    Effect.andThen(accept(patch), installed(settings, Package.concerned(patch.packages)));
  const asked = <A>(patch: Package.PatchInstruction, work: (found: Found) => Effect.Effect<A, InstallerError>) =>
    alone(Effect.flatMap(detect(patch), work));
  return {
    name: "dnf",
    class: "transactional",
    supportsRollback: true,
    packageFormat: "rpm",
    detect,
    prefetch: (patch, effort) => asked(patch, (found) => deploy(settings, { patch, found, effort }, "prefetch")),
    install: (patch, effort) => asked(patch, (found) => deploy(settings, { patch, found, effort }, "install")),
    rollback: (patch, effort) => asked(patch, (found) => takeBack(settings, { patch, found, effort })),
    rebootNeed: (patches) => alone(Effect.promise(() => RebootProbe.probe(settings, patches))),
    repair: (effort) => alone(Effect.andThen(privileged, Repair.repair(settings, effort))),
  };
};

type Found = readonly Package.InstalledVersions[];

/** A patch, what is installed of it, and how to go about it. */
interface Work {
  readonly patch: Package.PatchInstruction;
  readonly found: Found;
  readonly effort: Effort | undefined;
}

// Refused before anything is spawned, detection included: names are operands there too.
const accept = (patch: Package.PatchInstruction): Effect.Effect<void, InstallerError> =>
  Effect.suspend(() => {
    const refusal = foreign(patch) ?? CommandLine.refuse(patch.advisory, Package.concerned(patch.packages));
    if (refusal === null) return Effect.void;
    const message = `patch ${patch.patchId} can't be given to dnf: ${refusal.message}`;
    return Effect.fail(new InstallerError({ reason: "InstructionRefused", message, isRetryable: false }));
  });

const foreign = ({ format = "rpm", packages }: Package.PatchInstruction): { readonly message: string } | null => {
  if (format !== "rpm") return { message: `its packages are of the format ${format}` };
  const hotfix = packages.find((p) => p.isPresence === true);
  return hotfix === undefined ? null : { message: `${hotfix.name} has no version to bring it to` };
};

const installed = (settings: DnfOptions.DnfSettings, wanted: readonly Package.Package[]) =>
  Effect.flatMap(
    Effect.promise(() => RpmDatabase.installed(settings, wanted)),
    RunReport.orDatabaseError,
  );

const privileged: Effect.Effect<void, InstallerError> = Effect.suspend(() =>
  process.getuid?.() === 0
    ? Effect.void
    : Effect.fail(
        new InstallerError({
          reason: "NotPrivileged",
          message: "dnf changes a system only as root: run the agent as root, or give it a root of its own",
          isRetryable: false,
        }),
      ),
);

const deploy = Effect.fn("DnfInstaller.deploy")(function* (
  settings: DnfOptions.DnfSettings,
  { patch, found, effort }: Work,
  what: "install" | "prefetch",
) {
  const wanted = patch.packages.filter((p) => isOlder(p, found) || isToReplace(p, found));
  if (wanted.length === 0) return RunReport.nothingToDo("no installed package is older than the patch");
  yield* privileged;
  const attempt = (refresh: boolean) => {
    const deployment = { advisory: patch.advisory, packages: wanted, refresh };
    const line =
      what === "install" ? CommandLine.install(settings, deployment) : CommandLine.prefetch(settings, deployment);
    return review(settings, line, {
      review: (plan) => TransactionPlan.reviewInstall(plan, wanted),
      changesSystem: what === "install",
      ...RunReport.limitsOf(effort),
    });
  };
  // What was prefetched is enough for most installs; only when it isn't are the repositories asked anew.
  const first = yield* attempt(what === "prefetch");
  const isStale = what === "install" && first.reasonCode === ReasonCode.reasonCodes.PatchUrlMissing;
  const report = isStale ? yield* attempt(true) : first;
  if (what === "install") yield* tidy(settings, report);
  return report;
});

// CFG-06. After a transaction dnf removes by itself what it fetched (keepcache=False); what it fetched and then refused, or
// could not begin with, it would keep until the next one. That the cache can't be emptied fails no deployment.
const tidy = (settings: DnfOptions.DnfSettings, { reasonCode, exitCode }: InstallReport): Effect.Effect<void> => {
  if (reasonCode === null || exitCode === null) return Effect.void;
  const limits = { milliseconds: settings.limits.queryMilliseconds };
  return Effect.asVoid(Effect.promise(() => ToolQuery.ask(settings.dnf, CommandLine.emptyCache(settings), limits)));
};

const takeBack = Effect.fn("DnfInstaller.takeBack")(function* (
  settings: DnfOptions.DnfSettings,
  { patch, found, effort }: Work,
) {
  const wanted = patch.packages.filter((p) => evrsOf(p, found).some((evr) => RpmVersion.compare(evr, p.evr) !== 0));
  const refusal = whyNoRollback(wanted, found);
  if (refusal !== null) return RunReport.failed(ReasonCode.reasonCodes.InstallerFailed, refusal);
  if (wanted.length === 0) return RunReport.nothingToDo("every installed package has the version to go back to");
  yield* privileged;
  const report = yield* review(settings, CommandLine.rollback(settings, wanted), {
    review: (plan) => TransactionPlan.reviewRollback(plan, wanted),
    changesSystem: true,
    ...RunReport.limitsOf(effort),
  });
  yield* tidy(settings, report);
  return report;
});

const review = (
  settings: DnfOptions.DnfSettings,
  line: CommandLine.Line,
  how: Omit<DnfProcess.ReviewedCommand, "line">,
): Effect.Effect<InstallReport, InstallerError> => {
  if (!line.ok) {
    const { message } = line.error;
    return Effect.fail(new InstallerError({ reason: "InstructionRefused", message, isRetryable: false }));
  }
  return RunReport.reviewed(settings, { line: line.value, ...how });
};

const evrsOf = (p: Package.Package, found: Found): readonly string[] =>
  found.find((f) => f.name === p.name && f.arch === p.arch)?.evrs ?? [];

// One that isn't there itself is wanted where a package stands whose place it takes.
const isToReplace = (p: Package.WantedPackage, found: Found): boolean =>
  evrsOf(p, found).length === 0 && p.replaces?.some((r) => evrsOf(r, found).length > 0) === true;

// A package that isn't installed needs nothing; one kept side by side only a version that is new enough.
const isOlder = (p: Package.Package, found: Found): boolean => {
  const evrs = evrsOf(p, found);
  return evrs.length > 0 && evrs.every((evr) => RpmVersion.compare(evr, p.evr) < 0);
};

const whyNoRollback = (wanted: readonly Package.Package[], found: Found): string | null => {
  const sideBySide = wanted.find((p) => found.some((f) => f.name === p.name && f.arch === p.arch && f.sideBySide));
  if (sideBySide !== undefined) {
    return `${sideBySide.name} is kept in several versions side by side: boot the older one instead of taking it back`;
  }
  const older = wanted.find((p) => evrsOf(p, found).some((evr) => RpmVersion.compare(evr, p.evr) < 0));
  return older === undefined
    ? null
    : `the installed ${older.name} is older than ${older.evr}, the version to go back to`;
};
