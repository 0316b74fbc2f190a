import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { collect } from '../evidence/collect.ts'
import { LabError, messageOf } from '../lib/errors.ts'
import { bySsh, type Target, thisMachine } from '../targets/target.ts'

/** The host to diagnose: this machine, or one by ssh. */
export function targetOf({ ssh, 'ssh-config': config }: { ssh?: string; 'ssh-config'?: string }): Target {
  if (ssh === undefined && config !== undefined) throw new LabError('usage', '--ssh-config needs --ssh')
  return ssh === undefined ? thisMachine() : bySsh(ssh, config)
}

/** Collects a host's bundle. Throws LabError `host` where there is none, `interrupted` after Ctrl-C. */
export async function collectFrom(host: Target, signal: AbortSignal, options: readonly string[] = []): Promise<string> {
  try {
    return await collect(host, options)
  } finally {
    // After Ctrl-C the collector printed only a part, which is no bundle of the host.
    signal.throwIfAborted()
  }
}

/** The text of a bundle; `-` is standard input. Throws LabError `host` where it cannot be read. */
export async function readBundleFile(file: string): Promise<string> {
  if (file === '-' && process.stdin.isTTY)
    throw new LabError('usage', '--bundle - reads standard input, which is a terminal here', {
      hint: 'add <host.bundle, or name a file in place of -',
    })
  try {
    return file === '-' ? await text(process.stdin) : await readFile(file, 'utf8')
  } catch (error) {
    throw new LabError('host', `cannot read ${nameOfBundle(file)}: ${messageOf(error)}`)
  }
}

/** The name of a bundle in a report. */
export const nameOfBundle = (file: string): string => (file === '-' ? 'standard input' : file)
