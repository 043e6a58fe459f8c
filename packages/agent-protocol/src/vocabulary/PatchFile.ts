/** A file that installs a patch, as a signed list names it: where its bytes are, and how they are known. */
export interface PatchFile {
  /** Where the agent fetches it, over https; null: from the control plane, by its digest. */
  readonly url: string | null;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: `sha256:${string}`;
  readonly sizeBytes: number;
  /** Who must have signed it, for the installer to check; null when the digest is all there is. */
  readonly signer: string | null;
}

/** Files of one patch. */
export const PER_PATCH_MAX = 16;
/** The largest file that a list names, in bytes. */
export const BYTES_MAX = 4 * 1_024 * 1_024 * 1_024;
/** The largest file that the control plane itself hands out, in bytes: it goes as one body. */
export const HANDED_OUT_BYTES_MAX = 256 * 1_024 * 1_024;
export const URL_CHARACTERS_MAX = 2_048;
export const SIGNER_CHARACTERS_MAX = 512;

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** What is wrong with a file, in one sentence; null when a list may name it. Feeds and people say what they like. */
export const problemOf = (file: Omit<PatchFile, "digest"> & { readonly digest: string }): string | null => {
  const { url, digest, sizeBytes, signer } = file;
  if (!DIGEST.test(digest)) return "a file's digest is sha256: and 64 small hexadecimal digits";
  if (url !== null && !isPlainHttps(url)) return "a file's url begins with https:// and holds no user name or password";
  if (signer !== null && (signer === "" || signer.length > SIGNER_CHARACTERS_MAX)) {
    return `a signer has 1–${SIGNER_CHARACTERS_MAX} characters`;
  }
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 1 || sizeBytes > BYTES_MAX) {
    return `a file has 1–${BYTES_MAX} bytes, not ${sizeBytes}`;
  }
  return url === null && sizeBytes > HANDED_OUT_BYTES_MAX
    ? `the control plane hands out files of ${HANDED_OUT_BYTES_MAX} bytes at most, not ${sizeBytes}: a larger one needs a url`
    : null;
};

// Nothing but https, and nothing in it that would be a secret or another host in disguise.
const isPlainHttps = (text: string): boolean => {
  if (text.length > URL_CHARACTERS_MAX || !URL.canParse(text)) return false;
  const url = new URL(text);
  return url.protocol === "https:" && url.username === "" && url.password === "" && url.hostname !== "";
};
