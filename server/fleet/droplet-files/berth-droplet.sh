#!/bin/sh
# What Berth asks a droplet beside its Docker Engine. Written by cloud-init; called over SSH with the literals of
# server/engine/remote-commands.ts.
set -eu
umask 077

# Only tests set BERTH_ROOT; sshd accepts no such variable from a client.
root=${BERTH_ROOT:-}
ssh_dir=$root/etc/ssh
host_keys=$ssh_dir/sshd_config.d/05-berth-host-keys.conf
first_key=/etc/ssh/ssh_host_ed25519_key

fail() {
  echo "berth-droplet: $1" >&2
  exit 1
}

answer() {
  printf '{"status":"%s","detail":"%s"}\n' "$1" "$2"
}

# `berth-setup` leaves `prepared` as its last act; cloud-init leaves `boot-finished` whether or not all went well.
bootstrap_status() {
  if [ -e "$root/var/lib/berth/prepared" ]; then
    if systemctl is-active --quiet docker >/dev/null; then
      answer 'done' 'Docker is up'
    else
      answer 'running' 'Docker is starting'
    fi
  elif [ -e "$root/var/lib/cloud/instance/boot-finished" ]; then
    answer 'error' 'cloud-init ended before the droplet was prepared; see /var/log/cloud-init-output.log'
  else
    answer 'running' 'cloud-init is at work'
  fi
}

# Puts new HostKey lines in place, or leaves the old ones when sshd would refuse to start with them.
serve_host_keys() {
  if [ -e "$host_keys" ]; then cp "$host_keys" "$host_keys.before"; else : >"$host_keys.before"; fi
  mv "$host_keys.new" "$host_keys"
  if ! sshd -t -f "$ssh_dir/sshd_config"; then
    mv "$host_keys.before" "$host_keys"
    fail 'sshd refuses the new configuration; nothing was changed'
  fi
  rm -f "$host_keys.before"
  systemctl reload ssh
}

current_host_keys() {
  if [ -e "$host_keys" ]; then cat "$host_keys"; else echo "HostKey $first_key"; fi
}

# sshd proves the first key of a type, so the newest line stands first. The same key again changes nothing.
host_key_add() {
  incoming=$ssh_dir/berth_host_incoming
  trap 'rm -f "$incoming"' EXIT
  cat >"$incoming"
  public=$(ssh-keygen -y -P '' -f "$incoming") || fail 'stdin holds no OpenSSH private key'
  name=berth_host_$(printf '%s' "$public" | cut -d ' ' -f 1,2 | sha256sum | cut -c 1-16)
  mv "$incoming" "$ssh_dir/$name"
  line="HostKey /etc/ssh/$name"
  {
    echo "$line"
    current_host_keys | grep -vxF "$line" || true
  } >"$host_keys.new"
  serve_host_keys
}

host_key_finish() {
  [ -e "$host_keys" ] || exit 0
  head -n 1 "$host_keys" >"$host_keys.new"
  kept=$(sed 's/^HostKey //' "$host_keys.new")
  serve_host_keys
  for key in "$ssh_dir"/ssh_host_*_key "$ssh_dir"/berth_host_*; do
    [ "$key" = "$root$kept" ] || rm -f "$key" "$key.pub"
  done
}

proc_stats() {
  read -r load1 _ </proc/loadavg
  disk=$(df -P -B1 / | awk 'NR == 2 { printf "\"diskTotalBytes\":%.0f,\"diskFreeBytes\":%.0f", $2, $4 }')
  awk -v load1="$load1" -v cpus="$(nproc)" -v disk="$disk" '
    $1 == "MemTotal:" { total = $2 * 1024 }
    $1 == "MemAvailable:" { available = $2 * 1024 }
    END {
      printf "{\"memTotalBytes\":%.0f,\"memAvailableBytes\":%.0f,\"load1\":%s,\"cpus\":%s,%s}\n",
        total, available, load1, cpus, disk
    }' /proc/meminfo
}

# Ends the process group of a `docker exec` that outlived its client. A pid may have been given to another process
# since: nothing is signalled whose control group does not name the container.
exec_kill() {
  pid=$1
  container=$2
  case $pid in '' | *[!0-9]*) fail 'not a pid' ;; esac
  case $container in '' | *[!0-9a-f]*) fail 'not a container id' ;; esac
  if [ "$pid" -le 1 ] || [ "${#container}" -ne 64 ]; then fail 'not a process of a container'; fi
  for signal in TERM KILL; do
    waited=0
    while grep -qF "$container" "$root/proc/$pid/cgroup" 2>/dev/null; do
      if [ "$waited" -eq 0 ]; then
        kill -s "$signal" -- "-$pid" 2>/dev/null || kill -s "$signal" "$pid" 2>/dev/null || true
      fi
      [ "$waited" -lt 20 ] || break
      waited=$((waited + 1))
      sleep 0.05
    done
  done
  ! grep -qF "$container" "$root/proc/$pid/cgroup" 2>/dev/null || fail 'the process did not end'
}

case ${1-} in
bootstrap-status) bootstrap_status ;;
host-key-add) host_key_add ;;
host-key-finish) host_key_finish ;;
proc-stats) proc_stats ;;
exec-kill) exec_kill "${2-}" "${3-}" ;;
*) fail 'usage: berth-droplet bootstrap-status|host-key-add|host-key-finish|proc-stats|exec-kill PID CONTAINER' ;;
esac
