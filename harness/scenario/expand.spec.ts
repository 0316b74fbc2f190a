import { expect } from 'chai'
import { parseDocument, type YAMLMap } from 'yaml'
import { expand } from './expand.ts'
import { toValue } from './nodes.ts'

const root = parseDocument(`title: t
n: 1
on: { testing: { n: 2 } }
variants:
  v: { m: 3 }
  w: { on: { testing: { m: 4 }, own: { m: 5 } } }
`).contents as unknown as YAMLMap

describe('what is said of one host', () => {
  const said = (host: string, likes = {}) =>
    Object.fromEntries(
      [...expand(root, true, likes)].map(({ variant, on }) => [variant ?? 'base', on(host) && toValue(on(host)!)]),
    )

  it('is said of a host that is like it', () => {
    const testing = said('testing')
    expect(testing.base).to.deep.equal({ title: 't', n: 2 })
    expect(said('stream', { stream: 'testing' })).to.deep.equal(testing)
    expect(said('stream')).to.deep.equal({ base: undefined, v: undefined, w: undefined })
  })

  it('gives way to what is said of the host itself, where it is', () => {
    const own = said('own', { own: 'testing' })
    expect(own.w).to.deep.equal({ title: 't', n: 2, m: 5 })
    expect(own.v).to.deep.equal({ title: 't', n: 2, m: 3 })
  })
})
