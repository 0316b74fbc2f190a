import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { sampleRun } from '../results/sample.spec-data.ts'
import { sampleLarge } from '../results/sample-large.spec-data.ts'
import { hostile } from '../results/sample-variants.spec-data.ts'
import { renderHtml } from './html/index.ts'
import { readLogs } from './logs.ts'

const name = 'debian12-stale-kernel'

describe('the logs beside a record', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'dockfault-logs-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  const put = (file: string, content: string | Buffer, cell = name): string => {
    mkdirSync(join(dir, 'hosts', cell), { recursive: true })
    writeFileSync(join(dir, 'hosts', cell, file), content)
    return join(dir, 'hosts', cell, file)
  }
  const tailOf = async (file: string) =>
    (await readLogs(sampleRun(), dir)).get(name)?.find((each) => each.file === file)

  it('are shown whole where they are short, and what is not there is no error', async () => {
    const none = await readLogs(sampleRun(), dir)
    expect(none.get(name)).to.deep.equal([])
    expect(renderHtml(sampleRun(), [], none))
      .to.contain('not kept')
      .and.not.contain('href="hosts/')
    put('console.log', 'one\n\n\n\ntwo\n')
    expect(await tailOf('console.log')).to.deep.equal({
      file: 'console.log',
      size: 11,
      read: 11,
      text: 'one\n\ntwo',
      own: 0,
    })
    expect(await tailOf('journal.txt')).to.equal(undefined)
  })

  it('are read from their end, and no further than is shown', async () => {
    const line = `${'x'.repeat(99)}\n`
    const path = put('journal.txt', line.repeat(100_000))
    // Reading the end of a terabyte takes no longer than that of a line.
    truncateSync(path, 1e12)
    const tail = (await tailOf('journal.txt'))!
    expect([tail.size, tail.read]).to.deep.equal([1e12, 256_000])
    put('journal.txt', `${line.repeat(100_000)}the end\n`)
    const { text, read } = (await tailOf('journal.txt'))!
    expect(read).to.equal(256_000)
    expect(text.length).to.be.within(255_000, 256_000)
    expect(text.startsWith('x'.repeat(99))).to.equal(true)
    expect(text.endsWith('the end')).to.equal(true)
  })

  it('are cleaned: no escapes, controls, endless lines, nor bytes that are no text', async () => {
    put('console.log', Buffer.from([0, 255, 254, 27, 91, 51, 49, 109, 114, 101, 100, 10, 0x9b, 7]))
    put('journal.txt', `${hostile}\n${'A'.repeat(100_000)}\n`)
    expect((await tailOf('console.log'))?.text).to.match(/^\ufffd*red\n\ufffd*$/)
    const { text } = (await tailOf('journal.txt'))!
    expect(text)
      .to.contain('more characters cut')
      .and.not.match(/[\x1b\x00\u202e\u2066]/)
    expect(text.length).to.be.below(3000)
  })

  it('leave out the entries of the lab’s own agent', async () => {
    put('journal.txt', 'a 1 qemu-ga[2]: info: guest-exec called: "x\n        rm -f\na 2 dockerd[3]: up\n')
    const { text, own } = (await tailOf('journal.txt'))!
    expect([text, own]).to.deep.equal(['a 2 dockerd[3]: up', 2])
  })

  it('are neither links, pipes nor folders, nor anywhere else', async () => {
    put('x', '')
    const folder = join(dir, 'hosts', name)
    symlinkSync('/etc/passwd', join(folder, 'console.log'))
    execFileSync('mkfifo', [join(folder, 'journal.txt')])
    expect((await readLogs(sampleRun(), dir)).get(name)).to.deep.equal([])
    writeFileSync(join(dir, 'console.log'), 'secret')
    for (const bad of ['..', '../hosts', '', '.'])
      expect((await readLogs({ cells: [{ ...sampleRun().cells[0]!, name: bad }] }, dir)).size).to.equal(0)
  })

  it('share what a page may weigh: more for a cell that failed, none for one of hundreds that passed', async () => {
    const run = sampleLarge(200)
    for (const cell of run.cells) put('journal.txt', 'a line of a journal\n'.repeat(10_000), cell.name)
    const logs = await readLogs(run, dir)
    const sizes = (verdict: string) =>
      new Set(run.cells.filter((cell) => cell.verdict === verdict).map((cell) => logs.get(cell.name)?.[0]?.read))
    expect([...sizes('passed')]).to.deep.equal([0])
    expect(Math.min(...(sizes('failed') as Set<number>))).to.be.above(50_000)
    const page = renderHtml(run, [], logs)
    expect(Buffer.byteLength(page)).to.be.below(8_000_000)
    expect(page).to.contain('not shown on a page of so many cells')
  })
})
