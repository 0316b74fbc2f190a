import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { showAnnouncements } from './announce.ts'
import type { LabError } from './errors.ts'
import { ensurePackages, installLine, missingPackages } from './packages.ts'

describe('the packages of this machine', () => {
  let bin: string
  const path = process.env.PATH
  const getuid = process.getuid

  beforeEach(() => {
    bin = mkdtempSync(join(tmpdir(), 'dockfault-packages-'))
    process.env.PATH = `${bin}:/usr/bin:/bin`
  })
  afterEach(() => {
    process.env.PATH = path
    if (getuid) process.getuid = getuid
    rmSync(bin, { recursive: true })
  })

  const program = (name: string, script: string): void => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  const as = (uid: number): void => {
    process.getuid = () => uid
  }
  const ensure = async (names: string[]): Promise<{ lines: string[]; error: LabError | undefined }> => {
    const lines: string[] = []
    const options = { why: 'test', progress: () => undefined }
    const unlisten = showAnnouncements((line) => lines.push(line))
    const error = await ensurePackages(names, options).then(
      () => undefined,
      (thrown: LabError) => thrown,
    )
    unlisten()
    return { lines, error }
  }

  it('are missing unless dpkg has them installed', async () => {
    program('dpkg-query', 'printf "here installed\\nremoved config-files\\n"; exit 1')
    expect(await missingPackages(['here', 'removed', 'unknown'])).to.deep.equal(['removed', 'unknown'])
  })

  it('are left alone when all are there', async () => {
    program('dpkg-query', 'echo "here installed"')
    program('apt-get', 'exit 1')
    expect(await ensure(['here'])).to.deep.equal({ lines: [], error: undefined })
  })

  it('are named with the command to install them, to users other than root', async () => {
    as(1000)
    program('dpkg-query', 'exit 1')
    program('apt-get', 'exit 0')
    const { error } = await ensure(['one', 'two'])
    expect(error).to.include({ code: 'missing', hint: installLine(['one', 'two']) })
    expect(installLine(['one'])).to.equal('sudo apt-get install -y --no-install-recommends one')
  })

  it('are installed for root, with a message that stays, and with new lists only where the old ones fail', async () => {
    as(0)
    program('dpkg-query', 'exit 1')
    program(
      'apt-get',
      `echo "$DEBIAN_FRONTEND $*" >>${bin}/log; case $1 in install) [ -e ${bin}/lists ] ;; update) touch ${bin}/lists ;; esac`,
    )
    const { lines, error } = await ensure(['one'])
    expect(error).to.equal(undefined)
    expect(lines).to.deep.equal(['installing on this machine, to test: one'])
    const calls = readFileSync(join(bin, 'log'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.trim())
    expect(calls.filter((line) => !line.includes('--version'))).to.deep.equal([
      'noninteractive install -y --no-install-recommends -o DPkg::Lock::Timeout=600 one',
      'noninteractive update',
      'noninteractive install -y --no-install-recommends -o DPkg::Lock::Timeout=600 one',
    ])
  })

  it('are installed once and one call after another, where several need them at the same time', async () => {
    as(0)
    program('dpkg-query', `[ ! -e ${bin}/done ] || echo "one installed"`)
    program(
      'apt-get',
      `[ "$1" != --version ] || exit 0; mkdir ${bin}/lock || exit 100; sleep 0.2; echo x >>${bin}/log; rmdir ${bin}/lock; touch ${bin}/done`,
    )
    const [first, second] = await Promise.all([ensure(['one']), ensure(['one'])])
    expect([first.error, second.error]).to.deep.equal([undefined, undefined])
    expect([...first.lines, ...second.lines]).to.deep.equal(['installing on this machine, to test: one'])
    expect(readFileSync(join(bin, 'log'), 'utf8')).to.equal('x\n')
  })

  it('that cannot be installed stop the run with what to do', async () => {
    as(0)
    program('dpkg-query', 'exit 1')
    program('apt-get', '[ "$1" = --version ] || { echo "E: no such package"; exit 100; }')
    const { error } = await ensure(['one'])
    expect(error?.message).to.contain('E: no such package')
    expect(error?.code).to.equal('missing')
  })
})
