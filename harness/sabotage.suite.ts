import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Lab } from './cell/scene.ts'
import type { Detector, Fault } from './faults/fault.ts'
import { detectors, faults } from './faults/index.ts'
import { choose, closeProviders } from './hosts/index.ts'
import { probes } from './probes/index.ts'
import type { CellRecord } from './report/record.ts'
import { tell } from './run.ts'
import type { Cell } from './scenario/cell.ts'
import { selectCells } from './scenario/select.ts'
import { blank } from './session.ts'
import { allCells } from './vocabulary.ts'

// `DOCKFAULT_CELLS='debian12-restart-iptables' npm run test:sabotage`: on real hosts, each check is broken in turn and
// must turn the run red, at the stage that is to blame.
const patterns = (process.env.DOCKFAULT_CELLS ?? 'debian12-restart-iptables').split(/[ ,]+/)

const gremlins: Detector = () => ({
  cause: 'gremlins',
  state: 'active',
  confidence: 'likely',
  summary: 'it is always gremlins',
  evidence: [],
  fixes: [],
  nonFixes: [],
})

async function play(cell: Cell, change: Partial<Lab>, until: string): Promise<CellRecord> {
  const choice = await choose(cell, process.env.DOCKFAULT_PROVIDER)
  if ('reason' in choice) throw new Error(choice.reason)
  const { provider } = choice
  const logDir = mkdtempSync(join(tmpdir(), 'dockfault-sabotage-'))
  const signal = new AbortController().signal
  const lab: Lab = { provider, faults, detectors, probes, logDir, signal, progress: () => {}, ...change }
  const record = blank(cell, provider.name, '')
  for await (const _ of tell(cell, lab, record, { until }));
  return record
}

for (const cell of selectCells(allCells(), patterns).filter(({ fault }) => fault))
  describe(`sabotage of ${cell.name}`, function () {
    this.timeout(0)
    const own = [cell.fault, cell.and].flatMap((each) => (each ? [faults[each.kind]!] : []))
    const withFault = (fault: Fault, change: Partial<Fault>): Partial<Lab> => ({
      faults: { ...faults, [fault.kind]: { ...fault, ...change } },
    })
    const first = cell.latent?.diagnosis.length ? 'latent' : 'broken'
    const cure = cell.fixes.find((fix) => fix.expect === 'cures')

    const cases: [string, string, Partial<Lab>][] = [
      ...own.map((fault): [string, string, Partial<Lab>] => [
        `an injector of ${fault.kind} that does nothing`,
        first,
        withFault(fault, { inject: async () => {}, trigger: async () => {} }),
      ]),
      ['a detector that never speaks', first, { detectors: {} }],
      ['a detector that always speaks', 'healthy', { detectors: { ...detectors, gremlins } }],
      ['probes that always pass', 'healthy', { probes: probes.map((probe) => ({ ...probe, script: 'true' })) }],
    ]
    const curing = cure && own.find(({ fixes }) => fixes[cure.use])
    if (curing)
      cases.push([
        'a fix that does nothing',
        `fix:${cure.use}`,
        withFault(curing, { fixes: { ...curing.fixes, [cure.use]: { title: 'nothing', steps: [], cost: '' } } }),
      ])
    for (const [what, where, change] of cases)
      it(`${what} is caught at ${where}`, async () => {
        // The cure comes first, so that the run need not try what stands before it.
        const short = cure ? { ...cell, fixes: [cure] } : cell
        const record = await play(short, change, where)
        expect(record.reason ?? 'nothing').to.contain(`stage ${where}:`)
        expect(record.verdict).to.equal('failed')
      })
  })

after(closeProviders)
