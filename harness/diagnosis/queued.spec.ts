import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { type Facts, readFacts } from '../evidence/facts.ts'
import { readListeners } from '../evidence/sections/listeners/read.ts'
import { examineFacts } from './examine.ts'

const facts = readFacts(readFileSync(new URL('../trace/evidence/healthy.bundle', import.meta.url), 'utf8'))
const judged = (changed: Facts) => {
  const { verdict, symptoms } = examineFacts(changed)
  return [verdict, ...symptoms.map(({ state, what, next }) => `${state}: ${what}: ${next[0]}`)]
}

describe('a program with connections that it has not accepted', () => {
  it('is read, for TCP: the queue of UDP is of bytes', () => {
    const [tcp, empty, udp] = readListeners(
      'tcp LISTEN 2 0 0.0.0.0:80 0.0.0.0:*\ntcp LISTEN 0 0 *:81 *:*\nudp UNCONN 768 0 0.0.0.0:53 0.0.0.0:*',
    )
    expect([tcp?.waiting, empty?.waiting, udp?.waiting]).to.deep.equal([2, undefined, undefined])
  })

  it('leaves a published port in doubt, and no other flow', () => {
    const pid = facts.containers.find(({ container }) => container === 'probe-default')!.pid
    const containers = facts.containers.map((own) =>
      own.container === 'probe-default'
        ? { ...own, listeners: own.listeners.map((each) => ({ ...each, waiting: 2 })) }
        : own,
    )
    const [verdict, ...symptoms] = judged({ ...facts, containers })
    expect(verdict).to.equal('unknown')
    expect(symptoms.join('\n')).to.match(
      new RegExp(`^unclear: published ports 8080/tcp [^\\n]*: nsenter -t ${pid} -n ss -lnt; sleep 5;[^\\n]*$`),
    )
  })

  it('is in doubt as Docker’s proxy, and not where dockerd only reserves another port', () => {
    const withQueue = (program: string): Facts => ({
      ...facts,
      listeners: facts.listeners.map((each) => (each.program === program ? { ...each, waiting: 1 } : each)),
    })
    const [verdict, ...symptoms] = judged(withQueue('docker-proxy'))
    expect(verdict).to.equal('unknown')
    expect(symptoms.join()).to.contain('from the host by loopback').and.to.contain(': ss -lnt; sleep 5; ss -lnt')
    expect(judged(withQueue('containerd'))).to.deep.equal(['healthy'])
  })
})
