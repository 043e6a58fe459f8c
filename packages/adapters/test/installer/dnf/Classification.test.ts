import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as Classification from "../../../src/installer/dnf/Classification.ts";

const numRuns = 500 * Number(process.env.FETTLE_RUNS ?? 1);
const ended = (exitCode: number, stdout: string, stderr: string): Classification.Ending => ({
  exitCode,
  signal: null,
  stdout,
  stderr,
});

// Lines that dnf 4.14 printed in the laboratory.
const mirrors =
  "Error: Error downloading packages:\n  x-1.0-2.noarch: Cannot download, all mirrors were already tried without success\n";
const checksum =
  "[MIRROR] x-1.0-2.noarch.rpm: Downloading successful, but checksum doesn't match. Calculated: a1(sha256)  Expected: b2(sha256) \n[FAILED] x-1.0-2.noarch.rpm: No more mirrors to try - All mirrors were already tried without success\n";
const missing = "[MIRROR] x-1.0-2.noarch.rpm: Status code: 404 for http://127.0.0.1:8765/x.rpm (IP: 127.0.0.1)\n";
const failures: readonly (readonly [string, number, Classification.Ending])[] = [
  ["a wrong checksum over http", 12, ended(1, checksum, mirrors)],
  [
    "a wrong checksum in a local repository",
    12,
    ended(1, "", "Error: Some packages from local repository have incorrect checksum\n"),
  ],
  ["a missing file", 4, ended(1, missing, mirrors)],
  ["an unsigned package", 11, ended(1, "", "Package x-1-1.noarch.rpm is not signed\nError: GPG check FAILED\n")],
  [
    "a wrong key",
    11,
    ended(
      1,
      "",
      "Check that the correct key URLs are configured for this repository.. Failing package is: x\nError: GPG check FAILED\n",
    ),
  ],
  [
    "a key that nobody imported",
    11,
    ended(1, "", 'Error: Refusing to automatically import keys when running unattended.\nUse "-y" to override.\n'),
  ],
  [
    "a tampered package",
    11,
    ended(1, "", "Problem opening package corrupt-1.0-2.noarch.rpm\nError: GPG check FAILED\n"),
  ],
  [
    "a payload that doesn't verify",
    7,
    ended(1, "", "Error: Transaction test error:\n  package x does not verify: Payload SHA256 ALT digest: BAD\n"),
  ],
  [
    "a damaged index",
    7,
    ended(1, "", "Error: Failed to download metadata for repo 'x': repomd.xml parser error: Parse error at line: 1\n"),
  ],
  [
    "a repository out of reach",
    4,
    ended(
      1,
      "",
      "Error: Failed to download metadata for repo 'nope': Cannot download repomd.xml: Curl error (7): Couldn't connect\n",
    ),
  ],
  [
    "a failing %pre",
    9,
    ended(
      1,
      "error: %prein(x) scriptlet failed, exit status 4\n",
      "Error in PREIN scriptlet in rpm package x\nError: Transaction failed\n",
    ),
  ],
  [
    "a full disk",
    9,
    ended(
      1,
      "",
      "Error: Transaction test error:\n  installing package x needs 60MB more space on the /opt filesystem\n",
    ),
  ],
  [
    "an unmet dependency",
    9,
    ended(1, "", "Error: \n Problem: cannot install the best update candidate for package x\n  - nothing provides y\n"),
  ],
  ["an unknown package", 13, ended(1, "No match for argument: x\n", "Error: No packages marked for upgrade.\n")],
  [
    "a version that isn't offered",
    13,
    ended(1, "No package x-0:1-1.noarch available.\n", "Error: No packages marked for downgrade.\n"),
  ],
  ["a bad option", 5, ended(2, "", "dnf: error: unrecognized arguments: --nope\n")],
  ["dnf's own crash", 10, ended(1, "", 'Traceback (most recent call last):\n  File "x"\nKeyError: 1\n')],
  ["something never seen", 9, ended(1, "", "Error: the moon is in the wrong house\n")],
  ["nothing said at all", 9, ended(77, "", "")],
];

