import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { type Facts, readFacts } from '../../evidence/facts.ts'
import { publishedRuleMissing } from './cause.ts'

const bundle = new URL('evidence/sick/debian12-restored.bundle', import.meta.url)

describe('a published port without its rule', () => {
  const facts = readFacts(readFileSync(bundle, 'utf8'))
  const unread = (container: string): Facts => ({
    ...facts,
    containers: facts.containers.map((own) => (own.container === container ? { ...own, read: false } : own)),
  })

  it('is no loss of the rule where the container’s network cannot be read', () => {
    expect(publishedRuleMissing.detect(facts).answer).to.equal('present')
    expect(publishedRuleMissing.detect(unread('probe-other')).answer).to.equal('present')
    expect(publishedRuleMissing.detect(unread('probe-default')).answer).to.equal('absent')
  })

  it('is none where no device of the host is the other end of the container’s link', () => {
    const links = facts.links.filter(({ kind }) => kind !== 'veth')
    expect(publishedRuleMissing.detect({ ...facts, links }).answer).to.equal('absent')
  })
})
