import { expect } from 'chai'
import { packetOf } from '../packet.ts'
import type { Context } from './compiled.ts'
import { stateBits, stateOf } from './tracking.ts'
import { host } from './truth.spec-data.ts'

const at = (priority: number, hook: Context['hook'], packet: Context['packet']): Context => ({
  packet,
  family: packet.family === 6 ? 'ip6' : 'ip',
  hook,
  device: '',
  host,
  priority,
})

describe('the state of a connection', () => {
  it('is invalid to chains before conntrack, and to all chains where a packet belongs to no connection', () => {
    const packet = packetOf({ state: 'established' })
    expect(stateOf(at(-300, 'prerouting', packet))).to.equal(stateBits.invalid)
    expect(stateOf(at(0, 'forward', packet))).to.equal(stateBits.established)
    expect(stateOf(at(0, 'forward', packetOf({ state: 'invalid' })))).to.equal(stateBits.invalid)
  })

  it('is untracked for IPv6 neighbour discovery once conntrack has seen it', () => {
    const question = packetOf({ family: 6, protocol: 'icmpv6', icmpType: 135, state: 'untracked' })
    expect(stateOf(at(-300, 'output', question))).to.equal(stateBits.invalid)
    expect(stateOf(at(-150, 'output', question))).to.equal(stateBits.untracked)
    expect(stateOf(at(-300, 'output', packetOf({ state: 'untracked' })))).to.equal(stateBits.untracked)
  })
})
