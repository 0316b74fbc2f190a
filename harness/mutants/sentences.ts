/** What this file reads of a node of Babel's syntax tree. */
interface Node {
  type: string
  value?: unknown
  quasis?: { value: { raw: string } }[]
  expressions?: Node[]
  callee?: Node
  property?: Node
  name?: string
  arguments?: Node[]
}
interface NodePath {
  node: Node
  parent?: Node
}

const isSentence = (text: string): boolean => /[a-z]{2,}[,:;.]? [a-z“(]/i.test(text) && !/[\n{}|<>$]|--/.test(text)
const isPlain = ({ type }: Node): boolean => ['Identifier', 'MemberExpression', 'StringLiteral'].includes(type)

const isSeparator = ({ node, parent }: NodePath): boolean =>
  parent?.type === 'CallExpression' &&
  parent.callee?.property?.name === 'join' &&
  parent.arguments?.[0] === node &&
  /^([,;:·]? | and | or )$/.test(String(node.value))

/** Why a node is not mutated; undefined where it is. Specs hold facts, so they let the wording of sentences change. */
export function sentence({ node, parent }: NodePath): string | undefined {
  if (
    node.type === 'StringLiteral' &&
    (isSentence(String(node.value)) || isSeparator({ node, ...(parent && { parent }) }))
  )
    return 'the wording of a sentence'
  // A sentence with a choice in it is mutated: which of two facts it gives is no matter of wording.
  if (node.type === 'TemplateLiteral' && node.expressions!.every(isPlain))
    return isSentence(node.quasis!.map(({ value }) => value.raw).join('x')) ? 'the wording of a sentence' : undefined
  return undefined
}

export const strykerPlugins = [{ kind: 'Ignore', name: 'sentences', value: { shouldIgnore: sentence } }]
