import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { readFacts } from '../evidence/facts.ts'
import { editSection } from '../evidence/reseal.ts'
import { examine } from './examine.ts'

const healthy = readFileSync(new URL('../trace/evidence/healthy.bundle', import.meta.url), 'utf8')
const [running] = readFacts(healthy).docker.containers
const joined = (line: string, bundle = healthy) => examine(editSection(bundle, 'joined-namespaces', () => line))

describe('a container in another’s network', () => {
  it('is well while it is in that one’s namespace', () =>
    expect(joined(`app ${running!.id} same`).verdict).to.equal('healthy'))

  const gone = 'f'.repeat(64)
  const cases = [
    ['has nothing left where the other was started again', running!.id, running!.name, 'docker restart app'],
    ['is found by the other’s name too', running!.name, running!.name, 'docker restart app'],
    [
      'has nothing left where the other is gone',
      gone,
      gone.slice(0, 12),
      "docker inspect -f '{{.HostConfig.NetworkMode}}' app",
    ],
  ] as const
  for (const [what, other, named, next] of cases)
    it(what, () => {
      const { verdict, symptoms } = joined(`app ${other} apart`)
      expect(verdict).to.equal('sick')
      expect(symptoms.map((each) => [each.what, each.next[0]])).to.deep.equal([['the container app', next]])
      expect(symptoms[0]!.message).to.include(`the network of the container ${named}, which`)
    })

  it('comes back after the other, where that one is stopped', () => {
    const stopped = `{"name":"/vpn","pid":0,"mode":"bridge","id":"${gone}","status":"exited","exitCode":0}`
    const bundle = editSection(healthy, 'docker-containers', (text) => `${text}\n${stopped}`)
    expect(joined(`app ${gone} apart`, bundle).symptoms.map(({ next }) => next)).to.deep.equal([
      ['docker start vpn', 'docker restart app'],
    ])
  })
})
