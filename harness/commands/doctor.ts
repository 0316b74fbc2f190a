import { access } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import pc from 'picocolors'
import { providers } from '../hosts/index.ts'
import { hostImages } from '../images/recipe.ts'
import { exit } from '../lib/errors.ts'

/** `npm run doctor`: what this machine can do, and what is missing. Starts nothing. Exit 2 where no provider can serve. */
export default async function doctor(args: string[]): Promise<number> {
  parseArgs({ args })
  const root = process.getuid?.() === 0
  const lines: [boolean, string, string][] = [
    [Number(process.versions.node.split('.')[0]) >= 20, 'Node', process.versions.node],
    [process.platform === 'linux', 'system', `${process.platform} ${process.arch}`],
    [
      root,
      'root',
      root ? 'yes: missing packages are installed when they are needed' : 'no: missing packages are yours to install',
    ],
    [await readable('/dev/kvm'), '/dev/kvm', 'a device node proves nothing: the first VM run tries a boot'],
  ]
  let usable = 0
  for (const provider of await providers()) {
    const reasons = await Promise.all(hostImages().map((image) => provider.unavailable(image)))
    const served = hostImages().filter((_, index) => reasons[index] === undefined)
    usable += served.length
    const accelerator = provider.name === 'qemu' ? `, accelerator ${await provider.accelerator()}` : ''
    lines.push([
      served.length > 0,
      provider.name,
      served.length > 0 ? `serves ${served.join(', ')}${accelerator}` : (reasons[0] ?? ''),
    ])
  }
  for (const [fine, what, detail] of lines)
    console.error(`${fine ? pc.green('✓') : pc.yellow('–')} ${what.padEnd(12)} ${detail}`)
  return usable > 0 ? exit.passed : exit.broken
}

const readable = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )
