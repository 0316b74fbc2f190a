import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Host, unmet } from '../hosts/host.ts'
import type { BuildOptions } from '../images/cache.ts'
import { downloadDebs } from '../images/debs.ts'
import { LabError, messageOf } from '../lib/errors.ts'
import { shellQuote } from '../lib/text.ts'
import type { Adapter } from './adapter.ts'

const folder = '/var/lib/dockfault/outside'

/**
 * Puts the packages that outside detectors need on a host, which has no network. It unpacks only their files: no scripts,
 * nothing that changes apt, dpkg, cron or systemd, no entry in the package database. Otherwise the host under test would
 * behave differently. Gives, by name, why a detector cannot run here. Throws only when the host is lost or the run is
 * interrupted.
 */
export async function equip(
  host: Host,
  image: string,
  adapters: readonly Adapter[],
  options: BuildOptions,
): Promise<Map<string, string>> {
  const reasons = new Map<string, string>()
  for (const adapter of adapters) {
    const reason = await equipFor(host, image, adapter, options)
    if (reason) reasons.set(adapter.name, reason)
  }
  return reasons
}

async function equipFor(
  host: Host,
  image: string,
  adapter: Adapter,
  options: BuildOptions,
): Promise<string | undefined> {
  const needs = unmet(adapter.needs, host)
  if (needs.length > 0) return `the host lacks ${needs.join(' and ')}`
  let failed = ''
  const lacking = await absent(host, adapter)
  if (lacking.length > 0 && adapter.packages.length > 0) {
    try {
      await bring(host, image, adapter, options)
    } catch (error) {
      options.signal.throwIfAborted()
      if (error instanceof LabError && error.code === 'host') throw error
      failed = `: ${messageOf(error).split('\n')[0]}`
    }
  }
  const still = lacking.length > 0 ? await absent(host, adapter) : []
  return still.length > 0 ? `${still.join(', ')} is not on the host${failed}` : undefined
}

/** The programs of an adapter that a host lacks; the packages, where the adapter names no program. */
async function absent(host: Host, { programs, packages }: Adapter): Promise<string[]> {
  const checks = [
    ...programs.map((name) => `command -v ${shellQuote(name)} >/dev/null || echo ${shellQuote(name)}`),
    ...(programs.length > 0 ? [] : packages).map(
      (name) =>
        `dpkg-query -s ${shellQuote(name)} >/dev/null 2>&1 || [ -e ${folder}/${name}.unpacked ] || echo ${shellQuote(name)}`,
    ),
  ]
  if (checks.length === 0) return []
  const { stdout } = await host.exec(`${checks.join('\n')}\n:`, { deadlineMs: 20_000 })
  return stdout.split('\n').filter(Boolean)
}

async function bring(host: Host, image: string, { name, packages }: Adapter, options: BuildOptions): Promise<void> {
  const { code } = await host.exec('test -r /var/lib/dpkg/status', { deadlineMs: 20_000 })
  if (code !== 0) throw new LabError('missing', 'the host has no dpkg')
  // Which packages are missing depends on those that the host has.
  const dir = await downloadDebs(image, await host.get('/var/lib/dpkg/status'), packages, options)
  options.progress(`bringing ${packages.join(', ')} to the host, for ${name}`)
  const debs = (await readdir(dir)).filter((file) => file.endsWith('.deb'))
  for (const deb of debs) await host.put(`${folder}/${deb}`, await readFile(join(dir, deb)))
  const unpacked = await host.exec(
    `set -e
cd ${folder}
for deb in ${debs.map(shellQuote).join(' ')}; do
  dpkg-deb --fsys-tarfile "$deb" >files.tar
  tar -x -f files.tar -C / --keep-directory-symlink --skip-old-files ${left.map((path) => `--exclude='./${path}'`).join(' ')}
  rm files.tar "$deb"
done
touch ${packages.map((each) => `${each}.unpacked`).join(' ')}`,
    { deadlineMs: 60_000 },
  )
  if (unpacked.code !== 0)
    throw new LabError('missing', `its packages could not be unpacked: ${unpacked.stderr.trim().split('\n').at(-1)}`)
}

// Files that take effect as soon as they exist.
const left = [
  'etc/apt',
  'etc/dpkg',
  'etc/kernel',
  'etc/cron.*',
  'etc/init.d',
  'etc/systemd',
  'lib/systemd',
  'usr/lib/systemd',
]
