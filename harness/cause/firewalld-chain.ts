/**
 * The zone or policy whose chain of firewalld's own table this is; neither for its base chains and those that only choose.
 * Zones may have underscores. Source: firewalld's src/firewall/core/nftables.py.
 */
export function firewalldChain(chain: string): { zone?: string; policy?: string } {
  const found =
    /^filter_(?:IN|FWD|FWDI|FWDO)_(?:policy_(?<policy>[\w-]+?)|(?<zone>[\w-]+?))(?:_(?:pre|log|deny|allow|post))?$/
  return { ...found.exec(chain)?.groups }
}
