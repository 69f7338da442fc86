#!/bin/sh
# Fetches Debian's source of libargon2 into this folder, as argon2.orig.tar: stage of the Dockerfile, as root on Debian 13.
set -eu

give_up() {
  echo "fetch-libargon2-source: $1" >&2
  echo "fetch-libargon2-source: the build must reach Debian's packages. Give it the host's network (--network=host, or with the compose" \
    "file BUILD_NETWORK=host), or do without: --build-arg LIBARGON2=bundled (compose: LIBARGON2=bundled) makes an image that uses" \
    "argon2-jvm's own, slower library." >&2
  exit 1
}

sed -i 's/^Types: deb$/Types: deb deb-src/' /etc/apt/sources.list.d/debian.sources
# Error-Mode=any: without it apt-get update succeeds although nothing was reached.
apt-get -o APT::Update::Error-Mode=any update || give_up "apt-get update failed"
DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends gcc libc6-dev make binutils xz-utils ||
  give_up "the compiler could not be installed"
# Debian's packaging files are not needed: where they alone cannot be had, the orig tarball is there all the same.
apt-get source --download-only argon2 || echo "fetch-libargon2-source: not everything of the source package was fetched" >&2
set -- argon2_*.orig.tar.*
[ -s "$1" ] || give_up "the source of argon2 could not be fetched"
mv "$1" argon2.orig.tar
