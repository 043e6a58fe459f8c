/** Writes the SQL of the migrations into TypeScript, as a bundle has no files to look up. Run: `npx tsx migrations/embed.ts`. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const dialects = [
  { folder: "sqlite", target: "../src/storage/sqlite/SqliteMigrations.ts" },
  { folder: "postgres", target: "../src/storage/postgres/PostgresMigrations.ts" },
] as const;

for (const { folder, target } of dialects) {
  const directory = new URL(`./${folder}/`, import.meta.url);
  const files = readdirSync(directory).filter((name) => name.endsWith(".sql"));
  const entries = files.sort().map((name) => {
    const sql = readFileSync(new URL(name, directory), "utf8")
      .trimEnd()
      .replaceAll(/[\\`$]/g, "\\$&");
    return `  {\n    name: "${name.slice(0, -".sql".length)}",\n    sql: \`${sql}\`,\n  },\n`;
  });
  const text = `/** Made from migrations/${folder}/*.sql by migrations/embed.ts; change those and run it again. */
import type { Migration } from "../sql/Migration.ts";

export const migrations: readonly Migration[] = [\n${entries.join("")}];\n`;
  writeFileSync(new URL(target, import.meta.url), text);
}
