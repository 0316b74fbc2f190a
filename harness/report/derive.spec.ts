import { expect } from 'chai'
import { bound, first } from './bound.ts'
import { confusion } from './confusion.ts'
import { failures } from './failures.ts'
import { probeGrid } from './grid.ts'
import { headline } from './headline.ts'
import { sampleRun } from './sample.spec-data.ts'
import { sampleFailed, sampleMatrix } from './sample-variants.spec-data.ts'
import { story } from './story.ts'
import { phrase, sentence } from './words.ts'

const tell = (run = sampleRun()): string =>
  story(run.cells[0]!)
    .map(({ lead, text }) => `${lead}. ${text}`)
    .join('\n')

describe('bound', () => {
  it('leaves short text alone and says what it cut from long text', () => {
    expect(bound('short')).to.equal('short')
    expect(bound('x'.repeat(1500), 10)).to.equal('xxxxxxxxxx … (1 490 more characters cut)')
  })

  it('is quick on a line of megabytes', () => {
    const started = performance.now()
    for (let i = 0; i < 20; i++) bound('\x1b[31m<'.repeat(1_500_000))
    expect(performance.now() - started).to.be.below(1000)
  })

  it('counts the items it leaves out', () => {
    expect(first([1, 2, 3], 2)).to.deep.equal({ shown: [1, 2], cut: 1 })
  })
})

describe('the probe grid', () => {
  const square = (run: ReturnType<typeof sampleRun>, probe: string, stage: string) => {
    const { stages, rows } = probeGrid(run.cells[0]!)
    return rows.find((row) => row.probe === probe)?.squares[stages.indexOf(stage)]
  }

  it('has a row for each probe and a column for each stage', () => {
    const { stages, rows } = probeGrid(sampleRun().cells[0]!)
    expect(stages.slice(0, 3)).to.deep.equal(['healthy', 'latent', 'broken'])
    expect(rows).to.have.length(19)
    expect(rows.every(({ squares }) => squares.length === stages.length)).to.equal(true)
  })

  it('calls sick what is unlike the healthy host: a shut door that opens too', () => {
    expect(square(sampleRun(), 'isolation', 'broken')).to.include({ observed: 'fail', sick: false })
    const opened = sampleRun((cell) => {
      for (const probe of cell.probes)
        if (probe.name === 'isolation' && probe.stage === 'broken') probe.observed = 'pass'
    })
    expect(square(opened, 'isolation', 'broken')).to.include({ sick: true, mismatch: true })
  })

  it('calls a crashed tool neither sick nor well', () => {
    expect(square(sampleFailed(), 'new-network', 'broken')).to.include({
      observed: 'error',
      sick: false,
      mismatch: true,
    })
  })
})

describe('the story', () => {
  it('tells host, fault, what broke, what was named and what cured', () => {
    const text = tell()
    expect(text).to.contain('Debian GNU/Linux 12 (bookworm) with kernel `6.1.0-37-cloud-amd64`, Docker 20.10.24+dfsg1')
    expect(text).to.contain('all 19 probes answer as on a healthy host and no detector speaks')
    expect(text).to.contain('18 of 19 probes no longer answer as on the healthy host, only `isolation` does.')
    expect(text).to.contain('The journal says “Extension MASQUERADE revision 0 not supported, missing kernel module?”')
    expect(text).to.contain('name `stale-kernel`: the running kernel')
    expect(text).to.contain('`reboot` and `reinstall-running-kernel` cure it.')
    expect(text).to.contain('`modprobe-ip-tables` and `depmod` have no effect.')
  })

  it('tells crashed probe tools apart', () => {
    expect(tell(sampleFailed())).to.contain('The tool of `new-network` crashed.')
  })

  it('tells what it can of a host that never came up, and why a cell was skipped', () => {
    const cells = sampleMatrix().cells
    const of = (name: string) => story(cells.find((cell) => cell.name === name)!)
    expect(of('debian13-stale-kernel-module-missing')[0]?.text).to.contain('The VM did not answer within 8 min.')
    expect(of('centos-stream9-stale-kernel')).to.deep.equal([
      { lead: 'Skipped', text: 'No provider on this machine has own-kernel and reboot.' },
    ])
  })

  it('has a line for each verdict', () => {
    const lines = sampleMatrix().cells.map((cell) => headline(cell))
    expect(lines).to.include('Healthy from start to end, and no detector spoke.')
    expect(lines).to.include('Reproduced, named blind and cured: 2 fixes cure it, 4 do not.')
    expect(lines).to.include('Not as the scenario tells at `broken` and `fix:reinstall-running-kernel`.')
    expect(lines.some((line) => line.startsWith('The lab itself broke at `provision`'))).to.equal(true)
  })
})

describe('failures', () => {
  it('are none where all passed', () => {
    expect(failures(sampleRun())).to.deep.equal([])
  })

  it('name stage, expected against seen, and the way in', () => {
    const [broken, fix] = failures(sampleFailed())
    expect(broken).to.include({ stage: 'broken', enter: 'npm run shell debian12-stale-kernel -- --at broken' })
    expect(broken?.lines).to.include('probe host-network: expected fail, saw pass')
    expect(fix?.stage).to.equal('fix:reinstall-running-kernel')
  })

  it('offer no way into a host that never came up, and lose no cell without stages', () => {
    const [broken] = failures({ cells: sampleMatrix().cells.filter(({ verdict }) => verdict === 'broken') })
    expect(broken).to.include({ verdict: 'broken', stage: 'provision' }).and.not.have.property('enter')
    const interrupted = sampleRun((cell) => {
      cell.verdict = 'broken'
      cell.reason = 'interrupted'
    })
    expect(failures(interrupted).map(({ text }) => text)).to.deep.equal(['Interrupted.'])
  })
})

describe('the confusion matrix', () => {
  const bend = (stage: string, named: string[]) =>
    confusion(
      sampleRun((cell) => {
        cell.diagnoses.find((record) => record.stage === stage)!.named = named
      }),
    )

  it('is diagonal where every cause was named and nothing else', () => {
    const { causes, count, wrong } = confusion(sampleRun())
    expect(causes).to.deep.equal(['stale-kernel', ''])
    expect([count('stale-kernel', 'stale-kernel'), count('', ''), wrong]).to.deep.equal([2, 1, 0])
  })

  it('counts a missed, a mistaken and an invented cause', () => {
    expect(bend('broken', []).count('stale-kernel', '')).to.equal(1)
    expect(bend('broken', ['masquerade-off']).count('stale-kernel', 'masquerade-off')).to.equal(1)
    expect(bend('broken', ['masquerade-off', 'stale-kernel'])).to.include({ wrong: 1 })
    expect(bend('healthy', ['stale-kernel']).count('', 'stale-kernel')).to.equal(1)
  })

  it('counts nothing after a fix, and nothing of a cell the lab broke', () => {
    expect(bend('fix:depmod', ['nonsense'])).to.include({ wrong: 0 })
    const broken = sampleRun((cell) => {
      cell.verdict = 'broken'
    })
    expect(confusion(broken).count('stale-kernel', 'stale-kernel')).to.equal(0)
  })
})

describe('words', () => {
  it('join names and end sentences', () => {
    expect([phrase([]), phrase(['a']), phrase(['a', 'b', 'c'])]).to.deep.equal(['', '`a`', '`a`, `b` and `c`'])
    expect(phrase(['a', 'b', 'c', 'd', 'e'], 3)).to.equal('`a`, `b` and 3 others')
    expect(['x', 'is it?', 'said “no?”', ''].map(sentence)).to.deep.equal(['X.', 'Is it?', 'Said “no?”', ''])
  })
})
