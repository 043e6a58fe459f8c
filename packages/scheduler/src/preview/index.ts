/**
 * @fettle/scheduler/preview: what people look at before they enable a job. `Preview` shows the next runs, `ScheduleLint` finds
 * what is hardly meant, `MonthCalendar` draws a month, `TextTable` sets rows in columns.
 */
export * as MonthCalendar from "../MonthCalendar.ts";
export * as Preview from "../Preview.ts";
export * as ScheduleLint from "../ScheduleLint.ts";
export * as TextTable from "../TextTable.ts";
