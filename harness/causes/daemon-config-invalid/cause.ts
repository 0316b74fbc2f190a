import { absent, defineCause, present } from '../../cause/cause.ts'
import { type ConfigError, configErrorOf } from '../../cause/daemon-config.ts'
import { restartDocker } from '../../cause/steps.ts'
import { restarting } from '../../cause/temptations.ts'
import type { Facts } from '../../evidence/facts.ts'

/** dockerd refuses its configuration file, and so does not start. Its own last error shows why. */
export const daemonConfigInvalid = defineCause({
  id: 'daemon-config-invalid',
  title: 'dockerd refuses its configuration file',
  needs: ['units', 'docker-journal'],
  detect(facts) {
    const error = configErrorOf(facts)
    if (!error) return absent(facts.docker.answers ? 'dockerd runs' : 'dockerd’s last error is not about its settings')
    const words = `dockerd does not start: ${explanation(error)}`
    const evidence = [{ from: 'journalctl -u docker', line: error.line }, ...flagLines(error, facts)]
    return present({ confidence: 'certain', active: words, latent: words, evidence })
  },
  explains: (symptom, facts) => symptom.kind === 'daemon' && configErrorOf(facts) !== undefined,
  remedies: {
    'remove-keys': {
      title: 'Remove the settings that dockerd refuses from its file',
      steps: (facts) => [saved(facts), ...keysOf(facts).map((key) => dropKey(key, fileOf(facts))), restartDocker],
      cost: 'what the file sets there does not apply; a copy of the file stays beside it',
      when: (facts) => keysOf(facts).length > 0,
      restartsDocker: true,
      removes: 'config',
    },
    'remove-trailing-commas': {
      title: 'Remove commas before a closing bracket',
      steps: (facts) => [saved(facts), `sed -i -zE 's/,([[:space:]]*[]}])/\\1/g' ${fileOf(facts)}`, restartDocker],
      cost: 'none; a copy of the file stays beside it',
      when: (facts) => /invalid character '[\]}]' looking for beginning of/.test(configErrorOf(facts)?.detail ?? ''),
      restartsDocker: true,
      removes: 'config',
    },
    'move-aside': {
      title: 'Move the file aside, and start with Docker’s defaults',
      steps: (facts) => [`[ ! -e ${fileOf(facts)} ] || mv ${fileOf(facts)} ${fileOf(facts)}.invalid`, restartDocker],
      cost: 'all settings of the file are lost until you repair it',
      when: (facts) => keysOf(facts).length === 0,
      restartsDocker: true,
      removes: 'config',
    },
  },
  temptations: {
    'restart-docker': { ...restarting({ why: 'Each start reads the same file.' }), cost: 'none' },
    'reload-units': {
      title: 'Reload systemd’s units, and restart docker',
      steps: () => ['systemctl daemon-reload', restartDocker],
      cost: 'none',
      why: 'The file is dockerd’s own: systemd does not read it.',
    },
  },
})

function explanation({ kind, keys, file, detail }: ConfigError): string {
  const names = keys.map((key) => `“${key}”`).join(', ')
  if (kind === 'twice')
    return `both ${file} and its command line set ${names}, and it takes a setting from one of the two only. The command line is in docker.service or a drop-in: systemctl cat docker.service.`
  if (kind === 'unknown')
    return `${file} sets ${names}, which this version of Docker does not know. The name may be misspelt, too new or too old.`
  return kind === 'syntax' ? `${file} is not valid JSON (${detail}).` : `it refuses a value in ${file} (${detail}).`
}

/** The lines of files that set the same by a flag; that of `hosts` is -H. */
const flagLines = ({ kind, keys }: ConfigError, { bootFiles }: Facts) =>
  bootFiles
    .filter(({ file, line }) => kind === 'twice' && file.includes('docker') && / --?\w/.test(line))
    .filter(({ line }) => keys.some((key) => line.includes(`--${key}`) || (key === 'hosts' && line.includes(' -H'))))
    .map(({ file, line }) => ({ from: file, line }))

const keysOf = (facts: Facts): string[] => configErrorOf(facts)?.keys ?? []
const fileOf = (facts: Facts): string => configErrorOf(facts)?.file ?? '/etc/docker/daemon.json'
const saved = (facts: Facts): string => `[ -e ${fileOf(facts)}.saved ] || cp -p ${fileOf(facts)} ${fileOf(facts)}.saved`

/** Removes a key with its value, and the comma that this leaves. */
const dropKey = (key: string, file: string): string => `sed -i -zE \\
  -e 's/"${key}"[[:space:]]*:[[:space:]]*("[^"]*"|\\[[^]]*\\]|\\{[^}]*\\}|[[:alnum:].-]+)[[:space:]]*,?[[:space:]]*//' \\
  -e 's/,[[:space:]]*\\}/}/g' ${file}`
