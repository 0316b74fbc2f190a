import { access } from 'node:fs/promises'
import { providers } from '../hosts/index.ts'
import { hostImages } from '../images/recipe.ts'
import { exit } from '../lib/errors.ts'
import { colorsFor } from '../report/terminal/colors.ts'
import { wrap } from '../report/terminal/paint.ts'
import { parse } from './parse.ts'

/**
 * `npm run doctor`: shows which hosts this machine can make, and what is missing for others. Exit 2 where it can make
 * none.
 */
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
    const vms = provider.name === 'qemu' ? vmsBy(await provider.accelerator()) : ''
    lines.push([
      served.length > 0,
      provider.name,
      served.length > 0 ? `can make ${served.join(', ')}${vms}` : (reasons[0] ?? ''),
    ])
  }
  const paint = colorsFor(process.stderr)
  for (const [fine, what, detail] of lines) {
    const [first = '', ...rest] = wrap(detail, 200, ' '.repeat(15), paint.columns)
    console.error(`${fine ? paint.green('✓') : paint.yellow('–')} ${what.padEnd(12)} ${first.trimStart()}`)
    for (const line of rest) console.error(line)
  }
  return usable > 0 ? exit.passed : exit.broken
}

const vmsBy = (accelerator: string): string =>
  accelerator === 'kvm' ? '; VMs run under KVM' : `; VMs are emulated (${accelerator})`

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )
