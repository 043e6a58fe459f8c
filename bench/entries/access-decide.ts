/** Whether a user has a permission, with why and who could, against a table. */
import { permissions } from "../access/Deciding.ts";
import type { Entry } from "../Entry.ts";

const entry: Entry = {
  id: "access.decide",
  what: "whether a user has a permission, with why and who could",
  unit: "µs of CPU",
  better: "lower",
  goal: 30,
  peerName: "a table look-up of yes or no",
  prepare: permissions,
};

export default entry;
