import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { examine } from '../diagnosis/examine.ts'
import { simulate } from '../simulate/index.ts'
import { grownHost } from './grown-host.ts'

const recorded = new URL('../causes/rules-flushed/evidence/well/debian12-healthy.bundle', import.meta.url)

describe('a recorded host with more networks', () => {
  it('is as healthy as before, and all its networks are judged', () => {
    const { verdict, notJudged, facts } = examine(grownHost(readFileSync(recorded, 'utf8'), 5))
    expect({ verdict, notJudged }).to.deep.equal({ verdict: 'healthy', notJudged: [] })
    expect(facts.docker.networks).to.have.length(8)
    const walks = simulate(facts).walks.filter(({ flow }) => flow.network === 'net5-a')
    expect(walks.map(({ flow }) => flow.kind)).to.include.members(['egress', 'names', 'published', 'peer', 'isolation'])
    expect(walks.every(({ flow, end }) => end === (flow.ought === 'die' ? 'dies' : 'passes'))).to.equal(true)
  })
})
