import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { jsonSchema } from './scenario/json-schema.ts'
import { allCells, scenariosDir, vocabulary } from './vocabulary.ts'

describe("the house's own scenarios", () => {
  it('are sound', () => expect(allCells()).to.not.be.empty)

  it('stand beside a current schema.json (npm run schema)', () =>
    expect(readFileSync(join(scenariosDir, 'schema.json'), 'utf8')).to.equal(jsonSchema(vocabulary())))
})
