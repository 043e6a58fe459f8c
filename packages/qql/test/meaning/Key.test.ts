import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Catalog, compile, FullText, IpAddress, Key, Matcher, Version } from "../../src/index.ts";
import { type Asset, assets, checkedOf, documents, instants, queries, runs } from "./World.ts";

const token = (name: string): Catalog.Token => Catalog.find(assets, name) as Catalog.Token;

/** What a document answers as it is, and with keys in place of values. */
function answers(text: string, document: unknown, now = 0): readonly [raw: boolean, keyed: boolean] {
  const checked = checkedOf(text);
  const asset = document as Asset;
  return [Matcher.compile(checked)(asset, now), Matcher.compileKeyed(checked)(Key.document(assets, asset), now)];
}

describe("the keys of a value", () => {
  it.each([
    ["name", "Straße 5", { folded: "strasse 5", tokens: " strasse 5 " }],
    ["serial", "KB2893294", "kb2893294"],
    ["serial", "Ke\u0301y", "k\u00e9y"],
    ["id", "0B1D7A52", "0b1d7a52"],
    ["status", "Ready", 0],
    ["status", "Null", 5],
    ["status", "ready", null],
    ["cpuCount", 0.5, 0.5],
    ["cpuCount", Number.NaN, null],
    ["cpuCount", "5", null],
    ["memory", 1024, 1024],
    ["lastSeen", 0, 0],
    ["licensed", true, 1],
    ["licensed", false, 0],
    ["licensed", 1, null],
    ["agentVersion", "2.1", Version.key("2.1")],
    ["agentVersion", "...", null],
    ["address", "10.1.2.3", IpAddress.key("10.1.2.3")],
    ["address", "nowhere", null],
    ["name", 5, null],
    ["serial", null, null],
  ])("of %s for %j are %j", (name, value, expected) => {
    expect(Key.of(token(name), value)).toEqual(expected);
  });

  it("are made by rules that have a name, which holds the tokenizer's", () => {
    expect(Key.KEYS_VERSION).toBe("t2.v1.i1");
    expect(Key.KEYS_VERSION).toContain(`t${FullText.TOKENIZER_VERSION}.`);
  });
});

