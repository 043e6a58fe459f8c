/** What must happen inside a patch window (WIN-02): the start, or the completion. */
export type WindowBound = "start" | "complete";
