import { expect } from 'chai'
import { parseDocument, type YAMLMap } from 'yaml'
import { expand } from './expand.ts'
import { toValue } from './nodes.ts'

const root = parseDocument(`title: t
n: 1
on: { testing: { n: 2 } }
variants:
  v: { m: 3 }
  w: { on: { testing: { m: 4, k: 6 }, own: { m: 5 } } }
`).contents as unknown as YAMLMap

describe('an overlay for one host', () => {
  const written = (host: string, likes = {}) =>
    Object.fromEntries(
      [...expand(root, true, likes)].map(({ variant, on }) => [variant ?? 'base', on(host) && toValue(on(host)!)]),
    )

  it('also holds for a host that is like it', () => {
    const testing = written('testing')
    expect(testing.base).to.deep.equal({ title: 't', n: 2 })
    expect(written('stream', { stream: 'testing' })).to.deep.equal(testing)
    expect(written('stream')).to.deep.equal({ base: undefined, v: undefined, w: undefined })
  })

  it('gives way to an overlay for the host itself, key by key', () => {
    const own = written('own', { own: 'testing' })
    expect(own.w).to.deep.equal({ title: 't', n: 2, m: 5, k: 6 })
    expect(own.v).to.deep.equal({ title: 't', n: 2, m: 3 })
  })
})