describe("a document of keys", () => {
  it("answers every query as the document itself does", () => {
    fc.assert(
      fc.property(queries, fc.array(documents, { minLength: 2, maxLength: 2 }), instants, (text, several, now) => {
        const checked = checkedOf(text);
        const [raw, keyed] = [Matcher.compile(checked), Matcher.compileKeyed(checked)];
        for (const document of several) {
          if (raw(document, now) !== keyed(Key.document(assets, document), now))
            throw new Error(`${text}\n${JSON.stringify(document)}`);
        }
      }),
      runs(6_000),
    );
  });

  it("leaves out what the catalogue doesn't have, and shares nothing with the document", () => {
    const document: Asset & { readonly owner: string } = { name: "Web", owner: "x", labels: ["A"] };
    const keyed = Key.document(assets, document);
    expect(Object.keys(keyed)).toEqual(Object.keys(assets.definitions));
    expect(keyed.labels).toEqual(["a"]);
    expect(document.labels).toEqual(["A"]);
  });

  /** Values that the type of their token doesn't have, as a database of another program may hold them. */
  const KEYLESS: readonly (readonly [string, unknown])[] = [
    ["cpuCount", Number.NaN],
    ["cpuCount", "many"],
    ["lastSeen", "yesterday"],
    ["licensed", "yes"],
    ["status", "Gone"],
    ["agentVersion", "..."],
    ["address", "nowhere"],
    ["serial", 5],
    ["name", 5],
    ["id", {}],
  ];
  const CONDITIONS: { readonly [T in Catalog.Type]: readonly string[] } = {
    text: [": x", ": 5", ": *a*", ": x*", ": `5`", ': "a b"'],
    keyword: [": x", ": 5", ": *5*", ": 5*", ": [5, 6]"],
    uuid: [": f", ": 0b1d7a52-6c0e-4c1b-9d56-0242ac130003"],
    enum: [": ready", ": *n*", ": [ready, 'and']"],
    number: [": 5", " > 0", " < 0", " <= 0", " >= 0", ": [-100 .. 100]", ": (-100 .. 100)", ": [1, 2, 3]"],
    size: [": 5", " > 0", " < 1 PB"],
    date: [": 2024", " > 1000", " < now", " > now-7d", ": [1000 .. now]"],
    boolean: [": true", ": false"],
    version: [": 2", ": 2*", " < 99", " > 0", " >= ~", ": [~ .. 99]"],
    ip: [": 10.1.2.3", ": 0.0.0.0/0", " > ::", " < 10.1.2.3", ": ::/0"],
  };

  it.each(KEYLESS)("is there for is not null, and for nothing else, where %s is %j", (name, value) => {
    const document = { name: "a", [name]: value };
    expect(answers(`${name} is not null`, document)).toEqual([true, true]);
    expect(answers(`${name}: *`, document)).toEqual([true, true]);
    expect(answers(`${name} is null`, document)).toEqual([false, false]);
    const conditions = CONDITIONS[token(name).type];
    expect(conditions.length).toBeGreaterThan(1);
    for (const condition of conditions) {
      expect([condition, ...answers(name + condition, document)]).toEqual([condition, false, false]);
      expect([condition, ...answers(`not ${name}${condition}`, document)]).toEqual([condition, true, true]);
    }
  });

  it("has none of it where an array stands for a value, or a value for an array", () => {
    expect(answers("labels: a or labels is not null", { name: "x", labels: "a" })).toEqual([false, false]);
    expect(
      answers("interfaces: (label: a) or interfaces is not null", { name: "x", interfaces: { label: "a" } }),
    ).toEqual([false, false]);
    expect(answers("serial: a", { name: "x", serial: ["a"] })).toEqual([false, false]);
    expect(answers("host: (model: a) or host.model: a", { name: "x", host: "a" })).toEqual([false, false]);
    expect(answers("interfaces: (not label: a)", { name: "x", interfaces: [null] })).toEqual([false, false]);
  });

  it("knows a group that isn't there from one that is empty", () => {
    expect(answers("host is null", { name: "x" })).toEqual([true, true]);
    expect(answers("host is null", { name: "x", host: {} })).toEqual([false, false]);
    expect(answers("host: (not model: a)", { name: "x" })).toEqual([false, false]);
    expect(answers("host: (not model: a)", { name: "x", host: null })).toEqual([false, false]);
    expect(answers("host: (not model: a)", { name: "x", host: {} })).toEqual([true, true]);
    expect(answers("host: (bios: (version is null))", { name: "x", host: { bios: null } })).toEqual([false, false]);
    expect(answers("host: (bios: (version is null))", { name: "x", host: { bios: {} } })).toEqual([true, true]);
    expect(answers("interfaces is null", { name: "x", interfaces: [] })).toEqual([true, true]);
    expect(answers("interfaces is null", { name: "x", interfaces: [{}] })).toEqual([false, false]);
  });

  it("of a text that is written in two ways is one", () => {
    expect(answers("serial: K\u00e9y", { name: "x", serial: "Ke\u0301y" })).toEqual([true, true]);
    expect(answers("serial: Ke\u0301y", { name: "x", serial: "K\u00c9Y" })).toEqual([true, true]);
    expect(answers("serial: GROSS", { name: "x", serial: "groß" })).toEqual([true, true]);
    expect(answers("serial: [a, b, c, d, gross]", { name: "x", serial: "GROß" })).toEqual([true, true]);
    expect(answers("serial: e", { name: "x", serial: "e\u0301" })).toEqual([false, false]);
    expect(answers('serial: ""', { name: "x", serial: "" })).toEqual([true, true]);
    expect(answers('serial: ""', { name: "x", serial: "a" })).toEqual([false, false]);
  });
});

describe("a key that a folded text is looked up by", () => {
  it("is equal exactly when the texts are, whatever they hold", () => {
    const catalog = Catalog.define({ k: { type: "keyword", description: "Any", example: "x" } });
    const unit = fc.constantFrom(
      "a",
      "A",
      "K",
      "\u212a",
      "s",
      "ß",
      "S",
      "e",
      "\u0301",
      "é",
      "É",
      "i",
      "İ",
      "ı",
      "\u0307",
      "Σ",
      "ς",
      "σ",
      "1",
      "ŉ",
      "'",
      "\u0345",
      "α",
      "ﬁ",
      "f",
      "💻",
    );
    const texts = fc.array(unit, { maxLength: 4 }).map((all) => all.join(""));
    fc.assert(
      fc.property(texts, fc.array(texts, { minLength: 1, maxLength: 6 }), (value, wanted) => {
        const query = compile(catalog, `k: [${wanted.map((each) => `"${each}"`).join(", ")}]`);
        if (!query.ok) throw new Error("refused");
        const expected = wanted.some((each) => FullText.fold(each) === FullText.fold(value));
        if (query.value.predicate({ k: value }, 0) !== expected)
          throw new Error(`${JSON.stringify(value)} in ${JSON.stringify(wanted)}`);
      }),
      runs(20_000),
    );
  });
});
