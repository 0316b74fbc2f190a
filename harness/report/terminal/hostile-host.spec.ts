import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import pc from 'picocolors'
import { asJson } from '../../diagnosis/as-json.ts'
import { type Examination, examine } from '../../diagnosis/examine.ts'
import { readBundle } from '../../evidence/bundle.ts'
import { editSection } from '../../evidence/reseal.ts'
import { hostileTexts } from '../../lib/hostile.spec-data.ts'
import { safeJson } from '../../lib/text.ts'
import { examinationLines } from './examination.ts'
import { fitLines } from './fit-lines.ts'

const healthy = readFileSync(new URL('../../trace/evidence/healthy.bundle', import.meta.url), 'utf8')
const acts = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]|\p{DI}|\p{Cs}/u

/** As iptables prints a comment. */
const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`

/** The bundle of a host whose first rule of FORWARD drops everything, under a comment. */
const dropping = (comment: string): string =>
  editSection(healthy, 'rules-nft', (text) =>
    text.replace(
      /^(\[\d+:\d+\] )?-A FORWARD/m,
      (first) => `[1:60] -A FORWARD -m comment --comment ${quoted(comment)} -j DROP\n${first}`,
    ),
  )

/** The same with the text in a name, an option, a log and a file too. */
const everywhere = (text: string): string => {
  const inJson = JSON.stringify(text).slice(1, -1)
  const name = (section: string): string =>
    section.replace(/"Driver":"bridge","Scope"/, () => `"Driver":"bridge","Labels":{"${inJson}":"${inJson}"},"Scope"`)
  const line = (section: string): string => `${section}\n${text}`
  let bundle = dropping(text)
  bundle = editSection(bundle, 'docker-networks', (section) =>
    name(section).replace('"Options":{', () => `"Options":{"${inJson}x":"${inJson}",`),
  )
  for (const section of ['kernel-log', 'docker-journal', 'boot-files', 'kernels', 'docker-server'])
    bundle = editSection(bundle, section, line)
  return bundle
}

/** What `diagnose` prints of it, as text and as JSON. */
const shown = (seen: Examination): [text: string, json: string] => [
  fitLines(examinationLines('host.bundle', seen, [], { ...pc.createColors(false), columns: 100 }), 100).join('\n'),
  safeJson(asJson('host.bundle', seen), 2),
]

describe('the diagnosis of a host that prints what is hostile', function () {
  this.timeout(300_000)

  it('is of a host that is healthy without the rule, and not with it', () => {
    expect(examine(healthy).verdict).to.equal('healthy')
    // The listing of nft does not have the rule, so the two do not agree.
    expect(examine(dropping('plain')).verdict).to.equal('unknown')
  })

  it('is never healthy, whatever the comment of the rule that drops, and no part of the rule is lost', () => {
    const verdicts = new Map<string, string>()
    const rules = examine(dropping('plain')).facts.xtables.nft.rules.length
    for (const [kind, text] of hostileTexts) {
      const { verdict, facts } = examine(dropping(text.slice(0, 3000)))
      verdicts.set(kind, verdict)
      const read = facts.xtables.nft.rules
      expect(read, kind).to.have.length(rules)
      expect(read.find(({ chain }) => chain === 'FORWARD')!.target, kind).to.equal('DROP')
    }
    expect(verdicts.size).to.be.at.least(120)
    expect([...verdicts].filter(([, verdict]) => verdict === 'healthy')).to.deep.equal([])
  })

  it('acts on no terminal, and comes back from JSON', () => {
    let checked = 0
    for (const [kind, text] of hostileTexts) {
      const bundle = everywhere(text.slice(0, 2000))
      const seen = examine(bundle)
      expect(seen.verdict, kind).to.not.equal('healthy')
      const [lines, json] = shown(seen)
      expect(lines, kind).to.not.match(acts)
      expect(lines, kind).to.not.match(/^\s*::|##\[/m)
      expect(lines.split('\n')[0], kind).to.match(/^[✗?] (sick|unknown) host\.bundle/)
      expect(json, kind).to.not.match(acts)
      expect(json, kind).to.not.contain('##[')
      expect(JSON.parse(json).verdict, kind).to.equal(seen.verdict)
      checked++
    }
    expect(checked).to.be.at.least(120)
  })

  it('is of its own sections only: no text forges a frame', () => {
    const names = [...readBundle(healthy).sections.keys()]
    for (const kind of ['frames of a bundle', 'a second bundle', 'frames behind returns', 'rules in quotes']) {
      const forged = readBundle(editSection(healthy, 'kernel-log', () => hostileTexts.get(kind)!))
      expect([...forged.sections.keys()], kind).to.deep.equal(names)
      expect(forged.whole, kind).to.equal(true)
    }
  })
})
