import { z } from 'zod'
import type { Fault } from '../../injection/fault.ts'
import { runOrThrow } from '../../injection/run-or-throw.ts'
import { vpnKillSwitch } from './cause.ts'

const params = z.strictObject({
  by: z
    .enum(['rejects-the-rest', 'one-rule'])
    .default('rejects-the-rest')
    .describe('rejects-the-rest: it accepts what leaves by the tunnel first; one-rule: it drops what leaves elsewhere'),
})
type Params = z.infer<typeof params>

const rules: Record<Params['by'], string> = {
  // As Mullvad's client has it. Source: mullvadvpn-app, talpid-core/src/firewall/linux.rs.
  'rejects-the-rest': `oifname "wg-mullvad" accept
    iifname "wg-mullvad" ct state established accept
    reject`,
  'one-rule': 'oifname != { "lo", "tun0" } iifname != "tun0" drop',
}

/** The VPN is not connected, as after a suspend or when its server is gone. */
const fault: Fault<Params> = {
  params,
  cause: vpnKillSwitch,
  async inject(host, { by }) {
    await runOrThrow(
      host,
      `nft -f - <<'RULES'
table inet ${by === 'one-rule' ? 'killswitch' : 'mullvad'} {
  chain forward {
    type filter hook forward priority filter; policy ${by === 'one-rule' ? 'accept' : 'drop'};
    ${rules[by]}
  }
}
RULES`,
      'the kill switch',
    )
  },
}
export default fault
