import { execFileSync } from "node:child_process";
import { homedir } from "node:os";
import { describe, expect, it } from "vitest";
import { checkPrivate } from "./Private.ts";
import { toText, workingCopy } from "./Source.ts";

const PUBLIC_HOST = "registry.npmjs.org";

function problemsOf(text: string): readonly string[] {
  return checkPrivate([{ path: "a.md", text }]).map((finding) => finding.problem);
}

/** The hosts npm and pip are told to use here, but for the public one. */
function hostsOfThisMachine(): readonly string[] {
  const configured = execFileSync("npm", ["config", "get", "registry"], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const urls = [configured.trim(), process.env.HTTPS_PROXY ?? "", process.env.PIP_INDEX_URL ?? ""];
  return urls
    .flatMap((url) => (URL.canParse(url) ? [new URL(url).hostname] : []))
    .filter((host) => host !== PUBLIC_HOST && host !== "");
}

describe("what is private", () => {
  it("is in no file of this repository", () => {
    expect(
      toText(checkPrivate(workingCopy(), [...hostsOfThisMachine(), ...(homedir().length > 5 ? [homedir()] : [])])),
    ).toBe("");
  });

  it.each([
    [`see /${"home"}/alice/fettle`, "a home folder"],
    [`see /${"Users"}/alice/fettle`, "a home folder"],
    [`cache=/${"root"}/.cache`, "a file of root's home folder"],
    [`open /${"work"}/main`, "a folder of one machine"],
    [`C:\\Users${"\\"}alice`, "a home folder on Windows"],
    [`${"registry"}=https://r.example.org`, "a registry setting"],
    [`@a:${"registry"} = http://r.example.org`, "a registry setting"],
    [`${"tarball"}: https://r.example.org/a.tgz`, "a package's address"],
    [`https://${"registry"}.example.org/a`, "a registry host"],
    [`-----BEGIN ${"PRIVATE"} KEY-----`, "a private key"],
    [`-----BEGIN OPENSSH ${"PRIVATE"} KEY-----`, "a private key"],
    [`npm_${"a1".repeat(18)}`, "an access token"],
    [`//r.example.org/:_auth${"Token"}=x`, "a login to a registry"],
  ])("is found in %j", (text, what) => {
    expect(problemsOf(text)).toContain(`holds ${what}`);
  });

  it.each([
    "packages/core/work/x",
    "https://example.org/home/page",
    "~/work/",
    "the root/child",
    "docs/root",
    "$ROOT/home/x",
    "/root-level",
    'HOME: "/root"',
  ])("is not seen in %j", (text) => {
    expect(problemsOf(text)).toEqual([]);
  });

  it("is a host that only this machine uses", () => {
    const [finding] = checkPrivate([{ path: "a", text: "x\nhttp://mirror.lan:80/\n" }], ["mirror.lan"]);
    expect(finding).toEqual({ path: "a", line: 2, problem: "holds this machine's registry" });
  });
});
