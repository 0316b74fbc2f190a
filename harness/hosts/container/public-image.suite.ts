import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { cacheRoot } from '../../images/cache.ts'
import { hashFile } from '../../images/manifest.ts'
import { imagesRoot } from '../../images/recipe.ts'
import { buildRootfs } from '../../images/rootfs.ts'
import { until } from '../../lib/retry.ts'
import { skipped } from '../../lib/skipped.spec-data.ts'
import { closeContainers, container } from '../container.ts'
import type { Host } from '../host.ts'
import { differences, type MachineState, readMachineState } from '../machine-state.ts'
import { startRegistry } from './registry.spec-data.ts'

const never = new AbortController().signal

const settings = { WORD: "it's", MANAGER: 'dnf', PACKAGES: 'none', ENGINE_REPO: 'https://repo.invalid' }

// Services that el.sh should disable are enabled, and there is nothing to install.
const standIn = `[ ! -d /run/systemd/system ]
echo "$WORD" >/etc/word
systemctl enable firewalld.service nftables.service
systemctl disable docker.service
mkdir -p /etc/yum.repos.d
for program in dnf curl; do
    printf '#!/bin/sh\\nexit 0\\n' >/usr/local/bin/$program
    chmod 755 /usr/local/bin/$program
done`

// A Debian replaces the registry's image. It holds busybox and its packages, so no network is needed.
describe('a host made of a public image', function () {
  this.timeout(300_000)
  const lines: string[] = []
  const cacheHome = process.env.XDG_CACHE_HOME
  let cache: string
  let root: string
  let registry: Awaited<ReturnType<typeof startRegistry>>
  let silent: Awaited<ReturnType<typeof startRegistry>>
  let machine: MachineState

  before(async function () {
    const reason = await container().unavailable('debian12')
    if (reason) skipped(this, `container ${reason}`)
    machine = await readMachineState()
    const dir = await buildRootfs('debian12', { progress: () => {}, signal: never })
    const file = join(dir, 'rootfs.tar')
    registry = await startRegistry({ file, sha256: await hashFile(file), size: statSync(file).size })
    silent = await startRegistry()
    // Its own cache, on the same file system as the usual one, with engines too.
    cache = mkdtempSync(join(cacheRoot(), 'spec-'))
    process.env.XDG_CACHE_HOME = cache
    root = join(cache, 'images')
    mkdirSync(join(root, 'common'), { recursive: true })
    for (const script of ['el.sh', 'probe-image.sh'])
      cpSync(join(imagesRoot, 'common', script), join(root, 'common', script))
    image('stand-in', registry.host, standIn, ['el.sh'])
    image('no-package', registry.host, 'echo "Unable to find a match: docker-ce" >&2; exit 3')
    image('never-ends', registry.host, 'sleep 600')
    image('never-comes', silent.host, 'true')
  })

  after(async () => {
    await closeContainers()
    await registry?.[Symbol.asyncDispose]()
    await silent?.[Symbol.asyncDispose]()
    if (cacheHome === undefined) delete process.env.XDG_CACHE_HOME
    else process.env.XDG_CACHE_HOME = cacheHome
    if (cache) rmSync(cache, { recursive: true })
  })

  function image(name: string, registryHost: string, script: string, more: string[] = []): void {
    mkdirSync(join(root, name))
    writeFileSync(join(root, 'common', `${name}.sh`), `set -eu\n${script}\n`)
    const text = { box: { name: 'none/none' }, container: `${registryHost}/lab/debian:12`, settings }
    const scripts = { provision: [`${name}.sh`, ...more], booted: ['probe-image.sh'] }
    writeFileSync(join(root, name, 'public.yaml'), JSON.stringify({ ...text, ...scripts }))
  }

  const provision = (name: string, signal = never): Promise<Host> => {
    const progress = (line: string): void => void lines.push(line)
    return container(root).provision({ image: name, logDir: join(cache, 'logs'), progress, signal })
  }

  /** What a failed build has left in the cache. */
  const remains = (): string[] => readdirSync(join(cache, 'dockfault/images')).filter((name) => !name.endsWith('.lock'))

  it('is to be had where its registry answers', async () => {
    expect(await container(root).unavailable('stand-in')).to.equal(undefined)
  })

  it('fails with the output of its scripts, and leaves nothing incomplete', async () => {
    const error = await provision('no-package').catch((thrown: unknown) => thrown)
    expect(error).to.include({ name: 'LabError', code: 'image' })
    expect((error as Error).message).to.equal(
      'no-package: no-package.sh failed (exit 3)\nUnable to find a match: docker-ce',
    )
    expect(remains()).to.deep.equal([])
  })

  for (const [name, at] of [
    ['never-ends', 'never-ends.sh'],
    ['never-comes', 'pulling'],
  ] as const)
    it(`leaves nothing when it is given up on while ${at}`, async () => {
      const abort = new AbortController()
      const provisioning = provision(name, abort.signal).catch((thrown: unknown) => thrown)
      const begun = (): boolean => lines.some((line) => line.startsWith(`${name}: ${at}`))
      await Promise.race([
        provisioning,
        until('the start of the build', async () => begun() || undefined, { deadlineMs: 60_000 }),
      ])
      setTimeout(() => abort.abort(new Error('given up')), 300)
      expect(((await provisioning) as Error).message).to.equal('given up')
      expect(remains()).to.deep.equal([])
    })

  it('boots with systemd, its own dockerd and the probe image', async () => {
    await using host = await provision('stand-in')
    const outputOf = async (script: string): Promise<string> => (await host.exec(script)).stdout.trim()
    expect(await outputOf('systemctl is-system-running; cat /proc/1/comm /etc/word')).to.equal("running\nsystemd\nit's")
    expect(await outputOf('docker load -q -i /var/lib/dockfault/busybox.tar; docker images -q | wc -l')).to.match(
      /\n1$/,
    )
    expect(await outputOf('docker run --rm --network none dockfault/busybox:1 echo works')).to.equal('works')
    const units = 'docker.service firewalld.service nftables.service fstrim.timer'
    expect(await outputOf(`systemctl is-enabled ${units}`)).to.equal('enabled\ndisabled\ndisabled\nmasked')
    // Nothing of the build remains: one boot, and its own identity.
    expect(await outputOf('journalctl --list-boots -q --no-pager | wc -l; stat -c %s /etc/machine-id')).to.equal(
      '1\n33',
    )
  })

  it('is made once', async () => {
    const before = lines.length
    await using host = await provision('stand-in')
    expect((await host.exec('cat /etc/word')).stdout).to.equal("it's\n")
    expect(lines.slice(before).join('\n')).to.not.match(/pulling|stand-in\.sh|importing/)
    await registry[Symbol.asyncDispose]()
    expect(await container(root).unavailable('stand-in')).to.equal(undefined)
  })

  it('leaves the machine as it was', async () => {
    await closeContainers()
    const changes = differences(machine, await readMachineState()).filter((line) => !line.startsWith('modules: +'))
    expect(changes).to.deep.equal([])
  })
})
