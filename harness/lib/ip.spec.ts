import { expect } from 'chai'
import { addressIn, familyOf, inPrefix, inRange, isPublic, overlap, parsePrefix } from './ip.ts'

describe('an IP prefix', () => {
  it('holds its addresses and smaller prefixes, of its own family alone', () => {
    expect(inPrefix('172.17.0.2', '172.17.0.0/16')).to.equal(true)
    expect(inPrefix('172.18.0.2', '172.17.0.0/16')).to.equal(false)
    expect(inPrefix('172.17.0.0/24', '172.17.0.0/16')).to.equal(true)
    expect(inPrefix('172.0.0.0/8', '172.17.0.0/16')).to.equal(false)
    expect(inPrefix('255.255.255.255', '0.0.0.0/0')).to.equal(true)
    expect(inPrefix('fd00::7', 'fd00::/64')).to.equal(true)
    expect(inPrefix('fd00::7', '0.0.0.0/0')).to.equal(false)
    expect(inPrefix('10.0.0.9', '10.0.0.0/255.255.255.0')).to.equal(true)
  })

  it('is nothing where the text is none', () => {
    for (const text of ['', 'default', '300.1.1.1', '10.0.0.0/33', '10.0.0.0/', '1.2.3', '017.1.1.1', 'fd00::/129'])
      expect(parsePrefix(text), text).to.equal(undefined)
    expect(inPrefix('nonsense', '0.0.0.0/0')).to.equal(false)
    expect(familyOf('fe80::1')).to.equal(6)
  })

  it('overlaps what it shares an address with', () => {
    expect(overlap('0.0.0.0/1', '10.0.0.0/8')).to.equal(true)
    expect(overlap('172.17.0.0/16', '172.18.0.0/16')).to.equal(false)
  })

  it('gives its addresses by number, and ranges hold both ends', () => {
    expect(addressIn('192.168.122.17/24', 50)).to.equal('192.168.122.50')
    expect(addressIn('fd00::/64', 2)).to.equal('fd00::2')
    expect(inRange('10.0.0.5', '10.0.0.5', '10.0.0.9')).to.equal(true)
    expect(inRange('10.0.0.10', '10.0.0.5', '10.0.0.9')).to.equal(false)
  })

  it('is public where it belongs to the internet', () => {
    expect(['1.1.1.1', '203.0.113.0/24', '2001:db8::1'].filter(isPublic)).to.have.length(3)
    expect(['10.1.1.1', '172.16.0.0/12', '192.168.1.1', 'fd00::1', '0.0.0.0/0'].filter(isPublic)).to.deep.equal([])
  })
})
