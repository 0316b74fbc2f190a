import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { exported, shellQuote } from '../lib/text.ts'
import { buildProbe, probeFile } from './busybox.ts'
import { type BuildOptions, cached, type Key } from './cache.ts'
import { mmdebstrap } from './mmdebstrap.ts'
import { builderVersion, ensureBuilders } from './needs.ts'
import { fingerprint, type HostRecipe, loadHostRecipe, recipeScript } from './recipe.ts'
import { Steps } from './steps.ts'

/**
 * The folder with the root file system of a container host, `rootfs.tar`. Packages come from this machine's Debian
 * mirrors. The cache key depends on the recipe, not on the mirror's contents: `fresh` takes newer packages.
 */
export async function buildRootfs(image: string, options: BuildOptions): Promise<string> {
  const recipe = loadHostRecipe(image)
  await ensureBuilders(options)
  const probe = await buildProbe(options)
  return cached(rootfsKey(recipe, 'rootfs', probe), options, async (dir) => {
    const steps = new Steps(`${image} rootfs`, dir, options)
    await makeRoot(recipe, { vm: false, probe, tar: join(dir, 'rootfs.tar'), steps })
  })
}

/** The cache key of a root file system or disk. */
export function rootfsKey(recipe: HostRecipe, kind: 'rootfs' | 'disk', probe: string): Key {
  const scripts = hooks(recipe, kind === 'disk')
  const last = kind === 'disk' ? [recipe['first-boot']] : []
  const inputs = [...scripts, ...last].map((script) => ({ file: recipeScript(recipe, script) }))
  const hash = fingerprint([builderVersion, kind, { file: recipe.file }, ...inputs, { file: probeFile(probe) }])
  return { image: recipe.name, kind, hash }
}

/** Makes a root file system as a tar, for root and for other users alike. */
export async function makeRoot(
  recipe: HostRecipe,
  to: { vm: boolean; probe: string; tar: string; steps: Steps },
): Promise<void> {
  const packages = [...recipe.packages, ...(to.vm ? recipe['vm-packages'] : [])]
  const environment = {
    DOCKFAULT_IMAGE: recipe.name,
    DOCKFAULT_KERNEL: recipe.kernel,
    DOCKFAULT_KERNEL_FROM: recipe['kernel-from'] ?? '',
  }
  const inside = (script: string): string => hook('chroot "$1" sh -eu', exported(environment) + script)
  const debconf =
    recipe.debconf.length > 0 ? [hook('chroot "$1" debconf-set-selections', recipe.debconf.join('\n'))] : []
  await to.steps.run(
    'installing packages',
    await mmdebstrap(recipe, to.tar, [
      `--include=${packages.join(',')}`,
      ...debconf.map((line) => `--essential-hook=${line}`),
      `--customize-hook=mkdir -p "$1/var/lib/dockfault"`,
      `--customize-hook=upload ${shellQuote(probeFile(to.probe))} /var/lib/dockfault/busybox.tar`,
      ...hooks(recipe, to.vm).map(
        (script) => `--customize-hook=${inside(readFileSync(recipeScript(recipe, script), 'utf8'))}`,
      ),
    ]),
    phase,
  )
}

const hooks = (recipe: HostRecipe, vm: boolean): string[] => [
  ...recipe.customise,
  ...(vm ? recipe['vm-customise'] : []),
  recipe.finish,
]

// A script is part of the hook itself, because in a user namespace mmdebstrap may not be able to read this checkout.
const hook = (command: string, input: string): string => `${command} <<'DOCKFAULT'\n${input}\nDOCKFAULT\n`

const phases: [RegExp, string][] = [
  [/^I: running apt-get update/, 'reading package lists'],
  [/^I: downloading packages/, 'downloading and unpacking'],
  [/^I: installing essential/, 'installing the base system'],
  [/^I: installing remaining/, 'installing the packages of the recipe'],
  [/^I: running --customize-hook.*chroot/, 'setting it up as a host'],
  [/^I: creating tarball/, 'packing'],
]

function phase(line: string): string | undefined {
  return phases.find(([pattern]) => pattern.test(line))?.[1]
}
