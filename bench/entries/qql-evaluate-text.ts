/** Words looked for in texts whose keys were made beforehand, against lower case and `includes`. */
import type { Entry } from "../Entry.ts";
import { contest } from "../qql/Texts.ts";

const entry: Entry = {
  id: "qql.evaluate-text",
  what: "a title searched for words, its keys made beforehand (geometric mean of 4)",
  unit: "titles/s",
  better: "higher",
  goal: 0.5,
  peerName: "toLowerCase and includes",
  prepare: contest,
};

export default entry;
