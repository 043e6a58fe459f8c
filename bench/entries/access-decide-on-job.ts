/** Whether a user may do something with a job, with why and who could, against a table. */
import { jobs } from "../access/Deciding.ts";
import type { Entry } from "../Entry.ts";

const entry: Entry = {
  id: "access.decide-on-job",
  what: "whether a user may do something with a job: relation, role, scope in a tree of 2,000 tags, state",
  unit: "µs of CPU",
  better: "lower",
  goal: 120,
  peerName: "a table look-up of yes or no",
  prepare: jobs,
};

export default entry;
