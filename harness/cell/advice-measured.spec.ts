import { expect } from 'chai'
import type { Examination, Finding } from '../diagnosis/examine.ts'
import type { FixRecord } from '../results/record.ts'
import { contradictions, unmeasured } from './advice-measured.ts'

type Advised = Partial<Record<'remedies' | 'deferred' | 'nonFixes', string[]>>
const finding = (cause: string, advice: Advised): Finding => {
  const named = (names: string[] = []) =>
    names.map((name) => ({ name, title: name, why: 'why', cost: '', steps: [], reboots: false }))
  const { remedies, deferred, nonFixes } = advice
  return {
    ...{ cause, state: 'active', confidence: 'certain', summary: '', evidence: [] },
    ...{ remedies: named(remedies), deferred: named(deferred), nonFixes: named(nonFixes) },
  }
}
const seen = (...findings: Finding[]) => ({ findings }) as unknown as Examination
const classes: FixRecord['observed'][] = ['cures', 'masks', 'partial', 'no-effect', 'worsens', 'error']

describe('advice that nothing measures', () => {
  const host = seen(
    finding('a', { remedies: ['one', 'two'], deferred: ['three'], nonFixes: ['four'] }),
    finding('b', { remedies: ['one'] }),
  )

  it('is each recommended remedy without a fix in the scenario, and none that is put off or advised against', () => {
    expect(unmeasured(host, ['one', 'two'])).to.deep.equal([])
    expect(unmeasured(host, ['two'])).to.deep.equal([
      'advice: one is recommended for a, and no entry of `fixes` measures it',
      'advice: one is recommended for b, and no entry of `fixes` measures it',
    ])
    expect(unmeasured(host, [])).to.have.length(3)
    expect(unmeasured(seen(), [])).to.deep.equal([])
  })
})

describe('advice that a measured fix contradicts', () => {
  const nothing = { findings: [] }

  it('is a recommended remedy that does anything but cure, where one cause is there', () => {
    const host = seen(finding('a', { remedies: ['one'] }))
    const wrong = classes.filter((observed) => contradictions(host, 'one', observed, nothing).length > 0)
    expect(wrong).to.deep.equal(classes.filter((each) => each !== 'cures'))
    expect(contradictions(host, 'one', 'masks', nothing)).to.deep.equal([
      'advice: one is recommended for a, but its measured effect is masks',
    ])
  })

  it('is a “do not”, or a remedy put off, that cures', () => {
    for (const kind of ['nonFixes', 'deferred'] as const) {
      const host = seen(finding('a', { [kind]: ['one'] }))
      const wrong = classes.filter((observed) => contradictions(host, 'one', observed, nothing).length > 0)
      expect(wrong, kind).to.deep.equal(['cures'])
      expect(contradictions(host, 'one', 'cures', nothing)).to.deep.equal([
        'advice: one is advised against for a, but its measured effect is cures',
      ])
    }
  })

  it('is nothing of what no advice speaks of', () => {
    const host = seen(finding('a', { remedies: ['one'], nonFixes: ['two'] }))
    for (const observed of classes) expect(contradictions(host, 'three', observed, nothing)).to.deep.equal([])
  })

  describe('where two causes are there', () => {
    const [a, b] = [finding('a', { remedies: ['one'] }), finding('b', { remedies: ['two'], nonFixes: ['one'] })]
    const host = seen(a, b)

    it('is a remedy that leaves its own cause, whatever the probes say', () => {
      expect(contradictions(host, 'one', 'no-effect', { findings: [b] })).to.deep.equal([])
      expect(contradictions(host, 'one', 'partial', { findings: [a, b] })).to.deep.equal([
        'advice: one is recommended for a, but does not end it',
      ])
      expect(contradictions(host, 'two', 'masks', { findings: [a, b] })).to.deep.equal([
        'advice: two is recommended for b, but does not end it',
      ])
    })

    it('is one that worsens', () =>
      expect(contradictions(host, 'one', 'worsens', { findings: [b] })).to.deep.equal([
        'advice: one is recommended, but its measured effect is worsens',
      ]))

    it('is no “do not” of the one that is recommended for the other', () =>
      expect(contradictions(host, 'one', 'cures', nothing)).to.deep.equal([]))
  })
})
