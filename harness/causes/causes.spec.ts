import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { parse } from 'yaml'
import type { Procedure } from '../cause/cause.ts'
import { examine } from '../diagnosis/examine.ts'
import { examinationOf } from '../diagnosis/finding.spec-data.ts'
import { readFacts } from '../evidence/facts.ts'
import { editSection } from '../evidence/reseal.ts'
import type { Fault } from '../injection/fault.ts'
import { fullTable } from '../simulate/conntrack-table.ts'
import { type Recorded, recorded, recordedAt, sickFolder } from './bundles.spec-data.ts'
import { causeNames } from './index.ts'

// The rules that every cause keeps. A cause is a folder, and this spec finds it there.
const root = new URL('.', import.meta.url).pathname
const folders = readdirSync(root, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? entry.name : []))
const owned = await Promise.all(
  folders.map(async (folder) => {
    const { default: fault } = (await import(`./${folder}/index.ts`)) as { default: Fault }
    return fault.cause ? [{ folder, cause: fault.cause }] : []
  }),
)
const causes = owned.flat()

// Of hosts from the field a file lists the causes. A host with two causes has both in its name, and one of the tracer's may
// have the name of its cause.
const field = parse(readFileSync(join(root, '../field/recorded.yaml'), 'utf8')) as Record<string, { causes?: string[] }>
const namedOn = ({ path }: Recorded): string[] => {
  if (path.startsWith('field/')) return field[path.split('/').at(-1)!]?.causes ?? []
  if (path.startsWith('trace/evidence/')) return causeNames.filter((name) => path === `trace/evidence/${name}`)
  return path.startsWith('evidence/two-at-once/')
    ? causeNames.filter((name) => path.includes(name))
    : causes.flatMap(({ folder, cause }) => (path.startsWith(sickFolder(folder)) ? cause.id : []))
}

// Complete bundles on which a cause may answer `unknown` although dockerd answers, each with the reason.
const notKnown: Record<string, string> = {
  ...Object.fromEntries(
    [
      'field/evidence/sick/legacy-nft-split',
      'causes/backend-split/evidence/sick/debian-testing-to-legacy',
      'causes/backend-split/evidence/sick/debian12-to-legacy',
      'causes/backend-split/evidence/sick/debian13-to-legacy',
      'causes/backend-split/evidence/well/debian12-no-new-network',
      'causes/rules-flushed/evidence/sick/debian11-legacy-filter-only',
    ].map((path) => [`${path} iptables-check-broken`, 'iptables-legacy is not tested in a scratch namespace']),
  ),
  'field/evidence/sick/mtu-black-hole mtu-black-hole': 'no packet was followed there',
}

// Advice for hosts that nobody recorded.
const nowhere: Record<string, string> = {
  'stale-kernel switch-to-iptables-nft': 'no kernel of a host with iptables-legacy was recorded as stale',
  'module-absent install-modules-extra': 'no host of Enterprise Linux was recorded, and none can be had here',
  'module-absent switch-to-iptables-nft-and-reboot': 'no host was recorded on which the tables are loaded still',
  'module-absent switch-to-iptables-legacy': 'no host was recorded on which a module of nft alone is absent',
}

/** Sections that list the same as another one, by its name. */
const substitutes: Readonly<Record<string, string>> = { 'rules-native': 'rules-text' }

/** A bundle in which a section has not been collected, nor one that lists the same. */
const without = (text: string, section: string, status: 'failed' | 'timed-out'): string =>
  [section, substitutes[section] ?? []].flat().reduce((edited, name) => editSection(edited, name, status), text)

describe('every cause', () => {
  it('has a folder, and a name of its own', () => {
    expect(causes.map(({ cause }) => cause.id)).to.deep.equal(causeNames)
    expect(new Set(causeNames)).to.have.property('size', causes.length)
    expect(causes).to.have.length.at.least(7)
  })

  it('was checked on every recorded host', () => {
    for (const under of ['causes/', 'trace/evidence/', 'field/evidence/', 'evidence/two-at-once/'])
      expect(recorded.filter(({ path }) => path.startsWith(under))).to.have.length.above(8)
    expect(recorded).to.have.length.at.least(151)
    expect(recorded.filter((each) => namedOn(each).length === 2)).to.have.length.at.least(9)
  })
})

