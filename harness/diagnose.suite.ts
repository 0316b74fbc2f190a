import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { execa } from 'execa'
import { causes as allCauses, faults } from './causes/index.ts'
import { CellRun } from './cell/cell-run.ts'
import { collect } from './evidence/collect.ts'
import type { Host } from './hosts/host.ts'
import { choose, closeProviders } from './hosts/index.ts'
import { outside } from './outside/outside.ts'
import { probeContainers, probeImage } from './probes/containers.ts'
import { probes } from './probes/index.ts'
import { allCells } from './registry.ts'
import { blankRecord } from './results/blank-record.ts'
import type { Cell } from './scenario/cell.ts'
import { findCell } from './scenario/select.ts'
import { hangUp, sshInto } from './ssh.spec-data.ts'

// `npm run test:diagnose`: the command itself, by ssh and from a bundle, on real hosts: one with each fault, two
// healthy ones, and hosts broken in ways that no cause knows. DOCKFAULT_CELLS names other cells.
const patterns = process.env.DOCKFAULT_CELLS?.split(/[ ,]+/) ?? [
  'debian12-healthy',
  'debian13-healthy-firewalld-on',
  'debian12-rules-flushed',
  'debian12-iptables-check-broken',
  'debian12-masquerade-off',
  'debian13-firewalld-zone',
  'debian12-stale-kernel',
]

const main = new URL('main.ts', import.meta.url).pathname
const scratch = mkdtempSync(join(tmpdir(), 'dockfault-diagnose-'))
const dockfault = (...args: string[]) =>
  execa(process.execPath, ['--import', 'tsx', main, ...args], { reject: false, timeout: 300_000 })
const state = (host: Host): Promise<string> =>
  host
    .exec(readFileSync(new URL('evidence/host-state.sh', import.meta.url), 'utf8'), { deadlineMs: 60_000 })
    .then(({ stdout }) => stdout)

/** The host of a cell, broken by the fault of the cell. Where no provider can make it, the reason. */
async function hostOf(cell: Cell): Promise<Host | string> {
  const choice = await choose(cell, process.env.DOCKFAULT_PROVIDER)
  if ('reason' in choice) return choice.reason
  const { provider } = choice
  const signal = new AbortController().signal
  const context = { provider, faults, causes: allCauses, probes, logDir: scratch, signal, progress: () => {} }
  const cellRun = new CellRun(cell, context, blankRecord(cell, provider.name, ''))
  await cellRun.provision()
  if (cell.fault) {
    await cellRun.inject()
    await cellRun.trigger()
  }
  // By then, interrupted connections have timed out, and no counter changes any more.
  await new Promise((resolve) => setTimeout(resolve, 5_000))
  return cellRun.host!
}

for (const cell of patterns.map((name) => findCell(allCells(), name)))
  describe(`diagnose ${cell.name}`, function () {
    this.timeout(0)
    this.bail(true)
    const causes = cell.broken?.diagnosis ?? []
    const code = causes.length > 0 ? 1 : 0
    let host: Host
    let access: string[] | undefined

    before(async function () {
      const made = await hostOf(cell)
      if (typeof made === 'string') {
        console.error(`    ${made}`)
        return this.skip()
      }
      host = made
      access = await sshInto(host, cell.host, scratch)
    })

    const named = (stdout: string): string[] =>
      (JSON.parse(stdout) as { findings: { cause: string }[] }).findings.map(({ cause }) => cause)

    it(`from a bundle: exit ${code}, ${causes.join(', ') || 'nothing'} named`, async () => {
      const file = join(scratch, `${cell.name}.bundle`)
      writeFileSync(file, await collect(host))
      const { stdout, exitCode } = await dockfault('diagnose', '--bundle', file, '--json')
      expect({ named: named(stdout), exitCode }).to.deep.equal({ named: causes, exitCode: code })
    })

    it('by ssh the same, and the host does not change', async function () {
      if (!access) return this.skip()
      // The first login leaves traces of its own. They are not the collector's, so they come before the comparison.
      await dockfault('diagnose', ...access, '--json')
      const before = await state(host)
      const { stdout, stderr, exitCode } = await dockfault('diagnose', ...access, '--json')
      const after = await state(host)
      expect(stdout, stderr).to.not.equal('')
      expect({ named: named(stdout), exitCode }).to.deep.equal({ named: causes, exitCode: code })
      expect(before.length).to.be.above(1000)
      expect(after.split('\n').filter((line) => !before.split('\n').includes(line))).to.deep.equal([])
      expect(before.split('\n').filter((line) => !after.split('\n').includes(line))).to.deep.equal([])
    })

    it('takes little time on the host', async () => {
      const started = performance.now()
      await collect(host)
      console.error(`      ${Math.round(performance.now() - started)} ms for one round trip`)
    })

    it('follows a packet to where the scenario expects it to end, and leaves nothing behind', async function () {
      if (!access) return this.skip()
      const before = await state(host)
      for (const from of ['default', 'user'] as const) {
        const target = `${probeContainers[from].name}@${outside.address}:80`
        const { stdout } = await dockfault('diagnose', ...access, '--json', '--trace', target)
        const [followed] = (JSON.parse(stdout) as { followed: { end: string; at?: { location: string } }[] }).followed
        const wanted = cell.broken?.trace?.[from] ?? { end: 'answered' }
        expect(followed!.end).to.equal(wanted.end)
        expect(followed!.at?.location).to.equal(wanted.at)
      }
      const counted = / packets \d+ bytes \d+/
      const lines = (text: string): string[] => text.split('\n').map((line) => line.replace(counted, ''))
      expect(lines(await state(host)).filter((line) => !lines(before).includes(line))).to.deep.equal([])
    })

    if (causes.length === 1)
      it('fix --apply repairs it', async function () {
        if (!access) return this.skip()
        // The default remedy is a reboot, which `fix` leaves to the user.
        const use = causes[0] === 'stale-kernel' ? ['--use', 'reinstall-running-kernel'] : []
        const { stderr, exitCode } = await dockfault('fix', causes[0]!, ...access, ...use, '--apply', '--yes')
        expect(exitCode, stderr).to.equal(0)
        expect(stderr).to.contain(`${causes[0]} is gone`)
      })

    after(async () => {
      if (access) await hangUp(access)
      await host?.[Symbol.asyncDispose]()
    })
  })

