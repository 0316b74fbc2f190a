import type { Check, Claim } from '../faults/claims.ts'
import type { ClaimRecord } from './detector-record.ts'
import type { CellRecord } from './record.ts'

/** One thing looked up in one cell: as the claim's verdict needs it, or not, or not there to be seen. */
interface Sight {
  holds: boolean | undefined
  says: string
}

/**
 * Every claim with its verdict by this run. A verdict stands when all it was checked by was seen. Where the run showed
 * otherwise a confirmation turns into a refutation; the other verdicts merely lose what they stood on.
 */
export const judgeClaims = (claims: readonly Claim[], cells: readonly CellRecord[]): ClaimRecord[] =>
  claims.map((claim) => {
    const { id, source, note } = claim
    const sights = claim.check.flatMap((check) => look(check, cells))
    const seen = sights.map(({ holds }) => holds)
    let verdict: ClaimRecord['verdict'] = 'untested'
    if (seen.every((holds) => holds)) verdict = claim.verdict
    else if (seen.includes(false) && claim.verdict === 'confirmed') verdict = 'refuted'
    const evidence = sights.map(({ says }) => says)
    // A note explains the verdict it was written for, and no other.
    return { id, claim: claim.claim, source, verdict, evidence, ...(note && verdict === claim.verdict && { note }) }
  })

/** The claims that name a cell which ran, or tried to. */
export const claimsOf = (claims: readonly Claim[], cells: readonly CellRecord[]): Claim[] =>
  claims.filter(({ check }) =>
    check.some(({ cell }) => cells.some(({ name, verdict }) => verdict !== 'skipped' && glob(cell).test(name))),
  )

/** What a check finds in each cell that it is about. What the lab itself broke says nothing. */
function look(check: Check, cells: readonly CellRecord[]): Sight[] {
  const about = cells.filter(
    ({ name, verdict }) => glob(check.cell).test(name) && /passed|failed|flaky|known/.test(verdict),
  )
  if (about.length === 0) return [{ holds: undefined, says: `${check.cell} did not run` }]
  return about.map((cell) => lookIn(check, cell))
}

function lookIn(check: Check, cell: CellRecord): Sight {
  const sight = (what: string, wanted: string, seen: string | undefined): Sight => ({
    holds: seen === undefined ? undefined : seen === wanted,
    says: `${cell.name}, ${what}: ${seen ?? 'not seen'}${seen === undefined || seen === wanted ? '' : `, not ${wanted}`}`,
  })
  if ('fix' in check) {
    const fix = cell.fixes.find(({ name }) => name === check.fix)
    if (check.rung) return sight(`${check.fix}, then ${check.rung}`, check.observed, sure(fix?.ladder[check.rung]))
    return sight(check.fix, check.observed, sure(fix?.observed))
  }
  const { stage } = check
  if ('probe' in check) {
    const probe = cell.probes.find((each) => each.stage === stage && each.name === check.probe)
    return sight(`${stage}, ${check.probe}`, check.observed, sure(probe?.observed))
  }
  if ('named' in check) {
    const named = cell.diagnoses.find((each) => each.stage === stage)?.named
    return sight(`${stage}, named`, causes(check.named), named && causes(named))
  }
  if ('journal' in check) {
    const lines = cell.stages.find(({ name }) => name === stage)?.journal
    const line = lines?.find(({ expected }) => expected === check.journal)
    return sight(`${stage}, journal`, check.journal, line && (line.seen === undefined ? 'no such line' : check.journal))
  }
  const diff = cell.rulesets.find((each) => each.stage === stage)
  return sight(`${stage}, “${check.rule}”`, check.is, diff && change(diff, check.rule, check.is))
}

// A crashed probe tool says nothing of the network.
const sure = (outcome: string | undefined): string | undefined => (outcome === 'error' ? undefined : outcome)

const causes = (named: readonly string[]): string => [...named].sort().join(', ') || 'nothing'

function change(diff: { removed: string[]; added: string[] }, rule: string, wanted: string): string {
  const removed = diff.removed.some((line) => line.includes(rule))
  const added = diff.added.some((line) => line.includes(rule))
  if (wanted === 'added') return added ? 'added' : 'not there'
  return removed ? 'removed' : 'kept'
}

const glob = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'))
      .join('.*')}$`,
    'u',
  )
