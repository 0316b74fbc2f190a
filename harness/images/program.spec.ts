import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { imagesRoot, loadBuildRecipe, recipeScript } from './recipe.ts'

const names = readdirSync(imagesRoot).filter((name) => existsSync(join(imagesRoot, name, 'build.yaml')))

describe('programs built from source', () => {
  it('are there', () => expect(names).to.include('iptables-1.8.11'))

  for (const name of names)
    it(`${name} has a sound recipe`, () => {
      const recipe = loadBuildRecipe(name)
      expect(readFileSync(recipeScript(recipe, recipe.build), 'utf8')).to.contain('/build/product')
      // A path only: the source comes from this machine's own mirror.
      expect(recipe.source.path).to.match(/^pool\//)
    })
})
