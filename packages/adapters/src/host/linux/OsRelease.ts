/** Reads os-release(5) text: shell-like assignments, without a shell. Pure. */

export interface OsRelease {
  /** "Red Hat", "Debian", "SUSE", or what the system calls itself. */
  readonly family: string;
  readonly name: string;
  /** `ID`, such as `rocky`; null when the text has none. */
  readonly id: string | null;
  /** `VERSION_ID`, such as `9.4`; null where releases roll. */
  readonly version: string | null;
}

// By what a system says it is, or is like.
const families: ReadonlyMap<string, string> = new Map([
  ["rhel", "Red Hat"],
  ["fedora", "Red Hat"],
  ["centos", "Red Hat"],
  ["amzn", "Red Hat"],
  ["debian", "Debian"],
  ["ubuntu", "Debian"],
  ["suse", "SUSE"],
  ["opensuse", "SUSE"],
  ["sles", "SUSE"],
]);

/** What the text says; a text that says nothing is a plain "Linux", as os-release(5) has it. */
export const parse = (text: string): OsRelease => {
  const values = new Map(text.split("\n").flatMap(assignment));
  const id = values.get("ID") ?? "linux";
  const ids = [id, ...(values.get("ID_LIKE") ?? "").split(" ")];
  const known = ids.map((i) => families.get(i)).find((f) => f !== undefined);
  const name = values.get("NAME") ?? "Linux";
  return {
    family: known ?? name,
    name: values.get("PRETTY_NAME") ?? name,
    id: values.get("ID") ?? null,
    version: values.get("VERSION_ID") ?? null,
  };
};

const assignment = (line: string): readonly (readonly [string, string])[] => {
  const match = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line.trim());
  return match === null ? [] : [[match[1] ?? "", unquote(match[2] ?? "")]];
};

const unquote = (value: string): string => {
  const quoted = /^"(.*)"$|^'(.*)'$/.exec(value);
  return (quoted?.[1] ?? quoted?.[2] ?? value).replace(/\\(["$`\\])/g, "$1");
};
