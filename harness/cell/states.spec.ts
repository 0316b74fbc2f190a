import { expect } from 'chai'
import type { Vector } from '../fix/classify.ts'
import { wrongStates } from './states.ts'

const healthy: Vector = { tcp: 'pass', isolation: 'fail' }
const broken: Vector = { ...healthy, tcp: 'fail' }
const wrong = (state: 'active' | 'latent', vector: Vector, stage = 'latent', unexplained: string[] = []): string[] =>
  wrongStates(stage, { vector, examination: { findings: [{ cause: 'a', state }] as never, unexplained } }, healthy)

describe('the state of a cause', () => {
  it('is latent while nothing fails', () => {
    expect(wrong('latent', healthy)).to.deep.equal([])
    expect(wrong('active', healthy)).to.deep.equal([
      'diagnosis: a is called active, but every probe is as on the healthy host',
    ])
  })

  it('is active where something fails, or where isolation is open', () => {
    expect(wrong('active', broken)).to.deep.equal([])
    expect(wrong('active', { ...healthy, isolation: 'pass' })).to.deep.equal([])
    expect(wrong('latent', broken, 'broken')).to.deep.equal([
      'diagnosis: a is called latent, but probes fail and nothing is unexplained',
    ])
  })

  it('may be latent before the trigger, where another cause is to blame, or where none is named', () => {
    expect(wrong('latent', broken)).to.deep.equal([])
    expect(wrong('latent', broken, 'broken', ['something else'])).to.deep.equal([])
    const nothing = { vector: broken, examination: { findings: [], unexplained: [] } }
    expect(wrongStates('broken', nothing, healthy)).to.deep.equal([])
  })
})
