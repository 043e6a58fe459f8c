/** Importing the built package in a fresh process, against importing zod. */
import type { Entry } from "../Entry.ts";
import { importMilliseconds, inWorkspace } from "../qql/Built.ts";

const entry: Entry = {
  id: "qql.import",
  what: "@fettle/qql, as built, imported by a fresh process",
  unit: "ms",
  better: "lower",
  goal: 0.5,
  peerName: "zod",
  prepare: () => {
    const [qql, zod] = ["packages/qql/dist/index.js", "node_modules/zod/index.js"].map(inWorkspace) as [string, string];
    return { ours: () => importMilliseconds(qql), peer: () => importMilliseconds(zod) };
  },
};

export default entry;
