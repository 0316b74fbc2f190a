import { loadPublic, noRecipe, publicImages } from '../../images/public.ts'
import { hostImages } from '../../images/recipe.ts'
import { isMade } from './public-image.ts'
import { patienceMs, registryOf, unreachable } from './registry.ts'
import { noUplink } from './uplink.ts'
import { talkToDocker } from './user-engine.ts'

const answers = new Map<string, Promise<string | undefined>>()

/** Why no container can be a host of an image at all, wherever it is tried. */
export function noContainer(image: string, root?: string): string | undefined {
  if (hostImages(root).includes(image)) return undefined
  if (!publicImages(root).includes(image)) return noRecipe(image, root)
  const { container, 'no-container': why } = loadPublic(image, root)
  if (container) return undefined
  return why ? `can be no host of ${image}: ${why}` : noRecipe(image, root)
}

/**
 * Why no host can be made of an image's public container image, and what would make it run; undefined where one can.
 * `engine` is the address of the user's engine, where one answers. Starts nothing, and asks the network once a process.
 */
export async function noBaseImage(
  image: string,
  engine: string | undefined,
  root?: string,
): Promise<string | undefined> {
  const publicImage = loadPublic(image, root)
  const reference = publicImage.container!
  if (isMade(publicImage)) return undefined
  const key = `${engine ?? 'private'} ${reference}`
  const answer = answers.get(key) ?? (engine ? notInReach(engine, reference) : notPrivately(reference))
  answers.set(key, answer)
  return answer
}

async function notPrivately(reference: string): Promise<string | undefined> {
  const without = noUplink()
  if (without) return without
  const registry = registryOf(reference)
  const why = await unreachable(registry)
  return (
    why &&
    `cannot pull ${reference}: no answer from ${registry}, ${why} (it does where there is internet, or a Docker engine that holds it)`
  )
}

/** What the user's engine says of an image that it has not: it may be one that reaches no registry. */
async function notInReach(engine: string, reference: string): Promise<string | undefined> {
  const ask = (path: string) => talkToDocker(engine, 'GET', path, patienceMs)
  // What is no socket is believed, as its engine is.
  if (!engine.startsWith('unix://')) return undefined
  if ((await ask(`/images/${reference}/json`))?.status === 200) return undefined
  const answer = await ask(`/distribution/${reference}/json`)
  if (answer?.status === 200) return undefined
  // An engine that does not know the question, such as Podman's, may pull all the same.
  if (answer && answer.status === 404 && messageIn(answer.body) === undefined) return undefined
  const why = answer ? (messageIn(answer.body) ?? `status ${answer.status}`) : `no answer in ${patienceMs / 1000} s`
  return `finds a Docker engine that cannot pull ${reference}: ${why} (where it can: docker pull ${reference})`
}

function messageIn(body: unknown): string | undefined {
  const message = (body as { message?: unknown } | null)?.message
  return typeof message === 'string' ? message.replace(/\s*[\n;]\s*/g, ', ') : undefined
}
