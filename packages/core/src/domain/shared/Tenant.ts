/**
 * A tenant's id as a type of its own (EVT-03): text that came from somewhere else doesn't stand where a tenant is asked for,
 * so no id of a user, an asset or a job can be taken for one by mistake. What a value of one tenant is decided on may not be
 * written for another; the store refuses that where types can't.
 */
import * as Rejection from "./Rejection.ts";
import { fail, ok, type Result } from "./Result.ts";

declare const brand: unique symbol;

/** The id of a subscription. */
export type TenantId = string & { readonly [brand]: "TenantId" };

/** 1–63 small letters, digits and dashes: what stands in paths, keys and file names everywhere. */
export const PATTERN = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** The id that a text is. */
export const read = (text: string): Result<TenantId, Rejection.Rejection> =>
  PATTERN.test(text)
    ? ok(text as TenantId)
    : fail(Rejection.make("EVT-03", "invalid", "a tenant's id is 1–63 small letters, digits and dashes", "tenantId"));

/** The id that the control plane itself keeps, or that its host speaks for. */
export const of = (text: string): TenantId => text as TenantId;