// A change, the command that makes it and the one that undoes it, where a packet then ends, and whose rule that is.
const unknownFaults: [what: string, does: string, undo: string, step: string, owner?: string][] = [
  ['a DROP in DOCKER-USER', 'iptables -I DOCKER-USER -j DROP', 'iptables -D DOCKER-USER -j DROP', 'forward', 'admin'],
  [
    'an administrator’s own nft table',
    `nft 'table inet mine { chain f { type filter hook forward priority -10; ip daddr ${outside.address} drop; }; }'`,
    'nft delete table inet mine',
    'forward',
    'unknown',
  ],
  ['ip_forward=0', 'sysctl -qw net.ipv4.ip_forward=0', 'sysctl -qw net.ipv4.ip_forward=1', 'routing'],
  ['a blackhole route', 'ip route add blackhole 203.0.113.0/24', 'ip route del blackhole 203.0.113.0/24', 'routing'],
  ['a bridge that is down', 'ip link set docker0 down', 'ip link set docker0 up', 'bridge'],
  [
    'a DROP in a table of the legacy backend',
    'iptables-legacy -I FORWARD -s 172.17.0.0/16 -j DROP',
    'iptables-legacy -D FORWARD -s 172.17.0.0/16 -j DROP',
    'forward',
    'unknown',
  ],
  [
    'answers that are dropped',
    `iptables -I DOCKER-USER -i ${outside.uplink} -j DROP`,
    `iptables -D DOCKER-USER -i ${outside.uplink} -j DROP`,
    'forward',
    'admin',
  ],
]

if (!process.env.DOCKFAULT_CELLS)
  describe('diagnose a fault that no cause knows', function () {
    this.timeout(0)
    let host: Host | undefined
    let access: string[]

    before(async function () {
      const made = await hostOf(findCell(allCells(), 'debian12-healthy'))
      if (typeof made === 'string') return this.skip()
      host = made
      access = (await sshInto(made, 'debian12', scratch))!
    })

    for (const [what, does, undo, step, owner] of unknownFaults)
      it(`${what}: no cause named, and where packets end`, async () => {
        expect((await host!.exec(does)).code).to.equal(0)
        const target = `${probeContainers.default.name}@${outside.address}:80`
        const { stdout, exitCode } = await dockfault('diagnose', ...access, '--json', '--trace', target)
        await host!.exec(undo)
        const { findings, followed } = JSON.parse(stdout) as {
          findings: unknown[]
          followed: { by: string; at?: { location: string }; terminatingRule?: { owner: { who: string } } }[]
        }
        expect(findings).to.deep.equal([])
        expect(followed[0]).to.include({ by: 'packets' })
        expect({ step: followed[0]!.at?.location, owner: followed[0]!.terminatingRule?.owner.who }).to.deep.equal({
          step,
          owner,
        })
        expect(exitCode).to.equal(1)
      })

    it('sends from a container with --probe, and removes the container and its image', async () => {
      await host!.exec(`docker tag ${probeImage} kept:1; docker rmi -f ${probeImage}`)
      const before = await state(host!)
      const args = [...access, '--json', '--probe', '--trace', `${outside.address}:80`]
      const { stdout, stderr } = await dockfault('diagnose', ...args)
      const { probes } = JSON.parse(stdout) as { probes: { check: string; answered: boolean; message: string }[] }
      expect(probes, stderr).to.have.length(5)
      expect(probes.filter(({ answered }) => !answered)).to.deep.equal([])
      const objects = (text: string): string[] =>
        text.split('\n').filter((line) => /^(container|network|image|volume): /.test(line))
      expect(objects(await state(host!))).to.deep.equal(objects(before))
      await host!.exec('iptables -I FORWARD -i docker0 -j DROP')
      const sick = await dockfault('diagnose', ...args)
      await host!.exec('iptables -D FORWARD -i docker0 -j DROP')
      const failed = (JSON.parse(sick.stdout) as { probes: typeof probes }).probes.filter(({ answered }) => !answered)
      expect(failed.map(({ check }) => check).join()).to.contain(`reaches ${outside.address}`)
      expect(sick.exitCode).to.equal(1)
    })

    it('finds the host healthy again, once the change is undone', async () => {
      const { exitCode } = await dockfault('diagnose', ...access, '--trace', `${outside.address}:80`)
      expect(exitCode).to.equal(0)
    })

    after(async () => {
      await host?.[Symbol.asyncDispose]()
    })
  })

after(async () => {
  await closeProviders()
  rmSync(scratch, { recursive: true, force: true })
})
