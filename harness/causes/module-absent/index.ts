import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { legacyTables, restartWithoutNat } from '../../injection/restart-without-nat.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { moduleAbsent } from './cause.ts'

const params = z.strictObject({
  lacks: z
    .enum(['addrtype', 'nft-nat', 'legacy-tables'])
    .default('addrtype')
    .describe(
      'addrtype: removes the file of xt_addrtype, which both backends of iptables need; nft-nat: that of nft_chain_nat, which nft needs; legacy-tables: those of all tables of the legacy backend',
    ),
})
type Params = z.infer<typeof params>

const files: Readonly<Record<Params['lacks'], readonly string[]>> = {
  addrtype: ['xt_addrtype'],
  'nft-nat': ['nft_chain_nat'],
  'legacy-tables': legacyTables,
}

// As if the package with the modules were not installed, or the kernel built without them. What is loaded stays loaded.
const script = (modules: readonly string[]): string => `set -e
for tree in /lib/modules/*/; do
  for module in ${modules.join(' ')}; do find "$tree" -name "$module.ko*" -print -delete; done
  depmod -a "$(basename "$tree")"
done >/tmp/removed
grep -q . /tmp/removed || { echo 'no kernel has a file of these modules' >&2; exit 1; }
rm /tmp/removed`

/** On a host with a kernel of its own: a container's host has the modules. */
const fault: Fault<Params> = {
  params,
  cause: moduleAbsent,
  async inject(host, { lacks }) {
    await runOrThrow(host, script(files[lacks]), 'the removal of modules', 120_000)
  },
  trigger: (host, { lacks }) => restartWithoutNat(host, files[lacks]),
}
export default fault
