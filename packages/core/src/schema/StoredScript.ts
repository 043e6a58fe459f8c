/** Scripts and their authors, read back. */
import * as z from "zod";
import { languages } from "../domain/job/JobActions.ts";
import { digest, int, text } from "./StoredParts.ts";

export const scriptAuthor = z.strictObject({
  id: digest,
  title: text,
  publicKey: text,
  registeredBy: text,
  registeredAt: int,
  revoked: z.strictObject({ by: text, at: int }).nullable(),
});

export const script = z.strictObject({
  id: digest,
  title: text,
  language: z.enum(languages),
  sizeBytes: int,
  author: z.strictObject({ keyId: digest, signature: text }),
  envelope: digest,
  savedBy: text,
  savedAt: int,
});
