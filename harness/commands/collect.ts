import { collectorScript } from '../evidence/collect.ts'
import { exit, LabError } from '../lib/errors.ts'
import { thisMachine } from '../targets/target.ts'
import { parse } from './parse.ts'
import { collectFrom, targetOf } from './target-of.ts'

/**
 * `collect [--ssh user@host] >host.bundle`: prints the evidence that collect.sh reads on a host. Without root it holds
 * only what the user may see. `--script` prints collect.sh itself.
 */
export default async function collect(args: string[], signal: AbortSignal): Promise<number> {
  const { values } = parse('collect', args)
  if (values.script) {
    if (values.ssh !== undefined || values['hide-addresses'])
      throw new LabError('usage', '--script only prints collect.sh: it takes no --ssh and no --hide-addresses', {
        hint: 'on the host: sudo sh collect.sh --hide-addresses >host.bundle',
      })
    process.stdout.write(await collectorScript())
    return exit.passed
  }
  // Here a bundle without root is better than none. By ssh, root is needed.
  const host = values.ssh === undefined && values['ssh-config'] === undefined ? thisMachine('wanted') : targetOf(values)
  const { stdout: user } = await host.exec('id -u')
  signal.throwIfAborted()
  if (user.trim() !== '0')
    console.error(`not root on ${host.name}: the bundle lacks firewall rules and all else that only root can read`)
  const options = values['hide-addresses'] ? ['--hide-addresses'] : []
  process.stdout.write(await collectFrom(host, signal, options))
  return exit.passed
}
