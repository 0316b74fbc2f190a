import { expect } from 'chai'
import { firstOn, sourceOn } from './own-addresses.ts'

const ip = (address: string, prefix: number, scope = 'global') => ({ address, prefix, scope, family: 4 as const })
const list = [
  { name: 'lo', ips: [ip('127.0.0.1', 8, 'host')] },
  { name: 'wan0', ips: [ip('192.0.2.2', 24), ip('198.51.100.2', 24)] },
  { name: 'br0', ips: [] },
]
const mapOf = (some: typeof list) => new Map(some.map((link) => [link.name, link]))
const links = mapOf(list)

describe('the address of what leaves by a device', () => {
  it('is of the subnet of the next hop', () => {
    expect(sourceOn(links, 'wan0', '192.0.2.1')).to.equal('192.0.2.2')
    expect(sourceOn(links, 'wan0', '198.51.100.1')).to.equal('198.51.100.2')
    expect(sourceOn(links, 'wan0', '203.0.113.1')).to.equal('192.0.2.2')
  })

  it('is another device’s where this one has none of global scope', () => {
    expect(sourceOn(links, 'br0', '10.0.0.1')).to.equal('192.0.2.2')
    expect(sourceOn(links, 'lo', '127.0.0.1')).to.equal('192.0.2.2')
    expect(sourceOn(mapOf([list[0]!]), 'lo', '127.0.0.1')).to.equal(undefined)
  })

  it('is the first of any scope for a redirect', () => {
    expect(firstOn(links, 'lo')).to.equal('127.0.0.1')
    expect(firstOn(links, 'br0')).to.equal(undefined)
  })
})
