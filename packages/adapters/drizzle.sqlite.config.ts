import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "sqlite",
  schema: "./src/storage/sqlite/SqliteSchema.ts",
  out: "./migrations/sqlite",
});
