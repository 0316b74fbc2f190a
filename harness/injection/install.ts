import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Host } from '../hosts/host.ts'
import type { BuildOptions } from '../images/cache.ts'
import { downloadDebs } from '../images/debs.ts'
import { LabError } from '../lib/errors.ts'
import { shellQuote } from '../lib/text.ts'

const folder = '/var/tmp/dockfault-debs'

/**
 * Installs the packages that a host lacks, with their dependencies; the host itself cannot connect to a mirror. It starts
 * none of their services: the script does. Throws LabError `host` if dpkg fails, `image` if the download does.
 */
export async function installPackages(
  host: Host,
  image: string,
  packages: readonly string[],
  options: BuildOptions,
): Promise<void> {
  const lacking = await absent(host, packages)
  if (lacking.length === 0) return
  const dir = await downloadDebs(image, await host.get('/var/lib/dpkg/status'), lacking, options)
  options.progress(`installing ${lacking.join(', ')}`)
  const debs = (await readdir(dir)).filter((file) => file.endsWith('.deb'))
  for (const deb of debs) await host.put(`${folder}/${deb}`, await readFile(join(dir, deb)))
  const { code, stdout, stderr } = await host.exec(
    `printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d && chmod +x /usr/sbin/policy-rc.d
trap 'rm -rf /usr/sbin/policy-rc.d ${folder}' EXIT
DEBIAN_FRONTEND=noninteractive dpkg --force-unsafe-io --force-confnew --auto-deconfigure -i ${debs.map((deb) => shellQuote(`${folder}/${deb}`)).join(' ')}`,
    { deadlineMs: 180_000 },
  )
  // dpkg exits with 1 if another package breaks one that is unwanted here, such as iptables-persistent beside ufw.
  const still = await absent(host, lacking)
  if (still.length > 0)
    throw new LabError('host', `${still.join(', ')} could not be installed on ${host.name}`, {
      facts: { code, stdout: stdout.slice(-1000), stderr: stderr.slice(-1500) },
    })
}

/** The packages that a host lacks. Throws LabError `host` if it has no dpkg. */
async function absent(host: Host, packages: readonly string[]): Promise<string[]> {
  if (packages.length === 0) return []
  const { code, stdout } = await host.exec(
    `command -v dpkg-query >/dev/null || exit 1
for name in ${packages.map(shellQuote).join(' ')}; do
  [ "$(dpkg-query -W -f '\${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || echo "$name"
done`,
    { deadlineMs: 30_000 },
  )
  if (code !== 0) throw new LabError('host', `${host.name} has no dpkg to install ${packages.join(', ')} with`)
  return stdout.split('\n').filter(Boolean)
}
