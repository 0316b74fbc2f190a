import { access } from 'node:fs/promises'
import { providers } from '../hosts/index.ts'
import { hostImages } from '../images/recipe.ts'
import { exit } from '../lib/errors.ts'
import { colorsFor } from '../report/terminal/colors.ts'
import { fitLines } from '../report/terminal/fit-lines.ts'
import { parse } from './parse.ts'

/** `npm run doctor`: shows which hosts this machine can make, and what is missing for others. Exit 2 where it can make none. */
export default async function doctor(args: string[]): Promise<number> {
  parse('doctor', args)
  const root = process.getuid?.() === 0
  const kvm = await exists('/dev/kvm')
  const lines: [boolean, string, string][] = [
    [Number(process.versions.node.split('.')[0]) >= 20, 'Node', process.versions.node],
    [process.platform === 'linux', 'system', `${process.platform} ${process.arch}`],
    [
      root,
      'root',
      root ? 'yes: the lab installs packages when it needs them' : 'no: you have to install missing packages yourself',
    ],
    [kvm, '/dev/kvm', kvm ? 'exists; the first VM shows whether it works' : 'missing: VMs are emulated, and slower'],
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
      served.length > 0 ? `can make ${served.join(', ')}${accelerator}` : (reasons[0] ?? ''),
    ])
  }
  const paint = colorsFor(process.stderr)
  const text = lines.map(
    ([fine, what, detail]) => `${fine ? paint.green('✓') : paint.yellow('–')} ${what.padEnd(12)} ${detail}`,
  )
  for (const line of fitLines(text, paint.columns)) console.error(line)
  return usable > 0 ? exit.passed : exit.broken
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )
