/** Short queries parsed a second against a chevrotain grammar of the same language: the oracle of the parser's tests. */
import { parse } from "../../packages/qql/test/oracle/ChevrotainQql.ts";
import type { Entry } from "../Entry.ts";
import { againstParser } from "../qql/ParseContests.ts";
import { QUERIES } from "../qql/Queries.ts";

const entry: Entry = {
  id: "qql.parse-chevrotain",
  what: "a query parsed, with spans and diagnostics (geometric mean of 30)",
  unit: "queries/s",
  better: "higher",
  goal: 5,
  peerName: "a chevrotain grammar of the same language, without diagnostics",
  prepare: () => {
    const texts = QUERIES.map(({ text }) => text);
    const refused = texts.find((text) => parse(text) === null);
    if (refused !== undefined) throw new Error(`the peer refuses ${refused}`);
    return againstParser(texts, parse, texts);
  },
};

export default entry;
