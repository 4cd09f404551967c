#!/bin/sh
# User data holds the droplet's first host key, and any process on the droplet may ask 169.254.169.254 for it. Docker
# sends what containers forward through DOCKER-USER first and leaves its rules alone, so the rule stands before Docker
# starts any container at boot.
set -eu

iptables -w -N DOCKER-USER 2>/dev/null || true
if ! iptables -w -C DOCKER-USER -d 169.254.0.0/16 -j REJECT 2>/dev/null; then
  iptables -w -I DOCKER-USER 1 -d 169.254.0.0/16 -j REJECT
fi
