import { mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { LabError } from '../lib/errors.ts'
import { type BuildOptions, cached, find, type Key } from './cache.ts'
import { hashFile } from './manifest.ts'
import { mmdebstrap } from './mmdebstrap.ts'
import { builderVersion, ensureBuilders } from './needs.ts'
import { fingerprint, loadProbeRecipe, type ProbeRecipe, recipeScript } from './recipe.ts'
import { Steps } from './steps.ts'

/** The archive for `docker load`, in the folder that buildProbe returns. */
export const probeFile = (dir: string): string => join(dir, 'busybox.tar')

/** The folder of the probe image: a static busybox and its applet links, tested, and packed without a Docker engine. */
export async function buildProbe(options: BuildOptions): Promise<string> {
  const recipe = loadProbeRecipe()
  const selfTest = recipeScript(recipe, recipe['self-test'])
  return cached(probeKey(recipe), options, async (dir) => {
    await ensureBuilders(options)
    const steps = new Steps('probe image', dir, options)
    const packages = join(dir, 'packages.tar')
    // `extract` unpacks only the named packages.
    const words = await mmdebstrap(recipe, packages, [`--include=${recipe.packages.join(',')}`])
    await steps.run(
      'downloading busybox',
      words.map((word) => (word === '--variant=apt' ? '--variant=extract' : word)),
    )
    const root = join(dir, 'root')
    await makeRoot(packages, root)
    await steps.run('testing its tools', [
      ...isolated(),
      'chroot',
      root,
      '/bin/sh',
      '-c',
      await readFile(selfTest, 'utf8'),
    ])
    for (const made of ['tmp', 'dev/null']) await rm(join(root, made), { recursive: true, force: true })
    await mkdir(join(root, 'tmp'))
    await pack(root, recipe.tag, dir)
    await rm(root, { recursive: true })
    await rm(packages)
  })
}

/** The probe image, if the cache has it undamaged and from the present recipe. */
export const findProbe = (): Promise<string | undefined> => find(probeKey(loadProbeRecipe()))

function probeKey(recipe: ProbeRecipe): Key {
  const selfTest = { file: recipeScript(recipe, recipe['self-test']) }
  return { image: recipe.name, kind: 'probe', hash: fingerprint([builderVersion, { file: recipe.file }, selfTest]) }
}

async function makeRoot(packages: string, root: string): Promise<void> {
  for (const folder of ['bin', 'etc', 'dev', 'proc', 'sys', 'tmp', 'root', 'var'])
    await mkdir(join(root, folder), { recursive: true })
  await execa(
    'tar',
    ['-xf', packages, '-C', root, '--no-same-owner', '--wildcards', './bin/busybox', './usr/bin/busybox'],
    {
      reject: false,
    },
  )
  // If /bin is a link in the package, the program is in /usr/bin.
  await rename(join(root, 'usr/bin/busybox'), join(root, 'bin/busybox')).catch(() => undefined)
  await rm(join(root, 'usr'), { recursive: true, force: true })
  const { stdout } = await execa(join(root, 'bin/busybox'), ['--list'])
  for (const applet of stdout.split('\n').filter((name) => name && name !== 'busybox'))
    await symlink('busybox', join(root, 'bin', applet))
  await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n')
  await writeFile(join(root, 'etc/group'), 'root:x:0:\n')
}

// A network of its own, so that the test's servers disturb nobody. It needs root there, which a user namespace gives.
const isolated = (): string[] => [
  ...[
    'unshare',
    ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
    '--net',
    '--pid',
    '--fork',
    '--kill-child',
    '--',
  ],
]

/** Writes an archive in the format of `docker save`: one layer, its configuration, a manifest. */
async function pack(root: string, tag: string, dir: string): Promise<void> {
  const plain = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0', '--format=gnu']
  const work = join(dir, 'archive')
  await mkdir(work)
  await execa('tar', [...plain, '-cf', join(work, 'layer.tar'), '-C', root, '.'])
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    created: '1970-01-01T00:00:00Z',
    config: { Cmd: ['sh'], Env: ['PATH=/bin'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${await hashFile(join(work, 'layer.tar'))}`] },
    history: [{ created: '1970-01-01T00:00:00Z', created_by: 'dockfault' }],
  })
  await writeFile(join(work, 'config.json'), config)
  const manifest = [{ Config: 'config.json', RepoTags: [tag], Layers: ['layer.tar'] }]
  await writeFile(join(work, 'manifest.json'), JSON.stringify(manifest))
  const files = ['manifest.json', 'config.json', 'layer.tar']
  await execa('tar', [...plain, '-cf', probeFile(dir), '-C', work, ...files]).catch((cause: unknown) => {
    throw new LabError('image', 'the probe image could not be packed', { cause })
  })
  await rm(work, { recursive: true })
}
