import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import type { Trace } from '../trace/trace.ts'
import { type Examination, examine } from './examine.ts'
import { withPackets } from './followed.ts'

const recorded = (path: string): Examination =>
  examine(readFileSync(new URL(`../${path}.bundle`, import.meta.url), 'utf8'))
const followed = (flow: Partial<Trace['flow']>, rest: Partial<Trace>): Trace => ({
  flow: { container: '', network: '', bridge: '', source: '', address: '', port: 80, protocol: 'tcp', ...flow },
  by: 'packets',
  end: 'answered',
  summary: '',
  stations: [],
  ...rest,
})
/** A packet of each flow that a symptom is about. */
const all = ({ symptoms }: Examination, rest: Partial<Trace>): Trace[] =>
  symptoms.flatMap(({ kind, flows, state }) =>
    flows.map((title) => {
      const ought = state === 'open' ? 'die' : 'pass'
      // One symptom may have flows of several kinds.
      const own = title.startsWith('names') ? 'names' : title.startsWith('port') ? 'published' : kind
      return followed({ title, ought, kind: own as NonNullable<Trace['flow']['kind']> }, rest)
    }),
  )

describe('packets that were followed', () => {
  it('settle what a mark or a program leaves open', () => {
    const seen = recorded('field/evidence/sick/wrong-snat')
    expect(seen.verdict).to.equal('unknown')
    expect(withPackets(seen, all(seen, { end: 'answered' })).verdict).to.equal('healthy')
  })

  for (const name of ['string-match', 'rate-limit'])
    it(`do not settle what depends on each packet: ${name}`, () => {
      const seen = recorded(`field/evidence/sick/${name}`)
      expect(all(seen, {})).to.not.deep.equal([])
      expect(withPackets(seen, all(seen, { end: 'answered' })).verdict).to.equal('unknown')
    })

  it('do not report again networks that the rules leave open', () => {
    const seen = recorded('causes/iptables-check-broken/evidence/sick/debian13-accept')
    const open = seen.symptoms.filter(({ state }) => state === 'open')
    expect(open).to.have.length.above(0)
    const again = withPackets(seen, all({ ...seen, symptoms: open }, { end: 'answered' }))
    expect(again.unexplained).to.deep.equal(seen.unexplained)
    expect(again.symptoms.filter(({ state }) => state === 'open')).to.have.length(open.length)
  })

  it('show a drop once, though it ends answers of some flows', () => {
    const seen = recorded('field/evidence/sick/ttl-one')
    const [dead] = seen.symptoms
    const back = all(seen, {
      end: 'dropped',
      at: { way: 'back', location: dead!.at!.location },
      summary: 'not passed on',
    })
    expect(withPackets(seen, back).symptoms).to.have.length(seen.symptoms.length)
  })
})
