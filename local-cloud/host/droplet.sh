#!/bin/sh
# A droplet's life inside its namespaces.
#
#   droplet.sh launch NETNS DIR HOSTNAME CGROUP...   joins the control groups, enters the network namespace, makes new
#                                                    mount, UTS, IPC and PID namespaces, and becomes `init` there
#   droplet.sh init DIR HOSTNAME                     process 1 of the droplet: private file system, sshd, containerd,
#                                                    dockerd; ends when its stdin ends, and with it every process here
#
# The machine's own files show through read-only. What a droplet may write is its own: /etc and /usr/local/sbin as
# overlays, /root and /var as folders below DIR (all kept over a reboot), /run and /tmp in memory. Kernel settings
# outside /proc/sys/net are read-only, since they would be this machine's.
set -eu

case $1 in
launch)
  netns=$2
  dir=$3
  name=$4
  shift 4
  for group in "$@"; do echo $$ >"$group/cgroup.procs"; done
  exec nsenter --net="/run/netns/$netns" \
    unshare --mount --uts --ipc --pid --fork --kill-child --mount-proc "$0" init "$dir" "$name"
  ;;

init)
  dir=$2
  echo "$3" >/proc/sys/kernel/hostname
  mount --make-rprivate /
  # From here on the folder has one name, whatever of its real path gets covered below.
  mount --bind "$dir" /mnt

  while read -r _ point _; do
    point=$(printf '%b' "$point")
    case $point in
    /mnt | /proc* | /sys* | /dev*) ;;
    *) mount -o remount,bind,ro "$point" 2>/dev/null || true ;;
    esac
  done </proc/mounts

  mount -t overlay overlay -o "lowerdir=/etc,upperdir=/mnt/etc,workdir=/mnt/work/etc" /etc
  mount -t overlay overlay -o "lowerdir=/usr/local/sbin,upperdir=/mnt/sbin,workdir=/mnt/work/sbin" /usr/local/sbin
  mount --bind /mnt/root /root
  mount --bind /mnt/var /var
  mount -t tmpfs -o mode=755 tmpfs /run
  mount -t tmpfs -o mode=1777 tmpfs /tmp
  mount --bind /mnt/meminfo /proc/meminfo
  mount --bind /proc/sys /proc/sys
  mount --bind /proc/sys/net /proc/sys/net
  mount -o remount,bind,ro /proc/sys
  mount -o remount,bind,rw /proc/sys/net
  mkdir -p /run/sshd /run/lock

  # First boot: nothing of this machine's own sshd, its host keys above all, may show through.
  if [ ! -e /mnt/booted ]; then
    for file in /etc/ssh/ssh_host_* /etc/ssh/sshd_config.d/*; do
      [ -e "/mnt/$file" ] || rm -f "$file"
    done
    for file in /etc/ssh/ssh_host_*_key; do
      [ -e "$file" ] || ssh-keygen -q -A
      break
    done
    : >/mnt/booted
  fi
  umount /mnt

  systemctl start ssh
  systemctl start containerd
  systemctl start docker
  # The shell reaps what is orphaned while it waits. The local cloud holds the other end: when it goes, so does this.
  exec 1>/dev/null 2>&1
  cat >/dev/null
  ;;
esac
