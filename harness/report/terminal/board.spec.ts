import { expect } from 'chai'
import { sampleMatrix } from '../../results/sample-variants.spec-data.ts'
import { createBoard } from './board.ts'
import { timeLeft } from './time-left.ts'

/** A terminal of this size, and what is written to it. */
function terminal(columns = 120, rows = 40) {
  let text = ''
  const write = (chunk: string): void => {
    text += chunk
  }
  return { stream: { columns, rows, write } as unknown as NodeJS.WriteStream, text: () => text }
}

/** The lines on a terminal after this text: it understands as much as the board writes. */
function screen(text: string): string[] {
  const lines = ['']
  for (const part of text.split(/(\x1b\[\d+A\r\x1b\[J|\n)/)) {
    const up = /^\x1b\[(\d+)A/.exec(part)
    if (up) lines.splice(lines.length - 1 - Number(up[1]), Number(up[1]) + 1, '')
    else if (part === '\n') lines.push('')
    else lines[lines.length - 1] += part
  }
  return lines
}

const run = sampleMatrix()
const expected = new Map(run.cells.map(({ name }) => [name, 60_000]))
const [first, second] = run.cells.map((cell) => ({ ...cell, stages: cell.stages.map(({ name }) => name) }))

describe('the board', () => {
  const live = { color: false, live: true }

  it('draws what runs and what is left, and leaves a line for each cell that has ended', () => {
    const { stream, text } = terminal()
    const board = createBoard(stream, live)
    board.plan?.({ jobs: 2, expected, done: [] })
    for (const cell of [first!, second!]) {
      board.cellStart(cell)
      board.stageStart('healthy', cell.name)
      board.progress('probing', cell.name)
    }
    board.cellEnd(run.cells[0]!)
    const shown = screen(text())
    expect(shown[0]).to.match(/^7 cells, 2 at a time, about 4 min$/)
    expect(shown[2]).to.match(/^ {2}1\/7 ✓ passed {2}debian12-healthy +1 min 58 s {2}Healthy from start to end/)
    expect(Math.max(...shown.map(({ length }) => length))).to.be.below(120)
    expect(shown[4]).to.match(/⠋ debian13-healthy +0 s of 1 min {2}healthy {2}probing$/)
    expect(shown[5]).to.match(/██░+ 1 of 7 · 1 passed · 1 running · 5 waiting · about .* left$/)
    board.close()
    expect(screen(text()).at(-2)).to.contain('1/7 ✓ passed')
  })

  it('is never wider nor higher than the terminal', () => {
    const { stream, text } = terminal(60, 8)
    const board = createBoard(stream, live)
    board.plan?.({ jobs: 7, expected, done: [] })
    for (const { name } of run.cells) {
      board.cellStart({ ...first!, name })
      board.progress('x'.repeat(500), name)
    }
    board.cellEnd({ ...run.cells[0]!, name: 'other' })
    const foot = screen(text()).slice(3, -1)
    expect(foot.length).to.be.below(8)
    expect(foot.join('\n')).to.contain('and 4 more')
    expect(Math.max(...foot.map(({ length }) => length))).to.be.below(60)
    board.close()
  })

  it('writes plain lines in CI, and for a failure at once what was expected', () => {
    const { stream, text } = terminal()
    const board = createBoard(stream, { color: false, live: false })
    board.plan?.({ jobs: 2, expected, done: [run.cells[2]!] })
    const failed = run.cells[3]!
    board.cellStart({ ...failed, stages: [] })
    for (const stage of failed.stages) board.stageEnd(stage, failed.name)
    board.cellEnd(failed)
    board.end(run, `${process.cwd()}/reports/x/index.html`)
    expect(text()).to.not.contain('\x1b')
    expect(text()).to.match(/^7 cells, 1 of them already done, 2 at a time/)
    expect(text()).to.match(/✗ debian13-stale-kernel broken .*\n +probe host-network: expected fail, saw pass/)
    expect(text()).to.match(/2\/7 ✗ failed {2}debian13-stale-kernel/)
    expect(text()).to.contain('report reports/x/index.html')
    expect(text()).to.not.contain('✓ debian13-stale-kernel')
  })

  it('shows of several stages of a cell the one that was heard last, and how many run beside it', () => {
    const { stream, text } = terminal()
    const board = createBoard(stream, live)
    const { name } = first!
    board.plan?.({ jobs: 2, expected, done: [] })
    board.cellStart(first!)
    board.stageStart('fix:a', name)
    board.stageStart('fix:b', name)
    board.progress('probing', name, 'fix:a')
    board.cellStart(second!)
    expect(screen(text()).join('\n')).to.match(/debian12-healthy .* fix:a and 1 more {2}probing/)
    board.stageEnd(run.cells[0]!.stages[0]!, name)
    board.stageEnd({ ...run.cells[0]!.stages[0]!, name: 'fix:a' }, name)
    board.progress('operating', name, 'fix:b')
    board.cellStart({ ...second!, name: 'another' })
    expect(screen(text()).join('\n')).to.match(/debian12-healthy .* fix:b {2}operating/)
    board.close()
  })

  it('promises no end where all that is left is past its time', () => {
    const { stream, text } = terminal()
    const board = createBoard(stream, live)
    board.plan?.({ jobs: 1, expected: new Map([['debian12-healthy', 0]]), done: [] })
    board.cellStart({ ...first!, name: 'debian12-healthy' })
    board.progress('probing', 'debian12-healthy')
    board.stageStart('healthy', 'debian12-healthy')
    expect(screen(text()).at(-2)).to.match(/0 of 1 · 1 running · longer than usual$/)
    board.close()
  })

  it('writes nothing once it is closed', () => {
    const { stream, text } = terminal()
    const board = createBoard(stream, live)
    board.plan?.({ jobs: 1, expected, done: [] })
    board.close()
    const before = text().length
    board.progress('late', 'debian12-healthy')
    expect(text().length).to.equal(before)
  })
})

describe('the time left', () => {
  const none = { jobs: 2, waiting: [], running: [], ended: [] }

  it('is what the slots still have to do', () => {
    expect(timeLeft(none)).to.equal(0)
    expect(timeLeft({ ...none, waiting: [30, 10, 10, 10] })).to.equal(30)
    expect(timeLeft({ ...none, jobs: 1, waiting: [30, 10] })).to.equal(40)
    expect(timeLeft({ ...none, running: [{ expected: 50, elapsed: 20 }] })).to.equal(30)
  })

  it('counts as slots what runs where others wait: they have no room', () => {
    const running = [50, 30].map((expected) => ({ expected, elapsed: 20 }))
    expect(timeLeft({ ...none, jobs: 4, waiting: [10, 10], running })).to.equal(30)
    expect(timeLeft({ ...none, jobs: 4, waiting: [10, 10, 10, 10], running })).to.equal(40)
  })

  it('goes by how fast cells are today, within reason, and never below nothing', () => {
    const ended = [{ expected: 10, elapsed: 20 }]
    expect(timeLeft({ ...none, jobs: 1, waiting: [30], ended })).to.equal(60)
    expect(timeLeft({ ...none, jobs: 1, waiting: [30], ended: [{ expected: 1, elapsed: 1000 }] })).to.equal(120)
    expect(timeLeft({ ...none, waiting: [10], running: [{ expected: 10, elapsed: 30 }] })).to.equal(30)
    expect(timeLeft({ ...none, running: [{ expected: 10, elapsed: 500 }] })).to.equal(0)
  })
})
