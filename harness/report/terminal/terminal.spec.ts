import { expect } from 'chai'
import { announce } from '../../lib/announce.ts'
import { notBegun, type RunRecord } from '../../results/record.ts'
import { sampleRun } from '../../results/sample.spec-data.ts'
import {
  hostile,
  sampleClaims,
  sampleFailed,
  sampleHostile,
  sampleMatrix,
  sampleScores,
} from '../../results/sample-variants.spec-data.ts'
import { createReporter } from './index.ts'

/** A stream that keeps what is written to it. */
function sink(columns = 80): { stream: NodeJS.WriteStream; text: () => string } {
  let text = ''
  const write = (chunk: string): void => {
    text += chunk
  }
  const stream = { columns, write } as unknown as NodeJS.WriteStream
  return { stream, text: () => text }
}

function play(run: RunRecord, options: { color: boolean; live: boolean }, columns?: number): string {
  const { stream, text } = sink(columns)
  const reporter = createReporter(stream, options)
  for (const cell of run.cells) {
    if (cell.verdict !== 'skipped') reporter.cellStart({ ...cell, stages: cell.stages.map(({ name }) => name) })
    for (const stage of cell.stages) {
      reporter.stageStart(stage.name)
      reporter.progress(hostile.repeat(5))
      reporter.stageEnd(stage)
    }
    reporter.cellEnd(cell)
  }
  reporter.end(run, `${process.cwd()}/reports/x/index.html`)
  return text()
}

const plain = { color: false, live: false }

