import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { fingerprint, hostImages, imagesRoot, loadHostRecipe, loadProbeRecipe, recipeScript } from './recipe.ts'

describe('the recipes', () => {
  it('are found by their folders', () => {
    expect(hostImages()).to.include.members(['debian11', 'debian12', 'debian13', 'debian-testing'])
    expect(hostImages()).to.not.include('busybox')
  })

  for (const image of hostImages())
    it(`${image} is sound, and has both halves`, () => {
      const recipe = loadHostRecipe(image)
      expect(recipe.packages).to.include.members(['systemd', 'docker.io', 'iptables', 'nftables', 'busybox-static'])
      // Packages for VMs stay out of the container host.
      expect(recipe['vm-packages']).to.not.be.empty
      expect(recipe.packages.filter((name) => recipe['vm-packages'].includes(name))).to.deep.equal([])
      for (const script of [...recipe.customise, ...recipe['vm-customise'], recipe['first-boot'], recipe.finish])
        expect(readFileSync(recipeScript(recipe, script), 'utf8')).to.match(/^#!\/bin\/sh\n# \w/)
    })

  it('busybox names its tag and its self-test', () => {
    const recipe = loadProbeRecipe()
    expect(recipe.tag).to.equal('dockfault/busybox:1')
    expect(readFileSync(recipeScript(recipe, recipe['self-test']), 'utf8')).to.contain('nslookup')
  })

  it('name no server: packages come from where this machine gets its own', () => {
    const files = readdirSync(imagesRoot, { recursive: true, withFileTypes: true })
      // Public images belong to others, and their names are addresses.
      .filter((entry) => entry.isFile() && entry.name !== 'public.yaml')
      .map((entry) => join(entry.parentPath, entry.name))
    expect(files).to.have.length.at.least(15)
    const named = files.filter((file) => /https?:\/\/(?!127\.0\.0\.1)/.test(readFileSync(file, 'utf8')))
    expect(named).to.deep.equal([])
  })
})

describe('a recipe', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'dockfault-recipe-'))
    mkdirSync(join(root, 'some'))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  const write = (text: string): void => writeFileSync(join(root, 'some/host.yaml'), text)
  const sound = 'suite: sid\nkernel: linux-image-amd64\nfirst-boot: a.sh\nfinish: b.sh\n'

  it('with a word that does not exist is refused, with the word', () => {
    write(`${sound}pakages: [systemd]\n`)
    expect(() => loadHostRecipe('some', root)).to.throw(/host\.yaml.*pakages/s)
  })

  it('that does not exist is refused, with those that do', () => {
    write(sound)
    expect(() => loadHostRecipe('other', root))
      .to.throw('no recipe for the image other')
      .with.property('hint', 'the images are: some')
  })

  it('that names a missing script is refused', () => {
    write(sound)
    expect(() => recipeScript(loadHostRecipe('some', root), 'a.sh')).to.throw('a.sh, which does not exist')
  })

  it('has a fingerprint that distinguishes parts', () => {
    write(sound)
    const file = { file: join(root, 'some/host.yaml') }
    expect(fingerprint(['ab', 'c'])).to.not.equal(fingerprint(['a', 'bc']))
    const before = fingerprint([file])
    write(`${sound}packages: [curl]\n`)
    expect(fingerprint([file])).to.not.equal(before)
  })
})
