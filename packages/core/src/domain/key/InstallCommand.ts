/**
 * How an agent is installed with an activation key (KEY-03): for each operating system the artefacts by name and the
 * commands, as words and as the text to paste. Pure: the secret is handed in and handed out, never kept.
 *
 * Words are quoted for the shell they are pasted into. An upgrade has no ids: the agent keeps who it is.
 */
import * as Rejection from "../shared/Rejection.ts";
import { fail, ok, type Result } from "../shared/Result.ts";

export const operatingSystems = ["windows", "linux-rpm", "linux-deb", "mac"] as const;
export type OperatingSystem = (typeof operatingSystems)[number];

/** Which packages the Windows installer gives out: for 32 bits, for 64, both, or the one of the machine. */
export const msiModes = ["32", "64", "BOTH", "AUTO"] as const;
export type MsiMode = (typeof msiModes)[number];

/** What an agent must know to find its control plane, and to be let in. */
export interface Enrolment {
  /** `https://patch.example.com`. */
  readonly server: string;
  readonly tenantId: string;
  readonly keyId: string;
  /** A secret. */
  readonly secret: string;
  /** What the tenant's key must have; never trust on first use. */
  readonly tenantKeyFingerprint: string;
}

/** One command. */
export interface Command {
  readonly purpose: string;
  /** The words, as a process is given them. */
  readonly argv: readonly string[];
  /** The same for people to paste, quoted for their shell. */
  readonly text: string;
}

export interface InstallInstructions {
  readonly operatingSystem: OperatingSystem;
  /** Files that must be on the machine before. */
  readonly artefacts: readonly string[];
  /** A first installation, in this order. */
  readonly install: readonly Command[];
  /** Over an older agent, which stays the one it is (AGT-15). */
  readonly upgrade: readonly Command[];
}

/** What differs between builds of an agent. */
export interface Build {
  /** The artefacts' base name, `fettle-agent`. */
  readonly product: string;
  /** As the package managers spell it, `1.4.0-1`. */
  readonly version: string;
  readonly architecture: "x86_64" | "aarch64";
  /** Windows: which package is taken from the installer; `AUTO` unless told. */
  readonly msi?: MsiMode;
}

