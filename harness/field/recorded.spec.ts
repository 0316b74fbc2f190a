import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { parse } from 'yaml'
import { z } from 'zod'
import { examine } from '../diagnosis/examine.ts'

const here = (path: string): URL => new URL(path, import.meta.url)
// What is true of each host according to its probes, and what the diagnosis has to report.
const truth = z.record(
  z.string(),
  z.strictObject({
    verdict: z.enum(['sick', 'healthy', 'unknown']),
    /** Way and location of the first symptom: `back routing`. */
    at: z.string().optional(),
    /** Part of its message. */
    message: z.string().optional(),
    /** The owner of its rule. */
    owner: z.string().optional(),
    /** The file that sets its setting at boot. */
    file: z.string().optional(),
    /** Kinds of flows that are dead or unclear, sorted. */
    kinds: z.array(z.string()).optional(),
    /** The causes that are named, by default none. */
    causes: z.array(z.string()).default([]),
    /** Part of what the symptoms affect: one problem may stop flows of several kinds. */
    concerns: z.string().optional(),
    /** Part of its next steps. */
    next: z.string().optional(),
  }),
)
const expected = truth.parse(parse(readFileSync(here('recorded.yaml'), 'utf8')))
const hosts = (['sick', 'well'] as const).flatMap((wanted) =>
  readdirSync(here(`evidence/${wanted}`)).map((file) => ({ wanted, name: file.replace(/\.bundle$/, '') })),
)

/** With lists of ports in one order: dockerd lists containers by their last start. */
const inOrder = (text: string): string =>
  text.replaceAll(/\d+\/(?:tcp|udp)(?:, \d+\/(?:tcp|udp))+/g, (list) => list.split(', ').sort().join(', '))

describe('hosts from the field', () => {
  it('are all described', () => {
    expect(hosts.map(({ name }) => name).sort()).to.deep.equal(Object.keys(expected).sort())
    expect(hosts.filter(({ wanted }) => wanted === 'sick')).to.have.length.above(120)
    expect(hosts.filter(({ wanted }) => wanted === 'well')).to.have.length.above(62)
  })

  for (const { wanted, name } of hosts)
    it(`${name} is ${expected[name]?.verdict}`, () => {
      const { verdict, symptoms, findings } = examine(readFileSync(here(`evidence/${wanted}/${name}.bundle`), 'utf8'))
      const want = expected[name]!
      const [first] = symptoms
      expect(verdict).to.equal(want.verdict)
      expect(verdict).to.not.equal(wanted === 'sick' ? 'healthy' : 'sick')
      expect(findings.map(({ cause }) => cause).sort()).to.deep.equal(want.causes)
      // Without its way where that depends on which neighbours were known at that moment.
      if (want.at) expect(`${first?.at?.way} ${first?.at?.location}`).to.match(new RegExp(`(^| )${want.at}$`))
      if (want.message) expect(first?.message).to.contain(want.message)
      if (want.owner) expect(first?.rule?.owner.who).to.equal(want.owner)
      if (want.file) expect(first?.setting?.file).to.equal(want.file)
      if (want.concerns) expect(symptoms.map(({ what }) => inOrder(what)).join('; ')).to.contain(inOrder(want.concerns))
      if (want.next) expect(first?.next.join('; ')).to.contain(want.next)
      if (want.kinds) expect([...new Set(symptoms.map(({ kind }) => kind))].sort()).to.deep.equal(want.kinds)
    })
})
