/** Made from migrations/sqlite/*.sql by migrations/embed.ts; change those and run it again. */
import type { Migration } from "../sql/Migration.ts";

export const migrations: readonly Migration[] = [
  {
    name: "0000_first",
    sql: `CREATE TABLE \`counter\` (
	\`tenant_id\` text NOT NULL,
	\`key\` text NOT NULL,
	\`value\` integer NOT NULL,
	PRIMARY KEY(\`tenant_id\`, \`key\`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE \`entity\` (
	\`tenant_id\` text NOT NULL,
	\`kind\` text NOT NULL,
	\`id\` text NOT NULL,
	\`revision\` integer NOT NULL,
	\`body\` text NOT NULL,
	PRIMARY KEY(\`tenant_id\`, \`kind\`, \`id\`)
) STRICT;
--> statement-breakpoint
CREATE TABLE \`event\` (
	\`tenant_id\` text NOT NULL,
	\`position\` integer NOT NULL,
	\`type\` text NOT NULL,
	\`kind\` text NOT NULL,
	\`id\` text NOT NULL,
	\`at\` integer NOT NULL,
	\`body\` text NOT NULL,
	PRIMARY KEY(\`tenant_id\`, \`position\`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE \`event_head\` (
	\`tenant_id\` text PRIMARY KEY NOT NULL,
	\`position\` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE \`index_entry\` (
	\`tenant_id\` text NOT NULL,
	\`kind\` text NOT NULL,
	\`id\` text NOT NULL,
	\`name\` text NOT NULL,
	\`value\` text NOT NULL,
	PRIMARY KEY(\`tenant_id\`, \`kind\`, \`id\`, \`name\`, \`value\`),
	FOREIGN KEY (\`tenant_id\`,\`kind\`,\`id\`) REFERENCES \`entity\`(\`tenant_id\`,\`kind\`,\`id\`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX \`index_entry_search\` ON \`index_entry\` (\`tenant_id\`,\`kind\`,\`name\`,\`value\`,\`id\`);--> statement-breakpoint
CREATE TABLE \`unique_key\` (
	\`tenant_id\` text NOT NULL,
	\`key\` text NOT NULL,
	\`owner\` text NOT NULL,
	PRIMARY KEY(\`tenant_id\`, \`key\`)
) STRICT, WITHOUT ROWID;`,
  },
  {
    name: "0001_audit",
    sql: `CREATE TABLE \`audit\` (
	\`tenant_id\` text NOT NULL,
	\`position\` integer NOT NULL,
	\`at\` integer NOT NULL,
	\`by\` text NOT NULL,
	\`action\` text NOT NULL,
	\`kind\` text NOT NULL,
	\`id\` text NOT NULL,
	\`body\` text NOT NULL,
	\`previous\` text NOT NULL,
	\`hash\` text NOT NULL,
	PRIMARY KEY(\`tenant_id\`, \`position\`)
) STRICT;
--> statement-breakpoint
CREATE INDEX \`audit_by\` ON \`audit\` (\`tenant_id\`,\`by\`,\`position\`);--> statement-breakpoint
CREATE INDEX \`audit_entity\` ON \`audit\` (\`tenant_id\`,\`kind\`,\`id\`,\`position\`);--> statement-breakpoint
CREATE TABLE \`audit_head\` (
	\`tenant_id\` text PRIMARY KEY NOT NULL,
	\`position\` integer NOT NULL,
	\`hash\` text NOT NULL
) STRICT, WITHOUT ROWID;`,
  },
];
