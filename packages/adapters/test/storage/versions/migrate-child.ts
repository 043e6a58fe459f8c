/** A process that takes a long step, to be killed in the middle of it. Arguments: the dialect, where the database is, its version. */
import * as Effect from "effect/Effect";
import { print, waitForGo } from "../ChildProcess.ts";
import { slowStep } from "./SlowStep.ts";

const [, , dialect = "", place = "", version = "0"] = process.argv;
const through = Number(version);

// Each dialect loads only its own: most of a child's time goes into starting.
const onSqlite = async (): Promise<void> => {
  const { openBy } = await import("./OpenBy.ts");
  const { migrations } = await import("../../../src/storage/sqlite/SqliteMigrations.ts");
  waitForGo();
  print("begun");
  await Effect.runPromise(openBy(place, [...migrations.slice(0, through), slowStep.sqlite]));
};

const onPostgres = async (): Promise<void> => {
  const { open } = await import("../../../src/storage/postgres/PgliteConnection.ts");
  const { migrate } = await import("../../../src/storage/postgres/PostgresMigrate.ts");
  const { migrations } = await import("../../../src/storage/postgres/PostgresMigrations.ts");
  const connection = await open(place);
  waitForGo();
  print("begun");
  await migrate(connection, [...migrations.slice(0, through), slowStep.postgres]);
};

await (dialect === "sqlite" ? onSqlite() : onPostgres());
print("done");
