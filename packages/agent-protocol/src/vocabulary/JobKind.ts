/** What a job does to its patches (JOB-01). */
export type JobKind = "deployment" | "rollback";
