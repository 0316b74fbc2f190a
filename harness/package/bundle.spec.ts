import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { causes } from '../causes/causes.ts'
import { bundle, foreign, packagesIn } from './bundle.ts'
import { withFiles } from './sources.ts'

const causeNames = causes.map(({ id }) => id)

describe('a bundle', function () {
  this.timeout(60_000)
  const dir = mkdtempSync(join(tmpdir(), 'dockfault-bundle-'))
  after(() => rmSync(dir, { recursive: true }))

  for (const entry of ['tool', 'library'] as const)
    it(`of the ${entry} holds the diagnosing half alone, and all of it`, async () => {
      const file = join(dir, `${entry}.js`)
      const metafile = await bundle(entry, file)
      const inputs = Object.keys(metafile.inputs)
      expect(foreign(metafile)).to.deep.equal([])
      expect(packagesIn(metafile)).to.include.members(['zod', 'ipaddr.js'])
      expect(inputs).to.include.members(['harness/evidence/collect.sh', 'harness/simulate/index.ts'])
      const causes = inputs.filter((path) => /^harness\/causes\/.*\/cause\.ts$/.test(path))
      expect(causes).to.have.length.within(causeNames.length - 1, causeNames.length)
      expect(statSync(file).size).to.be.at.most(1_400_000)
      const text = readFileSync(file, 'utf8')
      for (const name of causeNames) expect(text).to.contain(`"${name}"`)
      expect(text).to.not.match(/import\.meta|require\("(?!node:)/)
    })

  it('does not hold the lab', () => {
    const others = [
      'harness/hosts/index.ts',
      'harness/causes/index.ts',
      'harness/causes/stale-kernel/inject.ts',
      'harness/causes/stale-kernel/index.ts',
      'harness/images/busybox.ts',
      'harness/report/html/index.ts',
      'harness/session.ts',
      'harness/probes/containers.ts',
      'node_modules/execa/index.js',
      'node_modules/yaml/dist/index.js',
    ]
    const tool = [
      'harness/causes/stale-kernel/cause.ts',
      'harness/cause/restart.ts',
      'harness/fix/execute.ts',
      'harness/lib/ip.ts',
    ]
    const metafile = { inputs: Object.fromEntries([...others, ...tool].map((path) => [path, {}])) }
    expect(foreign(metafile as never)).to.deep.equal(others)
  })

  it('contains the files that the sources read at run time', () => {
    const source =
      "const a = readFileSync(new URL('./a.sh', import.meta.url), 'utf8')\nawait readFile(new URL('b.sh', import.meta.url), 'utf8')"
    expect(withFiles(source)).to.equal(
      "const a = file0\nawait file1\nimport file0 from './a.sh'\nimport file1 from './b.sh'\n",
    )
    expect(withFiles('const a = 1')).to.equal('const a = 1')
  })
})