describe('the terminal', () => {
  it('writes plain lines where it cannot redraw', () => {
    const text = play(sampleRun(), plain)
    expect(text).to.not.contain('\x1b')
    expect(text).to.match(/✓ provision {23}1 min 36 s {2}a debian12 host is up on qemu/)
    expect(text).to.contain(
      '✓ passed debian12-stale-kernel: Reproduced, diagnosed from evidence alone, and cured: 2 fixes cure it, 4 do not.',
    )
  })

  it('keeps what is being done to this machine, in a log and above the lines that it redraws', () => {
    for (const live of [false, true]) {
      const { stream, text } = sink()
      const reporter = createReporter(stream, { color: false, live })
      const [cell] = sampleRun().cells
      reporter.cellStart({ ...cell!, stages: ['provision'] })
      reporter.stageStart('provision')
      announce('installing on this machine, to make VMs: qemu\x1b[2J')
      expect(text(), String(live)).to.contain('  installing on this machine, to make VMs: qemu')
      expect(text(), String(live)).to.not.contain('\x1b[2J')
      reporter.close()
    }
  })

  it('ends with grid, diagnosis, fixes, report and command', () => {
    const text = play(sampleRun(), plain)
    expect(text).to.match(/Probes +healthy {2}latent {2}broken {3}1 {3}2 {3}3/)
    expect(text).to.match(/egress-tcp +✓ +✓ +✗ +✓ {3}✓ {3}✗ {3}✗/)
    expect(text).to.contain('6.1.0-44-cloud-amd64 has: the host needs a reboot')
    expect(text).to.match(/1 {2}✓ cures {6}reboot/)
    expect(text).to.match(/1a ✓ cures {6}then docker-restart/)
    expect(text).to.match(/report reports\/x\/index\.html\nrepeat npm run scenario debian12-stale-kernel\n/)
  })

  it('shows a diagnosis once, as it was when the host broke', () => {
    const run = sampleRun((cell) => {
      cell.diagnoses.at(-1)!.detail[0]!.summary = 'what a fix left'
    })
    const text = play(run, plain)
    expect(text.match(/stale-kernel (active|latent), certain/g)).to.deep.equal(['stale-kernel active, certain'])
    expect(text).to.not.contain('what a fix left')
  })

  it('shows a failure by its stage, expected and seen, and how to enter the host', () => {
    const text = play(sampleFailed(), plain)
    expect(text).to.contain('✗ failed debian12-stale-kernel at broken: Not as the scenario expects: 17 of 19 probes')
    expect(text).to.contain('    probe host-network: expected fail, saw pass')
    expect(text).to.contain('enter the host: npm run shell debian12-stale-kernel -- --at broken')
    expect(text).to.match(/host-network +✓ +✓ +\[✓\]/)
    expect(text).to.match(/◐ partial {4}reinstall-running-kernel .* expected cures/)
  })

  it('lists many cells and details those that did not pass', () => {
    const text = play(sampleMatrix(), plain)
    expect(text).to.contain(
      '– skipped centos-stream9-stale-kernel: No provider on this machine has own-kernel and reboot.',
    )
    expect(text).to.contain(
      '! broken debian13-stale-kernel-module-missing at provision: The VM did not answer within 8 min.',
    )
    expect(text).to.contain('✗ failed 7 cells in 40 min 11 s')
  })

  it('ends many cells with faults by detectors, one cell without', () => {
    const text = play(sampleMatrix(), plain)
    expect(text).to.match(/Detectors +a +b +nothing/)
    expect(text).to.match(/stale-kernel +6 +· +·\n/)
    expect(text).to.match(/healthy +· +· +5\n/)
    expect(text).to.contain('a stale-kernel, b rules-flushed').and.contain('right every time')
    const wrong = sampleMatrix()
    wrong.cells[0]!.diagnoses[0]!.named = ['rules-flushed']
    delete wrong.confusion
    expect(play(wrong, plain))
      .to.match(/healthy +· +2 +3\/5\n/)
      .and.match(/2 times wrong/)
    expect(play(sampleRun(), plain)).to.not.contain('nothing\n')
  })

  it('shows of faults by very many detectors only what is wrong', () => {
    const run = sampleMatrix()
    const causes = Array.from({ length: 20 }, (_, i) => `cause-${i}`)
    const rows = causes.map((cause) => ({
      there: cause,
      expected: [cause],
      times: 2,
      named: { [cause]: 2 },
      nothing: 0,
    }))
    run.confusion = { detectors: causes, rows, wrong: 0 }
    expect(play(run, plain)).to.contain('right every time, for 20 kinds of host').and.not.contain('cause-0')
    run.confusion = { detectors: causes, rows: [...rows, { ...rows[3]!, named: { 'cause-5': 2 } }], wrong: 2 }
    expect(play(run, plain))
      .to.match(/Detectors +a +b +nothing\n +cause-3 +0\/2 +2 +·\n/)
      .and.contain('a cause-3, b cause-5')
    run.confusion = { detectors: causes, rows: rows.slice(0, 2), wrong: 0 }
    expect(play(run, plain)).to.match(/cause-0 +2 +· +·\n/)
  })

  it('shows outside detectors beside dockfault, and what each named', () => {
    const text = play(sampleScores(), plain)
    expect(text).to.match(
      /dockfault +100 % \(6\/6\) +100 % \(6\/6\) +100 % \(6\/6\) +100 % \(5\/5\) +100 % \(11\/11\) +·\n/,
    )
    expect(text).to.match(/naive +– +0 % \(0\/6\) +50 % \(3\/6\) +100 % \(5\/5\) +72 % \(8\/11\) +·\n/)
    expect(text).to.match(/modules +100 % \(3\/3\) +50 % \(3\/6\) .* 3\n/)
    expect(text).to.match(/stale-kernel +6 of 6 +0 of 6 +3 of 6\n/)
    expect(text).to.match(/naive {2}A ping, 11 runs\n {2}stale-kernel +6 {2}sick 3, nothing 3\n/)
    expect(text).to.match(/stale-kernel +6 {2}stale-kernel 3, error 3\n/)
    expect(play(sampleMatrix(), plain)).to.not.contain('Scores')
  })

  it('lists the claims that the run tested, and of many those that do not stand as made', () => {
    const text = play(sampleClaims(), plain)
    expect(text).to.contain('Claims of the write-ups  1 confirmed, 1 narrowed, 1 untested')
    expect(text).to.contain('  000  ✓ confirmed  A reboot cures.\n')
    expect(text).to.match(/◐ narrowed {3}Nothing works\.\n {20}Only isolation does\.\n/)
    expect(text).to.not.contain('legacy tables fail')
    const [claim] = sampleClaims().claims!
    const many = { ...sampleClaims(), claims: [...sampleClaims().claims!, ...Array.from({ length: 20 }, () => claim!)] }
    expect(play(many, plain)).to.contain('Only isolation').and.contain('the confirmed ones').and.not.contain('A reboot')
  })

  it('shows how to resume an unfinished matrix', () => {
    const cut = { ...sampleMatrix(), missing: ['debian12-x'] }
    expect(play(cut, plain)).to.match(/1 cell did not run:\n {4}debian12-x\n/)
    expect(play(cut, plain)).to.contain(`resume npm run matrix -- --resume ${cut.runId}\n`)
    const out = sampleMatrix()
    Object.assign(out.cells[0]!, { verdict: 'skipped', reason: notBegun })
    expect(play(out, plain)).to.contain(`resume npm run matrix -- --resume ${out.runId}\n`)
    for (const run of [sampleMatrix(), { ...cut, mergedFrom: ['a'] }, { ...sampleRun(), missing: ['x'] }])
      expect(play(run, plain)).to.not.contain('--resume')
  })

  it('names no accelerator where there is none', () => {
    const run = sampleRun((cell) => Object.assign(cell, { provider: 'container', accelerator: 'none' }))
    expect(play(run, plain)).to.contain('debian12 on container, 11 stages')
    expect(play(sampleRun(), plain)).to.contain('debian12 on qemu (tcg), 11 stages')
  })

  it('redraws one line for a running stage, never wider than the terminal', () => {
    const text = play(sampleRun(), { color: false, live: true }, 60)
    expect(text).to.contain('\x1b[1A\r\x1b[J')
    const running = text.split('\n').filter((line) => line.includes('⠋'))
    expect(running.length).to.be.above(5)
    expect(Math.max(...running.map((line) => line.replace(/\x1b\[[0-9]*[A-Z]|\r/g, '').length))).to.be.below(60)
  })

  it('draws a line for each of several cells at once, and leaves none behind', () => {
    const { stream, text } = sink(120)
    const reporter = createReporter(stream, { color: false, live: true })
    const [cell] = sampleRun().cells
    for (const name of ['one', 'two']) reporter.cellStart({ ...cell!, name, stages: ['healthy'] })
    reporter.stageStart('healthy', 'one')
    reporter.stageStart('healthy', 'two')
    expect(text()).to.match(/⠋ one healthy .*\n.*⠋ two healthy/)
    reporter.stageEnd(cell!.stages[1]!, 'one')
    expect(text()).to.contain('✓ one healthy')
    reporter.close()
    expect(text().endsWith('\x1b[1A\r\x1b[J')).to.equal(true)
  })

  it('draws a line for each stage of a cell at once, each with what it does, and names no cell', () => {
    const { stream, text } = sink(120)
    const reporter = createReporter(stream, { color: false, live: true })
    const [cell] = sampleRun().cells
    const stages = ['fix:reboot', 'fix:depmod']
    reporter.cellStart({ ...cell!, name: 'one', stages })
    for (const stage of stages) reporter.stageStart(stage, 'one')
    reporter.progress('rebooting', 'one', 'fix:reboot')
    reporter.progress('probing', 'one', 'fix:depmod')
    reporter.stageEnd({ ...cell!.stages[1]!, name: 'fix:depmod' }, 'one')
    // The last drawing of the running stage.
    expect(text()).to.match(/✓ fix:depmod .*\n {2}⠋ fix:reboot +0 s {2}rebooting\n$/)
    expect(text()).to.not.contain('one fix:')
    reporter.stageEnd({ ...cell!.stages[1]!, name: 'fix:reboot' }, 'one')
    reporter.close()
  })

  it('lets nothing a guest printed act on the terminal', () => {
    const text = play(sampleHostile(), plain)
    expect(text).to.not.match(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/)
    expect(text.length).to.be.below(60_000)
  })
})
