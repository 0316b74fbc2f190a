import { readFileSync } from 'node:fs'
import { checksum } from '../../evidence/checksum.ts'
import { collectorSections } from '../../evidence/collector.ts'

const lib = readFileSync(new URL('../../evidence/collector/lib.sh', import.meta.url), 'utf8')
const marker = '@@@@'

/**
 * A sh script that runs the collector's own sections in one shell, one after the other. It needs a tenth of the
 * collector's processes, because the collector runs them side by side, each with its limit. `namespaces` as in
 * `buildCollector`. It reads listeners from $listening, a directory like /proc.
 */
export function quickCollector(sections: readonly string[], namespaces: string): string {
  const known = collectorSections()
  const chosen = sections.map((name) => known.find((each) => each.name === name)!)
  const bodies = chosen.map(({ name, body }) => {
    const own = body
      .replace(/^container_namespaces\(\) \{\n[\s\S]*?\n\}$/m, () => `container_namespaces() {\n${namespaces}\n}`)
      // One process holds all listeners, so the other processes of the machine need not be searched.
      .replace('PROC_ROOT=/proc/ ss -Hlntup', 'PROC_ROOT="$listening/" ss -Hlntup')
    return [
      `echo '${marker} begin ${name}'`,
      `(\n${own}\n) </dev/null 2>"$work/complaints"`,
      `printf '\\n${marker} end ${name} %s\\n' $?`,
      '[ ! -s "$work/complaints" ] || cat "$work/complaints"',
      'echo',
    ].join('\n')
  })
  return [
    'LC_ALL=C PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin',
    'export LC_ALL PATH work',
    'work=$(mktemp -d "/dev/shm/dfsim-$$-XXXXXX") || exit',
    `trap 'rm -rf "$work"' EXIT`,
    `cat >"$work/lib.sh" <<'${marker}'\n${lib}${marker}`,
    '. "$work/lib.sh"',
    ...bodies,
    '',
  ].join('\n')
}

/** The script's output as a bundle in the collector’s format. */
export function asBundle(printed: string): string {
  const parts = printed.split(new RegExp(`^${marker} begin `, 'm')).slice(1)
  return ['dockfault-evidence 2 quick', ...parts.map(framed), '--- whole', ''].join('\n')
}

function framed(part: string): string {
  const [, name, text, code, complaints] =
    part.match(new RegExp(`^(\\S+)\\n([\\s\\S]*?)\\n${marker} end \\S+ (\\d+)\\n([\\s\\S]*)$`)) ?? []
  const status = code === '0' ? 'ok' : code === '90' ? 'absent' : 'failed'
  const indented = (mark: string, own: string): string =>
    own.trim() === '' ? '' : `${own.replace(/\n+$/, '').replace(/^/gm, mark)}\n`
  const whole = `--- begin ${name}\n${indented(' ', text!)}${indented('!', complaints!)}--- end ${name} ${status} ${code} 0`
  return `${whole} ${checksum(whole)}`
}
