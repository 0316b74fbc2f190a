import { expect } from 'chai'
import { given } from './conditions.ts'
import { usualVariables, type Variable, type VariableName, valueIn, variables, withValues } from './variables.ts'

const names = Object.keys(variables) as VariableName[]
const usual = given.parse({})

describe('the variables of a sweep', () => {
  it('each set one condition to each of their values', () => {
    let set = 0
    for (const name of names.filter((each) => each !== 'engine'))
      for (const word of Object.keys(variables[name].values)) {
        const other = withValues(usual, { [name]: word })
        expect(valueIn(name, other, 'debian12'), `${name}=${word}`).to.equal(word)
        const changed = Object.keys(other).filter(
          (key) => other[key as keyof typeof other] !== usual[key as keyof typeof usual],
        )
        // Forwarding follows the policy, as in a scenario.
        expect(changed.length, changed.join()).to.be.at.most(name === 'policy' ? 2 : 1)
        set += changed.length
      }
    expect(set).to.be.above(names.length - 1)
    expect(valueIn('engine', usual, 'debian13')).to.equal('debian13')
  })

  it('include every condition that a scenario can pin, and the host', () => {
    const conditions = Object.values(variables).map(({ sets }: Variable) => sets)
    expect(conditions).to.have.members([...Object.keys(usual), 'host'])
    expect(usualVariables).to.have.length(4)
  })

  it('leave forwarding as it was pinned', () => {
    const pinned = given.parse({ 'forward-policy': 'accept', 'ip-forward': false })
    expect(withValues(pinned, { policy: 'drop' })).to.include({ 'forward-policy': 'drop', 'ip-forward': false })
    expect(withValues(pinned, { policy: 'accept' })).to.include({ 'ip-forward': false })
    expect(withValues(given.parse({}), { policy: 'accept' })).to.include({ 'ip-forward': true })
  })
})
