import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { machineSettings } from './apt-settings.ts'
import { machineMirrors, sourceLines } from './apt-sources.ts'
import { type BuildOptions, cached } from './cache.ts'
import { fingerprint, loadHostRecipe } from './recipe.ts'
import { scratchOf } from './scratch.ts'
import { Steps } from './steps.ts'

const keyrings = ['/usr/share/keyrings/debian-archive-keyring.gpg', '/usr/share/keyrings/debian-archive-keyring.pgp']

/**
 * The folder of the .deb files that a host of this image lacks for these packages and their dependencies. `status` is
 * the host's own dpkg database, against which apt resolves. apt checks the mirror's signatures.
 */
export async function downloadDebs(
  image: string,
  status: Uint8Array,
  packages: readonly string[],
  options: BuildOptions,
): Promise<string> {
  const recipe = loadHostRecipe(image)
  const sources = sourceLines(machineMirrors(), recipe.suite, recipe.pockets)
  const hash = fingerprint(['debs 1', ...sources, ...packages, Buffer.from(status).toString('latin1')])
  return cached({ image, kind: 'packages', hash }, options, async (dir) => {
    const steps = new Steps(`${image} packages`, dir, options)
    const root = join(scratchOf(dir), 'apt')
    // A separate apt root: this machine's sources, lists, hooks and archives stay unchanged.
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
    const env = { env: { APT_CONFIG: join(root, 'apt.conf'), TMPDIR: scratchOf(dir) } }
    await steps.run('reading package lists', ['apt-get', 'update'], undefined, env)
    await steps.run(
      `downloading ${packages.join(', ')}`,
      ['apt-get', 'install', '-y', '--no-install-recommends', '--download-only', ...packages],
      undefined,
      env,
    )
    const archives = join(root, 'var/cache/apt/archives')
    for (const file of (await readdir(archives)).filter((name) => name.endsWith('.deb')))
      await rename(join(archives, file), join(dir, file)).catch(() => copyFile(join(archives, file), join(dir, file)))
    steps.report('downloaded')
  })
}
