import { expect } from 'chai'
import fc from 'fast-check'
import { hold, timeLimit } from '../../lib/property.spec-data.ts'
import type { RunRecord } from '../../results/record.ts'
import { sampleRun } from '../../results/sample.spec-data.ts'
import {
  sampleClaims,
  sampleFailed,
  sampleHostile,
  sampleMatrix,
  sampleScores,
} from '../../results/sample-variants.spec-data.ts'
import { renderHtml } from './index.ts'
import { namesIn, tag, withoutScripts } from './tags.spec-data.ts'

const evil = fc.oneof(
  fc.constantFrom(
    '<script>evil()</script>',
    '"><img src=x onerror=evil()>',
    '</style><script>',
    "' onload='evil()",
    '<!--',
    '-->',
    ']]>',
    '&lt;b&gt;',
    'javascript:evil()',
    '\u202e',
    '\u0000',
    '\ud800',
    '\u001b[2J',
    '</template></table>',
    '<svg/onload=evil()>',
    '',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '/', 'a', '=', '!', '-', '`', '\n'), maxLength: 12 }),
)
const samples = [sampleRun, sampleMatrix, sampleClaims, sampleScores]
// These name files of the report, ids and outcomes: the harness chooses them, not a host.
const ours =
  /^(version|runId|startedAt|verdict|stage|state|expected|observed|outcome|provider|accelerator|end|location|way|id|kind|host|scenario|variant|status|confidence|from|probe|name|cell|by)$/

/** The paths of all texts in a record that may come from a host or a detector. */
function textsOf(value: unknown, key = '', path: string[] = []): string[][] {
  if (typeof value === 'string') return ours.test(key) ? [] : [path]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([each, inner]) =>
    textsOf(inner, Array.isArray(value) ? key : each, [...path, each]),
  )
}

function withTexts(record: RunRecord, paths: readonly string[][], text: string): RunRecord {
  const copy = structuredClone(record)
  for (const path of paths) {
    const holder = path
      .slice(0, -1)
      .reduce((at, key) => at[key] as Record<string, unknown>, copy as unknown as Record<string, unknown>)
    holder[path.at(-1)!] = text
  }
  return copy
}

describe('the page, for any texts of a host', function () {
  this.timeout(timeLimit)

  it('is rendered, and no text becomes a tag, an attribute or a control character', () => {
    const known = new Set(
      [...samples, sampleFailed, sampleHostile].flatMap((sample) => [...namesIn(renderHtml(sample()))]),
    )
    expect([...known])
      .to.include('td class')
      .and.not.include('img')
    let changed = 0
    hold(
      fc.property(
        fc.constantFrom(...samples).chain((sample) => {
          const record = sample()
          return fc.tuple(fc.constant(record), fc.subarray(textsOf(record), { minLength: 1, maxLength: 12 }))
        }),
        evil,
        ([record, paths], text) => {
          changed += paths.length
          const page = renderHtml(withTexts(record, paths, text))
          expect(page).to.not.match(/[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/)
          expect(page.match(/<script/g)).to.have.length(1)
          // Every `<` begins a tag, and every tag and attribute is one that pages have.
          expect(withoutScripts(page).replace(tag, '')).to.not.contain('<')
          expect([...namesIn(page)].filter((name) => !known.has(name))).to.deep.equal([])
        },
      ),
      25,
    )
    expect(changed).to.be.above(50)
  })
})
