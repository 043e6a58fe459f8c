import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as InstallCommand from "../../src/domain/key/InstallCommand.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as Values from "../scenario/Values.ts";

const enrolment: InstallCommand.Enrolment = {
  server: "https://patch.example.com",
  tenantId: "acme",
  keyId: Values.uuid(1),
  secret: "s3cret_-x",
  tenantKeyFingerprint: `sha256:${"0".repeat(64)}`,
};
const build: InstallCommand.Build = { product: "fettle-agent", version: "1.4.0-1", architecture: "x86_64" };
const made = (
  os: InstallCommand.OperatingSystem,
  over: Partial<InstallCommand.Enrolment> = {},
  as: Partial<InstallCommand.Build> = {},
) => {
  const instructions = InstallCommand.instructions(os, { ...enrolment, ...over }, { ...build, ...as });
  if (!instructions.ok) throw new Error(instructions.error.map((r) => r.message).join());
  return instructions.value;
};
const faults = (over: object, as: object = {}, os: InstallCommand.OperatingSystem = "linux-rpm") => {
  const instructions = InstallCommand.instructions(os, { ...enrolment, ...over }, { ...build, ...as });
  return instructions.ok ? [] : instructions.error.map((r) => `${r.rule} ${r.path}`);
};

describe("how an agent is installed", () => {
  it.each([
    ["linux-rpm", "fettle-agent-1.4.0-1.x86_64.rpm"],
    ["linux-deb", "fettle-agent_1.4.0-1_amd64.deb"],
    ["mac", "fettle-agent-1.4.0-1-x86_64.pkg"],
    ["windows", "fettle-agent-1.4.0-1.exe"],
  ] as const)("KEY-03: on %s it has the artefact %s, and commands that name it", (os, artefact) => {
    const { artefacts, install } = made(os);
    expect(artefacts).toEqual([artefact]);
    expect(install[0]?.argv).toContain(artefact);
  });

  it.each(InstallCommand.operatingSystems)(
    "KEY-03: on %s the agent is told all it needs, and an upgrade no id at all",
    (os) => {
      const { install, upgrade } = made(os);
      const all = install.flatMap((c) => c.argv).join(" ");
      const ids = [enrolment.tenantId, enrolment.keyId, enrolment.secret, enrolment.tenantKeyFingerprint];
      for (const id of [...ids, enrolment.server]) expect(all).toContain(id);
      expect(upgrade.length).toBeGreaterThan(0);
      for (const id of ids) expect(upgrade.flatMap((c) => [...c.argv, c.text]).join(" ")).not.toContain(id);
    },
  );

  it("KEY-03: upgrades by the package's own parameter", () => {
    expect(made("linux-rpm").upgrade.map((c) => c.text)).toEqual(["sudo rpm -U fettle-agent-1.4.0-1.x86_64.rpm"]);
    expect(made("windows").upgrade.at(-1)?.argv).toEqual([
      "msiexec.exe",
      "/i",
      "fettle-agent_x64.msi",
      "/qn",
      "PATCH=1",
    ]);
  });

  it.each([
    ["32", "fettle-agent_x86.msi"],
    ["64", "fettle-agent_x64.msi"],
    ["BOTH", "fettle-agent_x64.msi"],
    ["AUTO", "fettle-agent_x64.msi"],
  ] as const)("KEY-03: on Windows, mode %s takes its package out of the installer and installs %s", (msi, used) => {
    const { install } = made("windows", {}, { msi });
    expect(install.map((c) => c.argv.slice(0, 3))).toEqual([
      ["fettle-agent-1.4.0-1.exe", `ExtractMSI=${msi}`],
      ["msiexec.exe", "/i", used],
    ]);
    expect(made("windows").install[0]?.argv).toEqual(["fettle-agent-1.4.0-1.exe", "ExtractMSI=AUTO"]);
  });

  it("KEY-03: names the architecture as each package manager does", () => {
    const artefacts = (["linux-rpm", "linux-deb", "mac"] as const).map(
      (os) => made(os, {}, { architecture: "aarch64" }).artefacts[0],
    );
    expect(artefacts).toEqual([
      "fettle-agent-1.4.0-1.aarch64.rpm",
      "fettle-agent_1.4.0-1_arm64.deb",
      "fettle-agent-1.4.0-1-arm64.pkg",
    ]);
  });
});

describe("words of a command", () => {
  it("KEY-03: what can't be put into one safely is refused, all of it at once", () => {
    const control = String.fromCharCode(10);
    expect(
      faults({ server: "http://patch.example.com", tenantId: "", secret: `a${control}b` }, { product: "-rf" }),
    ).toEqual(["KEY-03 server", "KEY-03 tenantId", "KEY-03 secret", "KEY-03 product"]);
    expect(faults({ secret: "s".repeat(512) })).toEqual([]);
    expect(faults({ secret: "s".repeat(513) })).toEqual(["KEY-03 secret"]);
    expect(faults({}, { version: "1; reboot", msi: "128" })).toEqual(["KEY-03 version", "KEY-03 msi"]);
  });

  it.each([
    "https://patch.example.com/path",
    "https://user@patch.example.com",
    "ftp://patch.example.com",
    "http://localhost",
    "https://patch.example.com; reboot",
    "",
  ])("KEY-03: %j is no control plane's address", (server) => {
    expect(faults({ server })).toEqual(["KEY-03 server"]);
  });

  it.each(["https://patch.example.com:8443", "http://127.0.0.1:8080", "https://[::1]:1"])(
    "KEY-03: %s is one",
    (server) => {
      expect(faults({ server })).toEqual([]);
    },
  );

  it.each(['"', "%", "$", "`", "!", "^"])(
    "KEY-03: %s in a secret is refused on Windows, whose shells mean something by it",
    (sign) => {
      expect(faults({ secret: `a${sign}b` }, {}, "windows")).toEqual(["KEY-03 secret"]);
      expect(faults({ secret: `a${sign}b` })).toEqual([]);
    },
  );

  it("KEY-03: a shell takes the printed command apart into just the words that it was made of", () => {
    const word = fc.string({
      unit: fc.constantFrom(...`ab1 '"$\`\\!*?~#&|;<>(){}[]%^=-_./:@+,`),
      minLength: 1,
      maxLength: 12,
    });
    fc.assert(
      fc.property(
        fc.array(fc.array(word, { minLength: 1, maxLength: 6 }), { minLength: 20, maxLength: 20 }),
        (lines) => {
          const script = lines.map((words) => `printf '%s\\0' ${words.map(InstallCommand.posix).join(" ")}`).join("\n");
          const told = execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" }).split("\0").slice(0, -1);
          expect(told).toEqual(lines.flat());
        },
      ),
      Arbitraries.runs(30),
    );
  });

  it("KEY-03: what is printed says the same as the words, on every system", () => {
    for (const os of ["linux-rpm", "linux-deb", "mac"] as const) {
      for (const { argv, text } of made(os, { secret: "it's $HOME & more" }).install) {
        const told = execFileSync("/bin/sh", ["-c", `printf '%s\\0' ${text}`], { encoding: "utf8" })
          .split("\0")
          .slice(0, -1);
        expect(told).toEqual(argv);
      }
    }
  });

  it("KEY-03: on Windows a word with spaces is in quotation marks, and a backslash at its end doesn't end them", () => {
    expect(InstallCommand.windowsShell("SERVER=https://patch.example.com")).toBe("SERVER=https://patch.example.com");
    expect(InstallCommand.windowsShell("C:\\Program Files\\")).toBe('"C:\\Program Files\\\\"');
    expect(InstallCommand.windowsShell("a&b")).toBe('"a&b"');
  });
});
