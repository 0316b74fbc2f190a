import { expect } from 'chai'
import { renderJunit } from './junit.ts'
import { sampleRun } from './sample.spec-data.ts'
import { sampleFailed, sampleHostile, sampleMatrix } from './sample-variants.spec-data.ts'

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

  it('tells failures, errors and skipped tests apart', () => {
    const xml = renderJunit(sampleMatrix())
    const sums = suites(xml).map(({ attributes: { failures, errors, skipped } }) => `${failures}${errors}${skipped}`)
    expect(sums).to.deep.equal(['000', '000', '000', '200', '000', '010', '001'])
    expect(parse(xml)[0]?.attributes).to.include({ failures: '2', errors: '1', skipped: '1' })
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

  it('is well-formed whatever a guest printed', () => {
    const xml = renderJunit(sampleHostile())
    parse(xml)
    expect(xml.length).to.be.below(300_000)
  })
})
