#!/bin/sh
# Prints the folder whose libargon2 suits this processor best, or nothing: then argon2-jvm's own library is used.
#   usage: select-libargon2.sh FOLDER [CPUINFO]
# FOLDER is what build-libargon2.sh has filled; use the answer as -Djna.library.path.
set -eu

folder=$1
cpuinfo=${2:-/proc/cpuinfo}
# The levels of the x86-64 psABI, as far as libargon2's code is concerned.
v3="avx avx2 bmi1 bmi2 f16c fma abm movbe"
v4="$v3 avx512f avx512bw avx512cd avx512dq avx512vl"

flags=" $(sed -n '/^flags[[:space:]]*:/{s/^[^:]*://p;q;}' "$cpuinfo") "
has() {
  for flag in $1; do
    case $flags in
      *" $flag "*) ;;
      *) return 1 ;;
    esac
  done
}

if [ -e "$folder/x86-64-v4/libargon2.so" ] && has "$v4"; then
  echo "$folder/x86-64-v4"
elif [ -e "$folder/x86-64-v3/libargon2.so" ] && has "$v3"; then
  echo "$folder/x86-64-v3"
elif [ -e "$folder/generic/libargon2.so" ]; then
  echo "$folder/generic"
fi
