import { BlockList, isIP } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IpAddress } from "../../src/index.ts";
import { runs } from "./World.ts";

const { block, key, print } = IpAddress;

const bytes = fc.oneof(fc.constantFrom(0, 1, 9, 10, 127, 128, 192, 254, 255), fc.integer({ min: 0, max: 255 }));
const v4 = fc.tuple(bytes, bytes, bytes, bytes).map((all) => all.join("."));

const groups = fc.oneof(
  fc.constantFrom("0", "0000", "1", "01", "ffff", "FFFF", "fe80", "2001", "db8", "ab", "AbC"),
  fc.integer({ min: 0, max: 0xffff }).map((each) => each.toString(16)),
);

/** Well-formed ones, with the longest gap in any place, or a v4 tail. */
const v6 = fc
  .tuple(fc.array(groups, { minLength: 8, maxLength: 8 }), fc.nat(8), fc.nat(8), fc.option(v4))
  .map(([all, at, length, tail]) => {
    const written = tail === null ? all : [...all.slice(0, 6), tail];
    const end = Math.min(written.length, at + length);
    if (length === 0 || at >= written.length) return written.join(":");
    return `${written.slice(0, at).join(":")}::${written.slice(end).join(":")}`;
  });
const mapped = v4.map((each) => `::ffff:${each}`);

const addresses = fc.oneof(v4, v6, mapped);

/** One or two characters more, fewer or others than an address. */
const brokenly = fc
  .tuple(
    addresses,
    fc.array(fc.tuple(fc.nat(45), fc.constantFrom("", ":", "::", ".", "0", "00", "g", "256", "/", "%eth0", " ", "-")), {
      minLength: 1,
      maxLength: 2,
    }),
  )
  .map(([address, changes]) =>
    changes.reduce((text, [at, put]) => text.slice(0, at) + put + text.slice(put === "" ? at + 1 : at), address),
  );
const anything = fc.stringMatching(/^[0-9a-f:.%/]{0,20}$/);

const FAMILY = { 4: "ipv4", 6: "ipv6" } as const;
const familyOf = (text: string): "ipv4" | "ipv6" => FAMILY[isIP(text) as 4 | 6];

describe("an address", () => {
  it("is what Node takes for one, but for zones", () => {
    fc.assert(
      fc.property(
        fc.oneof({ weight: 2, arbitrary: addresses }, { weight: 2, arbitrary: brokenly }, anything),
        (text) => {
          const expected = isIP(text) !== 0 && !text.includes("%");
          if ((key(text) !== null) !== expected) throw new Error(`${JSON.stringify(text)}: ${key(text)}`);
        },
      ),
      runs(60_000),
    );
  });

  it("has the digits that a URL's host has, which spells addresses out", () => {
    // The engine's own reading: [::ffff:1.2.3.4] is written with groups of hexadecimal digits, zeros at the longest gap.
    const spelledOut = (text: string): string => {
      const host = new URL(`http://[${isIP(text) === 4 ? `::ffff:${text}` : text}]`).hostname.slice(1, -1);
      const [head = "", tail] = host.split("::");
      const [before, behind] = [head, tail ?? ""].map((half) => (half === "" ? [] : half.split(":"))) as [
        string[],
        string[],
      ];
      const zeros = Array<string>(8 - before.length - behind.length).fill("0");
      return [...before, ...zeros, ...behind].map((group) => group.padStart(4, "0")).join("");
    };
    fc.assert(
      fc.property(
        addresses.filter((text) => isIP(text) !== 0),
        (text) => {
          expect(key(text)).toBe(spelledOut(text));
        },
      ),
      runs(10_000),
    );
  });

  it.each([
    ["10.1.2.3", "00000000000000000000ffff0a010203"],
    ["::ffff:10.1.2.3", "00000000000000000000ffff0a010203"],
    ["::FFFF:0a01:203", "00000000000000000000ffff0a010203"],
    ["::", "0".repeat(32)],
    ["fe80::1", "fe800000000000000000000000000001"],
    ["::10.1.2.3", "0000000000000000000000000a010203"],
  ])("%s has the key %s", (text, expected) => {
    expect(key(text)).toBe(expected);
  });

  it.each([
    "",
    "10.1.2",
    "10.1.2.3.4",
    "010.1.2.3",
    "1.2.3.256",
    "1.2.3.04",
    "fe80::1%eth0",
    "1::2::3",
    ":::",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7::8:9",
    "12345::",
    "g::",
    "10.1.2.3::",
    "::1.2.3",
    " 10.1.2.3",
    "0x7f.1",
  ])("isn't %j", (text) => {
    expect(key(text)).toBeNull();
  });
});

