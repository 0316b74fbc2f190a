import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { skipped } from '../lib/skipped.spec-data.ts'
import { readBundle } from './bundle.ts'
import { assemble, buildCollector, type CollectorSection, collectorSections, versionOf } from './collector.ts'
import { collectorVersion } from './collector-version.ts'
import { readFacts } from './facts.ts'

const script = readFileSync(new URL('collect.sh', import.meta.url), 'utf8')
const lib = readFileSync(new URL('collector/lib.sh', import.meta.url), 'utf8')
const run = (text: string, args: string[] = [], env: NodeJS.ProcessEnv = {}) =>
  spawnSync('sh', ['-s', '--', ...args], { input: text, encoding: 'utf8', env: { ...process.env, ...env } })
const section = (name: string, body: string, limitS = 5, after?: string): CollectorSection => ({
  name,
  limitS,
  body: `${body}\n`,
  ...(after && { after }),
})
const bundleOf = (sections: CollectorSection[], args: string[] = []) =>
  readBundle(run(assemble(sections, 'spec'), args).stdout)

describe('the collector', function () {
  this.timeout(60_000)

  it('is what would be built of its sections: node --import tsx harness/evidence/collector.ts --write', () => {
    expect(script).to.equal(buildCollector())
    expect(collectorVersion()).to.match(/^[0-9a-f]{12}$/)
  })

  it('has a section of each folder, and its reader takes each', () => {
    const folders = readdirSync(new URL('sections', import.meta.url))
    const names = collectorSections().map(({ name }) => name)
    expect(names.toSorted()).to.deep.equal(folders.toSorted())
    expect(names.length).to.be.above(30)
    const known = Object.keys(readFacts('dockfault-evidence 2 x\n--- whole\n').sections)
    expect(known.toSorted()).to.deep.equal(names.toSorted())
  })

  it('gives all of its sections more time than any chain of them may take', () => {
    const sections = collectorSections()
    const chain = (one: CollectorSection): number =>
      one.limitS + (one.after ? chain(sections.find(({ name }) => name === one.after)!) : 0)
    const longest = Math.max(...sections.map(chain))
    expect(Number(/^overall=(\d+)$/m.exec(script)?.[1])).to.be.above(longest)
  })

  it('passes shellcheck, and so does each section by itself', function () {
    if (spawnSync('shellcheck', ['--version']).error) skipped(this, 'shellcheck is not installed')
    const check = (text: string): string =>
      spawnSync('shellcheck', ['-s', 'sh', '-S', 'style', '-e', 'SC2030,SC2031,SC2317,SC2329', '-'], {
        input: text,
        encoding: 'utf8',
      }).stdout
    expect(check(script)).to.equal('')
    const sections = collectorSections()
    // One call for all: they are parted as functions.
    const all = sections.map(({ name, body }) => `${name.replaceAll('-', '_')}() (\n${body})\n`).join('')
    expect(check(`#!/bin/sh\n: "\${work:=}" "\${patience:=1}"\n${lib}\n${all}`)).to.equal('')
    expect(sections).to.not.be.empty
  })

  it('prints a whole bundle on any Linux machine', () => {
    const { stdout, status } = run(script)
    const facts = readFacts(stdout)
    expect(status).to.equal(0)
    expect(facts.collector).to.include({ version: collectorVersion(), current: true, whole: true })
    expect(facts.system.kernel).to.match(/^\d+\.\d+/)
    expect(facts.sysctls['net.ipv4.ip_forward']).to.match(/^[01]$/)
    expect(facts.sections.sysctls).to.include({ status: 'ok', why: '' })
  })

  it('tells apart what is ok, absent, failed and timed out, and one does not take another with it', () => {
    const { sections, whole } = bundleOf([
      section('quick', 'echo here'),
      section('gone', 'absent "no such tool"'),
      section('bad', 'echo half; echo "it broke" >&2; exit 3'),
      section('hung', 'echo begun; sleep 60', 1),
      section('on-hung', 'echo never', 5, 'hung'),
    ])
    const seen = [...sections].map(([name, { status, why, code, text }]) => ({ name, status, why, code, text }))
    expect(whole).to.equal(true)
    expect(seen).to.deep.equal([
      { name: 'quick', status: 'ok', why: '', code: 0, text: 'here' },
      { name: 'gone', status: 'absent', why: 'no such tool', code: 90, text: '' },
      { name: 'bad', status: 'failed', why: 'it broke', code: 3, text: 'half' },
      { name: 'hung', status: 'timed-out', why: 'it took too long', code: 124, text: 'begun' },
      { name: 'on-hung', status: 'timed-out', why: 'hung: timed-out', code: 124, text: '' },
    ])
  })

  it('keeps standard error apart, which would spoil what is read', () => {
    const warned = bundleOf([section('json', `echo '[1,'; echo 'WARNING: config' >&2; echo '2]'`)])
    expect(warned.sections.get('json')).to.include({ text: '[1,\n2]', complaints: 'WARNING: config', status: 'ok' })
  })

  it('takes a text as it is: no newline at its end, empty lines, frames, other bytes', () => {
    const text = (body: string): string => bundleOf([section('x', body)]).sections.get('x')!.text
    expect(text(`printf 'a'`)).to.equal('a')
    expect(text(`printf 'a\\n\\nb\\n'`)).to.equal('a\n\nb')
    expect(text(`echo '--- end x ok 0 0 0'; echo '--- whole'`)).to.equal('--- end x ok 0 0 0\n--- whole')
    expect(text(`printf '\\377\\303\\244\\000 é\\r\\n'`)).to.contain('ä')
    expect(text('true')).to.equal('')
  })

  it('gives more time with --patience', () => {
    // A busy machine has more time by itself.
    const hung = bundleOf([section('slow', 'echo "$patience"; sleep $((2 * patience))', 1)]).sections.get('slow')!
    expect(hung.status).to.equal('timed-out')
    const own = Number(hung.text)
    const slow = bundleOf([section('slow', `sleep ${2 * own}; echo done`, 1)], ['--patience', `${3 * own + 3}`])
    expect(slow.sections.get('slow')!.text).to.equal('done')
  })

  it('gives more time on a host that starts programs slowly, up to 12 times', () => {
    const dir = mkdtempSync(join(tmpdir(), 'dockfault-slow-'))
    try {
      writeFileSync(join(dir, 'sh'), '#!/bin/sh\nsleep 0.05\nexec /bin/sh "$@"\n', { mode: 0o755 })
      const { stdout } = run(assemble([section('own', 'echo "$patience"')], 'spec'), [], {
        PATH: `${dir}:${process.env.PATH}`,
      })
      expect(readBundle(stdout).sections.get('own')!.text).to.equal('12')
    } finally {
      rmSync(dir, { recursive: true })
    }
  })

  it('has a version of what its sections print, whatever they are given of time', () => {
    const version = (text: string): string => /^version=(.*)$/m.exec(text)![1]!
    expect(version(buildCollector({ sections: ['links'] }))).to.equal(version(script))
    const [first, ...others] = collectorSections()
    const of = (...sections: CollectorSection[]): string => versionOf([...sections, ...others])
    expect(of(first!)).to.equal(version(script))
    expect(of({ ...first!, limitS: 99 })).to.equal(version(script))
    expect(of({ ...first!, body: `${first!.body}\n` })).to.not.equal(version(script))
    expect(of()).to.not.equal(version(script))
  })

  it('leaves nothing behind, also where it is ended in the middle', async () => {
    const where = section('where', 'echo "$work"')
    const work = bundleOf([where]).sections.get('where')!.text
    expect(work).to.match(/^\/.*dockfault/)
    expect(existsSync(work)).to.equal(false)

    const mark = `4242${process.pid}`
    const child = spawn('sh', ['-s'], { stdio: ['pipe', 'pipe', 'inherit'] })
    child.stdin.end(assemble([where, section('hung', `sleep ${mark}`, 20)], 'spec'))
    const printed = await firstSection(child)
    expect(readBundle(printed).sections.get('hung')).to.equal(undefined)
    expect(readBundle(printed).whole).to.equal(false)
    child.kill('SIGTERM')
    await new Promise((resolve) => child.once('exit', resolve))
    const [, dir = ''] = /^ (\/.*)$/m.exec(printed) ?? []
    await waitUntil(() => !existsSync(dir))
    await waitUntil(() => spawnSync('pgrep', ['-f', `sleep ${mark}`]).status === 1)
  })

  it('runs without root, and says so', function () {
    if (process.getuid?.() !== 0 || spawnSync('setpriv', ['--version']).error)
      skipped(this, 'it takes root and setpriv')
    const args = ['--reuid=65534', '--regid=65534', '--clear-groups', 'sh', '-s']
    const { stdout } = spawnSync('setpriv', args, { input: script, encoding: 'utf8' })
    const { collector, sections } = readFacts(stdout)
    expect(collector).to.include({ whole: true, root: false })
    expect(sections['rules-native']!.status).to.not.equal('ok')
    expect(sections.connections!.status).to.not.equal('ok')
    expect(sections.links!.status).to.equal('ok')
  })

  it('refuses options that it does not have', () => {
    expect(run(script, ['--hide']).stderr).to.contain('--hide-addresses')
    expect(run(script, ['--patience', 'x']).status).to.equal(64)
    expect(run(script, ['--patience']).status).to.equal(64)
  })

  it('looks into the namespaces that it is given in place of containers', function () {
    if (process.getuid?.() !== 0) skipped(this, 'it takes root')
    const collector = buildCollector({
      sections: ['system', 'container-namespaces'],
      namespaces: `echo "own ${process.pid} bridge"; echo "gone 999999999 bridge"; echo "shared 1 host"`,
    })
    const { containers, sections } = readFacts(run(collector).stdout)
    expect(sections['container-namespaces']).to.include({ status: 'ok' })
    const seen = containers.map(({ container, read, links }) => ({ container, read, first: links[0]?.name }))
    expect(seen.toSorted((a, b) => a.container.localeCompare(b.container))).to.deep.equal([
      { container: 'gone', read: false, first: undefined },
      { container: 'own', read: true, first: 'lo' },
    ])
    expect(containers.find(({ read }) => read)!.policyRules.length).to.be.at.least(3)
  })
})

/** What a collector has printed when its first section is there. It goes on. */
const firstSection = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    let text = ''
    child.stdout!.on('data', (chunk) => {
      text += String(chunk)
      if (/^--- end /m.test(text)) resolve(text)
    })
  })

async function waitUntil(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 50 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 100))
  expect(holds()).to.equal(true)
}
