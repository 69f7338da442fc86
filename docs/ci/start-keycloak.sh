#!/usr/bin/env bash
# Starts Keycloak's image with the bundle for the tests of an application, and waits until it is ready. Not for production: start-dev, HTTP.
#
#   KEYCLOAK_ADMIN_PASSWORD=… REDIS_URL=redis://localhost:6379 docs/ci/start-keycloak.sh BUNDLE.jar
#
# KEYCLOAK_IMAGE, KEYCLOAK_CONTAINER (its name, default keycloak), KEYCLOAK_PORT (8080) and KEYCLOAK_MANAGEMENT_PORT (9000) have defaults.
# KC_DB* is handed on. Needs docker and curl. Exit codes: 0 ready, 1 not ready (its log is printed), 2 called wrongly.
set -euo pipefail

image=${KEYCLOAK_IMAGE:-quay.io/keycloak/keycloak:26.7.3}
name=${KEYCLOAK_CONTAINER:-keycloak}
management=${KEYCLOAK_MANAGEMENT_PORT:-9000}
say() { echo "start-keycloak: $*" >&2; }

[ $# = 1 ] && [ -r "$1" ] || { say "one argument: the bundle's jar, which must be readable"; exit 2; }
[ -n "${KEYCLOAK_ADMIN_PASSWORD:-}" ] || { say "KEYCLOAK_ADMIN_PASSWORD is not set"; exit 2; }

# Values go through the environment: docker -e NAME takes them from there, and no command line shows them.
export KC_BOOTSTRAP_ADMIN_USERNAME=${KEYCLOAK_ADMIN:-admin} KC_BOOTSTRAP_ADMIN_PASSWORD=$KEYCLOAK_ADMIN_PASSWORD
export KC_SPI_REDIS_CONNECTION__DEFAULT__URL=${REDIS_URL:-redis://localhost:6379}
variables=(KC_BOOTSTRAP_ADMIN_USERNAME KC_BOOTSTRAP_ADMIN_PASSWORD KC_SPI_REDIS_CONNECTION__DEFAULT__URL)
for variable in $(compgen -e KC_DB || true); do variables+=("$variable"); done

# The network of the machine, on which the services of the job are. Tests log in more often than people do: they are not limited.
docker run -d --name "$name" --network host "${variables[@]/#/--env=}" \
  -v "$(realpath "$1"):/opt/keycloak/providers/bulwark-keycloak.jar:ro" "$image" start-dev \
  --http-host=127.0.0.1 --http-port="${KEYCLOAK_PORT:-8080}" --http-management-port="$management" \
  --health-enabled=true --metrics-enabled=true \
  --spi-password-policy--breached-password--online=false \
  --spi-login-rate-limiter--default--allowed-networks=127.0.0.0/8,::1/128 >/dev/null

for _ in $(seq 120); do
  if curl -fsS --max-time 5 -o /dev/null "http://localhost:$management/health/ready" 2>/dev/null; then
    say "ready"
    exit 0
  fi
  [ "$(docker inspect -f '{{.State.Running}}' "$name")" = true ] || break
  sleep 1
done
say "Keycloak is not ready; its log:"
docker logs "$name" >&2
exit 1
