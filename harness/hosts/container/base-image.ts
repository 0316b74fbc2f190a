import { loadPublic, noRecipe, publicImages } from '../../images/public.ts'
import { hostImages } from '../../images/recipe.ts'
import { isMade } from './public-image.ts'
import { patienceMs, registryOf, unreachable } from './registry.ts'
import { noUplink } from './uplink.ts'
import { talkToDocker } from './user-engine.ts'

const answers = new Map<string, Promise<string | undefined>>()

/** Why a container can never be a host of this image, on any machine. */
export function noContainer(image: string, root?: string): string | undefined {
  if (hostImages(root).includes(image)) return undefined
  if (!publicImages(root).includes(image)) return noRecipe(image, root)
  const { container, 'no-container': why } = loadPublic(image, root)
  if (container) return undefined
  return why ? `cannot make a host of ${image}: ${why}` : noRecipe(image, root)
}

/**
 * Why no host can be made from an image's public container image, and how to change that; undefined where one can.
 * `engine` is the address of the user's engine, where one answers. Starts nothing, and uses the network once a process.
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
  const answer = answers.get(key) ?? (engine ? refusedByEngine(engine, reference) : notPrivately(reference))
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
    `cannot pull ${reference}: no answer from ${registry}, ${why} (it needs internet, or a Docker engine that has the image)`
  )
}

/** Why the user's engine cannot pull an image that it lacks; it may have no connection to a registry. */
async function refusedByEngine(engine: string, reference: string): Promise<string | undefined> {
  const query = (path: string) => talkToDocker(engine, 'GET', path, patienceMs)
  // An address other than a socket is trusted, as its engine is.
  if (!engine.startsWith('unix://')) return undefined
  if ((await query(`/images/${reference}/json`))?.status === 200) return undefined
  const answer = await query(`/distribution/${reference}/json`)
  if (answer?.status === 200) return undefined
  // An engine without this request, such as Podman's, may still pull.
  if (answer && answer.status === 404 && messageIn(answer.body) === undefined) return undefined
  const why = answer ? (messageIn(answer.body) ?? `status ${answer.status}`) : `no answer within ${patienceMs / 1000} s`
  return `finds a Docker engine that cannot pull ${reference}: ${why} (with a connection: docker pull ${reference})`
}

function messageIn(body: unknown): string | undefined {
  const message = (body as { message?: unknown } | null)?.message
  return typeof message === 'string' ? message.replace(/\s*[\n;]\s*/g, ', ') : undefined
}
