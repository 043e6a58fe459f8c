import type { Crypto } from "@fettle/agent-protocol";
import { describe, expect, it } from "vitest";
import { type BlobReference, blobReferences, otherDigests } from "../../src/schema/BlobReferences.ts";
import { codecs } from "../../src/schema/Stored.ts";
import * as SchemaSamples from "../scenario/SchemaSamples.ts";

const kinds = Object.keys(codecs) as (keyof typeof codecs)[];
/** How members are called that hold digests as plain text. */
const isNamedSo = (path: string): boolean => /(digest|hash|sha\d*|fingerprint|envelope|request)$/i.test(path);
const samplesOf = (kind: keyof typeof codecs) => SchemaSamples.of(codecs[kind], isNamedSo);

const named = (kind: keyof typeof codecs): readonly string[] => blobReferences[kind]?.paths ?? [];
const others = (kind: keyof typeof codecs): readonly string[] => Object.keys(otherDigests[kind] ?? {});

describe("the table of what names blobs", () => {
  it.each(kinds)("has every member of %s that holds a digest", (kind) => {
    const digests = new Set(samplesOf(kind).flatMap((sample) => [...sample.digests.keys()]));
    expect([...digests].sort()).toEqual([...new Set([...named(kind), ...others(kind)])].sort());
    // None stands in both tables.
    expect(others(kind).filter((path) => named(kind).includes(path))).toEqual([]);
  });

  it.each(Object.keys(blobReferences) as (keyof typeof codecs)[])(
    "reads of %s just the members that it says",
    (kind) => {
      const { of, paths } = blobReferences[kind] as BlobReference<unknown>;
      const read = new Set<string>();
      for (const { value, digests } of samplesOf(kind)) {
        const expected = [...digests].filter(([path]) => paths.includes(path)).map(([, digest]) => digest);
        expect([...of(value)].sort()).toEqual(expected.sort());
        for (const [path] of digests) read.add(path);
      }
      expect(paths.filter((path) => !read.has(path))).toEqual([]);
    },
  );

  it("names no file whose bytes are at a url", () => {
    const digest: Crypto.Digest = `sha256:${"1".repeat(64)}`;
    const file = { url: "https://files.acme.example/a.msi", digest, sizeBytes: 1, signer: null };
    const { vendorFile, assetRun } = blobReferences;
    expect(vendorFile?.of({ ...file, patchId: "W-1", suppliedBy: "mara", suppliedAt: 1 })).toEqual([]);
    const patches = [file, { ...file, url: null }].map((f) => ({
      patchId: "W-1",
      advisory: null,
      packages: [],
      files: [f],
    }));
    expect(assetRun?.of({ patches } as never)).toEqual([digest]);
  });
});
