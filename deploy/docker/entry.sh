#!/bin/sh
# Entry point of the image: kc.sh, with the libargon2 that suits this processor (see README-libargon2.md).
set -eu

home=/opt/bulwark
library_path=$("$home/select-libargon2.sh" "$home/libargon2") || {
  echo "bulwark: no libargon2 could be chosen, argon2-jvm's own is used" >&2
  library_path=
}
if [ -n "$library_path" ]; then
  # In front: of two values the JVM takes the last, so that the user's own jna.library.path wins.
  export JAVA_OPTS_APPEND="-Djna.library.path=$library_path${JAVA_OPTS_APPEND:+ $JAVA_OPTS_APPEND}"
fi
# exec: signals reach kc.sh, which hands them to the JVM.
exec /opt/keycloak/bin/kc.sh "$@"
