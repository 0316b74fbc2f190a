import { expect } from 'chai'
import { classify, type Vector } from './classify.ts'

const healthy: Vector = { tcp: 'pass', dns: 'pass', isolation: 'fail' }
const broken: Vector = { tcp: 'fail', dns: 'fail', isolation: 'fail' }
const classAfter = (vector: Partial<Vector>, stillNamed = false, from = broken) =>
  classify({ healthy, broken: from, after: { ...from, ...vector } as Vector, stillNamed })

describe('the class of a fix', () => {
  it('cures when every probe is right and no cause is named', () =>
    expect(classAfter({ tcp: 'pass', dns: 'pass' })).to.equal('cures'))
  it('masks when every probe is right and the cause is still named', () =>
    expect(classAfter({ tcp: 'pass', dns: 'pass' }, true)).to.equal('masks'))
  it('is partial when some come back', () => expect(classAfter({ tcp: 'pass' })).to.equal('partial'))
  it('has no effect when nothing changes', () => expect(classAfter({}, true)).to.equal('no-effect'))
  it('worsens when what worked is lost', () =>
    expect(classAfter({ tcp: 'fail' }, true, { ...broken, tcp: 'pass' })).to.equal('worsens'))
  it('is partial when it loses something and heals something else', () =>
    expect(classAfter({ tcp: 'fail', dns: 'pass' }, true, { ...broken, tcp: 'pass' })).to.equal('partial'))
  it('worsens when isolation opens, whatever else it heals', () =>
    expect(classAfter({ tcp: 'pass', dns: 'pass', isolation: 'pass' })).to.equal('worsens'))
  it('does not cure while isolation stays open', () =>
    expect(classAfter({ tcp: 'pass', dns: 'pass' }, false, { ...broken, isolation: 'pass' })).to.equal('partial'))
  it('does not judge by a crashed tool', () => expect(classAfter({ tcp: 'error' })).to.equal(undefined))
  it('does not call a latent fault cured while it is named', () =>
    expect(classAfter({}, true, healthy)).to.equal('no-effect'))
})
