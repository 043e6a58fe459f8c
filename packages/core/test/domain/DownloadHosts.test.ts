import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as DownloadHosts from "../../src/domain/patch/DownloadHosts.ts";
import type { Patch } from "../../src/domain/patch/Patch.ts";
import * as Arbitraries from "../scenario/Arbitraries.ts";
import * as Values from "../scenario/Values.ts";

const automatic = (id: string, urls: readonly string[], over: Partial<Patch> = {}): Patch =>
  Values.patch(id, {
    platform: "Windows",
    packageFormat: null,
    packages: [],
    download: {
      _tag: "Automatic",
      files: urls.map((url) => ({ url, digest: "sha256:00", sizeBytes: 1, signer: null })),
    },
    ...over,
  });
const of = (...urls: readonly string[]) => DownloadHosts.of([automatic("A", urls)], new Map());
const hosts = (...urls: readonly string[]) => of(...urls).hosts.map((h) => h.host);
const patterns = (...names: readonly string[]) =>
  of(...names.map((n) => `https://${n}/f`)).wildcards.map((w) => w.pattern);

describe("the hosts that agents must reach", () => {
  it("URL-01: are listed once each, with their ports and how many patches come from there", () => {
    const patches = [
      automatic("A", ["https://dl.example.com/a", "https://DL.example.com./b", "https://dl.example.com:8443/c"]),
      automatic("B", ["http://dl.example.com/d", "https://files.other.example/e"]),
    ];
    expect(DownloadHosts.of(patches, new Map())).toEqual({
      hosts: [
        { host: "dl.example.com", ports: [80, 443, 8443], isPlain: true, patches: 2 },
        { host: "files.other.example", ports: [443], isPlain: false, patches: 1 },
      ],
      wildcards: [],
      ignored: [],
    });
  });

  it("URL-01: come with a wildcard where several are of one domain", () => {
    expect(of("https://a.example.com/x", "https://b.cdn.example.com/y", "https://example.org/z").wildcards).toEqual([
      { pattern: "*.example.com", hosts: ["a.example.com", "b.cdn.example.com"] },
    ]);
    expect(patterns("a.example.co.uk", "b.example.co.uk")).toEqual(["*.example.co.uk"]);
  });

  it.each([
    ["of a country's second level", ["a.co.uk", "b.co.uk"]],
    ["of a top level", ["a.com", "b.com"]],
    ["of a network that anybody has names in", ["d1.cloudfront.net", "d2.cloudfront.net"]],
    ["of a network that anybody has names in, deeper", ["x.blob.core.windows.net", "y.blob.core.windows.net"]],
    ["of addresses", ["10.0.0.1", "10.0.0.2"]],
    ["of one host alone", ["a.example.com"]],
  ])("URL-01: never come with a wildcard %s", (_, names) => {
    expect(patterns(...names)).toEqual([]);
    expect(hosts(...names.map((n) => `https://${n}/f`))).toEqual(names);
  });

  it.each([
    ["no url", "dl.example.com", "not-a-url"],
    ["an empty text", "", "not-a-url"],
    ["a file", "file:///c:/windows/system32", "not-http"],
    ["a script", "javascript:alert(1)", "not-http"],
    ["another protocol", "ftp://ftp.example.com/a", "not-http"],
    ["credentials", "https://dl.example.com@evil.example/a", "credentials"],
    ["a password", "https://u:p@dl.example.com/a", "credentials"],
    ["the asset itself", "https://localhost/a", "own-network"],
    ["the asset itself, in another spelling", "https://2130706433/a", "own-network"],
    ["the asset itself, as IPv6", "https://[::1]/a", "own-network"],
    ["the asset itself, as IPv4 in IPv6", "https://[::ffff:127.0.0.1]/a", "own-network"],
    ["a cloud's metadata", "http://169.254.169.254/latest", "own-network"],
    ["a cloud's metadata, as IPv4 in IPv6", "http://[::ffff:169.254.169.254]/latest", "own-network"],
    ["the segment, as IPv6", "https://[fe80::1]/a", "own-network"],
  ])("URL-01: leave out %s, and say so", (_, url, reason) => {
    expect(of(url)).toEqual({ hosts: [], wildcards: [], ignored: [{ patchId: "A", url, reason }] });
  });

  it("URL-01: write names in other letters as DNS has them", () => {
    expect(hosts("https://bücher.example/a", "https://аpple.example/b")).toEqual([
      "xn--bcher-kva.example",
      "xn--pple-43d.example",
    ]);
  });

  it("PAT-13, URL-01: don't concern what the asset's own repositories bring, what is withdrawn or never deployed", () => {
    const url = ["https://dl.example.com/a"];
    const patches = [
      Values.patch("L", { vendorLink: "https://errata.example.com" }),
      automatic("D", url, { isDeprecated: true }),
      automatic("F", url, { isFeatureUpdate: true }),
      automatic("V", [], { download: { _tag: "AcquireFromVendor", url: "https://vendor.example.com" } }),
    ];
    expect(DownloadHosts.of(patches, new Map()).hosts).toEqual([]);
  });

  it("PAT-04, URL-01: include those of files that someone supplied", () => {
    const patch = automatic("V", [], { download: { _tag: "AcquireFromVendor", url: "https://vendor.example.com" } });
    const found = DownloadHosts.of([patch], new Map([["V", "https://files.acme.example/v.msi"]]));
    expect(found.hosts.map((h) => h.host)).toEqual(["files.acme.example"]);
  });

  it("tell of at most so many urls that they leave out", () => {
    const many = Array.from({ length: DownloadHosts.IGNORED_TOLD_MAX + 1 }, (_, i) => automatic(`P-${i}`, ["x"]));
    expect(DownloadHosts.of(many, new Map()).ignored).toHaveLength(DownloadHosts.IGNORED_TOLD_MAX);
  });

  it("URL-01: are all there, in any order of patches, and every wildcard stands for hosts of the list only", () => {
    const name = fc.constantFrom("a.example.com", "b.example.com", "c.example.com", "a.co.uk", "x.test", "10.1.2.3");
    fc.assert(
      fc.property(
        fc
          .array(fc.array(name, { maxLength: 3 }), { maxLength: 5 })
          .chain((all) => fc.tuple(fc.constant(all), Arbitraries.shuffled(all.map((_, i) => i)))),
        ([all, order]) => {
          const patches = all.map((names, i) =>
            automatic(
              `P-${i}`,
              names.map((n) => `https://${n}/f`),
            ),
          );
          const found = DownloadHosts.of(patches, new Map());
          expect(found.hosts.map((h) => h.host)).toEqual([...new Set(all.flat())].sort());
          expect(
            DownloadHosts.of(
              order.flatMap((i) => patches[i] ?? []),
              new Map(),
            ),
          ).toEqual(found);
          for (const { pattern, hosts: members } of found.wildcards) {
            expect(members.length).toBeGreaterThan(1);
            for (const m of members)
              expect([m.endsWith(pattern.slice(1)), found.hosts.some((h) => h.host === m)]).toEqual([true, true]);
          }
        },
      ),
      Arbitraries.runs(300),
    );
  });
});
