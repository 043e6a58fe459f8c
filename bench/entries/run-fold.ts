/** What a fold over sets of facts costs, against a bare switch. */
import type { Entry } from "../Entry.ts";
import { contest } from "../run/Folding.ts";

const entry: Entry = {
  id: "run.fold",
  what: "facts folded to the state of asset runs, five patches each",
  unit: "facts/s",
  better: "higher",
  goal: 0.3,
  peerName: "a bare switch over the same facts",
  prepare: contest,
};

export default entry;
