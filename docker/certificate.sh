#!/bin/sh
# Makes a self-signed certificate for the host name in CERTIFICATE_HOST, once. For trying out: put your own key store in its place.
set -eu
store=/certificates/keycloak.p12
if [ -s "$store" ]; then
  echo "keeping $store"
  exit 0
fi
keytool -genkeypair -alias keycloak -keyalg EC -groupname secp256r1 -validity 365 -dname "CN=$CERTIFICATE_HOST" \
  -ext "SAN=dns:$CERTIFICATE_HOST,ip:127.0.0.1" -storetype PKCS12 -keystore "$store" -storepass:env KEY_STORE_PASSWORD
echo "made $store for $CERTIFICATE_HOST"
