import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { type Facts, readFacts } from '../evidence/facts.ts'
import { examineFacts } from './examine.ts'

const healthy = readFacts(readFileSync(new URL('../trace/evidence/healthy.bundle', import.meta.url), 'utf8'))
const nowS = healthy.system.nowS!
const name = 'probe-default'
const own = healthy.docker.containers.find((each) => each.name === name)!
const ends = (...before: number[]): string[] =>
  before.map(
    (seconds) =>
      `time="${new Date((nowS - seconds) * 1000).toISOString()}" level=info msg="ignoring event" container=${own.id} module=libcontainerd namespace=moby topic=/tasks/delete type="*events.TaskDelete"`,
  )
/** The host, whose container was started these seconds before the time of the evidence, with its link without carrier. */
const started = (before: number, journal: string[] = []): Facts => {
  const inside = healthy.containers.find(({ container }) => container === name)!
  const { peerIndex } = inside.links.find((link) => link.name === 'eth0')!
  return {
    ...healthy,
    links: healthy.links.map((link) => (link.index === peerIndex ? { ...link, carrier: false } : link)),
    docker: {
      ...healthy.docker,
      journal,
      containers: healthy.docker.containers.map((each) =>
        each.name === name ? { ...each, startedMs: (nowS - before) * 1000 } : each,
      ),
    },
  }
}
const judged = (facts: Facts) => {
  const { verdict, symptoms } = examineFacts(facts)
  return { verdict, states: [...new Set(symptoms.map(({ state }) => state))], symptoms }
}

describe('a container that was started while the evidence was collected', () => {
  it('is not judged by its links', () => {
    const { verdict, symptoms } = judged(started(-1))
    expect(verdict).to.equal('unknown')
    expect(symptoms.map(({ message }) => message).join()).to.contain(`${name} was started while this evidence`)
  })

  it('is judged where it ran before that', () => expect(judged(started(60)).verdict).to.equal('sick'))

  it('is sick where it has ended again and again', () => {
    const { verdict, symptoms } = judged(started(-1, ends(60, 40, 20)))
    expect(verdict).to.equal('sick')
    const dead = symptoms.filter(({ state }) => state === 'dead')
    expect(dead.map(({ what, next }) => [what, next[0]])).to.deep.equal([
      [`the container ${name}`, `docker logs --tail 20 ${name}`],
    ])
    expect(dead[0]!.message).to.contain('restarts again and again')
    expect(judged(started(-1, ends(6000, 5000, 20))).verdict).to.equal('unknown')
    // Somebody may have restarted it, or dockerd.
    const { symptoms: others } = judged(started(30, ends(60, 40, 31)))
    expect(others.map(({ message }) => message).join()).to.not.contain('again')
  })
})

describe('a container that Docker waits to start again', () => {
  const waiting = (endedS: number, lines: string[] = []) => {
    const id = 'c'.repeat(64)
    const journal = lines.map((line) => line.replace(own.id, id))
    const web = { name: 'web', id, status: 'restarting', exitCode: 1, error: '', restart: 'always', ports: [] }
    const stopped = [{ ...web, endedMs: (nowS - endedS) * 1000 }]
    return judged({ ...healthy, docker: { ...healthy.docker, stopped, journal } })
  }

  it('restarts again and again where Docker waits long, or by its journal', () => {
    expect(waiting(20)).to.deep.include({ verdict: 'sick', states: ['dead'] })
    expect(waiting(0, ends(60, 40, 20))).to.deep.include({ verdict: 'sick', states: ['dead'] })
  })

  it('may be up by now where it has just ended', () =>
    expect(waiting(0)).to.deep.include({ verdict: 'unknown', states: ['unclear'] }))
})
