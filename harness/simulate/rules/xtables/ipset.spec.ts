import { expect } from 'chai'
import { readIpsets } from '../../../evidence/sections/ipsets/read.ts'
import { packetOf } from '../../packet.ts'
import { firewallOf } from '../firewall-of.spec-data.ts'
import { host, met } from '../truth.spec-data.ts'
import { isUnknown, type Truth } from '../truth.ts'
import { compileXtRule } from './rule.ts'

// As ipset save (7.17) prints them.
const saved = `create m hash:ip family inet hashsize 1024 maxelem 65536 netmask 24 timeout 86400 counters comment bucketsize 12 initval 0x0f17f751
add m 203.0.113.0 timeout 86399 packets 0 bytes 0 comment "nomatch here"
create mp hash:ip,port family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x9407cf53 netmask 24
add mp 203.0.113.0,tcp:80
create mb hash:ip family inet hashsize 1024 maxelem 65536 bitmask 255.255.0.255 bucketsize 12 initval 0x4e0e3bbf
add mb 203.0.0.1
create mm hash:ip family inet hashsize 1024 maxelem 65536 bitmask 255.255.255.0 bucketsize 12 initval 0x4e0e3bbf
add mm 203.0.113.0
create bm bitmap:ip range 203.0.0.0-203.0.255.255 netmask 24
add bm 203.0.112.0
create ni hash:net,iface family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0xfded4c18
add ni 203.0.113.0/24,br1
add ni 203.0.0.0/16,lo
create np hash:net,iface family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0xfded4c18
add np 203.0.1.0/24,physdev:e0
create nw hash:net,iface family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0xd4987bcb
add nw 203.0.113.0/24,l wildcard
create n hash:net family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0xc3fd71c2
add n 203.0.0.0/8
add n 203.0.113.0/24
add n 203.0.112.0/20 nomatch
create pn hash:net,port family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x77b2059e
add pn 203.0.0.0/8,tcp:80
add pn 203.0.112.0/20,tcp:80 nomatch
add pn 203.0.113.0/24,tcp:80
create six hash:net family inet6 hashsize 1024 maxelem 65536 bucketsize 12 initval 0xb67ee72c
add six ::/96
create l list:set size 8
add l mp
add l bm
add l n
create e list:set size 8
create deep list:set size 8
add deep l
create lost list:set size 8
add lost six
add lost away
create mac bitmap:ip,mac range 203.0.113.0-203.0.113.255
add mac 203.0.113.5`
const ipsets = readIpsets(saved)
const scope = { family: 4, table: 'filter', chain: 'INPUT', id: '', ipsets, written: new Set<string>() } as const
const sources = ['203.0.113.5', '203.0.112.5', '203.0.1.1']

/** Whether a SYN on lo from each source meets a match; `?` where that is not known. */
function matched(text: string, own = scope): string {
  const { operations } = compileXtRule(`-A INPUT -m set ${text}`, own, () => false)
  const sign = (truth: Truth): string => (isUnknown(truth) ? '?' : truth ? '1' : '0')
  return sources
    .map((source) => packetOf({ source, destination: '203.0.1.1', destinationPort: 80, input: 'lo' }))
    .map((packet) => sign(met(operations, { packet, hook: 'input', priority: 0, family: 'ip', device: '', host })))
    .join('')
}

// The match, and whether a kernel (Linux 6.18) found it met by a SYN from each of the sources.
const rules: Record<string, string> = {
  '--match-set m src': '100',
  '--match-set m src,dst': '100',
  '--match-set mp src,dst': '100',
  '--match-set mp src': '000',
  '! --match-set mp src': '111',
  '--match-set mb src': '001',
  '--match-set bm src': '010',
  '--match-set ni src,src': '011',
  '--match-set nw src,src': '100',
  '--match-set n src': '101',
  '--match-set n src --return-nomatch': '010',
  '--match-set m src --return-nomatch': '100',
  '--match-set pn src,dst': '101',
  '--match-set l src': '111',
  '--match-set l src,dst': '111',
  '--match-set l src --return-nomatch': '010',
  '--match-set e src': '000',
}

describe('sets of ipset', () => {
  for (const [text, answers] of Object.entries(rules))
    it(`match “${text}” where the kernel matched it`, () => expect(matched(text)).to.equal(answers))

  it('match by a mask of a prefix as by the length of one', () => {
    expect(matched('--match-set mm src')).to.equal('100')
    expect(ipsets.mm).to.deep.equal({ type: 'hash:ip', elements: ['203.0.113.0/24'] })
    expect(readIpsets('create s hash:net,net netmask 24\nadd s 10.0.0.0,10.1.0.0/16').s?.elements).to.deep.equal([
      '10.0.0.0/24,10.1.0.0/16',
    ])
  })

  it('match no address of the other family', () => expect(matched('--match-set six src')).to.equal('000'))

  it('match any hardware address where an element has none', () =>
    expect(matched('--match-set mac src,src')).to.equal('100'))

  it('are not known where an element, a set of a list, or a counter decides that cannot be read', () => {
    expect(matched('--match-set np src,src')).to.equal('00?')
    expect(matched('--match-set lost src')).to.equal('???')
    expect(matched('--match-set deep src')).to.equal('???')
    expect(matched('--match-set n src --packets-gt 5')).to.equal('?0?')
    expect(matched('! --match-set n src --packets-gt 5')).to.equal('?1?')
  })

  it('match with counters that do not grow', () => {
    expect(matched('--match-set n src ! --update-counters')).to.equal('101')
    expect(matched('--match-set l src ! --update-counters ! --update-subcounters')).to.equal('111')
  })

  it('change with a list that rules add to', () => {
    const legacy = `*filter
:INPUT ACCEPT
-A INPUT -j SET --add-set l src
-A INPUT -m set --match-set n src -j DROP
COMMIT`
    const packet = packetOf({ source: '203.0.1.1', destination: '203.0.1.1', input: 'lo' })
    expect(firewallOf({ legacy, ipsets }).pass('ip', 'input', packet)).to.have.length(2)
  })
})
