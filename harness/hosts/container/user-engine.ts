import { existsSync } from 'node:fs'
import { request } from 'node:http'

const defaultSocket = '/var/run/docker.sock'

/** Where the user's Docker engine is said to be, as testcontainers reads it; undefined when nowhere. */
export const userEngineAddress = (): string | undefined =>
  process.env.DOCKER_HOST || (existsSync(defaultSocket) ? `unix://${defaultSocket}` : undefined)

/** An engine that answers, and why it cannot make hosts, if so. */
export interface Answer {
  unfit: string | undefined
}

/**
 * Asks the engine at an address what it is; undefined when none answers. An address that is no socket is believed:
 * testcontainers knows how to reach it, and says so when it cannot.
 */
export async function askEngine(address: string): Promise<Answer | undefined> {
  if (!isSocket(address)) return { unfit: undefined }
  const info = (await askDocker(address, 'GET', '/info')) as Record<string, unknown> | undefined
  if (!info) return undefined
  const security = ((info.SecurityOptions as string[] | null) ?? []).join(' ')
  const unfit = /name=(rootless|userns)/.test(security)
    ? 'finds a Docker engine without a real root (rootless, or users remapped), which a nested dockerd needs'
    : info.OSType !== 'linux'
      ? `finds a Docker engine for ${info.OSType} containers`
      : undefined
  return { unfit }
}

const isSocket = (address: string): boolean => address.startsWith('unix://')

/**
 * One request to an engine behind a socket, for questions that are not worth loading testcontainers. Gives the JSON
 * answer (null where there is none to give), or undefined when nobody answers or the engine refuses.
 */
export async function askDocker(address: string, method: 'GET' | 'DELETE', path: string): Promise<unknown> {
  const answer = await talkToDocker(address, method, path)
  return answer && answer.status < 300 ? answer.body : undefined
}

/** The same, a refusal included: `body` is undefined where it is no JSON. Undefined when nobody answers in time. */
export function talkToDocker(
  address: string,
  method: 'GET' | 'DELETE',
  path: string,
  patienceMs = 20_000,
): Promise<{ status: number; body: unknown } | undefined> {
  if (!isSocket(address)) return Promise.resolve(undefined)
  const socketPath = address.slice('unix://'.length)
  return new Promise((resolve) => {
    const asked = request({ socketPath, path, method, timeout: patienceMs, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', () => resolve(undefined))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status: response.statusCode ?? 500, body: parsed(text || 'null') })
      })
    })
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(undefined))
    asked.end()
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
