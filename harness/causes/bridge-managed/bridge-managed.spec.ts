import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { readFacts } from '../../evidence/facts.ts'
import type { Drop, Flow } from '../../simulate/index.ts'
import { harmOf } from './harm.ts'

const path = new URL('evidence/sick/debian12-default-route.bundle', import.meta.url)
const facts = readFacts(readFileSync(path, 'utf8'))
const flow = { bridge: 'docker0', container: 'probe-default' } as Flow
const unanswered = (location: Drop['location'], address: string): Drop => ({
  way: 'out',
  location,
  end: 'no-neighbour',
  message: '',
  neighbour: { address, isNamed: false },
})

describe('a bridge with a default route by systemd-networkd', () => {
  it('is where packets to the outside find no gateway', () => {
    const [first] = facts.routes.filter(({ dst }) => dst === 'default')
    expect(first).to.include({ dev: 'br-probe-b', gateway: '192.0.2.1' })
    expect(harmOf(unanswered('bridge', '192.0.2.1'), flow, facts)?.what).to.equal('gave br-probe-b a default route')
  })

  it('is not why a gateway on the uplink is silent, or another address', () => {
    expect(harmOf(unanswered('uplink', '192.0.2.1'), flow, facts)).to.equal(undefined)
    expect(harmOf(unanswered('bridge', '192.0.2.77'), flow, facts)).to.equal(undefined)
  })
})
