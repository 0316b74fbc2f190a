import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { fieldProbes } from '../field/probes.ts'
import { fakeProvider, type Respond } from '../hosts/fake.ts'
import { LabError } from '../lib/errors.ts'
import { probes } from '../probes/index.ts'
import { allCells } from '../registry.ts'
import { bundleOf } from '../stale-world.spec-data.ts'
import type { Recording } from './map.ts'
import { type RecordAllOptions, recordAll } from './record-all.ts'
import type { Recorded } from './record-cell.ts'

const answers = 'outside\necho\nechoed\nAddress: 203.0.113.10\n524288\ncontainer\nserved\ndone\n'

/** Hosts on which every probe is as on a healthy one, except these. */
const hosts =
  (...dead: string[]): Respond =>
  (command, host) => {
    const probe = [...probes, ...fieldProbes].find((each) => each.script === command)
    if (probe) return dead.includes(probe.name) || probe.healthy === 'fail' ? { code: 1 } : { stdout: answers }
    if (command.includes('dockfault-evidence')) return { stdout: bundleOf(host) }
    return command.includes('/root/change.sh')
      ? { code: host.files.get('/root/change.sh')!.length > 10 ? 5 : 0 }
      : undefined
  }

describe('recording again', function () {
  this.timeout(20_000)
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'dockfault-record-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  async function record(recordings: Recording[], respond = hosts(), more: Partial<RecordAllOptions> = {}) {
    const provider = fakeProvider(respond)
    const ended: Recorded[] = []
    const missed = await recordAll(recordings, {
      cells: allCells(),
      into: join(dir, 'into'),
      logs: join(dir, 'logs'),
      signal: new AbortController().signal,
      progress: () => {},
      ended: (recorded) => ended.push(recorded),
      choose: async () => ({ provider }),
      ...more,
    })
    expect(ended).to.have.length(recordings.length)
    expect(provider.made.filter(({ disposed }) => !disposed)).to.be.empty
    return { missed, hosts: provider.made.length }
  }
  const written = (path: string): string | undefined => {
    const file = join(dir, 'into', `${path}.bundle`)
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined
  }
  const healthy = { cell: 'debian12-healthy', stage: 'healthy' }

  it('makes one host for all stages of a cell, and one for each script', async () => {
    const { missed, hosts: made } = await record([
      { path: 'a/one', ...healthy },
      { path: 'a/two', ...healthy },
      { path: 'b', cell: 'debian12-healthy', script: 'true' },
      { path: 'c', cell: 'debian12-healthy', script: 'id' },
    ])
    expect(missed).to.deep.equal([])
    expect(made).to.equal(3)
    for (const path of ['a/one', 'a/two', 'b', 'c']) expect(written(path), path).to.match(/^dockfault-evidence/)
  })

  it('probes the host of a script before it collects, where its entry has probed', async () => {
    for (const [probed, times] of [
      [false, 1],
      [true, 2],
    ] as const) {
      const ran: string[] = []
      const respond: Respond = (command, host) => {
        if (command === fieldProbes[0]!.script) ran.push('probe')
        if (command.includes('dockfault-evidence')) ran.push('collect')
        return hosts()(command, host)
      }
      await record([{ path: 'a', cell: 'debian12-healthy', script: 'true', probed }], respond)
      expect(ran).to.deep.equal([...Array(times).fill('probe'), 'collect'])
    }
  })

  it('writes none of a host whose probes are not as the scenario expects', async () => {
    const { missed } = await record([{ path: 'a', ...healthy }], hosts('gateway'))
    expect(missed).to.deep.equal([{ path: 'a', why: 'debian12-healthy, healthy: gateway fail, not pass' }])
    expect(written('a')).to.equal(undefined)
  })

  it('writes none of a script that fails, or of a host that cannot be made', async () => {
    const long = { path: 'a', cell: 'debian12-healthy', script: 'ip route add blackhole 203.0.113.0/24' }
    expect((await record([long])).missed[0]!.why).to.contain('the script exited with 5')
    const none = await record([long, { path: 'b', ...healthy }], hosts(), {
      choose: async () => ({ reason: 'no KVM' }),
    })
    expect(none.missed).to.have.deep.members([
      { path: 'a', why: 'no KVM' },
      { path: 'b', why: 'no KVM' },
    ])
    expect(written('a') ?? written('b')).to.equal(undefined)
  })

  it('refuses an entry that names no cell', async () => {
    const error = await recordAll([{ path: 'a', cell: 'debian12-helthy', stage: 'healthy' }], {
      cells: allCells(),
      into: dir,
      logs: dir,
      signal: new AbortController().signal,
      progress: () => {},
      ended: () => {},
    }).catch((reason: unknown) => reason)
    expect(error).to.be.instanceOf(LabError).and.have.property('hint').that.contains('debian12-healthy')
  })
})
