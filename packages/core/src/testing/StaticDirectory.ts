/** A directory of users that stands in memory, for tests and examples; a host brings its own. */
import * as Effect from "effect/Effect";
import type { User } from "../domain/access/User.ts";

/** Users by tenant; `set` changes one, as a host's administrator would. */
export const make = (users: { readonly [tenantId: string]: readonly User[] }) => {
  const known = new Map(Object.entries(users).map(([tenant, list]) => [tenant, new Map(list.map((u) => [u.id, u]))]));
  return {
    user: (tenantId: string, userId: string) => Effect.sync(() => known.get(tenantId)?.get(userId) ?? null),
    set: (tenantId: string, user: User): void => {
      const tenant = known.get(tenantId) ?? new Map<string, User>();
      known.set(tenantId, tenant.set(user.id, user));
    },
  };
};
