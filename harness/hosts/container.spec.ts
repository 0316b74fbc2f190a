import { expect } from 'chai'
import { isOrphan, ownerName, parseOwner } from './container/owner.ts'
import { differences, type MachineState } from './machine-state.ts'
import { machineBoot } from './process.ts'

describe('the owner of a container', () => {
  it('is this process, distinct from a later one with the same pid', () => {
    const { pid, start } = parseOwner(ownerName())!
    expect(pid).to.equal(process.pid)
    expect(isOrphan(ownerName(), true)).to.equal(false)
    expect(isOrphan(`${pid}-${Number(start) + 1}-${machineBoot()}`, true)).to.equal(true)
  })

  it('may be on another machine: what runs is left alone', () => {
    const elsewhere = '1-2-00000000-0000-4000-8000-000000000000'
    expect(isOrphan(elsewhere, true)).to.equal(false)
    expect(isOrphan(elsewhere, false)).to.equal(true)
    expect(isOrphan('no owner of ours', false)).to.equal(false)
  })
})

describe('the state of a machine', () => {
  it('is compared fact by fact', () => {
    const state: MachineState = { sysctls: ['a = 1', 'b = 2'], modules: [] }
    expect(differences(state, state)).to.deep.equal([])
    expect(differences(state, { sysctls: ['a = 1', 'b = 3'], modules: ['xt_MASQUERADE'] })).to.deep.equal([
      'sysctls: - b = 2',
      'sysctls: + b = 3',
      'modules: + xt_MASQUERADE',
    ])
  })
})
