import { parseArgs } from 'node:util'
import { LabError, messageOf } from '../lib/errors.ts'
import { wholeNumber } from '../schedule/room.ts'
import { type Kind, kindsOf, type ProviderName, providers } from './kinds.ts'

export interface Options {
  /** How many times to strike. */
  kills: number
  seed: number
  provider: ProviderName
  /** What may be done to a run. */
  kinds: Kind[]
  cells: string[]
  /** Nothing else on this machine uses its networks, so everything new belongs to the run. */
  alone: boolean
}

export const usage = `npm run chaos -- [--kills N] [--seed S] [--provider NAME] [--only KIND] [--select CELL] [--alone]
  kills what a matrix is made of at random moments, resumes it, and checks what is left and what was reported; needs root
  --kills N        how many times (20); a campaign of the same seed goes on where it ended, up to N in all
  --seed S         the seed of moments and kinds (1)
  --provider NAME  container, qemu or vagrant (container)
  --only KIND      repeatable; on containers: ${kindsOf('container').join(', ')}; on qemu: ${kindsOf('qemu').join(', ')};
                   on vagrant: ${kindsOf('vagrant').join(', ')}
  --select CELL    the cells of the matrix; repeatable (a few quick ones)
  --alone          nothing else on this machine makes namespaces, links, mounts or folders: each new one is a leak`

const usual: Record<ProviderName, string[]> = {
  container: ['debian12-healthy', 'debian12-rules-flushed', 'debian12-masquerade-off'],
  qemu: ['debian12-healthy'],
  vagrant: ['debian12-healthy'],
}

/** Reads the command line. Throws LabError `usage`. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parsed(args)
  const provider = oneOf('--provider', values.provider, providers)
  const kinds = values.only.map((kind) => oneOf('--only', kind, kindsOf(provider)))
  return {
    kills: wholeNumber('--kills', values.kills, 1),
    seed: wholeNumber('--seed', values.seed, 0),
    provider,
    kinds: kinds.length > 0 ? kinds : [...kindsOf(provider)],
    cells: values.select.length > 0 ? values.select : usual[provider],
    alone: values.alone,
  }
}

function parsed(args: readonly string[]) {
  const list = { type: 'string', multiple: true, default: [] as string[] } as const
  try {
    return parseArgs({
      args: [...args],
      options: {
        kills: { type: 'string', default: '20' },
        seed: { type: 'string', default: '1' },
        provider: { type: 'string', default: 'container' },
        only: list,
        select: list,
        alone: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new LabError('usage', messageOf(error), { hint: usage, cause: error })
  }
}

function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value)
  if (found) return found
  throw new LabError('usage', `${option} ${value}: not one of ${allowed.join(', ')}`)
}
