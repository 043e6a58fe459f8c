/** Steps that were never released: one that takes long after it has changed much, and one that fails in its last statement. */
import type { Migration } from "../../../src/storage/sql/Migration.ts";

const step = (sql: string): Migration => ({ name: "never", sql });

export const slowStep = {
  sqlite: step(`
    CREATE TABLE later (n INTEGER NOT NULL) STRICT;
    UPDATE entity SET body = '"changed"';
    DELETE FROM event;
    INSERT INTO later WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 200000000) SELECT n FROM c;`),
  postgres: step(`
    CREATE TABLE fettle.later (n bigint NOT NULL);
    UPDATE fettle.entity SET body = '"changed"';
    DELETE FROM fettle.event;
    INSERT INTO fettle.later SELECT generate_series(1, 50000000);`),
} as const;

export const brokenStep = {
  sqlite: step(`
    CREATE TABLE later (n INTEGER NOT NULL) STRICT;
    ALTER TABLE entity ADD COLUMN later TEXT;
    UPDATE entity SET body = '"changed"', later = 'x';
    DELETE FROM counter;
    INSERT INTO nowhere VALUES (1);`),
  postgres: step(`
    CREATE TABLE fettle.later (n bigint NOT NULL);
    ALTER TABLE fettle.entity ADD COLUMN later text;
    UPDATE fettle.entity SET body = '"changed"', later = 'x';
    DELETE FROM fettle.counter;
    INSERT INTO fettle.nowhere VALUES (1);`),
} as const;
