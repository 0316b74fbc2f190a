import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { execa } from 'execa'
import { version } from '../lib/version.ts'
import { type Installed, installed } from './installed.spec-data.ts'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))
const bundleOf = (path: string): string => fileURLToPath(new URL(`../causes/${path}`, import.meta.url))
const healthy = bundleOf('rules-flushed/evidence/well/debian12-healthy.bundle')
const folder = bundleOf('stale-kernel/evidence/sick/')
const sick = join(folder, readdirSync(folder).filter((name) => name.includes('broken'))[0]!)

/** The clone's output as words, with hints as the installed program writes them. */
async function clone(args: string[], input: string) {
  const { exitCode, stdout } = await execa(process.execPath, ['--import', 'tsx', main, ...args], {
    input,
    reject: false,
  })
  return {
    exitCode,
    words: words(stdout.replace(/npm run (\w+)/g, 'dockfault $1').replace(/(dockfault \w+(?: [\w-]+)?) -- -/g, '$1 -')),
  }
}
const words = (text: string): string => text.split(/\s+/).join(' ').trim()

describe('the installed package', function () {
  this.timeout(300_000)
  let its: Installed
  before(async () => {
    its = await installed()
  })
  after(() => its?.[Symbol.asyncDispose]())

  it('is small, and has no dependency and no script', () => {
    expect(statSync(its.tarball).size).to.be.at.most(1_000_000)
    const manifest = JSON.parse(
      readFileSync(join(its.prefix, 'lib/node_modules/dockfault/package.json'), 'utf8'),
    ) as Record<string, unknown>
    expect(manifest).to.include({ name: 'dockfault', version })
    expect(manifest).to.not.have.any.keys('dependencies', 'scripts', 'private', 'optionalDependencies')
    expect(readdirSync(join(its.prefix, 'lib/node_modules'))).to.deep.equal(['dockfault'])
    expect(its.files.map(({ path }) => path)).to.include.members([
      ...['LICENSE', 'README.md', 'THIRD-PARTY-LICENSES', 'collect.sh', 'dockfault.1', 'dockfault.js', 'index.d.ts'],
      ...['completions/_dockfault', 'completions/dockfault.bash', 'completions/dockfault.fish'],
    ])
  })

  it('has --version and --help', async () => {
    expect(await its.run('dockfault --version')).to.deep.equal({
      exitCode: 0,
      stdout: `dockfault ${version}\n`,
      stderr: '',
    })
    const { exitCode, stdout } = await its.run('dockfault --help')
    expect(exitCode).to.equal(0)
    expect(stdout).to.match(/^ {2}dockfault diagnose\n[\s\S]* dockfault fix [\s\S]* dockfault <command> --help\n$/)
    expect(stdout).to.not.match(/npm run|matrix/)
    expect((await its.run('dockfault fix --help')).stdout).to.match(/^dockfault fix \[cause\] \[options\]\n/)
  })

  for (const [name, file, code] of [
    ['a healthy host', healthy, 0],
    ['a sick host', sick, 1],
  ] as const)
    it(`diagnoses ${name} as the clone does`, async () => {
      const text = readFileSync(file, 'utf8')
      for (const args of [
        ['diagnose', '--bundle', '-'],
        ['diagnose', '--bundle', '-', '--json'],
        ['fix', '--bundle', '-'],
      ]) {
        const own = await its.run(`dockfault ${args.join(' ')}`, text)
        expect({ exitCode: own.exitCode, words: words(own.stdout) }, args.join(' ')).to.deep.equal(
          await clone(args, text),
        )
        if (args[0] === 'diagnose') expect(own.exitCode).to.equal(code)
        expect(own.stdout, 'no colour in a pipe').to.not.match(/\x1b/)
        expect(own.stderr).to.not.match(/npm run/)
      }
    })

  it('diagnoses a sos report as the clone does', async () => {
    const recorded = fileURLToPath(new URL('../evidence/sos/reports/sick/masquerade-off.tar.gz', import.meta.url))
    // An ordinary user may not enter the clone, as under /root.
    const file = join(its.dir, 'masquerade-off.tar.gz')
    copyFileSync(recorded, file)
    const args = ['diagnose', '--sos', file]
    const hint = 'dockfault collect --script'
    const own = await its.run(`dockfault ${args.join(' ')}`)
    const other = await clone(args, '')
    expect(words(own.stdout)).to.equal(other.words.replace('npm run -s collect -- --script', hint)).and.to.contain(hint)
    expect([own.exitCode, other.exitCode]).to.deep.equal([1, 1])
    expect(own.stdout).to.contain('masquerade-off active')
  })

  it('collects on its own machine, and prints its collector', async () => {
    const script = await its.run('dockfault collect --script')
    expect(script.stdout).to.equal(readFileSync(new URL('../evidence/collect.sh', import.meta.url), 'utf8'))
    const { exitCode, stdout, stderr } = await its.run('dockfault collect')
    expect(exitCode).to.equal(0)
    expect(stdout).to.match(/^dockfault-evidence 2 \w+\n[\s\S]*\n--- whole\n$/)
    if (process.getuid?.() === 0) expect(stderr).to.match(/^not root on this machine/)
    const diagnosed = await its.run('dockfault diagnose --bundle - --json', stdout)
    expect(diagnosed.exitCode).to.be.oneOf([1, 2])
    expect(JSON.parse(diagnosed.stdout)).to.include({ version: 3, host: 'standard input' })
  })

  it('ends at Ctrl-C with all that it started, and exits 130', async () => {
    const slow = join(its.dir, 'slow')
    mkdirSync(slow)
    writeFileSync(join(slow, 'sudo'), '#!/bin/sh\nsleep 41.25\n', { mode: 0o755 })
    const { exitCode, stdout, stderr } = await its.run(
      `PATH=${slow}:$PATH timeout --foreground --preserve-status -s INT 4 dockfault collect; code=$?; pgrep -f '^sleep 41.25'; exit $code`,
    )
    expect({ exitCode, stdout, stderr }).to.deep.equal({ exitCode: 130, stdout: '', stderr: 'interrupted by SIGINT\n' })
  })

  it('names in one line where the lab is', async () => {
    for (const command of ['scenario debian12-healthy', 'matrix --select x', 'doctor']) {
      const { exitCode, stdout, stderr } = await its.run(`dockfault ${command}`)
      expect({ exitCode, stdout }).to.deep.equal({ exitCode: 64, stdout: '' })
      expect(stderr.trim().split('\n')).to.have.length(1)
      expect(stderr).to.match(/clone.* npm run /)
    }
    expect(await its.run('dockfault constructor')).to.include({ exitCode: 64 })
  })

  it('names itself in hints as it was called', async () => {
    const file = join(its.prefix, 'lib/node_modules/dockfault/dockfault.js')
    const alone = join(its.dir, 'dockfault.js')
    writeFileSync(alone, readFileSync(file))
    expect((await its.run(`node ${alone} fix no-such`)).stderr).to.contain(`host has: node ${alone} diagnose\n`)
    expect((await its.run('dockfault fix no-such')).stderr).to.contain('host has: dockfault diagnose\n')
    expect((await its.run('dockfault diagnose --no-such')).stderr).to.contain('options: dockfault diagnose --help\n')
  })

  it('is a library with types of its own', async () => {
    const script = `const { examine } = require('dockfault')
const { verdict, host, facts } = examine(require('fs').readFileSync(0, 'utf8'), 'web-1')
console.log(verdict, host, facts.docker !== '')`
    const modules = join(its.prefix, 'lib/node_modules')
    const { stdout, stderr } = await its.run(`NODE_PATH=${modules} node -e "${script}"`, readFileSync(healthy, 'utf8'))
    expect({ stdout, stderr }).to.deep.equal({ stdout: 'healthy web-1 true\n', stderr: '' })
    const consumer = join(its.prefix, 'lib/consumer.mts')
    const lines = [
      "import { type Diagnosis, examine, LabError } from 'dockfault'",
      "const diagnosis: Diagnosis = examine('')",
      "const verdict: 'healthy' | 'sick' | 'unknown' = diagnosis.verdict",
      'const owner: string | undefined = diagnosis.symptoms[0]?.rule?.owner.who',
      "export const message: string = new LabError('usage', verdict + owner).message",
    ]
    writeFileSync(consumer, lines.join('\n'))
    const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url))
    const check = (): Promise<{ exitCode?: number; stdout: string }> =>
      execa(process.execPath, [tsc, '--noEmit', '--strict', '--module', 'nodenext', '--types', '', consumer], {
        cwd: its.dir,
        reject: false,
      })
    expect((await check()).stdout).to.equal('')
    writeFileSync(consumer, `${lines.join('\n')}\nexport const wrong: 'no such verdict' = verdict\n`)
    expect((await check()).stdout).to.contain('no such verdict')
  })
})
