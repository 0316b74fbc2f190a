import { expect } from 'chai'
import { recorded, recordedAt } from '../causes/bundles.spec-data.ts'
import type { Facts } from '../evidence/facts.ts'
import { droppedDirect } from './direct.ts'
import { examinationOf } from './finding.spec-data.ts'

const testing = recordedAt('causes/port-taken/evidence/sick/debian-testing-held').facts
const withCounts = (facts: Facts, packets: number): Facts => ({
  ...facts,
  xtCounters: new Map([...facts.xtCounters].map(([key]) => [key, packets])),
})

describe('packets to a container’s own address', () => {
  it('are reported where Docker 28 has dropped some, with the rule, their number and the ways out', () => {
    const dropped = '-A PREROUTING -d 172.30.2.10/32'
    const counts = [...testing.xtCounters].map(([key, packets]) => [key, key.includes(dropped) ? 1 : packets] as const)
    const [line, ...others] = droppedDirect({ ...testing, xtCounters: new Map(counts) })
    expect(others).to.deep.equal([])
    expect(line).to.match(/^1 packet from other networks or machines to 172\.30\.2\.10 \(probe-other\): Docker 28 /)
    expect(line).to.contain('-A PREROUTING -d 172.30.2.10/32 ! -i br-probe-b -j DROP')
    expect(line).to.contain('nat-unprotected (or routed), or for all networks set "allow-direct-routing"')
    const older = { ...testing, docker: { ...testing.docker, server: '28.1.1' } }
    expect(droppedDirect(older)[0]).to.not.contain('allow-direct-routing')
  })

  it('are not where none was dropped, or the rule is not one of Docker’s', () => {
    expect(droppedDirect(withCounts(testing, 0))).to.deep.equal([])
    expect(droppedDirect(withCounts(testing, 3))[0]).to.match(/^9 packets /)
    const elsewhere = { ...withCounts(testing, 3), docker: { ...testing.docker, networks: [] } }
    expect(droppedDirect(elsewhere)).to.deep.equal([])
  })

  it('are on no host with an older engine', () => {
    const older = recorded.filter(({ facts }) => /^(2[0-7])\./.test(facts.docker.server))
    expect(older).to.have.length.at.least(100)
    for (const { path, facts } of older) expect(droppedDirect(withCounts(facts, 7)), path).to.deep.equal([])
  })

  it('make no host sick', () => {
    const healthy = recorded.find(
      ({ path, facts }) =>
        /\/well\//.test(path) && droppedDirect(facts).length > 0 && examinationOf(facts).verdict === 'healthy',
    )
    expect(healthy, 'a healthy host with such packets').to.not.equal(undefined)
    expect(examinationOf(healthy!.facts).direct).to.have.length(1)
  })
})
