/** What `fettle-agent install` writes and every other command reads: one file, readable by its owner only. */
import * as fs from "node:fs";
import * as path from "node:path";
import * as z from "zod";

const Settings = z.strictObject({
  server: z.url(),
  tenantId: z.string(),
  activationKeyId: z.uuid(),
  /** A secret: never logged, never on a command line again after `install`. */
  activationSecret: z.string().min(1),
  tenantKeyFingerprint: z.templateLiteral(["sha256:", z.string().regex(/^[0-9a-f]{64}$/)]),
  name: z.string().min(1),
  timeZone: z.string().min(1),
  bootIdFile: z.string(),
  installRoot: z.string(),
  dnfConfig: z.string().nullable(),
  /** AGT-01's first delay; 60 unless a demonstration says otherwise. */
  provisionRetrySeconds: z.number().positive(),
});
export type Settings = z.infer<typeof Settings>;

const file = (state: string): string => path.join(state, "agent.json");

/** Keeps settings in a state folder that only its owner may enter. */
export const write = (state: string, settings: Settings): void => {
  fs.mkdirSync(state, { recursive: true, mode: 0o700 });
  fs.writeFileSync(file(state), `${JSON.stringify(Settings.parse(settings), null, 2)}\n`, { mode: 0o600 });
};

/** Reads settings; throws a sentence for people when there are none or they don't read. */
export const read = (state: string): Settings => {
  if (!fs.existsSync(file(state)))
    throw new Error(`no agent is installed in ${state}: run "fettle-agent install" first`);
  const parsed = Settings.safeParse(JSON.parse(fs.readFileSync(file(state), "utf8")));
  if (!parsed.success) throw new Error(`${file(state)} doesn't read: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
};
