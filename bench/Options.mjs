// The options of `npm run bench`, read before anything is installed or built.

export const HELP = `npm run bench [-- options]

  --only PREFIX  only the figures whose id begins with PREFIX
  --json         a JSON array on stdout instead of the table
  --full         heavier sizes and more rounds, as long as it takes
  --no-install   install no Debian packages
  --help         this text

Each figure is a ratio to a peer, measured side by side in a process of its own. docs/reference/performance.md explains them.
`;

const FLAGS = /** @type {const} */ (["json", "full", "help", "no-install"]);

/**
 * @typedef {{ readonly json: boolean, readonly full: boolean, readonly help: boolean, readonly install: boolean, readonly only: string }} Options
 */

/**
 * The options, or a sentence on what can't be understood.
 *
 * @param {readonly string[]} args
 * @returns {{ readonly ok: true, readonly value: Options } | { readonly ok: false, readonly error: string }}
 */
export function parse(args) {
  /** @type {Set<string>} */
  const given = new Set();
  let only = "";
  for (let i = 0; i < args.length; i += 1) {
    const [name = "", inline] = (args[i] ?? "").split("=", 2);
    if (name === "--only") {
      if (inline === undefined) i += 1;
      const prefix = inline ?? args[i];
      if (prefix === undefined || prefix === "" || prefix.startsWith("--")) {
        return { ok: false, error: "--only needs the beginning of an id, such as --only storage." };
      }
      only = prefix;
    } else if (inline === undefined && FLAGS.some((flag) => name === `--${flag}`)) given.add(name.slice(2));
    else {
      const known = ["--only PREFIX", ...FLAGS.map((flag) => `--${flag}`)].join(", ");
      return { ok: false, error: `unknown option ${args[i]}; known are ${known}` };
    }
  }
  return {
    ok: true,
    value: {
      json: given.has("json"),
      full: given.has("full"),
      help: given.has("help"),
      install: !given.has("no-install"),
      only,
    },
  };
}
