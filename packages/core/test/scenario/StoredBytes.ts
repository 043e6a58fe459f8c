/** Everything that a tenant has stored, as one text: the same exactly when nothing was changed. */
import * as Effect from "effect/Effect";
import { entityKinds } from "../../src/ports/Storage.ts";
import type { Scene } from "./Scene.ts";

export const of = ({ plane, tenantId }: Pick<Scene, "plane" | "tenantId">): string => {
  const events = plane.events(tenantId);
  const stored = entityKinds.map((kind) => Effect.runSync(plane.storage.list(tenantId, kind, { limit: 1_000 })));
  return JSON.stringify([events.length, stored], (_, value) => (value instanceof Uint8Array ? [...value] : value));
};
