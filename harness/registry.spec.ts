import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { allCells, registry, scenariosDir } from './registry.ts'
import { jsonSchema } from './scenario/json-schema.ts'

describe("the house's own scenarios", () => {
  it('are sound', () => expect(allCells()).to.have.length.at.least(200))

  it('put every two faults of a container host together, and a stale kernel with another', () => {
    const inContainers = ['rules-flushed', 'iptables-check-broken', 'masquerade-off', 'firewalld-zone']
    const pairs = allCells().flatMap(({ host, fault, and }) =>
      and && host === 'debian12' ? [[fault!.kind, and.kind].sort().join(' ')] : [],
    )
    for (const one of inContainers)
      for (const other of inContainers.filter((kind) => kind > one)) expect(pairs).to.include(`${one} ${other}`)
    expect(pairs.filter((pair) => pair.includes('stale-kernel'))).to.not.be.empty
  })

  it('stand beside a current schema.json (npm run schema)', () =>
    expect(readFileSync(join(scenariosDir, 'schema.json'), 'utf8')).to.equal(jsonSchema(registry())))
})
