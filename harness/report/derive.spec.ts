import { expect } from 'chai'
import { sampleRun } from '../results/sample.spec-data.ts'
import { sampleFailed, sampleMatrix } from '../results/sample-variants.spec-data.ts'
import { bound, first } from './bound.ts'
import { failures } from './failures.ts'
import { probeGrid } from './grid.ts'
import { headline } from './headline.ts'
import { story } from './story.ts'
import { happened, machine, phrase, sentence, tally } from './words.ts'

const storyText = (run = sampleRun()): string =>
  story(run.cells[0]!)
    .map(({ lead, text }) => `${lead}. ${text}`)
    .join('\n')

describe('bound', () => {
  it('leaves short text alone and counts what it cuts from long text', () => {
    expect(bound('short')).to.equal('short')
    expect(bound('x'.repeat(1500), 10)).to.equal('xxxxxxxxxx … (1 490 more characters cut)')
  })

  it('reads no more of a line of megabytes than it may show', () => {
    const line = '\x1b[31m<'.repeat(1_500_000)
    const read: number[] = []
    const watched = {
      length: line.length,
      slice: (from: number, to: number): string => {
        read.push(to - from)
        return line.slice(from, to)
      },
    }
    expect(bound(watched as unknown as string)).to.equal(bound(line))
    expect(read).to.have.length(1)
    expect(read[0]).to.be.at.most(1600)
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

  it('calls a crashed tool neither sick nor healthy', () => {
    expect(square(sampleFailed(), 'new-network', 'broken')).to.include({
      observed: 'error',
      sick: false,
      mismatch: true,
    })
  })
})

describe('the story', () => {
  it('covers host, fault, symptoms, named causes and cures', () => {
    const text = storyText()
    expect(text).to.contain('Debian GNU/Linux 12 (bookworm) with kernel `6.1.0-37-cloud-amd64`, Docker 20.10.24+dfsg1')
    expect(text).to.contain('At first all 19 probes answer as on a healthy host, and no detector names a cause.')
    expect(text).to.contain('18 of 19 probes no longer answer as on the healthy host; only `isolation` still does.')
    expect(text).to.contain(
      'The journal contains “Extension MASQUERADE revision 0 not supported, missing kernel module?”',
    )
    expect(text).to.contain('name `stale-kernel`: the running kernel')
    expect(text).to.contain('`reboot` and `reinstall-running-kernel` cure it.')
    expect(text).to.contain('`modprobe-ip-tables` and `depmod` have no effect.')
  })

  it('gives each of two causes its own sentences', () => {
    const two = sampleRun((cell) => {
      const record = cell.diagnoses.find(({ stage }) => stage === 'broken')!
      const [first] = record.detail
      record.named = ['stale-kernel', 'masquerade-off']
      record.detail = ['Modules are gone.', 'Docker does not masquerade.'].map((summary) => ({ ...first!, summary }))
    })
    expect(storyText(two)).to.contain(
      '`stale-kernel` and `masquerade-off`: Modules are gone. Docker does not masquerade.',
    )
  })

  it('counts crashed probe tools apart', () => {
    expect(storyText(sampleFailed())).to.contain('The tool of `new-network` crashed.')
  })

  it('covers a host that never started, and the reason of a skipped cell', () => {
    const cells = sampleMatrix().cells
    const of = (name: string) => story(cells.find((cell) => cell.name === name)!)
    expect(of('debian13-stale-kernel-module-missing')[0]?.text).to.contain('The VM did not answer within 8 min.')
    expect(of('centos-stream9-stale-kernel')).to.deep.equal([
      { lead: 'Skipped', text: 'No provider on this machine has own-kernel and reboot.' },
    ])
  })

  it('gives only the first whole sentences of a diagnosis', () => {
    const long = sampleRun((cell) => {
      const summary = `${'Docker’s rules are gone '.repeat(8)}. Then iptables.service started. ${'And more '.repeat(40)}`
      for (const { detail } of cell.diagnoses) for (const diagnosis of detail) diagnosis.summary = summary
    })
    expect(storyText(long)).to.contain('are gone . Then iptables.service started.').and.not.contain('And more')
  })

  it('has a line for each verdict', () => {
    const lines = sampleMatrix().cells.map((cell) => headline(cell))
    expect(lines).to.include('Healthy from start to end, and no detector named a cause.')
    expect(lines).to.include('Reproduced, diagnosed from evidence alone, and cured: 2 fixes cure it, 4 do not.')
    expect(lines).to.include('Not as the scenario expects at `broken` and `fix:reinstall-running-kernel`.')
    expect(lines.some((line) => line.startsWith('The lab itself broke at `provision`'))).to.equal(true)
  })
})

describe('the headline', () => {
  const passed = (stages: string[], named: string[] = [], fixes = 0) =>
    sampleRun((cell) => {
      cell.stages = cell.stages.filter(({ name }) => stages.includes(name))
      cell.diagnoses = [{ stage: 'broken', expected: named, named, detail: [] }]
      cell.fixes = cell.fixes.slice(0, fixes)
    }).cells[0]!

  it('calls no host healthy that a fault was injected into', () => {
    expect(headline(passed(['provision', 'healthy', 'inject']))).to.equal('As the scenario expects, up to `inject`.')
    expect(headline(passed(['healthy', 'inject', 'broken']))).to.equal('Reproduced, without a known cause.')
    expect(headline(passed(['healthy', 'inject', 'broken'], [], 1))).to.equal(
      'Reproduced, without a known cause: 1 fix cures it.',
    )
    expect(headline(passed(['healthy', 'inject', 'broken'], ['stale-kernel']))).to.equal(
      'Reproduced and diagnosed from evidence alone.',
    )
    const uncured = passed(['healthy', 'inject', 'broken'], ['stale-kernel'], 2)
    for (const fix of uncured.fixes) fix.observed = 'partial'
    expect(headline(uncured)).to.equal('Reproduced and diagnosed from evidence alone: 2 fixes do not cure it.')
    const harmless = passed(['healthy', 'inject', 'broken'])
    harmless.probes = harmless.probes.filter(({ stage }) => stage === 'healthy')
    expect(headline(harmless)).to.equal('As the scenario expects, nothing broke and no detector named a cause.')
    expect(headline(passed(['provision', 'healthy']))).to.contain('Healthy from start to end')
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

describe('words', () => {
  it('leave no failed stage with words of success alone', () => {
    const summary = 'Rebuild the module index: cures (nothing named)'
    expect(happened({ verdict: 'failed', summary })).to.equal(`not as the scenario expects: ${summary}`)
    expect(happened({ verdict: 'passed', summary })).to.equal(summary)
    const failing = 'depmod -a: no-effect (“depmod -a” exits 1; “docker\nrestart” exits 1; still named: stale-kernel)'
    expect(happened({ verdict: 'passed', summary: failing })).to.equal(
      'depmod -a: no-effect (still named: stale-kernel)',
    )
  })

  it('name an accelerator where there is one', () => {
    expect(machine({ provider: 'qemu', accelerator: 'tcg' })).to.deep.equal(['qemu', 'tcg'])
    expect(machine({ provider: 'container', accelerator: 'none' })).to.deep.equal(['container'])
    // Before the first host, where QEMU is not installed yet.
    expect(machine({ provider: 'qemu', accelerator: 'unproven' })).to.deep.equal(['qemu'])
  })

  it('join names and end sentences', () => {
    expect([phrase([]), phrase(['a']), phrase(['a', 'b', 'c'])]).to.deep.equal(['', '`a`', '`a`, `b` and `c`'])
    expect(phrase(['a', 'b', 'c', 'd', 'e'], 3)).to.equal('`a`, `b` and 3 others')
    expect(tally(['b', 'a', 'b'], ['a', 'b', 'c'])).to.equal('1 a, 2 b')
    expect(['x', 'is it?', 'said “no?”', ''].map(sentence)).to.deep.equal(['X.', 'Is it?', 'Said “no?”', ''])
    expect(['dockerd stays down', 'docker starts'].map(sentence)).to.deep.equal([
      'dockerd stays down.',
      'Docker starts.',
    ])
  })
})
