#!/bin/sh
# Compiles libargon2 from Debian's source for the processors that the image may meet: stage of the Dockerfile.
#   usage: build-libargon2.sh ORIG_TARBALL OUTPUT_FOLDER
# The tarball is what `apt-get source --download-only argon2` (Debian 13, deb-src) leaves; its SHA-256 is pinned here.
# Output on x86-64: x86-64-v3/libargon2.so and x86-64-v4/libargon2.so; elsewhere: generic/libargon2.so.
# select-libargon2.sh picks one of them. Needs cc, make, xz; glibc of the building system at most 2.34 symbols (checked).
set -eu

sha256=815f1017b5b0033204778c2e32443257274bc5d9dd16d355c4f7db8189e23dcc
tarball=$1
mkdir -p "$2"
output=$(cd "$2" && pwd)

printf '%s  %s\n' "$sha256" "$tarball" | sha256sum -c - >/dev/null || {
  echo "build-libargon2: $tarball is not the pinned source (SHA-256 $sha256)" >&2
  exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tar -xf "$tarball" -C "$work" --strip-components=1

build() {
  make -C "$work" clean >/dev/null
  # Makefile: OPTTARGET is what it hands to -march.
  make -C "$work" OPTTARGET="$1" libargon2.so.1 >/dev/null
  mkdir -p "$output/$2"
  cp "$work/libargon2.so.1" "$output/$2/libargon2.so"
  newest=$(objdump -T "$output/$2/libargon2.so" | grep -o 'GLIBC_2\.[0-9]*' | sort -t. -k2 -n | tail -1)
  if [ "${newest#GLIBC_2.}" -gt 34 ]; then
    echo "build-libargon2: $2 needs $newest, the Keycloak image has 2.34" >&2
    exit 1
  fi
  echo "$2: needs at most $newest"
}

case $(uname -m) in
  x86_64)
    build x86-64-v3 x86-64-v3
    build x86-64-v4 x86-64-v4
    ;;
  aarch64) build armv8-a generic ;;
  *)
    echo "build-libargon2: nothing to build for $(uname -m), argon2-jvm's own library is used" >&2
    ;;
esac
