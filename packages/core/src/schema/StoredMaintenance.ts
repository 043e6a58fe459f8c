/** When nothing is to start, what may be down at once, and how jobs are timed, read back. */
import * as z from "zod";
import { wallTime } from "./StoredJobParts.ts";
import { int, selection, text } from "./StoredParts.ts";

export const changeFreeze = z.strictObject({
  id: text,
  name: text,
  from: wallTime,
  to: wallTime,
  zone: text.nullable(),
  targets: selection.nullable(),
});

export const quorumGroup = z.strictObject({ id: text, name: text, members: selection, atMost: int });

export const scheduling = z.strictObject({
  timeZone: text,
  inBlackout: z.enum(["wait", "cancel"]),
  strictReboots: z.boolean(),
});
