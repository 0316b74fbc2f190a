import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { type Facts, readFacts } from '../evidence/facts.ts'
import { examineFacts } from './examine.ts'

const healthy = readFileSync(new URL('../trace/evidence/healthy.bundle', import.meta.url), 'utf8')

describe('a tunnel inside a container', () => {
  const facts = readFacts(healthy)
  const withTunnel = (carrier: boolean): Facts => ({
    ...facts,
    containers: facts.containers.map((own) => {
      if (own.container !== 'probe-default') return own
      const eth0 = own.links.find(({ name }) => name === 'eth0')!
      const { peerIndex: _, ...link } = eth0
      const tun = { ...link, name: 'tun0', index: 9, kind: 'tun', carrier, addresses: ['10.8.0.2/24'], ips: [] }
      const route = own.routes.find(({ dst }) => dst === 'default')!
      const { gateway: __, ...by } = { ...route, dst: '0.0.0.0/1', dev: 'tun0', type: 'unicast' }
      return { ...own, links: [...own.links, tun], routes: [...own.routes, by] }
    }),
  })
  const judged = (carrier: boolean) => {
    const { verdict, symptoms } = examineFacts(withTunnel(carrier))
    return [verdict, ...new Set(symptoms.map(({ state, message }) => `${state}: ${message}`))]
  }

  it('ends the packets that it should carry where it has no carrier', () => {
    const [verdict, first] = judged(false)
    expect(verdict).to.equal('sick')
    expect(first).to.equal('dead: tun0 inside probe-default has no carrier')
  })

  it('is in doubt where it has one', () => {
    const [verdict, first] = judged(true)
    expect(verdict).to.equal('unknown')
    expect(first).to.contain('is not simulated (tun)')
  })
})
