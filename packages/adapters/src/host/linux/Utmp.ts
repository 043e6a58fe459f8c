/** Reads utmp(5), the records of who is logged in: fixed-size records of the 64-bit layout. Pure. */

const RECORD_BYTES = 384;
const USER_PROCESS = 7;
const USER_AT = 44;
const USER_BYTES = 32;
const SECONDS_AT = 340;

/** Who logged in last of those who are logged in; null when nobody is. A piece of a record at the end is left out. */
export const lastLoggedIn = (bytes: Buffer): string | null => {
  let latest: { readonly user: string; readonly seconds: number } | null = null;
  for (let at = 0; at + RECORD_BYTES <= bytes.length; at += RECORD_BYTES) {
    if (bytes.readInt16LE(at) !== USER_PROCESS) continue;
    const field = bytes.subarray(at + USER_AT, at + USER_AT + USER_BYTES);
    const end = field.indexOf(0);
    const user = field.subarray(0, end < 0 ? USER_BYTES : end).toString("utf8");
    const seconds = bytes.readInt32LE(at + SECONDS_AT);
    if (user !== "" && (latest === null || seconds >= latest.seconds)) latest = { user, seconds };
  }
  return latest?.user ?? null;
};
