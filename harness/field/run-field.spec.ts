import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { type FakeHost, fakeProvider, type Respond } from '../hosts/fake.ts'
import { LabError } from '../lib/errors.ts'
import { allCells } from '../registry.ts'
import { findCell } from '../scenario/select.ts'
import { bundleOf } from '../stale-world.spec-data.ts'
import { fieldProbes } from './probes.ts'
import { type FieldOptions, runField } from './run-field.ts'
import type { FieldScript } from './scripts.ts'

// Output that satisfies every probe.
const answers = 'outside\necho\nechoed\nAddress: 203.0.113.10\n524288\ncontainer\nserved\ndone\n'
const cell = findCell(allCells(), 'debian12-healthy')
const script = (name: string, wanted: FieldScript['wanted'], text = 'true'): FieldScript => ({ name, wanted, text })

/** Hosts whose probe `egress-tcp` dies after a script that holds `break`; a script that holds `lost` ends its host. */
const host: Respond = (command, fake: FakeHost) => {
  const probe = fieldProbes.find((each) => each.script === command)
  if (probe?.name === 'egress-tcp' && fake.state === 'broken') return { code: 1 }
  if (probe) return probe.healthy === 'fail' ? { code: 1 } : { stdout: answers }
  if (command.includes('dockfault-evidence')) return { stdout: bundleOf(fake) }
  if (command.includes('/root/change.sh')) {
    const text = Buffer.from(fake.files.get('/root/change.sh')!).toString()
    if (text.includes('lost')) throw new LabError('host', 'the host was lost')
    if (text.includes('break')) fake.state = 'broken'
    return { code: text.includes('sloppy') ? 3 : 0, stdout: 'printed' }
  }
  return undefined
}

describe('scripts from the field', function () {
  this.timeout(30_000)
  let record: string
  beforeEach(() => {
    record = mkdtempSync(join(tmpdir(), 'dockfault-record-'))
  })
  afterEach(() => rmSync(record, { recursive: true }))

  async function run(scripts: readonly FieldScript[], options: Partial<FieldOptions> = {}, respond: Respond = host) {
    const provider = fakeProvider(respond)
    const lines = await runField(scripts, {
      cell,
      signal: new AbortController().signal,
      progress: () => {},
      ended: () => {},
      choose: async () => ({ provider }),
      record,
      ...options,
    })
    return { lines, hosts: provider.made }
  }

  it('are each run on a host of its own, probed and diagnosed, and the hosts are gone', async () => {
    const { lines, hosts } = await run([
      script('breaks', 'sick', 'break'),
      script('does-nothing', 'sick', 'sloppy'),
      script('ends-it', 'sick', 'lost'),
      script('odd', 'well'),
    ])
    expect(lines.map((each) => each.script)).to.deep.equal(['breaks', 'does-nothing', 'ends-it', 'odd'])
    const [breaks, nothing, lost, odd] = lines
    expect(breaks).to.deep.include({ wanted: 'sick', probesDead: ['egress-tcp'], probesOpen: [], exitCode: 0 })
    expect(breaks).to.not.have.property('harmless')
    expect(nothing).to.deep.include({ probesDead: [], harmless: true, exitCode: 3 })
    expect(lost).to.include({ verdict: 'broken', why: 'the host was lost' })
    expect(odd).to.deep.include({ wanted: 'well', probesDead: [] }).and.not.have.property('harmless')
    expect(hosts).to.have.length(4)
    expect(hosts.filter(({ disposed }) => !disposed)).to.be.empty
    expect(readFileSync(join(record, 'breaks.bundle'), 'utf8')).to.match(/^dockfault-evidence/)
    const kept = JSON.parse(readFileSync(join(record, 'breaks.json'), 'utf8'))
    expect(kept.probes).to.have.length(fieldProbes.length)
    expect(kept.output).to.equal('printed')
    expect(existsSync(join(record, 'ends-it.bundle'))).to.equal(false)
  })

  it('do not run on a host that is not healthy before', async () => {
    const ill: Respond = (command, fake) =>
      command === fieldProbes.find(({ name }) => name === 'gateway')!.script ? { code: 1 } : host(command, fake)
    const { lines, hosts } = await run([script('breaks', 'sick', 'break')], {}, ill)
    expect(lines[0]!.verdict).to.equal('broken')
    expect(lines[0]!.why).to.match(/not healthy before the script runs: gateway/)
    expect(hosts[0]!.scripts.filter((each) => each.includes('change.sh'))).to.be.empty
    expect(hosts[0]!.disposed).to.equal(true)
  })

  it('interrupted, leave no host, and the lines of those that had ended', async () => {
    const abort = new AbortController()
    const ended: string[] = []
    const { lines, hosts } = await run([script('first', 'sick', 'break'), script('second', 'sick')], {
      jobs: 1,
      signal: abort.signal,
      ended: ({ script: name }) => ended.push(name),
      progress: (name) => {
        if (name === 'second') abort.abort(new LabError('interrupted', 'interrupted'))
      },
    })
    expect(lines.map((each) => each.script)).to.deep.equal(['first'])
    expect(ended).to.deep.equal(['first'])
    expect(hosts.filter(({ disposed }) => !disposed)).to.be.empty
  })

  it('are refused where no provider can make the host', async () => {
    const choose = async () => ({ reason: 'container is not there' })
    const error = await run([script('a', 'sick')], { choose }).catch((reason: unknown) => reason)
    expect(error).to.be.instanceOf(LabError).and.have.property('exitCode', 2)
  })
})
