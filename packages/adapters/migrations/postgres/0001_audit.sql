CREATE TABLE "fettle"."audit" (
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
CREATE INDEX "audit_entity" ON "fettle"."audit" USING btree ("tenant_id","kind","id","position");