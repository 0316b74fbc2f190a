import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect } from 'chai'
import type { LabError } from '../../lib/errors.ts'
import { Vagrant } from './vagrant-cli.ts'

describe('the vagrant command', () => {
  let dir: string
  const { PATH } = process.env

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'dockfault-vagrant-cli-'))
    process.env.PATH = `${dir}${delimiter}${PATH}`
  })
  afterEach(() => {
    process.env.PATH = PATH
    rmSync(dir, { recursive: true })
  })

  /** A vagrant with this output and exit code. */
  const fake = (prints: string, code: number, before = ''): void => {
    writeFileSync(join(dir, 'vagrant'), `#!/bin/sh\n${before}\ncat <<'OUT'\n${prints}\nOUT\nexit ${code}\n`)
    chmodSync(join(dir, 'vagrant'), 0o755)
  }
  const printed: string[] = []
  const vagrant = (): Vagrant =>
    new Vagrant({
      wrapper: [],
      env: { VAGRANT_CWD: '/somewhere' },
      logFile: join(dir, 'log'),
      progress: (line) => void printed.push(line),
      signal: new AbortController().signal,
    })
  const failure = (args: string[], deadlineMs = 10_000): Promise<LabError> =>
    vagrant()
      .run(args, { deadlineMs })
      .then(
        () => expect.fail('did not fail'),
        (error: LabError) => error,
      )

  it('runs with machine-readable output and its environment', async () => {
    fake('1,a,state,running', 0, `echo "$* $VAGRANT_CWD $VAGRANT_CHECKPOINT_DISABLE" >${dir}/asked`)
    expect(await vagrant().state('a')).to.equal('running')
    expect(readFileSync(join(dir, 'asked'), 'utf8')).to.equal('status a --machine-readable /somewhere 1\n')
  })

  it('fails in its own words', async () => {
    fake(
      '1,a,ui,info,Bringing it up\n1,,error-exit,Vagrant::Errors::BoxNotFound,The box%!(VAGRANT_COMMA)\\nit is gone',
      1,
    )
    const error = await failure(['up', 'a'])
    expect(error.message).to.equal('vagrant up: The box,\nit is gone')
    expect(error.code).to.equal('host')
    expect(error.facts).to.deep.equal({ error: 'Vagrant::Errors::BoxNotFound', exit: 1 })
    expect(readFileSync(join(dir, 'log'), 'utf8')).to.contain('Bringing it up')
  })

  it('fails in the words of its Ruby where it has none of its own', async () => {
    fake("/usr/lib/x.rb:1:in `require': cannot load such file", 1)
    expect((await failure(['up'])).message).to.equal("vagrant up: /usr/lib/x.rb:1:in `require': cannot load such file")
  })

  it('fails in the words of a plugin that dies, not in those of the tidying after it', async () => {
    const died = "/usr/lib/x.rb:7:in `create': Call to virDomainCreateWithFlags failed: no cpu (Libvirt::Error)"
    fake(`1,a,ui,info,Starting domain\n1,a,ui,info,Removing domain\n${died}\n\tfrom /usr/lib/y.rb:1`, 1)
    expect((await failure(['up'])).message).to.equal(`vagrant up: ${died}`)
  })

  it('is ended when it takes too long', async () => {
    fake('1,a,ui,info,waiting for the domain', 0, 'exec sleep 30')
    expect((await failure(['up'], 300)).message).to.match(/^vagrant up took longer than 0 s/)
  })

  it('prints its headlines as it goes, but no progress bar', async () => {
    printed.length = 0
    fake('1,a,ui,info,Creating domain\n1,a,ui,info,Progress: 13%\n1,a,ui,output,x', 0)
    await vagrant().run(['up'], { deadlineMs: 10_000 })
    expect(printed).to.deep.equal(['vagrant: Creating domain'])
  })

  it('is missing where it is not installed', async () => {
    process.env.PATH = dir
    expect(await failure(['up'])).to.include({ code: 'missing', message: 'vagrant is not on this machine' })
  })
})
