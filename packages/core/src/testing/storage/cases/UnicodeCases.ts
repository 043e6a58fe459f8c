/** Text is compared by its code points and nothing else: no case folding, no normal form, no locale. */
import * as Effect from "effect/Effect";
import type { Stored } from "../../../ports/Storage.ts";
import { same } from "../Conformance.ts";
import { audited, committed, del, event, put, storageCase, type Tenant, tenantOf } from "./StorageSubject.ts";

/** Each group looks alike to somebody: a collation, a normal form, a reader, a trimming. */
const alike: readonly (readonly string[])[] = [
  ["straße", "STRASSE", "strasse", "straſſe", "STRAẞE"],
  ["title", "TITLE", "Title", "tıtle", "TİTLE", "ti\u0307tle"],
  ["a", "a ", " a", "\u00a0a", "a\u3000", "A"],
  ["caf\u00e9", "cafe\u0301", "cafe", "CAF\u00c9"],
  ["\uac00", "\u1100\u1161"],
  ["\u212b", "\u00c5", "A\u030a"],
  ["\u1e9b\u0323", "\u017f\u0323\u0307", "\u1e69"],
  ["fi", "\ufb01", "ｆｉ"],
  ["1", "\u0661", "\uff11", "①"],
  ["ab", "a\u200bb", "a\u200db", "a\u00adb", "a\u2060b", "a\u034fb"],
  ["a b", "a\u00a0b", "a\u2028b", "a\u2029b", "a\u0085b", "a\nb", "a\r\nb", "a\tb", "a  b"],
  ["אבג", "\u200fאבג", "\u202eאבג", "אבג\u200e", "\u2067אבג\u2069"],
  ["👍", "👍🏽", "👍\ufe0f", "👍\ufe0e", "\u{1f44d}\u{1f3ff}"],
  ["👩‍🔧", "👩🔧", "👩"],
  ["\u{20000}", "\u2f00", "\u4e00"],
  ["\u{10ffff}", "\uffff", "\ufffd", "\u{1d173}"],
];
const texts = alike.flat();

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

// UTF-8 bytes in order, without what the storages sort with.
const byBytes = (a: string, b: string): number => {
  const [left, right] = [bytes(a), bytes(b)];
  const at = left.findIndex((byte, i) => byte !== right[i]);
  return at === -1 ? left.length - right.length : (left[at] ?? 0) - (right[at] ?? -1);
};
const inOrder = [...texts].sort(byBytes);

