/** The spec files of the laboratory's packages, as text: one spec a generation, each package a subpackage of it. Pure. */
import type { LabPackage } from "./Catalogue.ts";

const FILES = "/opt/lab";

/** The packages of one generation. Names within a generation are unique, as rpmbuild wants them. */
export const generation = (number: number, packages: readonly LabPackage[]): string =>
  [
    ...heading(`lab-generation-${number}`),
    "%install",
    `mkdir -p %{buildroot}${FILES}`,
    ...packages.map((p) => `echo "${p.name} ${p.version}-${p.release}" > %{buildroot}${fileOf(p)}`),
    ...packages.flatMap(subpackage),
    "",
  ].join("\n");

/** The shell that scriptlets run with (a static busybox), and the release package that tells dnf what it is on. */
export const ground: { readonly shell: string; readonly release: string } = {
  shell: [
    "%global __os_install_post %{nil}",
    "%global debug_package %{nil}",
    "Name: lab-sh",
    "Version: 1.35",
    "Release: 1.el9",
    "Summary: a static busybox as /bin/sh",
    "License: GPLv2",
    "AutoReqProv: no",
    "Provides: /bin/sh",
    "%description",
    "A shell for scriptlets.",
    "%install",
    "mkdir -p %{buildroot}/bin",
    "cp /bin/busybox %{buildroot}/bin/busybox",
    "for applet in sh sleep; do ln -s busybox %{buildroot}/bin/$applet; done",
    "%files",
    "/bin/*",
    "",
  ].join("\n"),
  release: [
    "Name: lab-release",
    "Version: 9.0",
    "Release: 1.el9",
    "Summary: what this system calls itself",
    "License: MIT",
    "BuildArch: noarch",
    "Provides: system-release = 9.0",
    "Provides: system-release(releasever) = 9",
    "Provides: base-module(platform:el9)",
    "%description",
    "The release files.",
    "%install",
    "mkdir -p %{buildroot}/etc",
    "cat > %{buildroot}/etc/os-release <<'END'",
    'NAME="Fettle Lab Linux"',
    'VERSION="9.0"',
    'ID="fettle-lab"',
    'ID_LIKE="rhel fedora"',
    'VERSION_ID="9.0"',
    'PLATFORM_ID="platform:el9"',
    'PRETTY_NAME="Fettle Lab Linux 9.0"',
    "END",
    "%files",
    "/etc/os-release",
    "",
  ].join("\n"),
};

const heading = (name: string): readonly string[] => [
  `Name: ${name}`,
  "Version: 1",
  "Release: 1",
  "Summary: Packages of the laboratory",
  "License: MIT",
  "BuildArch: noarch",
  "%description",
  "Packages of the laboratory.",
];

const subpackage = (p: LabPackage): readonly string[] => [
  "",
  `%package -n ${p.name}`,
  `Version: ${p.version}`,
  `Release: ${p.release}`,
  `Summary: ${p.name} of the laboratory`,
  ...p.preamble,
  `%description -n ${p.name}`,
  `${p.name} of the laboratory.`,
  ...(p.scriptlets.pre === undefined ? [] : [`%pre -n ${p.name}`, p.scriptlets.pre]),
  ...(p.scriptlets.post === undefined ? [] : [`%post -n ${p.name}`, p.scriptlets.post]),
  `%files -n ${p.name}`,
  fileOf(p),
];

// A kernel's versions lie side by side, so their files must differ.
const fileOf = (p: LabPackage): string =>
  p.name === "kernel-lab" ? `${FILES}/${p.name}-${p.version}-${p.release}` : `${FILES}/${p.name}`;
