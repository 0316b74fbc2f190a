import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { machineSettings } from './apt-settings.ts'

const keyrings = ['/usr/share/keyrings/debian-archive-keyring.gpg', '/usr/share/keyrings/debian-archive-keyring.pgp']

/**
 * Makes a separate apt root in a folder: this machine's sources, lists, hooks and archives stay unchanged. `status` is the
 * dpkg database that apt resolves against. Gives the environment of apt's commands for it.
 */
export async function makeAptRoot(
  root: string,
  sources: readonly string[],
  status: Uint8Array | string,
): Promise<{ APT_CONFIG: string }> {
  for (const folder of ['etc/apt', 'var/lib/apt/lists/partial', 'var/cache/apt/archives/partial', 'var/log/apt'])
    await mkdir(join(root, folder), { recursive: true })
  const keyring = keyrings.find((file) => existsSync(file))
  const signed = sources.map((line) => (keyring ? line.replace('deb ', `deb [signed-by=${keyring}] `) : line))
  await writeFile(join(root, 'etc/apt/sources.list'), `${signed.join('\n')}\n`)
  await writeFile(join(root, 'status'), status)
  const settings = [
    `Dir "${root}"`,
    `Dir::State::status "${root}/status"`,
    'Dir::Etc::trusted "/etc/apt/trusted.gpg"',
    'Dir::Etc::trustedparts "/etc/apt/trusted.gpg.d"',
    'APT::Sandbox::User "root"',
    'Acquire::Languages "none"',
    ...(await machineSettings()),
  ]
  await writeFile(join(root, 'apt.conf'), settings.map((line) => `${line};\n`).join(''))
  return { APT_CONFIG: join(root, 'apt.conf') }
}
