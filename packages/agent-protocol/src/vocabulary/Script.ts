/** What a script of a job's action may be (JOB-20): one table for whoever signs it, keeps it or runs it. */

/** What can interpret a script. */
export const languages = ["powershell", "shell", "applescript"] as const;
export type ScriptLanguage = (typeof languages)[number];

/** Largest script, in bytes: 20 KB. */
export const BYTES_MAX = 20_480;
