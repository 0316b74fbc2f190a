import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { readFacts } from '../evidence/facts.ts'
import { editSection } from '../evidence/reseal.ts'
import { examine } from './examine.ts'

const healthy = readFileSync(new URL('../trace/evidence/healthy.bundle', import.meta.url), 'utf8')
const { listeners, docker } = readFacts(healthy)
const container = docker.containers.find(({ published }) => published.length > 0)!
const proxy = listeners.find(({ program }) => program === 'docker-proxy')!
const halted = (...lines: string[]) => examine(editSection(healthy, 'halted-processes', () => lines.join('\n')))

describe('a process that does not run', () => {
  it('is no fault where Docker does not depend on it', () =>
    expect(halted('process 4000 signal - user@0.service vi').verdict).to.equal('healthy'))

  it('is a cause where it is containerd', () => {
    const { verdict, findings, unexplained } = halted('process 300 signal - containerd.service containerd')
    expect(findings.map(({ cause }) => cause)).to.deep.equal(['dockerd-hung'])
    expect({ verdict, unexplained }).to.deep.equal({ verdict: 'sick', unexplained: [] })
  })

  it('is a fault where containerd is gone, and nothing else says so', () => {
    const gone = (active: string) =>
      examine(
        editSection(
          editSection(healthy, 'docker-install', (text) => text.replace(/^containerd \d+\n/gm, '')),
          'units',
          (text) => text.replace(/(Id=containerd\.service\n(?:\w+=.*\n)*?ActiveState=)\w+/, `$1${active}`),
        ),
      )
    const { verdict, symptoms } = gone('inactive')
    expect(verdict).to.equal('sick')
    expect(symptoms.map(({ what, next }) => [what, next[0]])).to.deep.equal([
      ['containerd', 'systemctl start containerd.service'],
    ])
    expect(gone('active').verdict).to.equal('healthy')
  })

  it('is thawed where its unit is frozen', () => {
    const { findings } = halted('process 300 freezer - containerd.service containerd')
    expect(findings[0]?.remedies.flatMap(({ steps }) => steps)).to.include('systemctl thaw containerd.service')
  })

  it('ends the published port that its proxy serves', () => {
    const { verdict, symptoms } = halted(`process ${proxy.pid} signal - docker.service docker-proxy`)
    expect(verdict).to.equal('sick')
    expect(symptoms.map(({ kind, next }) => [kind, next[0]])).to.deep.include(['published', `kill -CONT ${proxy.pid}`])
  })

  it('leaves open whether it was stopped on purpose inside a container', () => {
    for (const name of ['httpd', 'containerd-shim']) {
      const { verdict, symptoms } = halted(`process 500 signal ${container.id} - ${name}`)
      expect(verdict).to.equal('unknown')
      expect(symptoms.map(({ what, next }) => [what, ...next])).to.deep.equal([
        [`the container ${container.name}`, 'kill -CONT 500'],
      ])
    }
  })

  it('makes containerd unknown where processes could not be read', () => {
    const { notChecked } = examine(editSection(healthy, 'halted-processes', 'timed-out'))
    expect(notChecked.map(({ cause }) => cause)).to.include('dockerd-hung')
  })
})
