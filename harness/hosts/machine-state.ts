import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { imageLabel } from './container/image.ts'
import { ownerLabel } from './container/owner.ts'
import { queryDocker, userEngineAddress } from './container/user-engine.ts'

/** Facts of the machine that the lab runs on, as lines to compare. The lab may change none of them. */
export type MachineState = Readonly<Record<string, readonly string[]>>

/** Reads the state of this machine. Changes nothing, and loads no module. */
export async function readMachineState(): Promise<MachineState> {
  const [nftables, iptables, ip6tables, docker] = await Promise.all([
    print('nft', 'list', 'ruleset'),
    print('iptables-save'),
    print('ip6tables-save'),
    dockerObjects(),
  ])
  return {
    hostname: [hostname()],
    nftables,
    iptables,
    ip6tables,
    docker,
    sysctls: sysctls('/proc/sys'),
    modules: lines('/proc/modules').map((line) => line.split(' ')[0]!),
    interfaces: list('/sys/class/net'),
    routes: lines('/proc/net/route'),
    namespaces: list('/run/netns'),
  }
}

/** The differences between two states: a line for each fact that appeared (`+`) or vanished (`-`). */
export const differences = (before: MachineState, after: MachineState): string[] =>
  Object.keys({ ...before, ...after }).flatMap((kind) => {
    const [was, is] = [before[kind] ?? [], after[kind] ?? []]
    return [
      ...was.filter((fact) => !is.includes(fact)).map((fact) => `${kind}: - ${fact}`),
      ...is.filter((fact) => !was.includes(fact)).map((fact) => `${kind}: + ${fact}`),
    ]
  })

// Counters and random numbers, which the kernel writes; they are not settings.
const volatile =
  /^(kernel\.(random\.|ns_last_pid|pty\.nr|tainted|cap_last_cap|hung_task_detect_count)|fs\.([\w-]+-(nr|state)$|quota\.|mqueue\.)|net\.netfilter\.nf_conntrack_(count|buckets)|vm\.stat|sunrpc)/

function sysctls(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name)
    if (entry.isDirectory()) return sysctls(path)
    const name = path.slice('/proc/sys/'.length).replaceAll('/', '.')
    if (volatile.test(name)) return []
    try {
      return [`${name} = ${readFileSync(path, 'utf8').trim()}`]
    } catch {
      // Some are write-only, and some fail on this kind of machine.
      return []
    }
  })
}

/** Containers, images, networks and volumes of the user's engine that the lab did not make. */
async function dockerObjects(): Promise<string[]> {
  const address = userEngineAddress()
  if (address === undefined) return []
  const query = async (path: string): Promise<Record<string, unknown>[]> => {
    const answer = await queryDocker(address, 'GET', path)
    const found = Array.isArray(answer) ? answer : ((answer as { Volumes?: unknown[] } | undefined)?.Volumes ?? [])
    return (found as Record<string, unknown>[]).filter(({ Labels }) => {
      const labels = Object.keys((Labels as Record<string, string> | null) ?? {})
      return !labels.includes(ownerLabel) && !labels.includes(imageLabel)
    })
  }
  const kinds = {
    containers: '/containers/json?all=1',
    images: '/images/json',
    networks: '/networks',
    volumes: '/volumes',
  }
  const found = await Promise.all(
    Object.entries(kinds).map(async ([kind, path]) =>
      (await query(path)).map(({ Id, Name, State }) => `${kind} ${[Id ?? Name, State].filter(Boolean).join(' ')}`),
    ),
  )
  return found.flat().sort()
}

async function print(command: string, ...args: string[]): Promise<string[]> {
  const { stdout } = await execa(command, args, { reject: false })
  // Dates and packet counters are not rules.
  return String(stdout ?? '')
    .replace(/^#.*$/gm, '')
    .replace(/\[\d+:\d+\]|counter packets \d+ bytes \d+/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
}

const lines = (file: string): string[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    : []

const list = (dir: string): string[] => (existsSync(dir) ? readdirSync(dir).sort() : [])
