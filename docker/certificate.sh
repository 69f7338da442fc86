#!/bin/sh
# Makes a self-signed certificate for the host names in CERTIFICATE_HOST and INTERNAL_HOST, once, and writes who trusts it. For trying out: put
# your own key store, with the alias keycloak and both names, in its place.
set -eu
store=/certificates/keycloak.p12
if [ -s "$store" ]; then
  echo "keeping $store"
else
  keytool -genkeypair -alias keycloak -keyalg EC -groupname secp256r1 -validity 365 -dname "CN=$CERTIFICATE_HOST" \
    -ext "SAN=dns:$CERTIFICATE_HOST,dns:$INTERNAL_HOST,ip:127.0.0.1" -storetype PKCS12 -keystore "$store" -storepass:env KEY_STORE_PASSWORD
  echo "made $store for $CERTIFICATE_HOST and $INTERNAL_HOST"
fi
certificate=/trust/keycloak.pem
keytool -exportcert -rfc -alias keycloak -keystore "$store" -storepass:env KEY_STORE_PASSWORD >"$certificate.new"
mv "$certificate.new" "$certificate"
keytool -printcert -file "$certificate" | grep "DNSName: $INTERNAL_HOST\$" >/dev/null || {
  echo "the certificate in $store does not bear the name $INTERNAL_HOST: remove the volume 'certificates', or put one with it in its place" >&2
  exit 1
}
# A JKS trust store can be read without its password: it holds nothing secret.
rm -f /trust/keycloak.jks
keytool -importcert -noprompt -alias keycloak -file "$certificate" -storetype JKS -keystore /trust/keycloak.jks -storepass:env KEY_STORE_PASSWORD 2>/dev/null
chmod 755 /trust && chmod 644 /trust/*
