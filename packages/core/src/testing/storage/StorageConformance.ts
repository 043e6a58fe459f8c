/**
 * Every promise of the storage port as a case that any adapter can run. Each case keeps to tenants of its own, so the
 * whole list may run on one store; a store that outlives the run needs another `prefix` each time.
 */
import type { ConformanceCase } from "./Conformance.ts";
import { auditCases } from "./cases/AuditCases.ts";
import { batchCases } from "./cases/BatchCases.ts";
import { counterCases } from "./cases/CounterCases.ts";
import { eventCases } from "./cases/EventCases.ts";
import { forgettingCases } from "./cases/ForgettingCases.ts";
import { limitCases } from "./cases/LimitCases.ts";
import { readCases } from "./cases/ReadCases.ts";
import { revisionCases } from "./cases/RevisionCases.ts";
import type { StorageSubject } from "./cases/StorageSubject.ts";
import { tenantCases } from "./cases/TenantCases.ts";
import { uniqueCases } from "./cases/UniqueCases.ts";
import { valueCases } from "./cases/ValueCases.ts";

export type { StorageSubject } from "./cases/StorageSubject.ts";

export const cases: readonly ConformanceCase<StorageSubject>[] = [
  ...revisionCases,
  ...batchCases,
  ...counterCases,
  ...uniqueCases,
  ...readCases,
  ...eventCases,
  ...auditCases,
  ...forgettingCases,
  ...tenantCases,
  ...valueCases,
  ...limitCases,
];
