import { version } from '../lib/version.ts'

/** The maintainer from the variables of Debian's tools, else the project. */
const maintainer = (env: NodeJS.ProcessEnv): string =>
  env.DEBEMAIL ? `${env.DEBFULLNAME || 'dockfault'} <${env.DEBEMAIL}>` : 'dockfault <dockfault@localhost>'

/** The control file of the Debian package. `installedKiB` is the size of its files. */
export const control = (installedKiB: number, env: NodeJS.ProcessEnv): string => `Package: dockfault
Version: ${version}
Architecture: all
Maintainer: ${maintainer(env)}
Installed-Size: ${installedKiB}
Depends: nodejs (>= 18)
Suggests: openssh-client
Section: net
Priority: optional
Description: find out why the containers of a Docker host have no network
 dockfault reads the links, routes, bridges, settings and firewall rules of a
 Linux host, and simulates how its containers' packets pass through them. It
 names the causes that explain the connections that fail, shows the evidence,
 and names what repairs the host and what does not.
 .
 It diagnoses this machine, another one by ssh, or a file of evidence that a
 shell script has collected on a host without network. Only fix --apply
 changes a host.
`

/** Debian's changelog, with this release only. `date` is the time of the sources. */
export const changelog = (
  date: Date,
  env: NodeJS.ProcessEnv,
): string => `dockfault (${version}) unstable; urgency=medium

  * Release ${version}.

 -- ${maintainer(env)}  ${date.toUTCString().replace('GMT', '+0000')}
`

/** Debian's copyright file. `others` has the licences of the libraries in the program. */
export const copyright = (
  others: string,
): string => `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: dockfault

Files: *
Copyright: the dockfault authors
License: Apache-2.0
 On Debian systems the full text is in /usr/share/common-licenses/Apache-2.0.
Comment:
 The program contains parts of the libraries below, each under its own licence.
 .
${others
  .trim()
  .split('\n')
  .map((line) => (line.trim() === '' ? ' .' : ` ${line}`))
  .join('\n')}
`