const PRODUCT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const VERSION = /^[A-Za-z0-9][A-Za-z0-9.+~_-]{0,63}$/;
/** What a word of ours may hold: printable ASCII. Anything else could end a command on some shell. */
const PRINTABLE = /^[\x20-\x7e]{1,512}$/;
/** What one of Windows' two shells takes to mean something inside quotation marks. */
const MEANT_ON_WINDOWS = /["%$`!^]/;

/** The instructions for an operating system; everything that can't be put into a command safely is refused at once. */
export const instructions = (
  operatingSystem: OperatingSystem,
  enrolment: Enrolment,
  build: Build,
): Result<InstallInstructions, readonly Rejection.Rejection[]> => {
  const wrong = [...enrolmentFaults(enrolment, operatingSystem === "windows"), ...buildFaults(build)];
  if (!operatingSystems.includes(operatingSystem)) {
    wrong.push(refuse(`one of ${operatingSystems.join(", ")}`, "operatingSystem"));
  }
  return wrong.length > 0 ? fail(wrong) : ok(made[operatingSystem](enrolment, build));
};

const refuse = (message: string, path: string) => Rejection.make("KEY-03", "invalid", message, path);

const enrolmentFaults = (enrolment: Enrolment, isWindows: boolean): Rejection.Rejection[] => {
  const texts = ["tenantId", "keyId", "secret", "tenantKeyFingerprint"] as const;
  const faults = texts
    .filter((name) => !PRINTABLE.test(enrolment[name]) || (isWindows && MEANT_ON_WINDOWS.test(enrolment[name])))
    .map((name) => refuse(`1–512 printable ASCII characters${isWindows ? `, none of "%$\`!^` : ""}`, name));
  return isOrigin(enrolment.server)
    ? faults
    : [refuse("https://host[:port], or http:// with a loopback address; nothing after it", "server"), ...faults];
};

const buildFaults = ({ product, version, msi }: Build): readonly Rejection.Rejection[] => [
  ...(PRODUCT.test(product) ? [] : [refuse("letters, digits, dots, dashes and underscores", "product")]),
  ...(VERSION.test(version) ? [] : [refuse("a version as packages spell it", "version")]),
  ...(msi === undefined || msiModes.includes(msi) ? [] : [refuse(`one of ${msiModes.join(", ")}`, "msi")]),
];

// The transport's own rule: no redirect, no credentials, nothing plain beyond this machine.
const ORIGIN = /^(?:https:\/\/[A-Za-z0-9.-]+|http:\/\/127(?:\.\d{1,3}){3}|https?:\/\/\[::1\])(?::\d{1,5})?$/;
const isOrigin = (server: string): boolean => ORIGIN.test(server);

const enrolled = ({ server, tenantId, keyId, secret, tenantKeyFingerprint }: Enrolment): readonly string[] => [
  "install",
  "--server",
  server,
  "--tenant",
  tenantId,
  "--activation",
  `${keyId}.${secret}`,
  "--tenant-key-fingerprint",
  tenantKeyFingerprint,
];

type Maker = (enrolment: Enrolment, build: Build) => InstallInstructions;

const debArchitectures = { x86_64: "amd64", aarch64: "arm64" } as const;

const unix = (
  operatingSystem: OperatingSystem,
  artefact: string,
  {
    put,
    replace,
    agent,
  }: { readonly put: readonly string[]; readonly replace: readonly string[]; readonly agent: string },
  enrolment: Enrolment,
): InstallInstructions => ({
  operatingSystem,
  artefacts: [artefact],
  install: [
    command("install the package", ["sudo", ...put], posix),
    command("tell the agent where it belongs", ["sudo", agent, ...enrolled(enrolment)], posix),
  ],
  upgrade: [command("replace an older agent", ["sudo", ...replace], posix)],
});

const rpm: Maker = (enrolment, { product, version, architecture }) => {
  const artefact = `${product}-${version}.${architecture}.rpm`;
  const how = { put: ["rpm", "-i", artefact], replace: ["rpm", "-U", artefact], agent: `/usr/bin/${product}` };
  return unix("linux-rpm", artefact, how, enrolment);
};

const deb: Maker = (enrolment, { product, version, architecture }) => {
  const artefact = `${product}_${version}_${debArchitectures[architecture]}.deb`;
  const put = ["dpkg", "-i", artefact];
  return unix("linux-deb", artefact, { put, replace: put, agent: `/usr/bin/${product}` }, enrolment);
};

const mac: Maker = (enrolment, { product, version, architecture }) => {
  const artefact = `${product}-${version}-${architecture === "aarch64" ? "arm64" : architecture}.pkg`;
  const put = ["installer", "-pkg", artefact, "-target", "/"];
  return unix("mac", artefact, { put, replace: put, agent: `/usr/local/bin/${product}` }, enrolment);
};

const windows: Maker = (enrolment, { product, version, msi = "AUTO" }) => {
  const installer = `${product}-${version}.exe`;
  const bits: { readonly [M in MsiMode]: readonly string[] } = {
    "32": ["x86"],
    "64": ["x64"],
    BOTH: ["x86", "x64"],
    // Machines of 32 bits are given mode 32: there is no build that would be taken for them here.
    AUTO: ["x64"],
  };
  const packages = bits[msi].map((b) => `${product}_${b}.msi`);
  // Of both, the machine's own; the other is for those who deploy the files elsewhere.
  const used = packages.at(-1) ?? `${product}_x64.msi`;
  const { server, tenantId, keyId, secret, tenantKeyFingerprint } = enrolment;
  const properties = [
    `SERVER=${server}`,
    `TENANT=${tenantId}`,
    `ACTIVATION=${keyId}.${secret}`,
    `TENANTKEYFINGERPRINT=${tenantKeyFingerprint}`,
  ];
  const extract = command("take the package out of the installer", [installer, `ExtractMSI=${msi}`], windowsShell);
  return {
    operatingSystem: "windows",
    artefacts: [installer],
    install: [extract, command("install the agent", ["msiexec.exe", "/i", used, "/qn", ...properties], windowsShell)],
    upgrade: [extract, command("replace an older agent", ["msiexec.exe", "/i", used, "/qn", "PATCH=1"], windowsShell)],
  };
};

const made: { readonly [O in OperatingSystem]: Maker } = { windows, "linux-rpm": rpm, "linux-deb": deb, mac };

const command = (purpose: string, argv: readonly string[], quote: (word: string) => string): Command => ({
  purpose,
  argv,
  text: argv.map(quote).join(" "),
});

/** A word for a POSIX shell: as it stands when nothing in it means something to the shell, else in single quotes. */
export const posix = (word: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** A word for the Windows command line. What neither of its shells leaves alone in quotation marks was refused before. */
export const windowsShell = (word: string): string =>
  /^[A-Za-z0-9_@+=:,./\\-]+$/.test(word) ? word : `"${word.replace(/(\\+)$/, "$1$1")}"`;
