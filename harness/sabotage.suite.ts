import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { type Cause, defineCause, present } from './cause/cause.ts'
import { causes, faults } from './causes/index.ts'
import type { RunContext } from './cell/cell-run.ts'
import { choose, closeProviders } from './hosts/index.ts'
import type { Fault } from './injection/fault.ts'
import { probes } from './probes/index.ts'
import { allCells } from './registry.ts'
import { blankRecord } from './results/blank-record.ts'
import type { CellRecord } from './results/record.ts'
import { runStages } from './run.ts'
import type { Cell } from './scenario/cell.ts'
import { selectCells } from './scenario/select.ts'

// `DOCKFAULT_CELLS='debian12-rules-flushed' npm run test:sabotage:cell`: on real hosts, breaks in turn what a cell works
// with. The run has to fail, at the right stage. `npm run test:sabotage` breaks the lab itself.
const patterns = (process.env.DOCKFAULT_CELLS ?? 'debian12-rules-flushed').split(/[ ,]+/)

const everywhere = defineCause({
  id: 'everywhere',
  title: 'It is always the same',
  needs: [],
  detect: () => present({ confidence: 'likely', active: 'always', latent: 'always', evidence: [] }),
  explains: () => true,
  remedies: {},
  temptations: {},
})

type Sabotage = [what: string, where: string, change: Partial<RunContext>]

async function play(cell: Cell, change: Partial<RunContext>, until: string): Promise<CellRecord> {
  const choice = await choose(cell, process.env.DOCKFAULT_PROVIDER)
  if ('reason' in choice) throw new Error(choice.reason)
  const { provider } = choice
  const logDir = mkdtempSync(join(tmpdir(), 'dockfault-sabotage-'))
  const signal = new AbortController().signal
  const context: RunContext = { provider, faults, causes, probes, logDir, signal, progress: () => {}, ...change }
  const record = blankRecord(cell, provider.name, '')
  for await (const _ of runStages(cell, context, record, { until }));
  return record
}

for (const cell of selectCells(allCells(), patterns).filter(({ fault }) => fault))
  describe(`sabotage of ${cell.name}`, function () {
    this.timeout(0)
    const own = [cell.fault, cell.and].flatMap((each) =>
      each ? [{ kind: each.kind, cause: faults[each.kind]!.cause }] : [],
    )
    const withFault = (kind: string, change: Partial<Fault>): Partial<RunContext> => ({
      faults: { ...faults, [kind]: { ...faults[kind]!, ...change } },
    })
    /** A cause with other advice, both where the lab tries fixes and where the diagnosis gives advice. */
    const withAdvice = (of: Cause, change: Partial<Pick<Cause, 'remedies' | 'temptations'>>): Partial<RunContext> => {
      const cause = { ...of, ...change }
      return { ...withFault(of.id, { cause }), causes: causes.map((each) => (each.id === cause.id ? cause : each)) }
    }
    const first = cell.latent?.diagnosis.length ? 'latent' : 'broken'
    const cure = cell.fixes.find((fix) => fix.expect === 'cures')

    const cases: Sabotage[] = [
      ...own.map(
        ({ kind }): Sabotage => [
          `an injector of ${kind} that does nothing`,
          // Where the latent host is not healthy, its verdict already shows that nothing was injected.
          cell.latent && cell.latent.verdict !== 'healthy' ? 'latent' : first,
          withFault(kind, { inject: async () => {}, trigger: async () => {} }),
        ],
      ),
      ['a diagnosis that knows no cause', first, { causes: [] }],
      ['a cause that is always there', 'healthy', { causes: [...causes, everywhere] }],
      ['probes that always pass', 'healthy', { probes: probes.map((probe) => ({ ...probe, script: 'true' })) }],
    ]
    const curing = cure && own.find(({ cause }) => cause?.remedies[cure.use])?.cause
    if (curing) {
      const { remedies, temptations } = curing
      const { [cure.use]: remedy, ...others } = remedies
      const where = `fix:${cure.use}`
      cases.push(
        [
          'a fix that does nothing',
          where,
          withAdvice(curing, {
            remedies: { ...remedies, [cure.use]: { ...remedy!, steps: () => ['true'], reboots: false } },
          }),
        ],
        // A reboot is not one of the steps.
        ...(remedy!.reboots
          ? []
          : [['an executor that skips the steps', where, { execute: async () => ({ done: [] }) }] satisfies Sabotage]),
        [
          'a “do not” that cures',
          where,
          withAdvice(curing, {
            remedies: others,
            temptations: { ...temptations, [cure.use]: { ...remedy!, why: 'It does not help.' } },
          }),
        ],
        [
          'a remedy that nothing measures',
          'broken',
          withAdvice(curing, {
            remedies: { ...remedies, unheard: { ...remedy!, when: () => true, restartsDocker: false } },
          }),
        ],
      )
    }
    for (const [what, where, change] of cases)
      it(`${what} is caught at ${where}`, async () => {
        // The cure comes first, so that the run stops before it tries other fixes.
        const short = cure ? { ...cell, fixes: [cure, ...cell.fixes.filter((fix) => fix !== cure)] } : cell
        const record = await play(short, change, where)
        expect(record.reason ?? 'nothing').to.contain(`stage ${where}:`)
        expect(record.verdict).to.equal('failed')
      })
  })

after(closeProviders)
