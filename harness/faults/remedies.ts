import type { Diagnosis, Fix } from './fault.ts'

/** A step of many fixes. systemd refuses a unit that was started too often (StartLimitBurst): it forgets that first. */
export const restartDocker = 'systemctl reset-failed docker.service; systemctl restart docker.service'

/** Ends containers that would outlive their dockerd, or keep it from making its default bridge anew. */
export const stopContainers = 'docker ps -q | xargs -r docker stop -t 2'

/** Where Docker's settings stand. */
export const daemonJson = '/etc/docker/daemon.json'

/** Gives a key of daemon.json this value, in JSON, whatever else stands there; the next start of Docker reads it. */
export const daemonSetting = (key: string, value: string): string => `mkdir -p /etc/docker
[ -s ${daemonJson} ] || echo '{}' >${daemonJson}
sed -i -zE -e 's/"${key}"[[:space:]]*:[[:space:]]*("[^"]*"|\\[[^]]*\\]|[[:alnum:].]+)[[:space:]]*,?[[:space:]]*//' \\
  -e 's|^[[:space:]]*\\{|{ "${key}": ${value},|' -e 's|,[[:space:]]*\\}| }|' ${daemonJson}`

/** What a detector advises, of a fault's fixes and non-fixes. */
export const remedies = (fixes: Readonly<Record<string, Fix>>): Pick<Diagnosis, 'fixes' | 'nonFixes'> => ({
  fixes: Object.keys(fixes).filter((name) => !fixes[name]!.fails),
  nonFixes: Object.entries(fixes).flatMap(([name, { fails }]) => (fails ? [{ name, why: fails }] : [])),
})
