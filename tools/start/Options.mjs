// The options of `npm start`. The story's own help text is their only list: every line of it that begins with a long
// option names one, so that what is accepted and what is documented cannot differ.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const HELP_OF_STORY = "examples/story/help.txt";

const HELP_UNTIL_THEN = `npm start [-- options]

  --json         print the story as JSON lines
  --keep         keep the files it worked on
  --no-install   install no Debian packages
  --simulated    tell it without a real package manager
  --help         this text
`;

/** @param {string} root */
export function helpText(root) {
  const path = join(root, HELP_OF_STORY);
  return existsSync(path) ? readFileSync(path, "utf8") : HELP_UNTIL_THEN;
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
