/** Whether the parser is linear on text that is built to hurt it: the worst of ten shapes. */
import { pathToFileURL } from "node:url";
import type { Entry } from "../Entry.ts";
import { inWorkspace } from "../qql/Built.ts";
import { costOfDoubling } from "../qql/Doubling.ts";
import { SHAPES, textOf } from "../qql/Hostile.ts";

const CHARACTERS = 32_768;
const REPETITIONS = 60;

const entry: Entry = {
  id: "qql.linear",
  what: "a hostile text of 64 KiB parsed, the worst of ten shapes",
  unit: "×",
  better: "lower",
  goal: 2.3,
  peerName: "half of it",
  prepare: async () => {
    // The package as built: code of its own, so that V8 doesn't compile the parser that the other entries measure for
    // texts like these.
    const built = inWorkspace("packages/qql/dist/index.js");
    const { Limits, Parser }: typeof import("@fettle/qql") = await import(pathToFileURL(built).href);
    const shapes = SHAPES.map((shape) => ({
      text: textOf(shape, CHARACTERS),
      doubled: textOf(shape, 2 * CHARACTERS),
    }));
    const parse = (text: string): unknown => Parser.parse(text, Limits.lifted);
    return {
      ours: () => Math.max(...shapes.map(({ text, doubled }) => costOfDoubling(text, doubled, parse, REPETITIONS))),
      peer: () => 1,
    };
  },
};

export default entry;
