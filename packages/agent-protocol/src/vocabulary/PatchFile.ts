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
