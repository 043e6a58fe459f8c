import { describe, expect, it } from "vitest";
import * as Catalog from "../../src/Catalog.ts";
import * as Key from "../../src/Key.ts";
import * as Matcher from "../../src/Matcher.ts";
import { compile } from "../../src/Query.ts";

// Tokens that are called like what every text, or a symbol, has.
const catalog = Catalog.define({
  parts: {
    type: "group",
    repeated: true,
    description: "Parts",
    tokens: {
      length: { type: "number", description: "Length", example: "1" },
      description: { type: "text", description: "What it is", example: "wheel" },
    },
  },
});

describe("an element that should have been an object", () => {
  const documents = [{ parts: ["abc"] }, { parts: [7, null, true] }, { parts: "abc" }] as const;

  it.each(["parts.length: 3", "parts.length is not null", "parts.description is not null", "parts.description: keyed"])(
    "fulfils no condition on a token of it: %s",
    (text) => {
      const query = compile(catalog, text);
      if (!query.ok) throw new Error(text);
      const keyed = Matcher.compileKeyed(query.value.checked);
      for (const document of documents) {
        expect(query.value.predicate(document as never, 0)).toBe(false);
        expect(keyed(Key.document(catalog, document as never), 0)).toBe(false);
      }
      const sound = { parts: ["abc", { length: 3, description: "keyed" }] };
      expect(query.value.predicate(sound as never, 0)).toBe(true);
    },
  );
});
