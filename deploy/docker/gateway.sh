#!/bin/sh
# Entry point of the gateway: writes what is secret to /run/gateway, which is in memory, and becomes nginx.
set -eu
umask 077
: "${GATEWAY_SECRET:?is not set}"
printf 'proxy_set_header Authorization "Basic %s";\n' "$(printf 'gateway:%s' "$GATEWAY_SECRET" | base64 -w 0)" >/run/gateway/authorization.conf
unset GATEWAY_SECRET
exec nginx -g 'daemon off;'
