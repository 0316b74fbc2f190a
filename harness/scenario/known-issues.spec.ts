import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { LabError } from '../lib/errors.ts'
import { knownIssueOf, loadKnownIssues } from './known-issues.ts'

describe('known-issues.yaml', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'dockfault-known-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  const cells = [
    { name: 'debian12-healthy', host: 'debian12', scenario: 'healthy', tags: ['control'] },
    { name: 'debian12-stale-kernel', host: 'debian12', scenario: 'stale-kernel', tags: ['vm'] },
  ]
  const load = (text: string) => {
    writeFileSync(join(dir, 'known-issues.yaml'), text)
    return loadKnownIssues(join(dir, 'known-issues.yaml'), { cells, providers: ['container', 'qemu'] })
  }
  /** The first line of each complaint, without the folder. */
  const complaints = (text: string): string[] => {
    try {
      load(text)
    } catch (error) {
      expect(error).to.be.instanceOf(LabError).and.include({ code: 'usage', exitCode: 64 })
      return (error as LabError).message
        .replaceAll(`${dir}/known-issues.yaml:`, '')
        .split('\n')
        .filter((line) => /^\d/.test(line))
    }
    throw new Error('it loads')
  }
  const entry = "  - { pattern: 'debian12-*', tracker: issue 12, until: 2026-12-31 }\n"

  it('lists failures, each with a tracker and a last day, and where it stands', () => {
    const [issue, other] = load(
      `issues:\n${entry}  - { pattern: vm, tracker: x, until: '2027-01-01', providers: [qemu] }\n`,
    )
    expect(issue).to.deep.include({ pattern: 'debian12-*', tracker: 'issue 12', until: '2026-12-31' })
    expect(issue!.where.line).to.equal(2)
    expect(other).to.deep.include({ providers: ['qemu'] })
    expect(load('issues: []\n')).to.deep.equal([])
    expect(loadKnownIssues(join(dir, 'none.yaml'), { cells, providers: [] })).to.deep.equal([])
  })

  it('applies to cells by glob or tag, and only to its providers where it lists some', () => {
    const issues = load(`issues:\n  - { pattern: vm, tracker: x, until: 2027-01-01, providers: [qemu] }\n${entry}`)
    expect(knownIssueOf(cells[1]!, 'qemu', issues)?.pattern).to.equal('vm')
    expect(knownIssueOf(cells[1]!, 'container', issues)?.pattern).to.equal('debian12-*')
    expect(
      knownIssueOf({ name: 'debian13-healthy', host: 'debian13', scenario: 'healthy', tags: [] }, 'qemu', issues),
    ).to.equal(undefined)
  })

  it('reports each mistake with line and column', () => {
    expect(complaints('issues:\n  - { pattern: a*, trackr: x, until: 2026-12-31 }\n')).to.deep.equal([
      '2:5: missing key `tracker` in `issues[0]`',
      '2:20: unknown key `trackr` in `issues[0]`',
    ])
    expect(complaints(entry.replace('2026-12-31', '2026-02-30').replace(/^/, 'issues:\n'))).to.deep.equal([
      '2:56: `issues[0].until` must be a date such as 2026-12-31',
    ])
    expect(complaints(`issues:\n${entry.replace(' }', ', providers: [vagrnt] }')}`)[0]).to.contain('cannot be `vagrnt`')
    expect(complaints('issues:\n  - { pattern: debian12-helthy, tracker: x, until: 2026-12-31 }\n')).to.deep.equal([
      '2:5: no cell matches `debian12-helthy`',
    ])
    expect(complaints('- a\n')).to.deep.equal(['1:1: not a mapping'])
    expect(complaints('issues: [*all]\n')[0]).to.match(/^1:\d+: /)
    expect(complaints('known: []\n')).to.have.length(2)
  })
})
