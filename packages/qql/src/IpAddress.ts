/**
 * IPv4 and IPv6 addresses as storage keys: 32 hexadecimal digits, whose order is the addresses' order. An IPv4 address is
 * the IPv6 address that maps it (`::ffff:10.0.0.1`), so that both spellings are one.
 */

/** The addresses from `from` to `to`, both included. */
export interface Block {
  readonly from: string;
  readonly to: string;
}

const KEY_DIGITS = 32;
const BITS_A_DIGIT = 4;
const V4_MAPPED = "00000000000000000000ffff";
const V4_BITS_BEFORE = 96;
const V4_BITS = 32;
const V4_BYTES = 4;
const V6_BITS = 128;
const V6_GROUPS = 8;
const GROUP_DIGITS = 4;
const BYTE_DIGITS = 2;
const BYTE_MAX = 255;
const HEX = 16;

/** The key of an address; null if it is none. A zone (`%eth0`) is not part of an address. */
export const key = (text: string): string | null => (text.includes(":") ? keyOfV6(text) : keyOfV4(text));

/** One address, a CIDR block (`10.1.0.0/16`), or the first bytes of one (`10.1.*`); null if it is neither. */
export function block(text: string): Block | null {
  const slash = text.indexOf("/");
  if (slash >= 0) return cidr(text.slice(0, slash), text.slice(slash + 1));
  const bytes = /^((?:\d+\.){1,3})\*$/.exec(text)?.[1]?.slice(0, -1).split(".");
  if (bytes !== undefined) return cidr([...bytes, "0", "0", "0"].slice(0, 4).join("."), String(bytes.length * 8));
  const address = key(text);
  return address === null ? null : { from: address, to: address };
}

/** The shortest CIDR, address or key pair: the text of a block. */
export function print({ from, to }: Block): string {
  let bits = V6_BITS;
  while (bits > 0 && !isBlock(from, to, bits)) bits -= 1;
  const isV4 = from.startsWith(V4_MAPPED) && bits >= V4_BITS_BEFORE;
  const address = isV4 ? printV4(from) : printV6(from);
  if (bits === V6_BITS) return address;
  return `${address}/${isV4 ? bits - V4_BITS_BEFORE : bits}`;
}

const isBlock = (from: string, to: string, bits: number): boolean => {
  const whole = withBits(from, bits);
  return whole.from === from && whole.to === to;
};

/** A byte, or a length in bits. A leading zero would be octal to some readers. */
const BYTE = /^(?:0|[1-9]\d{0,2})$/;

function cidr(address: string, length: string): Block | null {
  const whole = key(address);
  if (whole === null || !BYTE.test(length)) return null;
  const isV6 = address.includes(":");
  const bits = Number(length);
  if (bits > (isV6 ? V6_BITS : V4_BITS)) return null;
  return withBits(whole, isV6 ? bits : bits + V4_BITS_BEFORE);
}

/** All addresses that share the first bits. */
function withBits(address: string, bits: number): Block {
  const digits = Math.floor(bits / BITS_A_DIGIT);
  const kept = bits % BITS_A_DIGIT;
  const shared = address.slice(0, digits);
  if (digits === KEY_DIGITS) return { from: address, to: address };
  const mask = (HEX - 1) >> kept;
  const digit = Number.parseInt(address.charAt(digits), HEX);
  const low = (digit & ~mask).toString(HEX);
  const high = (digit | mask).toString(HEX);
  return { from: (shared + low).padEnd(KEY_DIGITS, "0"), to: (shared + high).padEnd(KEY_DIGITS, "f") };
}

function keyOfV4(text: string): string | null {
  const bytes = text.split(".");
  return bytes.length === V4_BYTES && bytes.every((byte) => BYTE.test(byte) && Number(byte) <= BYTE_MAX)
    ? V4_MAPPED + bytes.map((byte) => Number(byte).toString(HEX).padStart(BYTE_DIGITS, "0")).join("")
    : null;
}

function keyOfV6(text: string): string | null {
  const halves = withoutV4(text)?.split("::");
  if (halves === undefined || halves.length > 2) return null;
  const [head, tail] = [groupsOf(halves[0] ?? ""), groupsOf(halves[1] ?? "")];
  if (head === null || tail === null) return null;
  const missing = V6_GROUPS - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  return [...head, ...Array<string>(missing).fill("0000"), ...tail].join("");
}

/** An IPv4 address at the end, as two groups. */
function withoutV4(text: string): string | null {
  const colon = text.lastIndexOf(":");
  if (!text.includes(".")) return text;
  const digits = keyOfV4(text.slice(colon + 1))?.slice(-2 * GROUP_DIGITS);
  if (digits === undefined) return null;
  return `${text.slice(0, colon + 1)}${digits.slice(0, GROUP_DIGITS)}:${digits.slice(GROUP_DIGITS)}`;
}

function groupsOf(text: string): readonly string[] | null {
  if (text === "") return [];
  const groups = text.split(":");
  return groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
    ? groups.map((group) => group.toLowerCase().padStart(GROUP_DIGITS, "0"))
    : null;
}

const printV4 = (address: string): string =>
  bytesOf(address.slice(V4_MAPPED.length), BYTE_DIGITS)
    .map((byte) => Number.parseInt(byte, HEX))
    .join(".");

const printV6 = (address: string): string =>
  bytesOf(address, GROUP_DIGITS)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");

const bytesOf = (digits: string, width: number): readonly string[] =>
  digits.match(new RegExp(`.{${width}}`, "g")) ?? [];
