#!/bin/sh
# The last step of a droplet's first boot, run by cloud-init after the packages: closes the metadata address to
# containers, starts what must run, and only then says that the droplet is prepared.
set -eu

systemctl daemon-reload
systemctl enable --now berth-metadata.service
systemctl enable --now docker
# Not running yet is fine: Ubuntu starts sshd at the first connection, and it then reads the same settings.
systemctl reload ssh || true
mkdir -p /var/lib/berth
date -u >/var/lib/berth/prepared
