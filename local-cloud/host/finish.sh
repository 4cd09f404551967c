#!/bin/sh
# The end of cloud-init, run inside a droplet when Docker answers. First boot: the user data's `runcmd`, in order; the
# exit code is theirs. Later boots: only what was enabled to start at boot. Output goes where cloud-init puts it.
set -u
INSTANCE=/var/lib/cloud/instance
exec >>/var/log/cloud-init-output.log 2>&1
cd /

if [ -e "$INSTANCE/boot-finished" ]; then
  systemctl boot
  exit
fi

code=0
for item in "$INSTANCE"/runcmd/*; do
  case $item in
  *.sh) sh "$item" || code=$? ;;
  *.argv) xargs -0 -a "$item" env -- || code=$? ;;
  esac
  [ "$code" = 0 ] || echo "runcmd ${item##*/} ended with $code"
done
date -u >"$INSTANCE/boot-finished"
exit "$code"
