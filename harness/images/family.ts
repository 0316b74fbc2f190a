/** A family of distributions, which share the names of files, units and packages. */
export type Family = 'debian' | 'el' | 'el7'

/** The family of a host image. */
export const familyOf = (image: string): Family =>
  image === 'centos7' ? 'el7' : image.startsWith('centos') ? 'el' : 'debian'

type Word = readonly [debian: RegExp, other: string]

// Everything that the lab's scripts call by its Debian name: saved rules, units, alternatives, packages. The backend of
// firewalld is nftables from EL 8 on and iptables on EL 7: the collected evidence shows which.
const el: readonly Word[] = [
  [/\/etc\/iptables\/rules\.v4/g, '/etc/sysconfig/iptables'],
  [/netfilter-persistent\.service/g, 'iptables.service'],
  [/\/usr\/sbin\/netfilter-persistent reload/g, '/usr/libexec/iptables/iptables.init reload'],
  [/update-alternatives --set/g, 'alternatives --set'],
  // An administrator's program in place of the package's: rpm has no list of diversions.
  [/dpkg-divert --quiet --local --rename --divert (\S+) --add (\S+)/g, 'mv -f $2 $1'],
  [/dpkg-divert --list (\S+) \| grep -q \./g, '[ -e $1.package ]'],
  [/dpkg-divert --quiet --local --rename --remove (\S+)/g, 'mv -f $1.package $1'],
  [/apt-get install -y --only-upgrade iptables/g, 'dnf upgrade -y iptables-nft'],
  [/ \$\(apt-cache pkgnames "linux-modules-[^)]*(?:\(uname -r\))?"\)/g, ''],
  // Kernels: reinstall the running one, find the newest, install it, remove the running one.
  [
    /(?:DEBIAN_FRONTEND=noninteractive )?apt-get install -y --reinstall "linux-image-\$\(uname -r\)"/g,
    'dnf reinstall -y "kernel-core-$(uname -r)" "kernel-modules-core-$(uname -r)" "kernel-modules-$(uname -r)"',
  ],
  [
    /newest=\$\(apt-cache pkgnames linux-image- .*\)$/gm,
    "newest=kernel-core-$(dnf -q repoquery --latest-limit 1 --qf '%{version}-%{release}.%{arch}' kernel-core)",
  ],
  [/apt-get install -y -q "\$newest"/g, 'dnf install -y -q "$newest" "$(echo "$newest" | sed s/core/modules/)"'],
  [/apt-get purge -y -q "linux-image-\$running"/g, 'rpm -e --nodeps $(rpm -qa "kernel*-$running")'],
  [/linux-image-/g, 'kernel-core-'],
]

// EL 7 has one backend, yum, and a kernel in one package.
const el7: readonly Word[] = [
  [/update-alternatives --set \S+ \S+/g, 'true'],
  // Its systemd cannot start a unit in a network namespace.
  [/NetworkNamespacePath=\/run\/netns\/(\S+)\nExecStart=/g, 'ExecStart=/usr/sbin/ip netns exec $1 '],
  ...el,
  [/dnf -q repoquery --latest-limit 1/g, 'repoquery -q --latest-limit 1'],
  [/dnf /g, 'yum '],
  [/ "kernel-modules-core-\$\(uname -r\)" "kernel-modules-\$\(uname -r\)"/g, ''],
  [/ "\$\(echo "\$newest" \| sed s\/core\/modules\/\)"/g, ''],
  [/kernel-core/g, 'kernel'],
]

const words: Readonly<Record<Family, readonly Word[]>> = { debian: [], el, el7 }

/** Translates a script or unit from Debian's names to those of an image's family. */
export const inWordsOf = (image: string, script: string): string =>
  words[familyOf(image)].reduce((result, [debian, other]) => result.replace(debian, other), script)
