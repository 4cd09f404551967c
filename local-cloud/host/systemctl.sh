#!/bin/sh
# Stands in for systemd in a droplet, which has none: start, stop, restart, reload, is-active, enable and daemon-reload
# for ssh, containerd and docker, and for units of /etc/systemd/system that run something once (`Type=oneshot`).
# What is enabled here is started again at the next boot, after docker (`systemctl boot`).
set -eu

ENABLED=/var/lib/systemctl/enabled
verb=
units=
now=
for argument; do
  case $argument in
  --now) now=1 ;;
  -*) ;;
  *) if [ -z "$verb" ]; then verb=$argument; else units="$units ${argument%.service}"; fi ;;
  esac
done

pid_file() {
  case $1 in
  ssh | sshd) echo /run/sshd.pid ;;
  docker) echo /run/docker.pid ;;
  containerd) echo /run/containerd.pid ;;
  esac
}

alive() {
  file=$(pid_file "$1")
  [ -n "$file" ] && [ -s "$file" ] && kill -0 "$(cat "$file")" 2>/dev/null
}

start() {
  case $1 in
  ssh | sshd) alive ssh || "$(command -v sshd)" -E /var/log/auth.log ;;
  containerd)
    alive containerd && return
    setsid containerd >>/var/log/containerd.log 2>&1 </dev/null &
    echo $! >/run/containerd.pid
    ;;
  docker)
    alive docker && return
    rm -f /run/docker.pid
    setsid dockerd --containerd /run/containerd/containerd.sock >>/var/log/docker.log 2>&1 </dev/null &
    ;;
  *)
    unit=/etc/systemd/system/$1.service
    [ -e "$unit" ] || { echo "Unit $1.service not found." >&2; exit 5; }
    sed -n 's/^ExecStart=-\{0,1\}//p' "$unit" >"/run/$1.unit"
    sh -e "/run/$1.unit" </dev/null
    ;;
  esac
}

stop() {
  alive "$1" || return 0
  pid=$(cat "$(pid_file "$1")")
  kill -TERM "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
}

case $verb in
daemon-reload) ;;
boot)
  for unit in "$ENABLED"/*; do
    [ ! -e "$unit" ] || start "${unit##*/}"
  done
  ;;
*)
  for unit in $units; do
    case $verb in
    start) start "$unit" ;;
    stop) stop "$unit" ;;
    restart | try-restart | reload-or-restart)
      case $unit in
      ssh | sshd) kill -HUP "$(cat /run/sshd.pid)" ;;
      *)
        stop "$unit"
        start "$unit"
        ;;
      esac
      ;;
    reload)
      kill -HUP "$(cat "$(pid_file "$unit")")"
      ;;
    is-active)
      if alive "$unit"; then echo active; else
        echo inactive
        exit 3
      fi
      ;;
    enable)
      case $unit in
      ssh | sshd | docker | containerd) ;;
      *)
        mkdir -p "$ENABLED"
        : >"$ENABLED/$unit"
        ;;
      esac
      [ -z "$now" ] || start "$unit"
      ;;
    disable) rm -f "$ENABLED/$unit" ;;
    *)
      echo "Unknown command verb $verb." >&2
      exit 1
      ;;
    esac
  done
  ;;
esac
