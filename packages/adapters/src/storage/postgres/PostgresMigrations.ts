/** Made from migrations/postgres/*.sql by migrations/embed.ts; change those and run it again. */
import type { Migration } from "../sql/Migration.ts";

export const migrations: readonly Migration[] = [
  {
    name: "0000_first",
    sql: `CREATE SCHEMA "fettle";
--> statement-breakpoint
CREATE TABLE "fettle"."counter" (
	"tenant_id" text COLLATE "C" NOT NULL,
	"key" text COLLATE "C" NOT NULL,
	"value" bigint NOT NULL,
	CONSTRAINT "counter_tenant_id_key_pk" PRIMARY KEY("tenant_id","key")
);
--> statement-breakpoint
CREATE TABLE "fettle"."entity" (
	"tenant_id" text COLLATE "C" NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"revision" bigint NOT NULL,
	"body" text NOT NULL,
	CONSTRAINT "entity_tenant_id_kind_id_pk" PRIMARY KEY("tenant_id","kind","id")
);
--> statement-breakpoint
CREATE TABLE "fettle"."event" (
	"tenant_id" text COLLATE "C" NOT NULL,
	"position" bigint NOT NULL,
	"type" text COLLATE "C" NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"at" bigint NOT NULL,
	"body" text NOT NULL,
	CONSTRAINT "event_tenant_id_position_pk" PRIMARY KEY("tenant_id","position")
);
--> statement-breakpoint
CREATE TABLE "fettle"."event_head" (
	"tenant_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"position" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "fettle"."index_entry" (
	"tenant_id" text COLLATE "C" NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"value" text COLLATE "C" NOT NULL,
	CONSTRAINT "index_entry_tenant_id_kind_id_name_value_pk" PRIMARY KEY("tenant_id","kind","id","name","value")
);
--> statement-breakpoint
CREATE TABLE "fettle"."schema_migration" (
	"version" integer PRIMARY KEY NOT NULL,
	"name" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "fettle"."unique_key" (
	"tenant_id" text COLLATE "C" NOT NULL,
	"key" text COLLATE "C" NOT NULL,
	"owner" text COLLATE "C" NOT NULL,
	CONSTRAINT "unique_key_tenant_id_key_pk" PRIMARY KEY("tenant_id","key")
);
--> statement-breakpoint
ALTER TABLE "fettle"."index_entry" ADD CONSTRAINT "index_entry_tenant_id_kind_id_entity_tenant_id_kind_id_fk" FOREIGN KEY ("tenant_id","kind","id") REFERENCES "fettle"."entity"("tenant_id","kind","id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "index_entry_search" ON "fettle"."index_entry" USING btree ("tenant_id","kind","name","value","id");`,
  },
  {
    name: "0001_audit",
    sql: `CREATE TABLE "fettle"."audit" (
	"tenant_id" text COLLATE "C" NOT NULL,
	"position" bigint NOT NULL,
	"at" bigint NOT NULL,
	"by" text COLLATE "C" NOT NULL,
	"action" text COLLATE "C" NOT NULL,
	"kind" text COLLATE "C" NOT NULL,
	"id" text COLLATE "C" NOT NULL,
	"body" text NOT NULL,
	"previous" text COLLATE "C" NOT NULL,
	"hash" text COLLATE "C" NOT NULL,
	CONSTRAINT "audit_tenant_id_position_pk" PRIMARY KEY("tenant_id","position")
);
--> statement-breakpoint
CREATE TABLE "fettle"."audit_head" (
	"tenant_id" text COLLATE "C" PRIMARY KEY NOT NULL,
	"position" bigint NOT NULL,
	"hash" text COLLATE "C" NOT NULL
);
--> statement-breakpoint
CREATE INDEX "audit_by" ON "fettle"."audit" USING btree ("tenant_id","by","position");--> statement-breakpoint
CREATE INDEX "audit_entity" ON "fettle"."audit" USING btree ("tenant_id","kind","id","position");`,
  },
];
