import { expect } from 'chai'
import { jsonSchema, scenarioJsonSchema } from './json-schema.ts'
import { registry } from './terms.spec-data.ts'

describe('JSON Schema of a scenario', () => {
  const schema = scenarioJsonSchema(registry)
  const overlay = schema.properties?.variants?.additionalProperties
  if (typeof overlay !== 'object') throw new Error('variants are not described')

  it('requires what has no default and refuses unknown keys', () => {
    expect(schema.required).to.deep.equal(['title', 'hosts'])
    expect(schema.additionalProperties).to.equal(false)
    expect(schema.$schema).to.contain('draft-07')
  })

  it('describes every key', () => {
    const properties = Object.entries(schema.properties!)
    expect(properties).to.have.length.at.least(10)
    for (const [key, { description }] of properties) expect(description, key).to.be.a('string').and.not.empty
  })

  it('offers the words of the registry', () => {
    expect(schema.properties?.hosts?.items?.enum).to.deep.equal(['debian12', 'debian13'])
    expect(schema.properties?.fixes?.items?.properties?.use?.enum).to.include.members(['reboot', 'remove-setting'])
    expect(schema.properties?.broken?.properties?.probes?.properties).to.include.keys('default', 'egress-tcp')
    const probes = schema.properties?.broken?.properties?.probes
    expect(probes?.properties?.outward?.description).to.equal('Each of egress-tcp, host-network.')
    expect(probes?.description).to.contain('A probe overrides its group')
    const kinds = schema.properties?.fault?.oneOf?.map((option) => option.properties?.kind?.const)
    expect(kinds).to.deep.equal(['stale-kernel', 'masquerade-off', 'look-alike'])
    expect(schema.properties?.and?.oneOf, 'a second fault is one of the same').to.deep.equal(
      schema.properties?.fault?.oneOf,
    )
  })

  it('lets a variant overlay any part of a scenario, but only whole lists', () => {
    expect(overlay).to.not.have.any.keys('required', '$schema')
    expect(overlay.properties).to.not.have.any.keys('variants', 'base')
    expect(overlay.properties?.broken).to.not.have.property('required')
    expect(overlay.properties?.fault?.anyOf?.every((option) => option.required === undefined)).to.equal(true)
    expect(overlay.properties?.fixes?.items?.required).to.deep.equal(['use', 'expect'])
  })

  it('lets a host overlay any part but hosts, also within a variant', () => {
    const here = schema.properties?.on?.additionalProperties as typeof overlay
    expect(here.properties).to.include.keys('broken', 'fixes').and.not.have.any.keys('hosts', 'on', 'variants')
    expect(overlay.properties?.on).to.deep.equal(schema.properties?.on)
  })

  it('is text that parses back to itself, with short lists on one line', () => {
    const text = jsonSchema(registry)
    expect(JSON.parse(text)).to.deep.equal(JSON.parse(JSON.stringify(schema)))
    expect(text).to.contain('"enum": ["debian12", "debian13"]').and.match(/\}\n$/)
  })
})
