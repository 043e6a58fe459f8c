/**
 * What happens when a job's patches need a reboot (RBT-01). A job states its mode; none is implied (RBT-13).
 * Only `suppress` is carried out so far: the other modes of RBT-03 and RBT-13 join this union with their machinery.
 */
export type RebootPolicy = { readonly _tag: "Suppress" };
