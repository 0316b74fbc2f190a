import { expect } from 'chai'
import { recordedAt } from '../causes/bundles.spec-data.ts'
import { examinationOf } from '../diagnosis/finding.spec-data.ts'
import { classify, type Vector } from '../fix/classify.ts'
import { FakeHost } from '../hosts/fake.ts'
import { runProbe } from '../probes/probe.ts'
import { calibrateClasses, calibrateComparison, calibrateProbes } from './calibration.ts'
import { differences, type Observation } from './observe.ts'

const thrown = async (run: () => unknown): Promise<string> => {
  try {
    await run()
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

describe('the calibration of a cell’s judges', () => {
  const host = new FakeHost(() => undefined)
  const taking =
    (wrong: string, as: string): typeof runProbe =>
    async (of, probe) => {
      const result = await runProbe(of, probe)
      return { ...result, outcome: (result.outcome === wrong ? as : result.outcome) as typeof result.outcome }
    }

  it('finds nothing wrong with the probes’ judge', () => calibrateProbes(host))

  for (const [wrong, as] of [
    ['error', 'fail'],
    ['fail', 'error'],
    ['fail', 'pass'],
    ['pass', 'fail'],
    ['error', 'pass'],
  ] as const)
    it(`finds a judge of probes that takes ${wrong} for ${as}`, async () =>
      expect(await thrown(() => calibrateProbes(host, taking(wrong, as)))).to.contain(`is ${wrong}, judged ${as}`))

  const { text, facts } = recordedAt('causes/rules-flushed/evidence/sick/debian12-filter-only')
  const examination = examinationOf(facts)
  const vector: Vector = { 'egress-tcp': 'pass', isolation: 'fail' }
  const trace = examination.traces[0]!
  const seen: Observation = {
    probes: Object.entries(vector).map(([name, outcome]) => ({ name, outcome, durationMs: 1, detail: '' })),
    vector,
    bundle: text,
    facts,
    examination,
    named: [],
    traces: [{ from: 'default', probe: 'egress-tcp', trace }],
    outside: new Map(),
  }

  it('finds nothing wrong with the comparison', () => calibrateComparison(seen))

  for (const [what, kind] of [
    ['probes', /^probe /],
    ['missed causes', /was not named/],
    ['causes too many', /was named, but/],
    ['the verdict', /the verdict/],
    ['unexplained symptoms', /an unexplained symptom/],
    ['traces', /^trace from/],
  ] as const)
    it(`finds a comparison that overlooks ${what}`, async () => {
      const blind: typeof differences = (...of) => differences(...of).filter((words) => !kind.test(words))
      expect(await thrown(() => calibrateComparison(seen, blind))).to.match(/the comparison .*overlooked/)
    })

  const healthy: Vector = { tcp: 'pass', dns: 'pass', port: 'pass', isolation: 'fail' }
  const broken: Vector = { ...healthy, tcp: 'fail', dns: 'fail' }

  it('finds nothing wrong with the classes of fixes, whatever the fault breaks', () => {
    calibrateClasses(healthy, broken)
    calibrateClasses(healthy, healthy)
    calibrateClasses(healthy, { ...healthy, tcp: 'fail' })
    calibrateClasses(healthy, { tcp: 'fail', dns: 'fail', port: 'fail', isolation: 'pass' })
    calibrateClasses({}, {})
  })

  for (const [wrong, as] of [
    ['partial', 'cures'],
    ['masks', 'cures'],
    ['worsens', 'no-effect'],
    ['no-effect', 'partial'],
    ['cures', 'partial'],
    [undefined, 'no-effect'],
  ] as const)
    it(`finds a classifier that calls ${wrong ?? 'a crashed tool'} ${as}`, async () => {
      const liar: typeof classify = (of) => {
        const right = classify(of)
        return right === wrong ? as : right
      }
      expect(await thrown(() => calibrateClasses(healthy, broken, liar))).to.contain(`judged ${as}`)
    })

  it('finds a classifier that counts lost isolation less than what came back', async () => {
    const liar: typeof classify = (of) =>
      classify({ ...of, after: { ...of.after, isolation: 'fail' } }) === 'cures' ? 'cures' : classify(of)
    expect(await thrown(() => calibrateClasses(healthy, broken, liar))).to.contain('isolation opened is worsens')
  })
})
