import { absent, defineCause, present, unknown } from '../../cause/cause.ts'
import { continueStep, haltedContainerd, haltedDockerd } from '../../cause/halted.ts'
import { restartDocker } from '../../cause/steps.ts'
import type { Facts, HaltedProcess } from '../../evidence/facts.ts'

/** The process of dockerd or containerd exists and does not run: units are active, and nobody is answered. */
export const dockerdHung = defineCause({
  id: 'dockerd-hung',
  title: 'dockerd or containerd is stopped by a signal',
  needs: ['docker-install', 'halted-processes'],
  detect(facts) {
    const { docker } = facts
    const halted = haltedOf(facts)
    if (!halted && !docker.answers)
      return docker.processes.length > 0
        ? unknown('dockerd runs and does not answer: it may be starting, busy or locked up')
        : absent('no dockerd runs')
    if (!halted) return absent('dockerd answers, and containerd runs')
    const { pid, name, by } = halted
    const how =
      by === 'signal'
        ? 'was stopped by a signal (SIGSTOP or SIGTSTP), and waits for SIGCONT'
        : 'is in a frozen cgroup, and waits until it is thawed'
    const behind = docker.answers
      ? 'Running containers go on and docker ps answers, but docker run, start, stop, exec, version and info hang.'
      : 'dockerd waits for it and does not start.'
    const effect =
      name === 'containerd'
        ? behind
        : 'Containers go on, but every docker command hangs, and names of containers on user networks do not resolve.'
    const words = `${name} (process ${pid}) ${how}. systemd shows it as active. ${effect}`
    const command = docker.processes.find((each) => each.pid === pid)?.command.join(' ') ?? name
    return present({
      confidence: 'certain',
      active: words,
      latent: words,
      evidence: [
        by === 'signal'
          ? { from: `/proc/${pid}/stat`, line: `state T: ${command}` }
          : { from: `/proc/${pid}/cgroup`, line: `frozen: ${command}` },
      ],
    })
  },
  explains: (symptom) => symptom.kind === 'hung',
  remedies: {
    continue: {
      title: 'Let it go on',
      steps: (facts) => [continueStep(haltedOf(facts)!)],
      cost: 'none',
    },
    'restart-docker': {
      title: 'Restart docker: systemd sends SIGCONT after SIGTERM',
      steps: () => [restartDocker],
      cost: 'containers restarted',
      restartsDocker: true,
      when: (facts) => !isContainerd(facts),
    },
    'restart-containerd': {
      title: 'Restart containerd, then docker',
      steps: () => ['systemctl restart containerd.service', restartDocker],
      cost: 'containers restarted',
      restartsDocker: true,
      when: (facts) => isContainerd(facts),
    },
  },
  temptations: {
    'restart-containers': {
      title: 'Restart the containers',
      steps: () => ["timeout 20 sh -c 'docker ps -q | xargs -r docker restart -t 2'"],
      cost: 'none',
      why: 'The docker client waits for the same dockerd, and dockerd for the same containerd.',
    },
    'restart-docker-alone': {
      title: 'Restart docker and leave containerd as it is',
      steps: () => [restartDocker],
      cost: 'containers restarted',
      why: 'dockerd starts only with a containerd that answers.',
      when: (facts) => isContainerd(facts),
    },
    'reload-docker': {
      title: 'Reload docker',
      steps: () => ['systemctl reload docker.service'],
      cost: 'none',
      why: 'A stopped process handles no signal but SIGCONT and SIGKILL, so SIGHUP waits with the rest.',
      when: (facts) => !isContainerd(facts),
    },
  },
})

const isContainerd = (facts: Facts): boolean => haltedOf(facts)?.name === 'containerd'

const haltedOf = (facts: Facts): HaltedProcess | undefined =>
  (facts.docker.answers ? undefined : haltedDockerd(facts)) ?? haltedContainerd(facts)
