import { expect } from 'chai'
import { readCgroupFilters } from './read.ts'

const none = (unit: string): string => `${unit} RestrictNetworkInterfaces ~`

describe('the filters of control groups', () => {
  it('are those that have a value', () => {
    const lines = ['system.slice RestrictNetworkInterfaces ~', 'system.slice IPAddressDeny 0.0.0.0/0 ::/0', ' x ~', '']
    expect(readCgroupFilters(lines)).to.deep.equal([
      { unit: 'system.slice', key: 'IPAddressDeny', value: '0.0.0.0/0 ::/0' },
    ])
  })

  it('are of the unit that a line names, where systemd prints the name first', () => {
    const lines = [none('docker.service'), 'a.slice IPAddressDeny ::/0 0.0.0.0/0', none('a.slice'), none('b.slice')]
    expect(readCgroupFilters(lines)).to.deep.equal([{ unit: 'a.slice', key: 'IPAddressDeny', value: '::/0 0.0.0.0/0' }])
  })

  it('are of the next unit, where it prints the name last', () => {
    const lines = [
      ' IPAddressDeny 0.0.0.0/0',
      none(''),
      none('docker.service'),
      'containerd.service IPAddressDeny ::/0',
      none('containerd.service'),
      'a.slice RestrictNetworkInterfaces lo',
    ]
    expect(readCgroupFilters(lines).map(({ unit, key }) => `${unit} ${key}`)).to.deep.equal([
      'docker.service IPAddressDeny',
      'a.slice IPAddressDeny',
      ' RestrictNetworkInterfaces',
    ])
  })

  it('are of an unknown unit, where not every unit has a line', () => {
    const lines = [' IPAddressDeny 0.0.0.0/0', 'docker.service IPAddressDeny ::/0']
    expect(readCgroupFilters(lines)).to.deep.equal([
      { unit: 'docker.service', key: 'IPAddressDeny', value: '0.0.0.0/0' },
      { unit: '', key: 'IPAddressDeny', value: '::/0' },
    ])
  })
})
