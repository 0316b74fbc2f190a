import { parseArgs } from 'node:util'
import { LabError, messageOf } from '../../lib/errors.ts'

/** Errors that can be planted in the simulator; the comparison has to find each. */
export const plantedNames = [
  'hook-order',
  'goto-returns',
  'ip-rule',
  'vmap',
  'rp-filter',
  'policy-after-return',
  'legacy',
  'bridge-family',
  'masquerade',
  'input-forwarding',
] as const

export interface Options {
  hosts: number
  seed: number
  /** How many hosts run at a time. */
  jobs: number
  resume: boolean
  /** Only this host, in detail. */
  only?: number
  /** The errors to plant, one after the other. */
  planted: string[]
  /** How many smaller hosts to try for one that contradicts. */
  shrink: number
  /** The number of contradictions that stops a campaign. */
  most: number
  /** After so many minutes a campaign begins no more hosts. */
  minutes?: number
}

export const usage = `npm run test:simulator -- [--hosts N] [--seed S] [--jobs J] [--resume] [--only INDEX] [--planted NAME|all] [--shrink N] [--most N] [--minutes N]
  compares the simulator with real packets on random hosts in network namespaces; needs root and Linux
  --hosts N      how many (500)
  --seed S       the seed of their contents (1)
  --jobs J       hosts at a time (4)
  --resume       go on where the last campaign of this seed ended, up to --hosts in all
  --only INDEX   show one host of the seed: its script and its flows
  --planted NAME plant an error in the simulator and find it: ${plantedNames.join(', ')} or all
  --shrink N     how many smaller hosts to try for one that contradicts (60)
  --most N       stop after N contradictions (20)
  --minutes N    begin no more hosts after N minutes`

/** A whole number from the command line, or its default. Throws where it is no whole number, or too small. */
export function wholeNumber(name: string, value: string | undefined, usual: number, least = 0): number {
  const number = value === undefined ? usual : Number(value)
  if (!Number.isSafeInteger(number) || number < least) throw new Error(`--${name} takes a whole number`)
  return number
}

/** Reads the command line. Throws LabError `usage`. */
export function readOptions(args: string[]): Options {
  const number = { type: 'string' } as const
  try {
    const { values } = parseArgs({
      args,
      options: {
        hosts: number,
        seed: number,
        jobs: number,
        only: number,
        shrink: number,
        most: number,
        minutes: number,
        planted: { type: 'string', multiple: true },
        resume: { type: 'boolean', default: false },
      },
    })
    const count = (name: 'hosts' | 'seed' | 'jobs' | 'only' | 'shrink' | 'most' | 'minutes', usual: number): number =>
      wholeNumber(name, values[name], usual)
    const planted = (values.planted ?? []).flatMap((name) => (name === 'all' ? [...plantedNames] : [name]))
    for (const name of planted)
      if (!plantedNames.some((known) => known === name)) throw new Error(`--planted knows no ${name}`)
    return {
      hosts: count('hosts', planted.length > 0 ? 2000 : 500),
      seed: count('seed', 1),
      jobs: Math.max(1, count('jobs', 4)),
      shrink: count('shrink', 60),
      most: Math.max(1, count('most', 20)),
      resume: values.resume ?? false,
      planted,
      ...(values.only !== undefined && { only: count('only', 0) }),
      ...(values.minutes !== undefined && { minutes: Math.max(1, count('minutes', 1)) }),
    }
  } catch (error) {
    throw new LabError('usage', messageOf(error), { hint: usage, cause: error })
  }
}
