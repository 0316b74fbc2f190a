import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { assert } from 'chai'
import { causes, faults } from './causes/index.ts'
import type { RunContext } from './cell/cell-run.ts'
import { followers } from './cell/followers.ts'
import { choose, closeProviders } from './hosts/index.ts'
import { differences, type MachineState, readMachineState } from './hosts/machine-state.ts'
import { probes } from './probes/index.ts'
import { allCells } from './registry.ts'
import { blankRecord } from './results/blank-record.ts'
import { runStages, stagesOf } from './run.ts'
import { selectCells } from './scenario/select.ts'
import { reportsDir } from './session.ts'

// `DOCKFAULT_CELLS='debian12-*' npm run test:cells`: each cell is a mocha suite, and each of its stages a test.
const patterns = (process.env.DOCKFAULT_CELLS ?? '').split(/[ ,]+/).filter((pattern) => pattern !== '')

let machine: MachineState
before(async () => {
  machine = await readMachineState()
})

for (const cell of selectCells(allCells(), patterns))
  describe(`${cell.name}: ${cell.title}`, function () {
    this.timeout(0)
    this.bail(true)
    const abort = new AbortController()
    let story: ReturnType<typeof runStages>

    before(async function () {
      const choice = await choose(cell, process.env.DOCKFAULT_PROVIDER)
      if ('reason' in choice) {
        console.error(`    ${choice.reason}`)
        return this.skip()
      }
      const { provider } = choice
      const logDir = join(reportsDir, 'mocha', 'hosts', cell.name)
      mkdirSync(logDir, { recursive: true })
      const context: RunContext = {
        provider,
        faults,
        causes,
        probes,
        followers,
        logDir,
        signal: abort.signal,
        progress: () => {},
      }
      story = runStages(cell, context, blankRecord(cell, provider.name, ''))
    })

    for (const name of stagesOf(cell))
      it(name, async function () {
        const { value: stage } = await story.next()
        if (!stage) return this.skip()
        assert.deepEqual(
          { stage: stage.name, mismatches: stage.mismatches },
          { stage: name, mismatches: [] },
          stage.summary,
        )
        assert.equal(stage.verdict, 'passed', stage.summary)
      })

    after(() => story?.return())
  })

// The lab leaves its machine as it was: firewall, settings, modules and Docker's objects.
after(async () => {
  await closeProviders()
  assert.equal(differences(machine, await readMachineState()).join('\n'), '')
})
