/** What several codecs of stored JSON are made of. */
import * as z from "zod";
import { platforms } from "../domain/shared/Platform.ts";

export const text = z.string();
export const texts = z.array(text);
export const int = z.int();
export const digest = z.templateLiteral(["sha256:", z.string()]);
export const pkg = z.strictObject({ name: text, arch: text, evr: text });
export const platform = z.enum(platforms);
export const kind = z.enum(["deployment", "rollback"]);
export const tagSet = z.strictObject({ mode: z.enum(["any", "all"]), tags: texts });
export const selection = z.strictObject({ assets: texts, include: tagSet, exclude: tagSet });
