import { expect } from 'chai'
import type { Facts } from '../../evidence/facts.ts'
import { readTrafficControl } from '../../evidence/sections/traffic-control/read.ts'
import { ends, healthy } from './healthy-host.spec-data.ts'

const controlled = (...lines: string[]): Facts => ({
  ...healthy,
  trafficControl: readTrafficControl(lines.join('\n')),
})
const tbf = (rest: string): Facts => controlled(`qdisc tbf 8001: dev wan0 root refcnt 2 ${rest}`)
const prio = 'qdisc prio 1: dev wan0 root refcnt 2 bands 3 priomap 1 2 2 2'
const filter = 'filter parent 1: protocol ip pref 1 u32 chain 0 fh 800::800 order 2048'

describe('the queue of a link', () => {
  for (const [what, facts, small, large] of [
    ['a shaper that takes full packets', tbf('rate 200Mbit burst 64Kb lat 200ms'), 'passes', 'passes'],
    ['one that does not', tbf('rate 1Mbit burst 400b lat 50ms'), 'passes', 'dies out uplink dropped'],
    [
      'one with a peak',
      tbf('rate 1Mbit burst 64Kb peakrate 2Mbit minburst 400b'),
      'unclear out uplink dropped',
      'unclear out uplink dropped',
    ],
    [
      'one that hardly flows',
      tbf('rate 8Kbit burst 64Kb lat 50ms'),
      'unclear out uplink dropped',
      'unclear out uplink dropped',
    ],
    [
      'one that loses some',
      controlled('qdisc netem 8002: dev wan0 root refcnt 2 limit 1000 loss 10%'),
      'unclear out uplink dropped',
      'unclear out uplink dropped',
    ],
    ['a tree of classes', controlled('qdisc htb 1: dev wan0 root refcnt 2 r2q 10 default 0x10'), 'passes', 'passes'],
    ['a filter that chooses a class', controlled(prio, 'filters wan0 1:', `${filter} flowid 1:1`), 'passes', 'passes'],
    [
      'a filter with an action',
      controlled(prio, 'filters wan0 1:', `${filter} flowid 1:1`, '\taction order 1: gact action drop'),
      'unclear out uplink dropped',
      'unclear out uplink dropped',
    ],
  ] as const)
    it(what, () => {
      expect(ends(facts, 'probe-default on bridge to the outside, TCP')).to.deep.equal([small])
      expect(ends(facts, 'probe-default on bridge to the outside, large TCP')).to.deep.equal([large])
    })
})
