// The options of `npm run sim`, read before anything is installed or built.

export const HELP = `npm run sim [-- options]

  --seeds N      how many scenarios, 20 unless told
  --from SEED    the first seed, a whole number, 1 unless told
  --agents M     machines in each, 20 unless told
  --days D       days of each, 3 unless told
  --rough        everything goes wrong at once, and people do more
  --restored     the control plane is put back to a backup, once or twice, in each
  --situations   print how often each rare situation came about, and in how many scenarios
  --play FILE    play the scenario in a file instead, as a failure prints it
  --json         one JSON document on stdout instead of the table
  --no-shrink    leave a scenario that fails as it is
  --no-install   install no Debian packages
  --help         this text

Exit code 0: nothing was broken; 1: something was, and the smaller scenario that breaks it is printed; 2: these options.
docs/internals/simulator.md says what is played and what is held against it.
`;

const NUMBERS = /** @type {const} */ (["seeds", "from", "agents", "days"]);
const FLAGS = /** @type {const} */ (["json", "help", "rough", "restored", "situations", "no-shrink", "no-install"]);
const LARGEST = { seeds: 1_000_000, from: Number.MAX_SAFE_INTEGER, agents: 1_000, days: 366 };

/**
 * @typedef {{ seeds: number, from: number, agents: number, days: number, play: string | null, rough: boolean, restored: boolean,
 *   situations: boolean, json: boolean, help: boolean, shrink: boolean, install: boolean }} Options
 */

/**
 * The options, or a sentence on what can't be understood.
 *
 * @param {readonly string[]} args
 * @returns {{ readonly ok: true, readonly value: Options } | { readonly ok: false, readonly error: string }}
 */
export function parse(args) {
  const numbers = { seeds: 20, from: 1, agents: 20, days: 3 };
  /** @type {Set<string>} */
  const given = new Set();
  /** @type {string | null} */
  let play = null;
  for (let i = 0; i < args.length; i += 1) {
    const [name = "", inline] = (args[i] ?? "").split("=", 2);
    const number = NUMBERS.find((n) => name === `--${n}`);
    if (number === undefined && name !== "--play") {
      if (inline !== undefined || !FLAGS.some((flag) => name === `--${flag}`)) {
        return { ok: false, error: `unknown option ${args[i]}; --help tells which there are` };
      }
      given.add(name.slice(2));
      continue;
    }
    if (inline === undefined) i += 1;
    const text = inline ?? args[i] ?? "";
    if (number === undefined) {
      if (text === "") return { ok: false, error: "--play needs a file" };
      play = text;
      continue;
    }
    const least = number === "from" ? 0 : 1;
    const value = Number(text);
    if (text === "" || !Number.isSafeInteger(value) || value < least || value > LARGEST[number]) {
      return { ok: false, error: `--${number} needs a whole number from ${least} to ${LARGEST[number]}` };
    }
    numbers[number] = value;
  }
  const [json, help] = [given.has("json"), given.has("help")];
  const [shrink, install] = [!given.has("no-shrink"), !given.has("no-install")];
  const [rough, restored, situations] = [given.has("rough"), given.has("restored"), given.has("situations")];
  return { ok: true, value: { ...numbers, play, rough, restored, situations, json, help, shrink, install } };
}
