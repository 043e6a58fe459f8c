/**
 * The host's own roles and permission table (RBAC-10), when it brings one: put it into the context beside the ports. The
 * default is the standard policy. One that lint finds errors in is refused when it is first used, and nothing else is used
 * in its place.
 */
import * as Context from "effect/Context";
import * as Policy from "../domain/access/Policy.ts";

export const AccessPolicy: Context.Reference<Policy.Policy> = Context.Reference("fettle/core/AccessPolicy", {
  defaultValue: () => Policy.standard,
});
