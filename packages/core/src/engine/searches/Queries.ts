/** QQL that callers send: read, or rejected with every finding in it. */
import * as Qql from "@fettle/qql";
import * as Effect from "effect/Effect";
import * as Rejection from "../../domain/shared/Rejection.ts";
import { Rejected } from "../Rejected.ts";

/** A query over a catalogue; null when there is none, or nothing but space. The path says which input it came in. */
export const read = <D extends Qql.Catalog.Definitions>(
  catalog: Qql.Catalog.Catalog<D>,
  text: string | undefined | null,
  path: string,
): Effect.Effect<Qql.Query<Qql.Catalog.DocumentOf<D>> | null, Rejected> => {
  if (text === undefined || text === null || text.trim() === "") return Effect.succeed(null);
  const query = Qql.compile(catalog, text);
  if (query.ok) return Effect.succeed(query.value);
  const errors = query.error.filter((d) => d.severity === "error");
  return Effect.fail(new Rejected({ rejections: errors.map((d) => Rejection.make(null, "invalid", toldAs(d), path)) }));
};

/** A finding in words: what, where, and how to mend it. */
export const toldAs = (finding: Qql.Message.Told): string =>
  [`${finding.message} (at ${finding.start})`, finding.hint ?? ""].join(" ").trim();
