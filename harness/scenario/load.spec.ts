import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { LabError } from '../lib/errors.ts'
import { loadScenarios } from './load.ts'
import { registry } from './terms.spec-data.ts'

describe('loading scenarios', () => {
  let dir: string
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'scenarios-'))
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  const load = (files: Record<string, string>) => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text)
    return loadScenarios(dir, registry)
  }
  const failure = (files: Record<string, string>): LabError => {
    try {
      load(files)
    } catch (error) {
      expect(error).to.be.instanceOf(LabError)
      return error as LabError
    }
    throw new Error('these scenarios load')
  }
  /** The first line of each complaint, without the folder. */
  const complaints = (files: Record<string, string>): string[] =>
    failure(files)
      .message.replaceAll(`${dir}/`, '')
      .split('\n')
      .filter((line) => /^\S/.test(line))

  const head = 'title: Something breaks\nhosts: [debian12]\n'
  const sick = `${head}fault: { kind: stale-kernel }\nbroken: { probes: { default: fail }, diagnosis: [stale-kernel] }\n`

  describe('into cells', () => {
    it('makes one per host and variant, by file and name', () => {
      const cells = load({
        'stale.yaml': `${sick.replace('[debian12]', '[debian12, debian13]')}variants:\n  other: { hosts: [debian13], fault: { how: module-missing } }\n`,
        'healthy.yaml': head,
        'known-issues.yaml': 'not: [a scenario',
        'notes.txt': ':',
        '.swap.yaml': ':',
      })
      expect(cells.map((cell) => cell.name)).to.deep.equal([
        'debian12-healthy',
        'debian12-stale',
        'debian13-stale',
        'debian13-stale-other',
      ])
      expect(cells.map((cell) => cell.where.line)).to.deep.equal([1, 1, 1, 6])
      expect(cells.at(-1)).to.deep.include({
        scenario: 'stale',
        host: 'debian13',
        variant: 'other',
        fault: { kind: 'stale-kernel', params: { how: 'module-missing' } },
      })
      expect(cells[1]?.fault).to.deep.equal({ kind: 'stale-kernel', params: { how: 'purged' } })
    })

    it('spells out what a control expects: health, and silence', () => {
      const [cell] = load({ 'healthy.yaml': head })
      expect(cell).to.deep.include({
        tags: [],
        needs: [],
        fixes: [],
        healthy: {
          probes: { 'egress-tcp': 'pass', 'host-network': 'pass', isolation: 'fail' },
          diagnosis: [],
          unexplained: [],
          verdict: 'healthy',
          journal: [],
        },
      })
      expect(cell).to.not.have.any.keys('fault', 'latent', 'broken', 'variant', 'source')
    })

    it('completes vectors: what is named, else the default, else as on this healthy host', () => {
      const [cell] = load({
        'a.yaml': `${head}fault: { kind: stale-kernel }
healthy: { probes: { host-network: fail } }
latent: { diagnosis: [stale-kernel] }
broken: { probes: { default: pass, egress-tcp: fail }, diagnosis: [] }
`,
      })
      expect(cell?.healthy.probes).to.deep.equal({ 'egress-tcp': 'pass', 'host-network': 'fail', isolation: 'fail' })
      expect(cell?.latent?.probes).to.deep.equal(cell?.healthy.probes)
      expect(cell?.broken?.probes).to.deep.equal({ 'egress-tcp': 'fail', 'host-network': 'pass', isolation: 'pass' })
    })

    it('takes a group for its probes, but those named by themselves', () => {
      const [cell] = load({
        'a.yaml': `${head}fault: { kind: stale-kernel }
latent: { probes: { default: fail, outward: pass }, diagnosis: [] }
broken: { probes: { host-network: pass, outward: fail }, diagnosis: [] }
`,
      })
      expect(cell?.latent?.probes).to.deep.equal({ 'egress-tcp': 'pass', 'host-network': 'pass', isolation: 'fail' })
      expect(cell?.broken?.probes).to.deep.equal({ 'egress-tcp': 'fail', 'host-network': 'pass', isolation: 'fail' })
    })

    it('leaves a probe that the base names as it is where a variant or a host names its group', () => {
      const cells = load({
        'a.yaml': `${head.replace('[debian12]', '[debian12, debian13]')}fault: { kind: stale-kernel }
broken: { probes: { host-network: pass }, diagnosis: [] }
variants: { v: { broken: { probes: { outward: fail } } } }
on: { debian13: { broken: { probes: { outward: fail, host-network: fail } } } }
`,
      })
      expect(cells.map(({ name, broken }) => [name, ...Object.values(broken!.probes)])).to.deep.equal([
        ['debian12-a', 'pass', 'pass', 'fail'],
        ['debian13-a', 'fail', 'fail', 'fail'],
        ['debian12-a-v', 'fail', 'pass', 'fail'],
        ['debian13-a-v', 'fail', 'fail', 'fail'],
      ])
    })

    it('runs a probe without a fixed healthy outcome only where the scenario gives one', () => {
      const [cell] = load({
        'a.yaml': `${head}fault: { kind: stale-kernel }
healthy: { probes: { host-port: fail } }
broken: { probes: { default: pass }, diagnosis: [] }
`,
      })
      expect(cell?.healthy.probes).to.include({ 'host-port': 'fail' })
      expect(cell?.broken?.probes).to.include({ 'host-port': 'pass' })
    })

    it('merges the mappings of a variant, and replaces its lists', () => {
      const cells = load({
        'a.yaml': `${sick}tags: [vm, slow]
given: { userland-proxy: false }
fixes: [{ use: reboot, expect: cures }, { use: depmod, expect: no-effect }]
variants:
  legacy:
    tags: [vm]
    given: { xtables: legacy }
    broken: { probes: { isolation: pass }, journal: [no table] }
    fixes: [{ use: depmod, expect: masks, ladder: { reboot: no-effect, again: masks } }]
`,
      })
      const [base, legacy] = cells
      expect(base?.tags).to.deep.equal(['vm', 'slow'])
      expect(legacy?.tags).to.deep.equal(['vm'])
      expect(legacy?.given).to.include({ xtables: 'legacy', 'userland-proxy': false })
      expect(legacy?.broken).to.deep.equal({
        probes: { 'egress-tcp': 'fail', 'host-network': 'fail', isolation: 'pass' },
        diagnosis: ['stale-kernel'],
        unexplained: [],
        verdict: 'sick',
        journal: ['no table'],
        trace: {},
      })
      expect(base?.broken?.journal).to.deep.equal([])
      expect(legacy?.fixes).to.deep.equal([
        { use: 'depmod', expect: 'masks', facts: {}, ladder: { again: 'masks', reboot: 'no-effect' } },
      ])
      expect(Object.keys(legacy!.fixes[0]!.ladder), 'the order of the climb').to.deep.equal(['again', 'reboot'])
    })

    it('merges the overlay of a host below that of a variant', () => {
      const cells = load({
        'a.yaml': `${sick.replace('[debian12]', '[debian12, debian13]')}on:
  debian13: { title: There, given: { xtables: legacy }, broken: { probes: { host-network: pass } } }
variants:
  plain: { given: { ipv6: false } }
  other:
    broken: { probes: { host-network: fail, isolation: pass } }
    on: { debian12: { broken: { probes: { isolation: fail } } } }
`,
      })
      const brief = cells.map(({ name, title, given, broken }) => [
        name,
        title,
        given.xtables,
        ...Object.values(broken!.probes),
      ])
      expect(brief).to.deep.equal([
        ['debian12-a', 'Something breaks', 'nft', 'fail', 'fail', 'fail'],
        ['debian13-a', 'There', 'legacy', 'fail', 'pass', 'fail'],
        ['debian12-a-plain', 'Something breaks', 'nft', 'fail', 'fail', 'fail'],
        ['debian13-a-plain', 'There', 'legacy', 'fail', 'pass', 'fail'],
        ['debian12-a-other', 'Something breaks', 'nft', 'fail', 'fail', 'fail'],
        ['debian13-a-other', 'There', 'legacy', 'fail', 'fail', 'pass'],
      ])
    })

    it('leaves the base out where it is only a base', () => {
      const cells = load({
        'a.yaml': `${head}base: false\nfault: { kind: masquerade-off }\nbroken: { diagnosis: [] }\nvariants: { x: { fault: { through: drop-in } } }\n`,
      })
      expect(cells.map((cell) => cell.name)).to.deep.equal(['debian12-a-x'])
    })
  })

  describe('with mistakes', () => {
    it('shows the line, a caret and what to write instead', () => {
      const error = failure({ 'a.yaml': `${sick}given:\n  xtable: nft\n` })
      expect(error.exitCode).to.equal(64)
      expect(error.hint).to.contain('one error').and.contain('nothing was started')
      expect(error.message.split('\n')).to.deep.equal([
        `${dir}/a.yaml:6:3: unknown key \`xtable\` in \`given\``,
        '  6 |   xtable: nft',
        '    |   ^^^^^^',
        '    = did you mean `xtables`?',
      ])
    })

    it('suggests the nearest of each kind of word', () => {
      const { message } = failure({
        'a.yaml': `title: x
hosts: [debain12]
tgas: []
needs: [own-kernal]
fault: { kind: stale-kernel, how: purgd }
broken: { probes: { egres-tcp: pas }, diagnosis: [stale-kernl] }
fixes: [{ use: rebot, expect: cure, ladder: { agian: cures } }]
`,
      })
      const meant = [...message.matchAll(/did you mean `([^`]+)`/g)].map(([, word]) => word)
      expect(meant).to.have.members([
        'debian12',
        'tags',
        'own-kernel',
        'purged',
        'egress-tcp',
        'stale-kernel',
        'reboot',
        'cures',
        'again',
      ])
    })

    it('points at a word that is neither a probe nor a group, and at an outcome that a group has not', () => {
      const text = sick.replace('{ default: fail }', '{ outwards: fail, outward: dead }')
      expect(complaints({ 'a.yaml': text })).to.deep.equal([
        'a.yaml:4:21: unknown key `outwards` in `broken.probes`',
        'a.yaml:4:46: `broken.probes.outward` cannot be `dead`',
      ])
      expect(failure({ 'a.yaml': text }).message).to.contain('did you mean `outward`?')
    })

    it('suggests the nearest fault and its own fixes', () => {
      expect(failure({ 'a.yaml': sick.replace('stale-kernel', 'stale-kern') }).message).to.contain(
        'did you mean `stale-kernel`?',
      )
      const { message } = failure({
        'b.yaml': `${sick}fixes: [{ use: remove-setting, expect: cures }]\n`,
        'a.yaml': head,
      })
      expect(message).to.contain('`fixes[0].use` cannot be `remove-setting`').and.contain('one of: reboot, depmod')
    })

    it('points at what is wrong with a second fault', () => {
      const text = `title: Two
hosts: [debian12]
fault: { kind: stale-kernel }
and: { kind: masquerade-off, through: drop-inn }
broken: { diagnosis: [stale-kernel] }
fixes:
  - { use: reboot, expect: partial }
  - { use: remove-settin, expect: no-effect, leaves: [stale-kernl] }
  - { use: depmod, expect: cures, leaves: [stale-kernel] }
`
      expect(complaints({ 'a.yaml': text })).to.deep.equal([
        'a.yaml:4:39: `and.through` cannot be `drop-inn`',
        'a.yaml:5:22: `broken.diagnosis` names no cause of masquerade-off (masquerade-off)',
        'a.yaml:7:5: missing key `leaves` in `fixes[0]`',
        'a.yaml:8:12: `fixes[1].use` cannot be `remove-settin`',
        'a.yaml:8:55: `fixes[1].leaves[0]` cannot be `stale-kernl`',
        'a.yaml:9:43: `fixes[2].leaves` contradicts `cures`: on a cured host no cause is left',
      ])
      expect(complaints({ 'a.yaml': `${sick}and: { kind: stale-kernel }\n` })).to.deep.equal([
        'a.yaml:5:14: `and.kind` is the kind of `fault` as well; choose another one',
      ])
      expect(complaints({ 'a.yaml': `${head}and: { kind: stale-kernel }\n` })).to.deep.equal([
        'a.yaml:3:6: `and` needs a `fault`; a scenario without one is a control',
      ])
    })

    it('points at what is missing, empty or of the wrong kind', () => {
      expect(
        complaints({
          'a.yaml':
            'source: 000\ntitle:\nhosts: debian12\ngiven: { live-restore: no }\nhealthy: 3\nfault: {}\nbroken: {}\n',
        }),
      ).to.deep.equal([
        'a.yaml:1:9: `source` is the number 0; it must be text',
        'a.yaml:2:1: `title` is empty; it must be text',
        'a.yaml:3:8: `hosts` is text; it must be a list',
        'a.yaml:4:24: `given.live-restore` is text; it must be true or false',
        'a.yaml:5:10: `healthy` is the number 3; it must be a mapping',
        'a.yaml:6:1: missing key `kind` in `fault`',
        'a.yaml:7:1: missing key `diagnosis` in `broken`',
      ])
    })

    it('reports all mistakes of all files, from the top', () => {
      expect(complaints({ 'b.yaml': `${sick}tgas: []\nnedes: []\n`, 'a.yaml': '- x\n' })).to.deep.equal([
        'a.yaml:1:1: not a mapping',
        'b.yaml:5:1: unknown key `tgas`',
        'b.yaml:6:1: unknown key `nedes`',
      ])
    })

    it('reports a mistake of the base once, and one of a variant in the variant', () => {
      const text = `${sick}tgas: []\nvariants:\n  x: { fault: { how: purgd } }\n  y: { given: { ipv7: true } }\n  z: 3\n  Z: {}\n`
      expect(complaints({ 'a.yaml': text })).to.deep.equal([
        'a.yaml:5:1: unknown key `tgas`',
        'a.yaml:7:22: `fault.how` cannot be `purgd`',
        'a.yaml:8:17: unknown key `ipv7` in `given`',
        'a.yaml:9:6: `variants.z` is the number 3; it must be a mapping',
        'a.yaml:10:3: `variants.Z`: the name must be lower-case words joined by `-` or `.`',
      ])
    })

    it('names the variant that brings out a mistake elsewhere', () => {
      const text = `${sick.replace('stale-kernel }', 'stale-kernel, how: purged }')}variants:\n  x: { fault: { kind: masquerade-off, through: drop-in } }\n`
      const { message } = failure({ 'a.yaml': text })
      expect(message).to.contain('a.yaml:3:30: unknown key `how` in `fault`').and.contain('in variant `x`')
    })

    it('refuses a variant of a variant, two cells of one name, and a base without variants', () => {
      expect(complaints({ 'a.yaml': `${head}variants: { x: { variants: {} } }\n` })[0]).to.contain(
        'unknown key `variants`',
      )
      expect(complaints({ 'a.yaml': `${head}variants: { b: {} }\n`, 'a-b.yaml': head })).to.deep.equal([
        'a.yaml:3:13: the cell `debian12-a-b` exists already',
      ])
      rmSync(join(dir, 'a-b.yaml'))
      expect(complaints({ 'a.yaml': `${head}base: false\n` })).to.deep.equal([
        'a.yaml:3:7: `base` leaves nothing to run, because there are no variants',
      ])
    })

    it('refuses overlays of hosts that are none of its own, and hosts in an overlay', () => {
      const text = `${sick}on: { debian12: { hosts: [debian13], tgas: [] }, debian13: {} }\nvariants: { x: { on: { debain12: {} } } }\n`
      expect(complaints({ 'a.yaml': text })).to.deep.equal([
        'a.yaml:5:26: `on.debian12.hosts` cannot stand in an overlay for one host',
        'a.yaml:5:38: unknown key `tgas`',
        'a.yaml:5:50: `debian13` is not one of `hosts`',
        'a.yaml:6:24: unknown key `debain12` in `variants.x.on`',
      ])
    })

    it('refuses a file name that would name no cell', () => {
      expect(complaints({ 'A b.yml': head })[0]).to.contain('A b.yml:1:1: the file name')
    })

    it('fails where there is no folder', () => {
      expect(() => loadScenarios(join(dir, 'none'), registry)).to.throw(LabError, 'no folder of scenarios')
    })
  })
})
