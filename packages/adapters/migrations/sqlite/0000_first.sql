CREATE TABLE `counter` (
	`tenant_id` text NOT NULL,
	`key` text NOT NULL,
	`value` integer NOT NULL,
	PRIMARY KEY(`tenant_id`, `key`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `entity` (
	`tenant_id` text NOT NULL,
	`kind` text NOT NULL,
	`id` text NOT NULL,
	`revision` integer NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `kind`, `id`)
) STRICT;
--> statement-breakpoint
CREATE TABLE `event` (
	`tenant_id` text NOT NULL,
	`position` integer NOT NULL,
	`type` text NOT NULL,
	`kind` text NOT NULL,
	`id` text NOT NULL,
	`at` integer NOT NULL,
	`body` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `position`)
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `event_head` (
	`tenant_id` text PRIMARY KEY NOT NULL,
	`position` integer NOT NULL
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `index_entry` (
	`tenant_id` text NOT NULL,
	`kind` text NOT NULL,
	`id` text NOT NULL,
	`name` text NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `kind`, `id`, `name`, `value`),
	FOREIGN KEY (`tenant_id`,`kind`,`id`) REFERENCES `entity`(`tenant_id`,`kind`,`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `index_entry_search` ON `index_entry` (`tenant_id`,`kind`,`name`,`value`,`id`);--> statement-breakpoint
CREATE TABLE `unique_key` (
	`tenant_id` text NOT NULL,
	`key` text NOT NULL,
	`owner` text NOT NULL,
	PRIMARY KEY(`tenant_id`, `key`)
) STRICT, WITHOUT ROWID;
