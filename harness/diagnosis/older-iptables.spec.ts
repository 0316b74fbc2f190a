import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { editSection } from '../evidence/reseal.ts'
import { examine } from './examine.ts'

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const healthy = read('causes/masquerade-off/evidence/well/debian12-healthy.bundle')
const stale = read('causes/stale-dnat/evidence/sick/debian12-by-hand.bundle')

/** The listing of iptables 1.8.7 where 1.8.9 made the rules: a protocol's number, and no ports. Seen on Debian 12. */
const byOlder = (listing: string): string =>
  listing.replaceAll(/ -p (tcp|udp) -m \1 --dport \d+/g, (_, protocol) => ` -p ${protocol === 'tcp' ? 6 : 17}`)

const named = (bundle: string): string[] => examine(bundle).findings.map(({ cause }) => cause)

describe('rules that an older iptables lists', () => {
  it('loses ports in the listing', () => {
    let lost = 0
    editSection(healthy, 'rules-nft', (text) => {
      lost = byOlder(text).split(/ -p 6 /).length - 1
      return text
    })
    expect(lost).to.be.at.least(4)
  })

  it('are judged by nft’s listing too', () => {
    expect(examine(healthy).verdict).to.equal('healthy')
    const { verdict } = examine(editSection(healthy, 'rules-nft', byOlder))
    expect(verdict).to.equal('healthy')
    expect(named(editSection(healthy, 'rules-nft', byOlder))).to.deep.equal([])
  })

  it('still name their fault', () => {
    expect(named(stale)).to.deep.equal(['stale-dnat'])
    expect(named(editSection(stale, 'rules-nft', byOlder))).to.deep.equal(['stale-dnat'])
  })

  it('are not known where nft is not there', () => {
    const alone = editSection(editSection(healthy, 'rules-nft', byOlder), 'rules-native', () => '')
    const { verdict } = examine(alone)
    expect(verdict).to.equal('unknown')
    expect(named(alone)).to.deep.equal([])
  })
})
