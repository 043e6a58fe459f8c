import { describe, expect, it } from "vitest";
import type { Patch } from "../../src/domain/patch/Patch.ts";
import * as Patches from "../../src/domain/patch/Patch.ts";
import * as VendorFile from "../../src/domain/patch/VendorFile.ts";
import * as Limits from "../../src/domain/shared/Limits.ts";
import * as Values from "../scenario/Values.ts";

const digest = `sha256:${"a".repeat(64)}`;
const limits = Limits.withOverrides({ vendorFileBytesMax: 100 });
const acquire = { _tag: "AcquireFromVendor", url: "https://vendor.example.com" } as const;
const windows = (over: Partial<Patch> = {}): Patch =>
  Values.patch("W-1", { platform: "Windows", packageFormat: null, packages: [], download: acquire, ...over });
const atUrl: VendorFile.Offer = {
  url: "https://files.acme.example/jre.msi",
  digest,
  sizeBytes: 100,
  signer: null,
  content: null,
};
const supply = (over: Partial<VendorFile.Offer> = {}, patch: Patch = windows()) =>
  VendorFile.supply(patch, { ...atUrl, ...over }, { by: "user:mara", now: 5, limits });
const refusals = (over: Partial<VendorFile.Offer>, patch?: Patch) => {
  const answer = supply(over, patch);
  return answer.ok ? [] : answer.error.map((r) => [r.rule, r.code, r.path]);
};

describe("a vendor's file", () => {
  it("PAT-04: is kept by url or by content, with its digest, and who supplied it when", () => {
    expect(supply()).toEqual({
      ok: true,
      value: {
        patchId: "W-1",
        url: atUrl.url,
        digest,
        sizeBytes: 100,
        signer: null,
        suppliedBy: "user:mara",
        suppliedAt: 5,
      },
    });
    expect(supply({ url: null, sizeBytes: null, content: { digest, sizeBytes: 7 } })).toMatchObject({
      ok: true,
      value: { url: null, sizeBytes: 7 },
    });
  });

  it.each<readonly [string, Partial<VendorFile.Offer>, string]>([
    ["without a url or content", { url: null }, "url"],
    ["with both", { content: { digest, sizeBytes: 100 } }, "url"],
    ["at an address without TLS", { url: "http://files.acme.example/a" }, "url"],
    ["in a file system", { url: "file:///etc/passwd" }, "url"],
    ["behind a password", { url: "https://me:secret@files.acme.example/a" }, "url"],
    ["at no address", { url: "files" }, "url"],
    ["at too long an address", { url: `https://a.example/${"a".repeat(VendorFile.URL_CHARACTERS_MAX)}` }, "url"],
    ["of no known size", { sizeBytes: null }, "sizeBytes"],
    ["of no bytes", { sizeBytes: 0 }, "sizeBytes"],
    ["a byte too large", { sizeBytes: 101 }, "sizeBytes"],
    ["with content a byte too large", { url: null, content: { digest, sizeBytes: 101 } }, "sizeBytes"],
    ["with a digest of another kind", { digest: "md5:00" }, "digest"],
    ["with a digest in capitals", { digest: `sha256:${"A".repeat(64)}` }, "digest"],
    ["whose content has another digest", { url: null, content: { digest: "sha256:b", sizeBytes: 1 } }, "digest"],
    ["with an empty signer", { signer: "" }, "signer"],
    ["with too long a signer", { signer: "x".repeat(VendorFile.SIGNER_CHARACTERS_MAX + 1) }, "signer"],
  ])("PAT-04: %s is refused", (_, over, path) => {
    expect(refusals(over)).toEqual([["PAT-04", "invalid", path]]);
  });

  it.each<readonly [string, Partial<Patch>, string]>([
    ["that the agent fetches itself", { download: { _tag: "Automatic", files: [] } }, "PAT-04"],
    ["of which nothing is known", { download: { _tag: "Unavailable" } }, "PAT-04"],
    ["for another platform", { platform: "Mac" }, "PAT-04"],
    ["that its vendor withdrew", { isDeprecated: true }, "PAT-06"],
    ["that is a feature update", { isFeatureUpdate: true }, "PAT-07"],
  ])("PAT-04: of a patch %s is refused", (_, over, rule) => {
    expect(refusals({}, windows(over))).toEqual([[rule, "conflict", "patchId"]]);
  });

  it("PAT-02, PAT-04: makes a Windows patch patchable that wasn't, and no other", () => {
    const { isPatchable } = Patches;
    expect([isPatchable(windows()), isPatchable(windows(), true)]).toEqual([false, true]);
    expect(isPatchable(windows({ platform: "Mac" }), true)).toBe(false);
    expect(isPatchable(windows({ download: { _tag: "Unavailable" } }), true)).toBe(false);
    expect(isPatchable(windows({ download: { _tag: "Automatic", files: [] } }))).toBe(true);
  });

  it("PAT-13, PAT-15: a patch that the asset's own repositories bring is patchable, and a Mac's that the agent fetches", () => {
    expect(Patches.isPatchable(Values.patch("L-1"))).toBe(true);
    const safari = windows({ platform: "Mac", products: ["Safari"], download: { _tag: "Automatic", files: [] } });
    expect(Patches.whyNotDeployed(safari, false)).toBeNull();
    expect(Patches.whyNotDeployed({ ...safari, download: { _tag: "Unavailable" } }, false)).toMatchObject({
      rule: "PAT-03",
    });
  });
});
