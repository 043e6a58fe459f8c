import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as CommandLine from "../../../src/installer/dnf/CommandLine.ts";
import * as DnfOptions from "../../../src/installer/dnf/DnfOptions.ts";

const numRuns = 2_000 * Number(process.env.FETTLE_RUNS ?? 1);
const plain = DnfOptions.complete({ stateDirectory: "/var/lib/fettle/dnf" });
const lab = DnfOptions.complete({ stateDirectory: "/s", installRoot: "/a b/root", config: "/a b/dnf.conf" });
const pkg = (name: string, evr = "1-1", arch = "noarch") => ({ name, evr, arch });
const argumentsOf = (line: CommandLine.Line): readonly string[] => {
  if (!line.ok) throw new Error(line.error.message);
  return line.value;
};

describe("dnf's command lines", () => {
  it("names the advisory and full NEVRAs behind `--`", () => {
    const wanted = {
      advisory: "RHSA-2026:1",
      packages: [pkg("libstdc++", "2:11.4~rc1-2.el9", "x86_64")],
      refresh: false,
    };
    const line = argumentsOf(CommandLine.install(lab, wanted));
    expect(line.slice(0, 4)).toEqual(["-v", "-c", "/a b/dnf.conf", "--installroot=/a b/root"]);
    expect(line.slice(-4)).toEqual([
      "upgrade-minimal",
      "--advisory=RHSA-2026:1",
      "--",
      "libstdc++-2:11.4~rc1-2.el9.x86_64",
    ]);
  });

  it("spells a missing epoch, so that an operand means one version", () => {
    expect(CommandLine.nevra(pkg("a", "1.0-2"))).toBe("a-0:1.0-2.noarch");
    expect(CommandLine.nevra(pkg("a", "0:1.0-2"))).toBe("a-0:1.0-2.noarch");
  });

  it("leaves root and configuration to dnf on the system itself", () => {
    const line = argumentsOf(CommandLine.rollback(plain, [pkg("a")]));
    expect(line.some((arg) => arg === "-c" || arg.startsWith("--installroot"))).toBe(false);
    expect(line.slice(-3)).toEqual(["downgrade", "--", "a-0:1-1.noarch"]);
  });

  it.each([
    "gpgcheck=1",
    "*.gpgcheck=1",
    "exit_on_lock=True",
    "keepcache=False",
    "skip_if_unavailable=False",
    "best=True",
    "assumeyes=False",
    "defaultyes=False",
  ])("forces %s on whatever changes a system, and never says yes in advance", (setting) => {
    const lines = [
      argumentsOf(CommandLine.install(lab, { advisory: null, packages: [pkg("a")], refresh: true })),
      argumentsOf(CommandLine.prefetch(lab, { advisory: "X-1", packages: [pkg("a")], refresh: true })),
      argumentsOf(CommandLine.rollback(lab, [pkg("a")])),
      CommandLine.removeDuplicates(lab),
    ];
    for (const line of lines) {
      expect(line.slice(0, line.indexOf("--") < 0 ? undefined : line.indexOf("--"))).toContain(`--setopt=${setting}`);
      expect(line.some((arg) => /^(?:-y|--assumeyes|--nogpgcheck|--nobest|--skip-broken)$/.test(arg))).toBe(false);
    }
  });

  it.each([
    ["name", { ...pkg("-y") }],
    ["name", pkg("--nogpgcheck")],
    ["name", pkg("@group")],
    ["name", pkg("/etc/x.rpm")],
    ["name", pkg("a b")],
    ["name", pkg("a*")],
    ["name", pkg("a\n")],
    ["name", pkg("")],
    ["name", pkg("ａ")],
    ["name", pkg("a\0")],
    ["evr", pkg("a", "1")],
    ["evr", pkg("a", "1-2-3")],
    ["evr", pkg("a", "1-*")],
    ["evr", pkg("a", "x:1-1")],
    ["evr", pkg("a", "1-1 --nogpgcheck")],
    ["arch", pkg("a", "1-1", "rpm")],
    ["arch", pkg("a", "1-1", "src")],
    ["arch", pkg("a", "1-1", "")],
  ] as const)("refuses a bad %s: %o", (slot, bad) => {
    expect(CommandLine.install(lab, { advisory: null, packages: [pkg("good"), bad], refresh: false })).toMatchObject({
      ok: false,
      error: { slot },
    });
    expect(CommandLine.rollback(lab, [bad])).toMatchObject({ ok: false });
    expect(CommandLine.refuse(null, [bad])).toMatchObject({ slot });
  });

  it.each(["", "-x", "A,B", "A B", "A*", "A\n", "--security", "$(id)"])("refuses the advisory %j", (advisory) => {
    const wanted = { advisory, packages: [pkg("a")], refresh: false };
    expect(CommandLine.install(lab, wanted)).toMatchObject({ ok: false, error: { slot: "advisory" } });
    expect(CommandLine.refuse(advisory, [pkg("a")])).toMatchObject({ slot: "advisory" });
  });

  it("takes names, EVRs and counts up to their limits and refuses one more", () => {
    const isTaken = (packages: readonly ReturnType<typeof pkg>[], advisory: string | null = null) =>
      CommandLine.refuse(advisory, packages) === null;
    const { NAME_CHARACTERS_MAX: name, EVR_CHARACTERS_MAX: evr, PACKAGES_MAX: count } = CommandLine;
    expect([isTaken([pkg("a".repeat(name))]), isTaken([pkg("a".repeat(name + 1))])]).toEqual([true, false]);
    expect([isTaken([pkg("a")], "A".repeat(name)), isTaken([pkg("a")], "A".repeat(name + 1))]).toEqual([true, false]);
    const long = (length: number) => pkg("a", `1-${"1".repeat(length - 2)}`);
    expect([isTaken([long(evr)]), isTaken([long(evr + 1)])]).toEqual([true, false]);
    const many = (n: number) => Array.from({ length: n }, (_, at) => pkg(`a${at}`));
    expect([isTaken([]), isTaken(many(count)), isTaken(many(count + 1))]).toEqual([false, true, false]);
  });

  it("whatever stands in a slot, a line has its template's arguments and one operand for each package", () => {
    const nasty = fc.oneof(
      fc.string({ unit: "binary", maxLength: 12 }),
      fc.string({ unit: fc.constantFrom(...Array.from("aZ09+._-:~^ *?[]@/\\$`'\";|&<>\n\0=,")), maxLength: 12 }),
      fc.constantFrom("-y", "--nogpgcheck", "--", "a", "zlib-lab", "1.0-1", "2:1~rc-1", "noarch", "RHSA-2026:1"),
    );
    const packages = fc.array(fc.record({ name: nasty, evr: nasty, arch: fc.oneof(nasty, fc.constant("noarch")) }), {
      minLength: 1,
      maxLength: 4,
    });
    const template = argumentsOf(CommandLine.install(lab, { advisory: "A-1", packages: [pkg("a")], refresh: false }));
    const head = template.slice(0, -3);
    let accepted = 0;
    fc.assert(
      fc.property(nasty, packages, (advisory, wanted) => {
        const line = CommandLine.install(lab, { advisory, packages: wanted, refresh: false });
        if (!line.ok) return;
        accepted += 1;
        expect(line.value.length).toBe(template.length - 1 + wanted.length);
        expect(line.value.slice(0, head.length)).toEqual(head);
        expect(line.value[head.length]).toBe(`--advisory=${advisory}`);
        expect(line.value[head.length + 1]).toBe("--");
        for (const operand of line.value.slice(head.length + 2)) {
          expect(operand).toMatch(/^[A-Za-z0-9][A-Za-z0-9+._:~^-]*-\d+:[^-\s]+-[^-\s]+\.[a-z0-9_]+$/);
          expect(operand.endsWith(".rpm")).toBe(false);
        }
      }),
      { numRuns, seed: 20261121 },
    );
    expect(accepted).toBeGreaterThan(0);
  });
});

describe("options", () => {
  it.each([
    { stateDirectory: "state" },
    { stateDirectory: "/s", installRoot: "root" },
    { stateDirectory: "/s", config: "x" },
  ])("refuses the relative path in %o", (options) => {
    expect(() => DnfOptions.complete(options)).toThrow(RangeError);
  });

  it("reads a root with and without a slash at its end as the same", () => {
    const root = (installRoot: string) => DnfOptions.complete({ stateDirectory: "/s", installRoot }).installRoot;
    expect([root("/a/b/"), root("/a//b"), root("/")]).toEqual(["/a/b", "/a/b", "/"]);
  });
});
