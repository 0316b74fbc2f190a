import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { causes, faults } from './causes/index.ts'
import type { RunContext } from './cell/cell-run.ts'
import { followers } from './cell/followers.ts'
import { choose, closeProviders } from './hosts/index.ts'
import { differences, readMachineState } from './hosts/machine-state.ts'
import { leftBehind } from './hosts/sweep.ts'
import { skipped } from './lib/skipped.spec-data.ts'
import { probes } from './probes/index.ts'
import { allCells } from './registry.ts'
import { blankRecord } from './results/blank-record.ts'
import { runStages, stagesOf } from './run.ts'
import { findCell } from './scenario/select.ts'

// Everything else in `npm test` runs on recorded or fake hosts. `npm run test:hosts` has the contracts of all providers.
describe('one cell on a real host', function () {
  // The first time, the host's image is built.
  this.timeout(1_800_000)
  const whole = findCell(allCells(), 'debian12-forwarding-off-devices')
  const cell = { ...whole, fixes: [{ ...whole.fixes[0]!, ladder: {} }] }
  let logDir: string | undefined
  after(async () => {
    await closeProviders()
    if (logDir) rmSync(logDir, { recursive: true })
  })

  it(`passes, and the machine stays as it was: ${cell.name}`, async function () {
    const choice = await choose(cell, 'container')
    if ('reason' in choice) return skipped(this, choice.reason)
    const machine = await readMachineState()
    logDir = mkdtempSync(join(tmpdir(), 'dockfault-real-cell-'))
    const signal = new AbortController().signal
    const { provider } = choice
    const context: RunContext = { provider, faults, causes, probes, followers, logDir, signal, progress: () => {} }
    const record = blankRecord(cell, provider.name, 'none')
    for await (const _ of runStages(cell, context, record));
    expect(record.reason).to.equal(undefined)
    expect(record.stages.map(({ name, verdict }) => `${name} ${verdict}`)).to.deep.equal(
      stagesOf(cell).map((name) => `${name} passed`),
    )
    expect(record.fixes.map(({ name, observed }) => `${name} ${observed}`)).to.deep.equal(['turn-on cures'])
    await closeProviders()
    expect(await leftBehind()).to.deep.equal([])
    // The kernel keeps modules that a container needs.
    const changes = differences(machine, await readMachineState())
    expect(changes.filter((line) => !line.startsWith('modules: +'))).to.deep.equal([])
  })
})
