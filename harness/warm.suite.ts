import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { causes, faults } from './causes/index.ts'
import { followers } from './cell/followers.ts'
import { choose, closeProviders } from './hosts/index.ts'
import { probes } from './probes/index.ts'
import { allCells } from './registry.ts'
import { blankRecord } from './results/blank-record.ts'
import { answersOf } from './results/compare.ts'
import type { CellRecord } from './results/record.ts'
import { runStages } from './run.ts'
import { findCell } from './scenario/select.ts'

// `npm run test:warm`: the same cells on VMs that boot and on forks of a frozen VM. Their results have to be equal.
// DOCKFAULT_CELLS names other cells.
const patterns = process.env.DOCKFAULT_CELLS?.split(/[ ,]+/) ?? [
  'debian12-healthy',
  'debian12-iptables-check-broken-accept',
]

async function play(name: string, cold: boolean): Promise<CellRecord> {
  const cell = findCell(allCells(), name)
  const choice = await choose(cell, process.env.DOCKFAULT_PROVIDER ?? 'qemu')
  if ('reason' in choice) throw new Error(choice.reason)
  const { provider } = choice
  const logDir = mkdtempSync(join(tmpdir(), 'dockfault-warm-'))
  const signal = new AbortController().signal
  const record = blankRecord(cell, provider.name, '')
  const context = { provider, faults, causes, probes, followers, logDir, signal, progress: () => {}, cold }
  for await (const _ of runStages(cell, context, record));
  rmSync(logDir, { recursive: true })
  return record
}

describe('a warm host', function () {
  this.timeout(0)
  for (const name of patterns)
    it(`has the same results as a cold one: ${name}`, async () => {
      const cold = await play(name, true)
      const warm = await play(name, false)
      console.error(`      cold ${Math.round(cold.durationMs / 1000)} s, warm ${Math.round(warm.durationMs / 1000)} s`)
      expect(cold.verdict).to.equal('passed')
      expect(answersOf(warm)).to.deep.equal(answersOf(cold))
    })

  after(closeProviders)
})
