import { expect } from 'chai'
import { examinationOf } from '../../diagnosis/finding.spec-data.ts'
import type { Facts } from '../../evidence/facts.ts'
import { recordedAt } from '../bundles.spec-data.ts'

const named = (facts: Facts): string[] => examinationOf(facts).findings.map(({ cause }) => cause)
const [other] = recordedAt('causes/second-daemon/evidence/sick/debian12').facts.docker.processes.slice(1)
const beside = ({ docker, ...facts }: Facts): Facts => ({
  ...facts,
  docker: { ...docker, processes: [...docker.processes, other!] },
})

describe('a second dockerd', () => {
  it('is no cause where all rules are there', () =>
    expect(named(beside(recordedAt('causes/rules-flushed/evidence/well/debian12-healthy').facts))).to.deep.equal([]))

  it('is no cause where Docker’s chains are gone altogether', () => {
    const { facts } = recordedAt('causes/rules-flushed/evidence/sick/debian-testing-all-tables')
    expect(named(beside(facts))).to.deep.equal(named(facts))
  })
})