describe("a block", () => {
  const sound = addresses.filter((text) => isIP(text) !== 0);
  /** Beside one another as often as far apart. */
  const near = fc
    .tuple(sound, fc.nat(128), fc.nat(128))
    .map(([text, bit, length]): readonly [string, string, number] => {
      if (isIP(text) === 4) {
        const number = text.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
        const flipped = (number ^ (2 ** (bit % 32))) >>> 0;
        return [text, [24, 16, 8, 0].map((shift) => (flipped >>> shift) & 255).join("."), length % 33];
      }
      const digits = [...(key(text) ?? "")];
      const at = bit >> 2 === 32 ? 31 : bit >> 2;
      digits[at] = (Number.parseInt(digits[at] ?? "0", 16) ^ (1 << (3 - (bit % 4)))).toString(16);
      return [text, (digits.join("").match(/.{4}/g) ?? []).join(":"), length];
    });

  it("holds the addresses that Node's block list holds", () => {
    fc.assert(
      fc.property(
        fc.oneof({ weight: 3, arbitrary: near }, fc.tuple(sound, sound, fc.nat(128))),
        ([base, address, written]) => {
          const length = isIP(base) === 4 ? written % 33 : written;
          const list = new BlockList();
          list.addSubnet(base, length, familyOf(base));
          // Node keeps families apart but for mapped addresses, which it takes for both; so does the key.
          const own = block(`${base}/${length}`);
          const where = key(address) ?? "";
          const isWithin = own !== null && own.from <= where && where <= own.to;
          if (isIP(base) !== isIP(address)) return;
          if (isWithin !== list.check(address, familyOf(address)))
            throw new Error(`${address} in ${base}/${length}: ${isWithin}`);
        },
      ),
      runs(50_000),
    );
  });

  it("of IPv4 holds an address in either of its spellings", () => {
    fc.assert(
      fc.property(v4, fc.nat(32), v4, (base, length, address) => {
        expect(block(`${base}/${length}`)).toEqual(block(`::ffff:${base}/${length + 96}`));
        expect(key(address)).toBe(key(`::ffff:${address}`));
      }),
      runs(2_000),
    );
  });

  it("is read back from what it prints", () => {
    fc.assert(
      fc.property(sound, fc.option(fc.nat(128)), (base, written) => {
        const text = written === null ? base : `${base}/${isIP(base) === 4 ? written % 33 : written}`;
        const own = block(text);
        if (own === null) throw new Error(`${text} is a block`);
        expect(block(print(own))).toEqual(own);
        expect(print(block(print(own)) ?? own)).toBe(print(own));
      }),
      runs(10_000),
    );
  });

  it.each([
    ["10.1.*", "10.1.0.0/16"],
    ["10.*", "10.0.0.0/8"],
    ["10.1.2.*", "10.1.2.0/24"],
    ["10.1.2.3/16", "10.1.0.0/16"],
    ["10.1.2.3/32", "10.1.2.3"],
    ["0.0.0.0/0", "0.0.0.0/0"],
    ["::/0", "0:0:0:0:0:0:0:0/0"],
    ["fe80::1/10", "fe80:0:0:0:0:0:0:0/10"],
    ["::ffff:10.1.2.3/112", "10.1.0.0/16"],
    ["::/95", "0:0:0:0:0:0:0:0/95"],
  ])("%s prints as %s", (text, printed) => {
    const own = block(text);
    expect(own === null ? null : print(own)).toBe(printed);
  });

  it.each([
    "10.1.2.3/33",
    "::/129",
    "10.1.2.3/",
    "10.1.2.3/-1",
    "10.1.2.3/08",
    "10.1.2.3/1.0",
    "10.1/16",
    "*",
    "10.1.2.3.*",
    "10.*.2",
    "256.*",
    "fe80:*",
    "10.1.2.3/16/8",
    "/8",
  ])("isn't %j", (text) => {
    expect(block(text)).toBeNull();
  });
});
