#!/bin/sh
# Entry point of the gateway: writes what is secret to /run/gateway, which is in memory, and becomes nginx.
set -eu
umask 077
: "${GATEWAY_SECRET:?is not set}" "${KEY_STORE_PASSWORD:?is not set}"
openssl pkcs12 -in /certificates/keycloak.p12 -passin env:KEY_STORE_PASSWORD -nodes -nocerts -out /run/gateway/key.pem
openssl pkcs12 -in /certificates/keycloak.p12 -passin env:KEY_STORE_PASSWORD -nokeys -clcerts -out /run/gateway/certificate.pem
printf 'proxy_set_header Authorization "Basic %s";\n' "$(printf 'gateway:%s' "$GATEWAY_SECRET" | base64 -w 0)" >/run/gateway/authorization.conf
unset GATEWAY_SECRET KEY_STORE_PASSWORD
exec nginx -g 'daemon off;'
