// The options of `npm start`. The story owns its help text, and that text is the only list of its options: every line of
// it that begins with a long option names one. It is read out of the story's source, because it must be there to print
// before anything is installed or built.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../setup/Failure.mjs";

const STORY_SOURCE = "examples/story/src/main.ts";

/** A template without placeholders, so that its source is its value. */
const HELP_CONSTANT = /^const HELP = `([^`$\\]+)`;$/m;

/** @param {string} root */
export function helpText(root) {
  const path = join(root, STORY_SOURCE);
  const help = existsSync(path) ? HELP_CONSTANT.exec(readFileSync(path, "utf8"))?.[1] : undefined;
  if (help === undefined) throw new Failure(`${STORY_SOURCE} must define its help as a constant: const HELP = \`…\`;`);
  return help;
}

/**
 * The long options a help text documents, in its order.
 *
 * @param {string} help
 */
export function documentedOptions(help) {
  return [...help.matchAll(/^\s+(?:-\w, )?(--[a-z][a-z-]*)/gm)].map((match) => match[1] ?? "");
}

/**
 * Arguments that no documented option covers; `--name=value` is covered by `--name`.
 *
 * @param {readonly string[]} args
 * @param {readonly string[]} documented
 */
export function unknownArguments(args, documented) {
  return args.filter((arg) => !documented.includes(arg.split("=", 1)[0] ?? arg));
}
