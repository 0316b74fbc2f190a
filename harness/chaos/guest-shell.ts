import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { ProcessId } from '../hosts/process.ts'
import { sleep } from '../lib/retry.ts'

/** What can be done inside a guest, as a line of shell. */
export const guestLines = {
  agent: 'kill -9 $(pidof qemu-ga)',
  // The perl process that holds the port of scripts, and its children.
  runner: 'kill -9 $(pidof perl)',
  'guest-clock': 'date -s "+1 hour"',
  oom: 'echo f >/proc/sysrq-trigger',
} as const

/** Types a line into the root shell on the second console of one of a harness's machines. Gives its folder of sockets. */
export async function typeInGuest(
  kind: keyof typeof guestLines,
  { cache, owner, strength }: { cache: string; owner: ProcessId; strength: number },
): Promise<string | undefined> {
  const runs = join(cache, 'runs')
  const machines = list(runs)
    .filter((run) => run.startsWith(`${owner.pid}-${owner.start}-`))
    .flatMap((run) => list(join(runs, run)).map((machine) => join(runs, run, machine, 'record.json')))
    .flatMap(socketsIn)
  const folder = machines[Math.floor(strength * machines.length)]
  if (!folder) return undefined
  return new Promise((resolve) => {
    const socket = connect(join(folder, 'shell'))
    socket.on('error', () => resolve(undefined))
    socket.on('connect', async () => {
      socket.write(`\n${guestLines[kind]}\n`)
      // The shell of an emulated machine needs a moment before the console may close.
      await sleep(3000)
      socket.destroy()
      resolve(folder)
    })
  })
}

function socketsIn(file: string): string[] {
  try {
    const { sockets, process } = JSON.parse(readFileSync(file, 'utf8')) as { sockets: string; process?: unknown }
    return process ? [sockets] : []
  } catch {
    return []
  }
}

function list(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch {
    return []
  }
}
