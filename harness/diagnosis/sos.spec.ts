import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { editSection } from '../evidence/reseal.ts'
import { sosBundle } from '../evidence/sos/index.ts'
import { entriesOf, reportAt, reports, tarOf } from '../evidence/sos/reports.spec-data.ts'
import { sosSections } from '../evidence/sos/sections.ts'
import { type Examination, examine } from './examine.ts'

/** Fails where a host is called healthy, a healthy one sick, or a cause is named that it does not have. */
function judge(seen: Examination, causes: readonly string[], what: string): void {
  expect(seen.verdict, what).to.be.oneOf(causes.length > 0 ? ['sick', 'unknown'] : ['unknown'])
  expect(causes, what).to.include.members(named(seen))
}

const named = ({ findings }: Examination): string[] => findings.map(({ cause }) => cause)

describe('the diagnosis of a sos report', function () {
  this.timeout(240_000)
  let work: string

  before(async () => {
    work = await mkdtemp(join(tmpdir(), 'dockfault-sos-'))
  })
  after(() => rm(work, { recursive: true, force: true }))

  for (const { name, path, causes } of reports)
    it(`names ${causes.join() || 'nothing'} on ${name}, and never calls the host healthy`, async () => {
      const seen = examine(await sosBundle(path))
      expect(named(seen)).to.deep.equal(causes)
      expect(seen.verdict).to.equal(causes.length > 0 ? 'sick' : 'unknown')
      expect(seen.findings.every(({ state }) => state === 'active')).to.equal(true)
      expect(seen.unexplained).to.deep.equal([])
      expect(seen.notSeen[0]).to.contain('sos report')
      expect(seen.notSeen.join()).to.contain('collect.sh').and.to.contain('iptables-self-test')
    })

  it('judges what the host does by a container that could start now, and not the containers that run', async () => {
    const { works, symptoms } = examine(await sosBundle(reportAt('well/debian12')))
    expect(works.join()).to.contain('containers of bridge, probe-a, probe-b to the outside')
    expect(symptoms.map(({ state }) => state))
      .to.not.include('dead')
      .and.to.not.include('open')
    expect(symptoms.map(({ message }) => message)).to.include('The networks inside the containers could not be read.')
  })

  it('does not take a report without the plugin docker for a dockerd that hangs', async () => {
    const { symptoms, ruledOut, notChecked } = examine(await sosBundle(reportAt('well/debian12-sos-4.0')))
    expect(symptoms.map(({ what, state }) => `${what} ${state}`)).to.deep.equal(['dockerd unclear'])
    expect(symptoms[0]!.message).to.contain('does not show whether dockerd answers')
    expect(ruledOut.map(({ cause }) => cause)).to.not.include('forwarding-off')
    expect(notChecked.map(({ cause }) => cause)).to.include('dockerd-hung')
  })

  it('is never healthy and names nothing wrong where any section is missing', async () => {
    let count = 0
    for (const { name, path, causes } of reports) {
      const text = await sosBundle(path)
      for (const section of sosSections) {
        const seen = examine(editSection(text, section.name, 'failed'))
        judge(seen, causes, `${name} without ${section.name}`)
        count++
      }
    }
    expect(count).to.equal(reports.length * sosSections.length)
  })

  it('nor where any file is missing', async () => {
    let count = 0
    for (const { name, causes } of reports.filter((each) => /well\/debian12$|rules-flushed/.test(each.name))) {
      const entries = await entriesOf(reportAt(name))
      for (const left of entries) {
        const path = join(work, 'without.tar')
        await writeFile(path, await tarOf(entries.filter((each) => each !== left)))
        const seen = examine(await sosBundle(path))
        judge(seen, causes, `${name} without ${left.header.name}`)
        count++
      }
    }
    expect(count).to.be.at.least(100)
  })
})
