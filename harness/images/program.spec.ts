import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { axisOf } from '../scenario/axes.ts'
import { hasIptables } from './iptables.ts'
import { imagesRoot, loadBuildRecipe, loadPackageRecipe, recipeScript } from './recipe.ts'

const namesWith = (file: string): string[] =>
  readdirSync(imagesRoot).filter((name) => existsSync(join(imagesRoot, name, file)))

describe('programs built from source', () => {
  const names = namesWith('build.yaml')
  it('are there', () => expect(names).to.include('iptables-1.8.11'))

  for (const name of names)
    it(`${name} has a sound recipe`, () => {
      const recipe = loadBuildRecipe(name)
      expect(readFileSync(recipeScript(recipe, recipe.build), 'utf8')).to.contain('/build/product')
      // A path only: the source comes from this machine's own mirror.
      expect(recipe.source.path).to.match(/^pool\//)
    })
})

describe('programs of packages', () => {
  const names = namesWith('package.yaml')
  it('are there', () => expect(names).to.include('iptables-1.8.11-2'))

  for (const name of names)
    it(`${name} has a sound recipe`, () => {
      const recipe = loadPackageRecipe(name)
      expect(readFileSync(recipeScript(recipe, recipe.build), 'utf8')).to.contain('/build/product')
      expect(recipe.product).to.match(/\.tar$/)
      expect(recipe.version.split('-')[0]).to.equal(name.replace('iptables-', '').split('-')[0])
    })
})

describe('the releases of iptables', () => {
  it('that a bisection varies have a recipe, except those that no suite has', () => {
    const { versions } = axisOf('iptables')
    expect(versions.filter((version) => !hasIptables(version))).to.deep.equal(['1.8.8', '1.8.10', '1.8.12'])
    const all = [...new Set([...namesWith('build.yaml'), ...namesWith('package.yaml')])]
    expect(all.filter((name) => !versions.includes(name.replace('iptables-', '')))).to.deep.equal([])
  })
})
