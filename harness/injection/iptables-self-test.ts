import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { readBundle } from '../evidence/bundle.ts'
import { buildCollector } from '../evidence/collector.ts'
import { readSelfTests } from '../evidence/sections/iptables-self-test/read.ts'
import { launcher, unpacking } from './iptables-release.ts'

const section = 'iptables-self-test'
const tools = ['iptables', 'iptables-save', 'iptables-restore']

/**
 * Runs the collector's self-test of iptables with a program that was built for hosts: on this machine, in a network
 * namespace of its own. Gives the answer to each question: `sound`, or `exit N` where a sound build exits otherwise. Where
 * it could not run, the reason.
 */
export async function selfTestOf(file: string, signal: AbortSignal): Promise<Record<string, string> | string> {
  const dir = await mkdtemp(join(tmpdir(), 'dockfault-iptables-'))
  try {
    await installIn(dir, file)
    const { stdout, stderr, failed } = await execa('sh', [], {
      input: buildCollector({ sections: [section] }),
      env: { PATH: `${join(dir, 'bin')}:${process.env.PATH}` },
      cancelSignal: signal,
      reject: false,
    })
    signal.throwIfAborted()
    if (failed) return `the self-test did not run: ${stderr.trim().split('\n').at(-1)}`
    const own = readBundle(stdout).sections.get(section)
    if (own?.status !== 'ok') return `the self-test did not run: ${own?.why ?? 'no answer'}`
    const answers = readSelfTests(own.text.split('\n'))
    return Object.fromEntries(
      answers.map(({ question, seen, sound }) => [question, seen === sound ? 'sound' : `exit ${seen}`]),
    )
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** Lays the program out in a folder, with `bin` for the search path. */
async function installIn(dir: string, file: string): Promise<void> {
  const bin = join(dir, 'bin')
  const program = join(bin, 'xtables-nft-multi')
  await mkdir(bin)
  if (file.endsWith('.tar')) {
    const folder = join(dir, 'iptables')
    await copyFile(file, `${folder}.tar`)
    await execa('sh', ['-c', unpacking(folder)])
    await writeFile(program, launcher(folder))
  } else await copyFile(file, program)
  await chmod(program, 0o755)
  for (const tool of tools) await symlink('xtables-nft-multi', join(bin, tool))
}