export const unicodeCases = [
  storageCase("alike", "ids, keys and values that look alike are each their own", function* (t) {
    yield* t.must({
      expect: texts.map((id) => ({ kind: "tag", id, revision: "absent" })),
      counters: texts.map((key, i) => ({ key, by: i + 1 })),
      uniques: texts.map((key) => ({ key, owner: key })),
      writes: texts.map((id, i) =>
        put("tag", id, i, [
          { name: "like", value: id },
          { name: id, value: "name" },
        ]),
      ),
      events: texts.map((id) => event(id, id, id)),
      audit: texts.map((id) => ({ ...audited(id, id, id), action: id })),
    });
    for (const [i, id] of texts.entries()) {
      const expected = { kind: "tag", id, revision: 1, body: i };
      const what = escaped(id);
      same(yield* t.storage.get(t.id, "tag", id), expected, `get ${what}`);
      same(yield* t.storage.find(t.id, "tag", { name: "like", value: id }, { limit: 9 }), [expected], `find ${what}`);
      same(yield* t.storage.find(t.id, "tag", { name: id, value: "name" }, { limit: 9 }), [expected], `name ${what}`);
      same(yield* t.storage.counter(t.id, id), i + 1, `counter ${what}`);
      same(yield* t.storage.counters(t.id, ["none", id]), [0, i + 1], `counters ${what}`);
      const by = yield* t.storage.audit(t.id, { after: 0, limit: 9, by: id });
      const action = yield* t.storage.audit(t.id, { after: 0, limit: 9, action: id });
      const of = yield* t.storage.audit(t.id, { after: 0, limit: 9, entity: { kind: "job", id } });
      same(
        [by, action, of].map((found) => found.map((r) => r.position)),
        [[i + 1], [i + 1], [i + 1]],
        `audit ${what}`,
      );
    }
    const told = yield* t.storage.events(t.id, 0, 1_000);
    same(
      told.map((e) => [e.type, e.id, e.body]),
      texts.map((id) => [id, id, id]),
      "events",
    );
  }),
  storageCase("alike-owners", "a key is held by exactly its owner, not by one who looks alike", function* (t) {
    for (const [first = "", ...others] of alike) {
      yield* t.must({ uniques: [{ key: first, owner: first }] });
      for (const owner of others) {
        const answer = yield* t.commit({ uniques: [{ key: first, owner }] });
        const because = { _tag: "Unique", key: first, owner: first };
        same(answer, { _tag: "Refused", because }, `a claim by ${escaped(owner)}`);
      }
    }
  }),
  storageCase("alike-writes", "writing, removing and expecting one leaves those alone that look alike", function* (t) {
    for (const [first = "", ...others] of alike) {
      const index = [{ name: "group", value: first }];
      yield* t.must({ writes: others.map((id) => put("tag", id, "other", index)) });
      const expect = [{ kind: "tag", id: first, revision: "absent" }] as const;
      same(yield* t.commit({ expect, writes: [put("tag", first, "first", index)] }), committed, escaped(first));
      yield* t.must({ writes: [put("tag", first, "again", index)] });
      yield* t.must({ writes: [del("tag", first)] });
      const left = yield* t.storage.getMany(t.id, "tag", [first, ...others]);
      const expected = others.map((id) => ({ kind: "tag", id, revision: 1, body: "other" }));
      same(
        [...left].sort((a, b) => byBytes(a.id, b.id)),
        expected.sort((a, b) => byBytes(a.id, b.id)),
        "what is left",
      );
      const found = yield* t.storage.find(t.id, "tag", { name: "group", value: first }, { limit: 99 });
      same(found, expected, "what the index finds");
    }
  }),
  storageCase("code-points", "lists are in the order of code points, and any id may be a page's end", function* (t) {
    const index = { name: "all", value: "1" };
    yield* t.must({ writes: [...texts].reverse().map((id) => put("tag", id, null, [index])) });
    for (const limit of [1, 7, 1_000]) {
      same(yield* walked((page) => t.storage.list(t.id, "tag", page), limit), inOrder, `listed by ${limit}`);
      same(yield* walked((page) => t.storage.find(t.id, "tag", index, page), limit), inOrder, `found by ${limit}`);
    }
    yield* t.must({ writes: inOrder.filter((_, i) => i % 2 === 1).map((id) => del("tag", id)) });
    for (const [i, after] of inOrder.entries()) {
      const [next] = yield* t.storage.list(t.id, "tag", { after, limit: 1 });
      same(next?.id, inOrder[i + 2 - (i % 2)], `the one after ${escaped(after)}`);
    }
  }),
  storageCase("alike-tenants", "EVT-03: tenants whose names look alike are each their own", function* (t, subject) {
    const names = [
      "alike-tenants-\u00e9",
      "alike-tenants-e\u0301",
      "Alike-tenants-\u00e9",
      "alike-tenants-\u00e9 ",
      "alike-tenants-\u00e9\u200b",
      "alike-tenants-😀",
    ];
    const tenants = names.map((name) => tenantOf(subject, name));
    for (const [i, tenant] of tenants.entries()) {
      yield* tenant.must({
        counters: [{ key: "k", by: i + 1 }],
        uniques: [{ key: "u", owner: `${i}` }],
        writes: [put("tag", "a", i)],
        events: [event("E", `${i}`)],
        audit: [audited("user:anna", `${i}`)],
      });
    }
    for (const [i, tenant] of tenants.entries())
      same(yield* seenOf(tenant), [i, 1, i + 1, [`${i}`], [`${i}`]], escaped(names[i] ?? ""));
    const known = yield* t.storage.tenants();
    same(tenants.filter(({ id }) => known.includes(id)).length, tenants.length, "how many of them are known");
  }),
];

const seenOf = (t: Tenant) =>
  Effect.gen(function* () {
    const events = yield* t.storage.events(t.id, 0, 9);
    const records = yield* t.storage.audit(t.id, { after: 0, limit: 9 });
    return [
      yield* t.body("tag", "a"),
      yield* t.revision("tag", "a"),
      yield* t.storage.counter(t.id, "k"),
      events.map((e) => e.id),
      records.map((r) => r.id),
    ];
  });

const walked = (
  read: (page: { readonly after: string; readonly limit: number }) => Effect.Effect<readonly Stored[], unknown>,
  limit: number,
): Effect.Effect<readonly string[], unknown> =>
  Effect.gen(function* () {
    const ids: string[] = [];
    for (let turn = 0; turn <= 2 * texts.length; turn += 1) {
      const page = yield* read({ after: ids.at(-1) ?? "", limit });
      if (page.length === 0) return ids;
      ids.push(...page.map((s) => s.id));
    }
    throw new Error(`pages of ${limit} come to no end`);
  });

// What looks alike must not look alike in a message.
const escaped = (text: string): string =>
  [...text].map((c) => (/[!-~]/.test(c) ? c : `\\u{${c.codePointAt(0)?.toString(16)}}`)).join("");
