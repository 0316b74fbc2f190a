import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import pc from 'picocolors'
import { examinationLines } from '../report/terminal/examination.ts'
import { examine } from './examine.ts'

const root = new URL('..', import.meta.url).pathname
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8')
const bundles = readdirSync(`${root}faults`, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.bundle'))
  .map((path) => `faults/${path}`)
// Well for one detector, and not for a packet: each is another fault, or one that no detector has a name for.
const sickElsewhere = /docker-rules-saved|forward-drop|upgraded-not-restarted/

describe('an examination', () => {
  for (const path of bundles.filter((each) => each.includes('/well/') && !sickElsewhere.test(each)))
    it(`finds nothing on ${path.replace('faults/', '')}`, () => {
      const { verdict, findings, unnamed, well } = examine(read(path))
      expect({ verdict, findings, unnamed }).to.deep.equal({ verdict: 'healthy', findings: [], unnamed: [] })
      expect(well).to.not.be.empty
    })

  for (const path of bundles.filter((each) => each.includes('/sick/')))
    it(`finds a cause on ${path.replace('faults/', '')}, with a remedy`, () => {
      const { verdict, findings } = examine(read(path))
      expect(verdict).to.equal('sick')
      for (const { remedies, summary } of findings) {
        expect(remedies, summary).to.not.be.empty
        for (const { title, cost } of remedies) expect([title, cost]).to.not.include('')
      }
    })

  it('tells where it ends where no cause has a name', () => {
    const { verdict, findings, unnamed } = examine(read('trace/evidence/legacy-drop.bundle'))
    expect({ verdict, findings }).to.deep.equal({ verdict: 'sick', findings: [] })
    expect(unnamed).to.have.length(1)
    expect(unnamed[0]).to.contain('-A FORWARD -s 172.17.0.0/16 -j DROP').and.contain('legacy')
  })

  it('does not take silence for health where the rules could not be listed', () => {
    const blind = read('trace/evidence/healthy.bundle').replace('--- end rules-nft 0', '--- end rules-nft 4')
    const { verdict, unseen } = examine(blind)
    expect(verdict).to.equal('unknown')
    expect(unseen.join()).to.contain('root')
  })

  it('does not take a host without Docker for a healthy one', () => {
    const bare = read('trace/evidence/healthy.bundle').replace(
      / Id=docker\.service\n( LoadState=)loaded/,
      ' Id=docker.service\n$1not-found',
    )
    expect(examine(bare).verdict).to.equal('unknown')
  })

  it('tells of a docker that has failed for a reason without a name', () => {
    const down = read('trace/evidence/healthy.bundle')
      .replace(/( Id=docker\.service\n LoadState=loaded\n ActiveState=)active/, '$1failed')
      .replace('--- end docker-server 0', '--- end docker-server 1')
    const { verdict, unnamed } = examine(down)
    expect(verdict).to.equal('sick')
    expect(unnamed[0]).to.match(/^docker\.service has failed/)
  })

  it('is printed worst first: the cause, its evidence, what to do and what not to, what was found well', () => {
    const seen = examine(read('faults/firewalld-zone/evidence/sick/debian13-removed.bundle'))
    const lines = examinationLines('web-1', seen, [], pc.createColors(false))
    const text = lines.join('\n')
    const order = [
      '✗ sick web-1',
      'firewalld-zone active',
      'reject icmpx',
      '  Do\n',
      'Put the bridge into zone docker',
      'costs: nothing',
      '  Do not',
      'iptables -P FORWARD ACCEPT',
      'Found well',
    ]
    const places = order.map((words) => text.indexOf(words))
    expect(places).to.not.include(-1)
    expect(places).to.deep.equal(places.toSorted((a, b) => a - b))
    expect(lines.filter((line) => line.length > 200)).to.deep.equal([])
  })
})
