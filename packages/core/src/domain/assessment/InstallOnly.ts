/** Packages that a package manager keeps beside their earlier versions on purpose, where the feed doesn't say so. */

// The kernel in its flavours, and the parts of it that provide installonlypkg(kernel).
const KERNEL =
  /^kernel(?:-(?:PAE|debug|rt|uek|64k|zfcpdump|lt|ml|lpae))*(?:-(?:core|modules|modules-core|modules-extra|modules-internal|modules-partner|devel))?$/;

/** Whether of several installed versions the newest decides: the older ones stand there to fall back on. */
export const isInstallOnly = (fix: { readonly name: string; readonly isInstallOnly?: boolean }): boolean =>
  fix.isInstallOnly ?? KERNEL.test(fix.name);
