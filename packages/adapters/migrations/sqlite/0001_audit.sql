CREATE TABLE `audit` (
	`tenant_id` text NOT NULL,
	`position` integer NOT NULL,
	`at` integer NOT NULL,
	`by` text NOT NULL,
	`action` text NOT NULL,
	`kind` text NOT NULL,
	`id` text NOT NULL,
	`body` text NOT NULL,
	`previous` text NOT NULL,
	`hash` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `position`)
) STRICT;
--> statement-breakpoint
CREATE INDEX `audit_by` ON `audit` (`tenant_id`,`by`,`position`);--> statement-breakpoint
CREATE INDEX `audit_entity` ON `audit` (`tenant_id`,`kind`,`id`,`position`);--> statement-breakpoint
CREATE TABLE `audit_head` (
	`tenant_id` text PRIMARY KEY NOT NULL,
	`position` integer NOT NULL,
	`hash` text NOT NULL
) STRICT, WITHOUT ROWID;
