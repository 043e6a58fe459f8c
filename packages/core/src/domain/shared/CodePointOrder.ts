/**
 * The order of texts that every store shares: by code point, which is the order of their UTF-8 bytes. It is what SQLite's
 * BINARY and PostgreSQL's "C" collations do. JavaScript's `<` compares UTF-16 units and differs above U+FFFF.
 */

/** Negative, zero or positive, as `Array.prototype.sort` wants it. */
export const compare = (a: string, b: string): number => {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
};

// Surrogates (U+D800..DFFF) stand for code points above every other unit, so they rank after U+E000..FFFF.
const rank = (unit: number): number => {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
};