describe("why dnf ended as it did", () => {
  it.each(failures)("RUN-04: %s is reason %i", (_what, reasonCode, ending) => {
    const meaning = Classification.classify(ending);
    expect(meaning).toMatchObject({ _tag: "Ran", reasonCode });
    expect(meaning._tag === "Ran" && (meaning.reason ?? "").length).toBeGreaterThan(0);
  });

  it("RUN-04: a checksum that is wrong outweighs all that follows from it", () => {
    for (const [, , other] of failures) {
      const both = ended(1, checksum + other.stdout, other.stderr);
      expect(Classification.classify(both)).toMatchObject({ reasonCode: 12 });
    }
  });

  it("RUN-04: reads the stream that says why, whichever it is", () => {
    for (const [, reasonCode, { exitCode, stdout, stderr }] of failures) {
      if (exitCode !== 1) continue;
      expect(Classification.classify(ended(1, stdout + stderr, ""))).toMatchObject({ reasonCode });
      expect(Classification.classify(ended(1, "", stdout + stderr))).toMatchObject({ reasonCode });
    }
  });

  it.each([
    [
      "dnf's lock",
      ended(200, "", "RPMDB already locked by 25058\n  The application with PID 25058 is: dnf\n"),
      "RPMDB already locked by 25058",
    ],
    [
      "rpm's lock",
      ended(
        1,
        "RPM: error: can't create transaction lock on /r/.rpm.lock (Resource temporarily unavailable)\n",
        "Error: Could not run transaction.\n",
      ),
      "transaction lock",
    ],
    ["exit code 200 alone", ended(200, "", ""), "lock"],
  ])("a run that met %s did not begin", (_what, ending, text) => {
    const meaning = Classification.classify(ending);
    expect(meaning).toMatchObject({ _tag: "NotBegun", reason: "Busy", message: expect.stringContaining(text) });
  });

  it("RUN-04: keeps a reason to one line of at most 500 characters", () => {
    const long = (n: number) =>
      Classification.classify(ended(1, "", `before\nError in PREIN scriptlet ${"x".repeat(n)}\nafter`));
    const prefix = "Error in PREIN scriptlet ".length;
    expect(long(500 - prefix)).toMatchObject({ reason: `Error in PREIN scriptlet ${"x".repeat(500 - prefix)}` });
    expect(long(501 - prefix)).toMatchObject({ reason: `Error in PREIN scriptlet ${"x".repeat(500 - prefix)}` });
  });

  it("AGT-18: a run without rights did not begin", () => {
    const text = "Error: This command has to be run with superuser privileges (under the root user on most systems).\n";
    expect(Classification.classify(ended(1, "", text))).toMatchObject({ _tag: "NotBegun", reason: "NotPrivileged" });
  });

  it("RUN-04: a signal is reason 10, whatever was printed", () => {
    const killed = { exitCode: null, signal: "SIGKILL", stdout: checksum, stderr: mirrors };
    expect(Classification.classify(killed)).toMatchObject({ reasonCode: 10, reason: "dnf was ended by SIGKILL" });
  });

  it("CMP-02: exit 0 never has a reason code, though a remark is made of a scriptlet", () => {
    expect(Classification.classify(ended(0, "Complete!\n", ""))).toEqual({
      _tag: "Ran",
      reasonCode: null,
      reason: null,
    });
    expect(Classification.classify(ended(0, "Nothing to do.\nComplete!\n", ""))).toMatchObject({
      reason: "Nothing to do.",
    });
    const post = ended(
      0,
      "warning: %post(x) scriptlet failed, exit status 3\n",
      "Error in POSTIN scriptlet in rpm package x\n",
    );
    expect(Classification.classify(post)).toMatchObject({
      reasonCode: null,
      reason: expect.stringContaining("exit status 3"),
    });
  });
});

describe("the tail of what was printed", () => {
  it("is short, whole when there is room, and always shows the end of stderr", () => {
    expect(Classification.tail(ended(1, "out\n", "err\n"), 100)).toBe("out\nerr");
    expect(Classification.tail(ended(1, "", "err\n"), 100)).toBe("err");
    expect(Classification.tail(ended(1, "x".repeat(500), "the error"), 100)).toMatch(/^x{90}\nthe error$/);
    expect(Classification.tail(ended(1, "the output", "y".repeat(500)), 100)).toMatch(/^the output\ny{50}$/);
  });

  it("is never longer than asked", () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 300 }),
        fc.string({ maxLength: 300 }),
        fc.integer({ min: 2, max: 200 }),
        (o, e, n) => {
          expect(Classification.tail(ended(1, o, e), n).length).toBeLessThanOrEqual(n);
        },
      ),
      { numRuns, seed: 20261121 },
    );
  });
});
