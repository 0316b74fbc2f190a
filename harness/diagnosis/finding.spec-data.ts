import type { Facts } from '../evidence/facts.ts'
import { oncePer } from '../lib/once-per.ts'
import { type Examination, examineFacts, type Finding } from './examine.ts'

/** The examination of a host, cached for all specs. */
export const examinationOf: (facts: Facts) => Examination = oncePer((facts) => examineFacts(facts))

/** What an examination finds of one cause on a host; undefined where it does not name it. */
export const findingOf =
  (cause: string) =>
  (facts: Facts): Finding | undefined =>
    examinationOf(facts).findings.find((finding) => finding.cause === cause)
