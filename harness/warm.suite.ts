import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { followers } from './cell/followers.ts'
import { causes, faults } from './faults/index.ts'
import { choose, closeProviders } from './hosts/index.ts'
import { probes } from './probes/index.ts'
import { answersOf } from './results/compare.ts'
import type { CellRecord } from './results/record.ts'
import { tell } from './run.ts'
import { findCell } from './scenario/select.ts'
import { blank } from './session.ts'
import { allCells } from './vocabulary.ts'

// `npm run test:warm`: the same cells on VMs that boot for themselves and on forks of a frozen one, which must not be
// told apart. DOCKFAULT_CELLS names others.
const patterns = process.env.DOCKFAULT_CELLS?.split(/[ ,]+/) ?? ['debian12-healthy', 'debian12-iptables-1.8.11-accept']

async function play(name: string, cold: boolean): Promise<CellRecord> {
  const cell = findCell(allCells(), name)
  const choice = await choose(cell, process.env.DOCKFAULT_PROVIDER ?? 'qemu')
  if ('reason' in choice) throw new Error(choice.reason)
  const { provider } = choice
  const logDir = mkdtempSync(join(tmpdir(), 'dockfault-warm-'))
  const signal = new AbortController().signal
  const record = blank(cell, provider.name, '')
  const lab = { provider, faults, causes, probes, followers, logDir, signal, progress: () => {}, cold }
  for await (const _ of tell(cell, lab, record));
  rmSync(logDir, { recursive: true })
  return record
}

describe('a warm host', function () {
  this.timeout(0)
  for (const name of patterns)
    it(`tells the same as a cold one: ${name}`, async () => {
      const cold = await play(name, true)
      const warm = await play(name, false)
      console.error(`      cold ${Math.round(cold.durationMs / 1000)} s, warm ${Math.round(warm.durationMs / 1000)} s`)
      expect(cold.verdict).to.equal('passed')
      expect(answersOf(warm)).to.deep.equal(answersOf(cold))
    })

  after(closeProviders)
})
