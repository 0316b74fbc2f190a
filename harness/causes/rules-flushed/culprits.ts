import type { Facts } from '../../evidence/facts.ts'

const firewalls = ['iptables', 'netfilter-persistent', 'nftables', 'firewalld', 'ufw'].map((name) => `${name}.service`)

/** The firewall services that became active after docker.service. */
export function startedAfterDocker({ units }: Facts): string[] {
  const docker = units['docker.service']?.activeSinceUs ?? 0
  return firewalls.filter((name) => units[name]?.active === 'active' && units[name].activeSinceUs > docker)
}

/** A unit's name, with its alias iptables.service where Debian's unit has that one. */
export const alias = ({ units }: Facts, unit: string): string =>
  unit === 'netfilter-persistent.service' && !units['iptables.service'] ? `${unit} (iptables.service)` : unit

/** Whether iptables.service is to blame, so that a drop-in can tie docker to it. */
export const byIptablesService = (facts: Facts): boolean =>
  startedAfterDocker(facts).some((unit) => alias(facts, unit).includes('iptables.service'))
