/**
 * Every promise of the storage port as a case that any adapter can run. Each case keeps to tenants of its own, so the
 * whole list may run on one store; a store that outlives the run needs another `prefix` each time.
 */
import type { ConformanceCase } from "./Conformance.ts";
import { auditCases } from "./cases/AuditCases.ts";
import { batchCases } from "./cases/BatchCases.ts";
import { concurrencyCases } from "./cases/ConcurrencyCases.ts";
import { counterCases } from "./cases/CounterCases.ts";
import { cursorCases } from "./cases/CursorCases.ts";
import { eventCases } from "./cases/EventCases.ts";
import { forgettingCases } from "./cases/ForgettingCases.ts";
import { type LastingSubject, lastingCases } from "./cases/LastingCases.ts";
import { limitCases } from "./cases/LimitCases.ts";
import { readCases } from "./cases/ReadCases.ts";
import { revisionCases } from "./cases/RevisionCases.ts";
import { rollbackCases } from "./cases/RollbackCases.ts";
import type { StorageSubject } from "./cases/StorageSubject.ts";
import { tenantCases } from "./cases/TenantCases.ts";
import { unicodeCases } from "./cases/UnicodeCases.ts";
import { uniqueCases } from "./cases/UniqueCases.ts";
import { valueCases } from "./cases/ValueCases.ts";

export type { LastingSubject, OpenedStorage } from "./cases/LastingCases.ts";
export type { StorageSubject } from "./cases/StorageSubject.ts";

export const cases: readonly ConformanceCase<StorageSubject>[] = [
  ...revisionCases,
  ...batchCases,
  ...rollbackCases,
  ...counterCases,
  ...uniqueCases,
  ...concurrencyCases,
  ...readCases,
  ...cursorCases,
  ...eventCases,
  ...auditCases,
  ...forgettingCases,
  ...tenantCases,
  ...valueCases,
  ...unicodeCases,
  ...limitCases,
];

/** What a store that outlives its process promises beyond {@link cases}. Each case needs a store of its own. */
export const lasting: readonly ConformanceCase<LastingSubject>[] = lastingCases;
