import { expect } from 'chai'
import { packetOf } from '../packet.ts'
import type { Doubt, World } from './types.ts'
import { mergeWorlds } from './world.ts'

const doubt = (key: string, holds: boolean): Doubt => ({ key, holds, message: key, kind: 'other' })
const world = (dead: boolean, ...doubts: Doubt[]): World => ({
  packet: packetOf({ destinationPort: 80 }),
  steps: [],
  doubts,
  dead,
  terminating: [],
})
const keys = (worlds: World[]): string[][] => worlds.map(({ doubts }) => doubts.map(({ key }) => key))

describe('worlds', () => {
  it('that end alike merge, without a doubt', () =>
    expect(keys(mergeWorlds([world(true, doubt('a', true)), world(true, doubt('a', false))]))).to.deep.equal([[]]))

  it('that end alike keep what was in doubt before', () => {
    const known = doubt('k', true)
    expect(
      keys(mergeWorlds([world(true, known, doubt('a', true)), world(true, known, doubt('a', false))], [known])),
    ).to.deep.equal([['k']])
  })

  it('keep the conditions by which they differ, and lose the others', () => {
    const worlds = [
      world(true, doubt('a', true), doubt('b', true)),
      world(true, doubt('a', true), doubt('b', false)),
      world(false, doubt('a', false)),
    ]
    expect(keys(mergeWorlds(worlds))).to.deep.equal([['a'], ['a']])
  })

  it('of different packets stay apart', () => {
    const other = { ...world(false, doubt('a', false)), packet: packetOf({ destinationPort: 81 }) }
    expect(mergeWorlds([world(false, doubt('a', true)), other])).to.have.lengthOf(2)
  })

  it('of one packet whose fields were set in another order are alike', () => {
    const one = world(false, doubt('a', true))
    const { mark, ...rest } = one.packet
    expect(mergeWorlds([one, { ...world(false, doubt('a', false)), packet: { ...rest, mark } }])).to.have.lengthOf(1)
  })
})
