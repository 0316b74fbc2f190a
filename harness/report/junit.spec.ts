import { spawnSync } from 'node:child_process'
import { expect } from 'chai'
import { skipped } from '../lib/skipped.spec-data.ts'
import { sampleRun } from '../results/sample.spec-data.ts'
import { sampleFailed, sampleHostile, sampleMatrix } from '../results/sample-variants.spec-data.ts'
import { renderJunit } from './junit.ts'

const forbidden = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u

/** The elements of a document, in order; throws where it is not well-formed. Enough XML for what the harness writes. */
function parse(xml: string): { name: string; attributes: Record<string, string>; path: string }[] {
  expect(forbidden.exec(xml)).to.equal(null)
  const open: string[] = []
  const elements: ReturnType<typeof parse> = []
  const rest = xml
    .replace(/^<\?xml [^?]*\?>\n/, '')
    .replace(
      /<(\/?)([a-z]+)((?: [a-z]+="[^"<&]*(?:&(?:amp|lt|gt|quot|apos|#10);[^"<&]*)*")*)(\/?)>/g,
      (_, closing: string, name: string, attributes: string, empty: string) => {
        if (closing) expect(open.pop()).to.equal(name)
        else {
          open.push(name)
          const pairs = [...attributes.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, key, value]) => [key!, value!])
          elements.push({ name, attributes: Object.fromEntries(pairs), path: open.join('/') })
          if (empty) open.pop()
        }
        return ''
      },
    )
  expect(open).to.deep.equal([])
  expect(rest.replace(/&(?:amp|lt|gt|quot|apos|#10);/g, '')).to.not.match(/[<&]/)
  return elements
}

const schema = new URL('./junit.xsd', import.meta.url).pathname
const validate = (xml: string): string =>
  spawnSync('xmllint', ['--noout', '--nonet', '--schema', schema, '-'], { input: xml, encoding: 'utf8' }).stderr

describe('junit.xml', () => {
  const suites = (xml: string) => parse(xml).filter(({ name }) => name === 'testsuite')

  it('has a suite for each cell and a test for each stage', () => {
    const elements = parse(renderJunit(sampleRun()))
    const tests = elements.filter(({ name }) => name === 'testcase')
    expect(tests.map(({ attributes }) => attributes.name)).to.deep.equal(
      sampleRun().cells[0]!.stages.map(({ name }) => name),
    )
    expect(tests[0]?.attributes).to.include({ classname: 'debian12-stale-kernel', time: '96.400' })
  })

  it('distinguishes failures, errors and skipped tests', () => {
    const xml = renderJunit(sampleMatrix())
    const sums = suites(xml).map(({ attributes: { failures, errors, skipped } }) => `${failures}${errors}${skipped}`)
    expect(sums).to.deep.equal(['000', '000', '000', '200', '000', '010', '001'])
    expect(parse(xml)[0]?.attributes).to.include({ failures: '2', errors: '1' }).and.not.have.property('skipped')
    expect(renderJunit(sampleFailed())).to.contain('probe host-network: expected fail, saw pass')
  })

  it('loses no verdict that no stage bears', () => {
    const interrupted = sampleRun((cell) => {
      cell.verdict = 'broken'
      cell.reason = 'interrupted'
    })
    expect(renderJunit(interrupted)).to.match(
      /<testcase [^>]*name="cell"[^>]*>\s*<error type="broken" message="interrupted">/,
    )
  })

  it('shows a flaky cell as a failure, and a known one as skipped', () => {
    const flaky = sampleRun((cell) => {
      cell.verdict = 'flaky'
      cell.reason = 'passed when it ran again'
    })
    expect(suites(renderJunit(flaky))[0]!.attributes).to.include({ failures: '1', skipped: '0' })
    expect(renderJunit(flaky)).to.match(
      /name="cell"[^>]*>\s*<failure type="failed" message="passed when it ran again">/,
    )
    const known = sampleFailed()
    known.cells[0]!.verdict = 'known'
    known.cells[0]!.reason = 'known until 2030-01-01'
    expect(suites(renderJunit(known))[0]!.attributes).to.include({ failures: '0', errors: '0', skipped: '2' })
    expect(renderJunit(known)).to.contain('<skipped message="known until 2030-01-01"/>')
  })

  it('has an error for each cell that should have run but did not', () => {
    const xml = renderJunit({ ...sampleRun(), missing: ['debian12-x#2'] })
    expect(suites(xml)[1]!.attributes).to.include({ name: 'debian12-x#2', tests: '1', errors: '1' })
    expect(xml).to.contain('Run again: npm run scenario debian12-x<')
    expect(parse(xml)[0]?.attributes).to.include({ errors: '1', tests: '12' })
  })

  it('is what Jenkins takes: junit.xsd', function () {
    if (spawnSync('xmllint', ['--version']).error) skipped(this, 'xmllint is not installed (libxml2-utils)')
    const known = sampleFailed()
    Object.assign(known.cells[0]!, { verdict: 'known', reason: 'known' })
    const whole = { ...sampleMatrix(), missing: ['debian12-x'] }
    for (const run of [sampleRun(), sampleFailed(), known, whole, sampleHostile(), { ...sampleRun(), cells: [] }])
      expect(validate(renderJunit(run))).to.equal('- validates\n')
    // The schema does not accept everything.
    const good = renderJunit(sampleRun())
    for (const [from, to] of [
      ['<testsuites ', '<testsuites skipped="0" '],
      ['time="96.400"', 'time="1e3"'],
      [' errors="0" skipped', ' skipped'],
      ['<property name', '<property title="x" name'],
      ['</testsuite>', '<testcase name="x" classname="x" time="0.000"><passed/></testcase></testsuite>'],
    ] as const) {
      expect(good).to.contain(from)
      expect(validate(good.replace(from, to)), to).to.contain('fails to validate')
    }
  })

  it('is well-formed whatever a host printed', () => {
    const xml = renderJunit(sampleHostile())
    parse(xml)
    expect(xml.length).to.be.below(300_000)
  })
})
