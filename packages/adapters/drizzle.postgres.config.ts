import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "postgresql",
  schema: "./src/storage/postgres/PostgresSchema.ts",
  out: "./migrations/postgres",
});
