import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import pc from 'picocolors'
import { editSection } from '../evidence/reseal.ts'
import { examinationLines } from '../report/terminal/examination.ts'
import { examine } from './examine.ts'

const root = new URL('..', import.meta.url).pathname
const read = (path: string): string => readFileSync(`${root}${path}`, 'utf8')
const bundles = readdirSync(`${root}causes`, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.bundle'))
  .map((path) => `causes/${path}`)
// Hosts whose own firewall blocks containers from their services: whether that is intended is unknown.
const closedHosts = /uplink-in-zone|docker-after-iptables|docker-tied|ufw-on/
// Hosts without the one cause that are sick all the same: by another fault, or for a reason that no cause names.
const sickElsewhere = /forward-drop|upgraded-not-restarted|no-default-bridge/

describe('an examination', () => {
  const healthyHosts = bundles.filter((each) => each.includes('/well/') && !sickElsewhere.test(each))
  for (const path of healthyHosts)
    it(`finds nothing on ${path.replace('causes/', '')}`, () => {
      const { verdict, findings, unexplained, symptoms, notSeen, works } = examine(read(path))
      const closed = closedHosts.test(path)
      expect({ verdict, findings, unexplained }).to.deep.equal({
        verdict: closed ? 'unknown' : 'healthy',
        findings: [],
        unexplained: [],
      })
      expect([...new Set(symptoms.map(({ kind }) => kind))]).to.deep.equal(closed ? ['host-service'] : [])
      expect(notSeen).to.deep.equal([])
      expect(works).to.not.be.empty
    })

  it('was held against all of them', () => expect(healthyHosts).to.have.length.above(30))

  it('names where packets end where no cause explains it', () => {
    const { verdict, findings, unexplained } = examine(read('trace/evidence/legacy-drop.bundle'))
    expect({ verdict, findings }).to.deep.equal({ verdict: 'sick', findings: [] })
    expect(unexplained).to.have.length(1)
    expect(unexplained[0]).to.contain('-A FORWARD -s 172.17.0.0/16 -j DROP').and.contain('legacy')
  })

  it('does not take silence for health where the rules could not be listed', () => {
    const blind = editSection(read('trace/evidence/healthy.bundle'), 'rules-nft', 'failed')
    const { verdict, notJudged } = examine(blind)
    expect(verdict).to.equal('unknown')
    expect(notJudged.join()).to.contain('rules-nft')
  })

  const healthy = read('trace/evidence/healthy.bundle')
  const silent = (bundle: string): string =>
    ['docker-server', 'docker-networks', 'docker-containers', 'container-namespaces'].reduce(
      (text, name) => editSection(text, name, 'timed-out'),
      bundle,
    )
  const unit = (changes: Record<string, string>) => (bundle: string) =>
    editSection(bundle, 'units', (text) =>
      text.replace(/(?:^|(?<=\n\n))(?:\w+=.*\n?)*?Id=docker\.service\n(?:\w+=.*\n?)*/, (block) =>
        Object.entries(changes).reduce(
          (each, [key, value]) => each.replace(new RegExp(`^${key}=.*$`, 'm'), `${key}=${value}`),
          block,
        ),
      ),
    )

  it('does not take a host without Docker for a healthy one', () => {
    const bare = editSection(silent(healthy), 'docker-install', () => 'nothing')
    const { verdict, notJudged } = examine(bare)
    expect(verdict).to.equal('unknown')
    expect(notJudged.join()).to.contain('no dockerd is installed')
  })

  it('quotes dockerd’s own last error where docker has failed for an unknown reason', () => {
    const failed = unit({ ActiveState: 'failed', SubState: 'failed', Result: 'exit-code' })(silent(healthy))
    const down = editSection(failed, 'docker-journal', () =>
      [
        'failed to start daemon: Error initializing: no space left',
        'docker.service: Main process exited, code=exited',
        'Failed to start docker.service.',
      ].join('\n'),
    )
    const { verdict, unexplained } = examine(down)
    expect(verdict).to.equal('sick')
    expect(unexplained[0])
      .to.match(/docker\.service has failed/)
      .and.contain('no space left')
  })

  it('does not take a dockerd that hangs, or one that is stopped, for a healthy one', () => {
    const hung = examine(silent(healthy))
    expect(hung.verdict).to.equal('unknown')
    expect(hung.notJudged.join()).to.contain('does not answer')
    const stopped = editSection(
      unit({ ActiveState: 'inactive', SubState: 'dead' })(silent(healthy)),
      'docker-install',
      () => 'binary /usr/sbin/dockerd',
    )
    expect(examine(stopped).verdict).to.equal('unknown')
    expect(examine(stopped).notJudged.join()).to.contain('docker.service is stopped')
  })

  it('is printed worst first: the cause, its evidence, what to do and what not to, what works', () => {
    const seen = examine(read('causes/firewalld-zone/evidence/sick/debian13-removed.bundle'))
    const lines = examinationLines('web-1', seen, [], pc.createColors(false))
    const text = lines.join('\n')
    const order = [
      '✗ sick web-1',
      'firewalld-zone active',
      'reject with icmpx',
      '  Do\n',
      'Put the bridge into zone docker',
      'cost: nothing',
      '  Do not',
      'iptables -P FORWARD ACCEPT',
      'Works',
    ]
    const locations = order.map((words) => text.indexOf(words))
    expect(locations).to.not.include(-1)
    expect(locations).to.deep.equal(locations.toSorted((a, b) => a - b))
    expect(lines.filter((line) => line.length > 200)).to.deep.equal([])
  })

  it('is printed without a heading for what to do, where no measured remedy fits the host', () => {
    const seen = examine(read('causes/firewalld-zone/evidence/sick/debian13-removed.bundle'))
    const findings = seen.findings.map((finding) => ({ ...finding, remedies: [], deferred: [] }))
    const lines = examinationLines('web-1', { ...seen, findings }, [], pc.createColors(false))
    expect(lines).to.include('  Do not').and.not.include('  Do')
  })
})
