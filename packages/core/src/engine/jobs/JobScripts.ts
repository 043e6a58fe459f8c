/**
 * The scripts that jobs name, held against what is saved (JOB-20). A commit that makes a job name a script expects the script
 * and its author's key as they were read. It also counts, so that a script isn't deleted by somebody who saw no job name it.
 */
import { Crypto } from "@fettle/agent-protocol";
import * as Effect from "effect/Effect";
import type { Job, JobDraft } from "../../domain/job/Job.ts";
import * as SavedScript from "../../domain/job/SavedScript.ts";
import type { Actor } from "../../domain/shared/Actor.ts";
import type { TenantId } from "../../domain/shared/Tenant.ts";
import { type CounterChange, type Expectation, Storage } from "../../ports/Storage.ts";
import { refuse } from "../Rejected.ts";
import * as Repository from "../Repository.ts";
import * as JobAuthority from "./JobAuthority.ts";

/** Counts how often a job came to name a script. */
export const NAMED_COUNTER = "scriptsNamed";

type Naming = Pick<JobDraft, "platform"> & { readonly actions?: JobDraft["actions"] };

/** Why a job may not name its scripts, all at once; none when it may, or names none. */
export const faults = Effect.fn("JobScripts.faults")(function* (tenantId: TenantId, job: Naming) {
  return (yield* looked(tenantId, job)).wrong;
});

/** What goes into the commit of a job that names scripts; rejects one that may not. */
export const claim = Effect.fn("JobScripts.claim")(function* (tenantId: TenantId, job: Job) {
  const { wrong, scripts, authors } = yield* looked(tenantId, job);
  if (wrong.length > 0) return yield* refuse(wrong);
  const expect: readonly Expectation[] = [
    ...scripts.map((s) => Repository.expected("script", s.id, s)),
    ...authors.map((a) => Repository.expected("scriptAuthor", a.id, a)),
  ];
  const counters: readonly CounterChange[] = scripts.length === 0 ? [] : [{ key: NAMED_COUNTER, by: 1 }];
  return { expect, counters };
});

/** What goes into the commit that deletes a script; rejects while a job names it. */
export const release = Effect.fn("JobScripts.release")(function* (actor: Actor, scriptId: string) {
  const { tenantId } = actor;
  // Read first: a job that comes after it makes the guard refuse, whichever were found.
  const count = yield* (yield* Storage).counter(tenantId, NAMED_COUNTER);
  const naming = (yield* Repository.allBy(tenantId, "job", "script", scriptId)).map((j) => j.value);
  if (naming.length > 0) {
    const { views } = yield* JobAuthority.viewer(actor, naming);
    const seen = naming.filter(views);
    return yield* refuse(SavedScript.whyKept(seen, naming.length - seen.length));
  }
  const unchanged: CounterChange = { key: NAMED_COUNTER, by: 0, floor: count, ceiling: count };
  return unchanged;
});

const looked = Effect.fn("JobScripts.looked")(function* (tenantId: TenantId, { platform, actions }: Naming) {
  // What is no digest is told where the actions are judged.
  const digests = SavedScript.digestsIn(actions).filter((digest) => Crypto.DIGEST.test(digest));
  const scripts = yield* Repository.some(tenantId, "script", digests);
  const keys = [...new Set(scripts.map((s) => s.value.author.keyId))];
  const authors = yield* Repository.some(tenantId, "scriptAuthor", keys);
  const library: SavedScript.Library = {
    scripts: new Map(scripts.map((s) => [s.id, s.value])),
    authors: new Map(authors.map((a) => [a.id, a.value])),
  };
  const about = { platform, ...(actions === undefined ? {} : { actions }) };
  return { scripts, authors, wrong: SavedScript.faults(about, library) };
});
