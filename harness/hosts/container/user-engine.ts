import { existsSync } from 'node:fs'
import { request } from 'node:http'

const defaultSocket = '/var/run/docker.sock'

/** The address of the user's Docker engine, as testcontainers reads it; undefined where there is none. */
export const userEngineAddress = (): string | undefined =>
  process.env.DOCKER_HOST || (existsSync(defaultSocket) ? `unix://${defaultSocket}` : undefined)

/** What an engine answered; `unfit` is why it cannot make hosts. */
export interface Answer {
  unfit: string | undefined
}

/**
 * Queries the engine at an address; undefined where none answers. An address other than a socket is trusted, because
 * testcontainers connects to it and reports errors itself.
 */
export async function queryEngine(address: string): Promise<Answer | undefined> {
  if (!isSocket(address)) return { unfit: undefined }
  const info = (await queryDocker(address, 'GET', '/info')) as Record<string, unknown> | undefined
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
 * Sends one request to an engine's socket, without the cost of loading testcontainers. Gives the JSON answer (null where
 * it is empty), or undefined where nothing answers or the engine refuses.
 */
export async function queryDocker(address: string, method: 'GET' | 'DELETE', path: string): Promise<unknown> {
  const answer = await talkToDocker(address, method, path)
  return answer && answer.status < 300 ? answer.body : undefined
}

/** The same, including refusals. `body` is undefined where it is not JSON. Undefined where nothing answers in time. */
export function talkToDocker(
  address: string,
  method: 'GET' | 'DELETE',
  path: string,
  patienceMs = 20_000,
): Promise<{ status: number; body: unknown } | undefined> {
  if (!isSocket(address)) return Promise.resolve(undefined)
  const socketPath = address.slice('unix://'.length)
  return new Promise((resolve) => {
    const sent = request({ socketPath, path, method, timeout: patienceMs, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', () => resolve(undefined))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        resolve({ status: response.statusCode ?? 500, body: parsed(text || 'null') })
      })
    })
    sent.on('timeout', () => sent.destroy())
    sent.on('error', () => resolve(undefined))
    sent.end()
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
