import { readFile } from 'node:fs/promises'
import type { Host } from '../hosts/host.ts'
import { findIptables } from '../images/iptables.ts'
import { LabError } from '../lib/errors.ts'
import { runOrThrow } from './run-or-throw.ts'

const program = '/usr/sbin/xtables-nft-multi'

/**
 * Puts the nft program of another iptables in place of the package's, which stays beside it. The rules of the host stay
 * as they are. Throws LabError `image` where `buildIptables` has not made that version.
 */
export async function exchangeIptables(host: Host, version: string): Promise<void> {
  const file = await findIptables(version)
  if (!file) throw new LabError('image', `iptables ${version} has not been built`)
  const content = await readFile(file)
  if (file.endsWith('.tar')) {
    const folder = `/usr/local/lib/dockfault/iptables-${version}`
    await host.put(`${folder}.tar`, content)
    await host.put(`${program}.other`, launcher(folder), 0o755)
    await runOrThrow(host, unpacking(folder), 'the unpacking of iptables', 60_000)
  } else await host.put(`${program}.other`, content, 0o755)
  const [release] = version.split('-')
  await runOrThrow(
    host,
    `set -e
[ -e ${program}.package ] ||
  dpkg-divert --quiet --local --rename --divert ${program}.package --add ${program}
mv -f ${program}.other ${program}
iptables --version | grep -qx 'iptables v${release} (nf_tables)'`,
    'the exchange of iptables',
    120_000,
  )
}

/** Shell that unpacks the archive beside `folder` into it. */
export const unpacking = (folder: string): string =>
  `set -e
rm -rf ${folder}
mkdir -p ${folder}
tar -xf ${folder}.tar -C ${folder}
rm ${folder}.tar`

/**
 * A program that runs the one in `folder` with its own loader, libraries and extensions. It is several programs by the
 * name under which it was called, which a script has as `$0`.
 */
export const launcher = (folder: string): string => `#!/bin/sh
XTABLES_LIBDIR=${folder}/xtables
export XTABLES_LIBDIR
exec ${folder}/loader --library-path ${folder}/lib ${folder}/program "\${0##*/}" "$@"
`
