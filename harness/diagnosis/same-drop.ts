import type { Flow, Walk } from '../simulate/index.ts'

/** A rule without the name of the flow's own bridge: Docker has the same rule for each bridge. */
const likeRule = (rule: string, { bridge }: Flow): string => (bridge === '' ? rule : rule.replaceAll(bridge, 'BRIDGE'))

/** A key that the walks of one symptom share. It leaves out addresses, which differ from container to container. */
export function sameDrop(walk: Walk): string {
  const { flow, end } = walk
  if (flow.ought === 'die') return end === 'passes' ? 'open' : `isolation ${walk.doubts[0]?.key}`
  const { drop, doubts } = walk
  // One rule or setting may stop one packet on its way out and the answer to another: that is one symptom.
  const where = drop?.rule
    ? // Of a rule with a setting, the rule drops something else than the packet, and only under that setting.
      [drop.rule.backend, drop.rule.table, drop.rule.chain, likeRule(drop.rule.rule, flow), drop.setting?.name]
    : /^ip (rule|route) /.test(drop?.setting?.name ?? '')
      ? [drop?.end, drop?.setting?.name, drop?.setting?.value]
      : [drop?.end, drop?.setting?.name, drop?.message.replaceAll(/\d+\.\d+\.\d+\.\d+/g, 'ADDRESS')]
  // Unclear walks share their doubt, wherever they may end.
  return JSON.stringify(end === 'unclear' ? ['unclear', doubts[0]?.key] : where)
}
