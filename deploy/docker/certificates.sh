#!/bin/sh
# Makes a certificate for each service by an authority of its own, once, in the volumes of docker-compose.yml. The authority's key is kept nowhere.
# For trying out: put certificates of your own in their place (key.pem and certificate.pem of each volume, authority.pem of "trust").
# Remove the volumes, or wait until 30 days before the end of the 365, and the next start makes all of them anew. It overwrites no certificate of
# another authority. Services that run have their old certificates until they start again. So the old authority stays in "trust" until it expires.
set -eu
umask 077
# The services, the user that each runs as, and the names that its certificate bears. The profile "ha" has services of its own.
services=${SERVICES:-"keycloak:1000:${KEYCLOAK_NAMES:-}
relying-app:10001:relying-app,app-behind-gateway
gateway:33:${GATEWAY_NAMES:-}
redis:999:redis
postgres:0:postgres
tasks-database:0:tasks-database"}
month=2592000

own() { openssl x509 -in "$1" -noout -issuer | grep 'Bulwark example authority' >/dev/null; }

valid() {
  [ -s /trust/authority.p12 ] || return 1
  for line in $services; do
    folder=/certificates/${line%%:*}
    [ -s "$folder/key.pem" ] || return 1
    [ -s "$folder/certificate.pem" ] || return 1
    ! own "$folder/certificate.pem" || openssl x509 -in "$folder/certificate.pem" -noout -checkend "$month" >/dev/null || return 1
    names=${line##*:}
    for name in $(echo "$names" | tr , ' '); do
      openssl x509 -in "$folder/certificate.pem" -noout -checkhost "$name" | grep 'does match' >/dev/null || return 1
    done
  done
}

# Prints the certificates of a file that have not expired.
unexpired() {
  one=
  while IFS= read -r line; do
    one="$one$line
"
    case $line in
      *"END CERTIFICATE"*)
        ! printf %s "$one" | openssl x509 -noout -checkend 0 >/dev/null || printf %s "$one"
        one=
        ;;
    esac
  done <"$1"
}

# What services write that are not root.
chown -R 999 /redis-data*
chown 10002 /state

if valid; then
  echo "the certificates are there"
  exit 0
fi

for line in $services; do
  certificate=/certificates/${line%%:*}/certificate.pem
  if [ -s "$certificate" ] && ! own "$certificate"; then
    echo "certificates: $certificate is of another authority and stays, but something is missing: a key, a name ($services), or trust/authority.p12" >&2
    exit 1
  fi
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
key() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }
key "$work/authority.key"
# A name of its own: beside an older one of the same name, OpenSSL could take the wrong one.
openssl req -x509 -new -key "$work/authority.key" -days 365 -subj "/CN=Bulwark example authority $(openssl rand -hex 4)" -out "$work/authority.pem" \
  -addext "basicConstraints=critical,CA:true,pathlen:0" -addext "keyUsage=critical,keyCertSign"
cp "$work/authority.pem" "$work/trust.pem"
renewed=
if [ -s /trust/authority.pem ]; then
  renewed=yes
  unexpired /trust/authority.pem >>"$work/trust.pem"
fi
# Before the certificates: a service that starts meanwhile trusts both. Java's file holds nothing secret, so it needs no password.
openssl pkcs12 -export -nokeys -in "$work/trust.pem" -jdktrust anyExtendedKeyUsage -certpbe NONE -nomac -passout pass: -out /trust/authority.p12
cat "$work/trust.pem" >/trust/authority.pem
chmod 755 /trust
chmod 444 /trust/authority.p12 /trust/authority.pem
for line in $services; do
  service=${line%%:*}
  user=${line#*:}
  names=$(echo "${user#*:}" | sed 's/,/,DNS:/g; s/^/DNS:/')
  user=${user%%:*}
  folder=/certificates/$service
  key "$work/$service.key"
  openssl req -new -key "$work/$service.key" -subj "/CN=$service" -out "$work/$service.csr"
  printf 'subjectAltName=%s\nbasicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n' "$names" >"$work/extensions"
  openssl x509 -req -in "$work/$service.csr" -CA "$work/authority.pem" -CAkey "$work/authority.key" -days 365 \
    -extfile "$work/extensions" -out "$work/$service.pem" 2>/dev/null
  # The folder is the service's own at the second run: it is read and written as root all the same.
  cat "$work/$service.key" >"$folder/key.pem"
  cat "$work/$service.pem" >"$folder/certificate.pem"
  chmod 755 "$folder"
  chmod 400 "$folder/key.pem"
  chmod 444 "$folder/certificate.pem"
  chown "$user" "$folder/key.pem"
done
echo "made the certificates of $(echo "$services" | cut -d: -f1 | tr '\n' ' ')"
[ -z "$renewed" ] || echo "the certificates are new: docker compose up -d --force-recreate"