for (const { folder, cause } of causes)
  describe(`the cause ${cause.id}`, function () {
    this.timeout(120_000)
    const sick = recorded.filter(({ path }) => path.startsWith(sickFolder(folder)))

    it('is named on each of its own hosts, alone, explains all that fails there, and has a remedy', () => {
      for (const { path, facts } of sick) {
        const { verdict, findings, unexplained, ambiguous } = examinationOf(facts)
        expect(verdict, path).to.equal('sick')
        expect(findings[0]?.remedies, path).to.not.be.empty
        const named = findings.map((finding) => finding.cause)
        expect({ named, unexplained, ambiguous }, path).to.deep.equal({
          named: [cause.id],
          unexplained: [],
          ambiguous: [],
        })
      }
      expect(sick).to.have.length.at.least(2)
    })

    it('is named on no other host, and `unknown` only where evidence is missing', () => {
      const others = recorded.filter((each) => !namedOn(each).includes(cause.id))
      const wrong = others.flatMap(({ path, facts }) => {
        const { ruledOut, notChecked } = examinationOf(facts)
        const absent = ruledOut.some((each) => each.cause === cause.id && each.found !== '')
        const unknown = notChecked.some((each) => each.cause === cause.id && each.why !== '')
        const isCut = cause.needs.some((section) => facts.sections[section]?.status === 'timed-out')
        const maybe =
          isCut || !facts.docker.answers || fullTable(facts) !== undefined || `${path} ${cause.id}` in notKnown
        return absent || (unknown && maybe) ? [] : [path]
      })
      expect(wrong).to.deep.equal([])
      expect(others).to.have.length.at.least(recorded.length - sick.length - 12)
    })

    it('is `unknown` wherever evidence that it needs is missing, and such a host is never healthy', () => {
      const healthy = recordedAt('trace/evidence/healthy')
      expect(cause.needs).to.not.be.empty
      for (const { path, text } of [sick[0]!, healthy])
        for (const section of cause.needs)
          for (const status of ['failed', 'timed-out'] as const) {
            const answer = cause.detect(readFacts(without(text, section, status)))
            expect(answer, `${path} without ${section}`).to.include({ answer: 'unknown' })
            expect(answer.answer === 'unknown' && answer.why).to.contain(section)
          }
      for (const section of cause.needs)
        expect(examine(without(sick[0]!.text, section, 'failed')).verdict, section).to.not.equal('healthy')
    })

    it('is found by the section that lists the same as one that failed', () => {
      for (const section of cause.needs.filter((name) => name in substitutes))
        for (const { path, text } of [sick[0]!, recordedAt('trace/evidence/healthy')]) {
          const { answer } = cause.detect(readFacts(editSection(text, section, 'failed')))
          expect(answer, `${path} without ${section}`).to.equal(cause.detect(readFacts(text)).answer)
        }
    })

    it('has remedies and temptations with steps for its own hosts, and each applies to one of them', () => {
      const all: [string, Procedure][] = [...Object.entries(cause.remedies), ...Object.entries(cause.temptations)]
      for (const [name, procedure] of all) {
        expect([procedure.title, procedure.cost], name).to.not.include('')
        const hosts = recorded.filter(
          (each) => namedOn(each).includes(cause.id) && (procedure.when?.(each.facts) ?? true),
        )
        for (const { path, facts } of hosts) {
          const steps = procedure.steps(facts)
          if (!procedure.reboots) expect(steps, `${name} on ${path}`).to.not.be.empty
          for (const step of steps) expect(isShell(step), `${name} on ${path}: ${step}`).to.equal(true)
        }
        expect(hosts.length > 0, `${name} applies to a recorded host`).to.equal(!(`${cause.id} ${name}` in nowhere))
      }
      for (const [name, { why }] of Object.entries(cause.temptations)) expect(why, name).to.not.equal('')
      expect(Object.keys(cause.remedies)).to.not.be.empty
      const both = Object.keys(cause.remedies).filter((name) => name in cause.temptations)
      expect(both).to.deep.equal([])
    })

    it('is not ruled out by flows while dockerd does not answer', () => {
      const files = sourcesOf(folder)
      const usesFlows = files.some((name) =>
        /\bdropped(Flows|Ports)\(/.test(readFileSync(join(root, folder, name), 'utf8')),
      )
      expect(cause.byFlows ?? false).to.equal(usesFlows)
      if (usesFlows)
        expect(cause.detect(recordedAt('field/evidence/sick/dockerd-hung').facts).answer).to.equal('unknown')
    })

    it('knows no other cause: no file of its folder imports from another', () => {
      const files = sourcesOf(folder)
      const wrong = files.flatMap((name) => othersIn(readFileSync(join(root, folder, name), 'utf8')))
      expect(wrong).to.deep.equal([])
      expect(files).to.include.members(['cause.ts', 'index.ts'])
    })
  })

describe('what causes have in common', () => {
  it('knows none of them', () => {
    const common = join(root, '../cause')
    const files = readdirSync(common).filter((name) => /(?<!\.spec|\.suite|\.spec-data)\.ts$/.test(name))
    const wrong = files.filter((name) => othersIn(readFileSync(join(common, name), 'utf8'), '../causes/').length > 0)
    expect(wrong).to.deep.equal([])
    expect(files).to.include.members(['cause.ts', 'restart.ts', 'settings.ts', 'steps.ts'])
  })

  it('is caught where it does, as a cause is that knows another', () => {
    expect(othersIn("import { a } from '../stale-kernel/cause.ts'")).to.deep.equal(['../stale-kernel/cause.ts'])
    expect(othersIn("import '../stale-kernel/index.ts'")).to.deep.equal(['../stale-kernel/index.ts'])
    const common = "import { a } from '../causes/stale-kernel/cause.ts'"
    expect(othersIn(common, '../causes/')).to.deep.equal(['../causes/stale-kernel/cause.ts'])
    expect(othersIn("import { a } from '../../cause/restart.ts'")).to.deep.equal([])
  })
})

/** The files of a cause that are not its specs. */
const sourcesOf = (folder: string): string[] =>
  readdirSync(join(root, folder)).filter((name) => /(?<!\.spec|\.suite)\.ts$/.test(name))

/** The imports of a file that lead into the folder of a cause. */
function othersIn(source: string, up = '../'): string[] {
  const paths = [...source.matchAll(/(?:from |import |import\()'(\.[^']+)'/g)].map(([, path]) => path!)
  return paths.filter((path) => folders.some((folder) => path.startsWith(`${up}${folder}/`)))
}

const scripts = new Map<string, boolean>()
/** Whether a shell can parse a script. */
function isShell(script: string): boolean {
  const known = scripts.get(script)
  if (known !== undefined) return known
  let valid = true
  try {
    execFileSync('sh', ['-n'], { input: script, stdio: ['pipe', 'ignore', 'ignore'] })
  } catch {
    valid = false
  }
  scripts.set(script, valid)
  return valid
}
