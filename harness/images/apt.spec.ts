import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { parseSettings } from './apt-settings.ts'
import { debianMirrors, machineMirrors, parseDeb822, parseOneLine, sourceLines } from './apt-sources.ts'

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'

describe('the package sources of a machine', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'dockfault-apt-'))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  const file = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }

  it('are read from deb822 files', () => {
    file(
      'etc/apt/sources.list.d/debian.sources',
      `Types: deb deb-src
# a comment inside
URIs: http://mirror.test/debian
Suites: bookworm
  bookworm-updates
Components: main contrib
Signed-By: ${keyring}

Types: deb
URIs: http://mirror.test/debian-security
Suites: bookworm-security
Components: main
`,
    )
    expect(machineMirrors(root)).to.deep.equal({
      main: 'http://mirror.test/debian',
      security: 'http://mirror.test/debian-security',
    })
  })

  it('are read from one-line files', () => {
    file(
      'etc/apt/sources.list',
      `# deb http://old.test/debian bullseye main
deb-src http://mirror.test/debian bookworm main
deb [arch=amd64 signed-by=${keyring}] https://mirror.test/debian bookworm main non-free # ours
deb https://mirror.test/debian-security bookworm-security main
`,
    )
    expect(machineMirrors(root).main).to.equal('https://mirror.test/debian')
    expect(machineMirrors(root).security).to.equal('https://mirror.test/debian-security')
  })

  it('are distinguished from third parties with packages for Debian', () => {
    const foreign = parseOneLine(`deb https://download.test/linux/debian bookworm stable
deb [signed-by=/usr/share/keyrings/vendor.gpg] https://packages.test/debian/12/prod bookworm main
deb https://apt.vendor.test bookworm main
deb http://mirror.test/debian bookworm-backports main
`)
    expect(debianMirrors(foreign)).to.equal(undefined)
    file('etc/apt/sources.list', 'deb https://apt.vendor.test bookworm main\n')
    expect(() => machineMirrors(root)).to.throw('no Debian package source')
  })

  it('may be switched off', () => {
    expect(parseDeb822('Types: deb\nURIs: http://a.test/debian\nSuites: sid\nComponents: main\nEnabled: no\n')).to.be
      .empty
  })

  it('may stand in a file of mirrors', () => {
    file(
      'etc/apt/mirrors/debian.list',
      '# nearest first\nhttps://near.test/debian\tpriority:1\nhttps://far.test/debian\n',
    )
    file('etc/apt/sources.list', 'deb mirror+file:/etc/apt/mirrors/debian.list bookworm main\n')
    expect(machineMirrors(root)).to.deep.equal({ main: 'https://near.test/debian', security: undefined })
  })

  it('serve other suites too', () => {
    const mirrors = { main: 'http://m/debian', security: 'http://m/debian-security' }
    expect(sourceLines(mirrors, 'trixie', ['updates', 'security'])).to.deep.equal([
      'deb http://m/debian trixie main',
      'deb http://m/debian trixie-updates main',
      'deb http://m/debian-security trixie-security main',
    ])
    expect(sourceLines({ ...mirrors, security: undefined }, 'forky', ['security'])).to.have.length(1)
  })
})

describe('the apt settings of a machine', () => {
  it('are carried into a build where they decide how sources are reached, and no others', () => {
    const dump = `Acquire "";
Acquire::AllowInsecureRepositories "0";
Acquire::http::Proxy "http://proxy.test:3128";
Acquire::https::Proxy "";
Acquire::Check-Valid-Until "false";
Acquire::Languages:: "none";
Acquire::IndexTargets::deb::Packages::Optional "0";
Acquire::Retries "3";
`
    expect(parseSettings(dump)).to.deep.equal([
      'Acquire::http::Proxy "http://proxy.test:3128"',
      'Acquire::Check-Valid-Until "false"',
      'Acquire::Retries "3"',
    ])
  })
})
