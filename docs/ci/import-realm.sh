#!/usr/bin/env bash
# Imports a realm file into a running Keycloak by its admin REST API. Safe to run again: see docs/ci.md.
#
#   KEYCLOAK_URL=http://localhost:8080 KEYCLOAK_ADMIN_PASSWORD=… docs/ci/import-realm.sh [FILE [skip|overwrite|fail]]
#
# skip (the default), overwrite, fail: what happens to a client that is there already. KEYCLOAK_ADMIN (default admin) is a user of the realm
# master; ADMIN_TOKEN, an access token of an administrator, replaces both. The placeholders ${NAME} and ${NAME:default} of the file are replaced from the environment. Needs bash, curl and jq.
# Exit codes: 0 done, 1 refused or unreachable, 2 called wrongly or a variable is missing.
set -euo pipefail

file=${1:-$(dirname "$0")/../../realm-config/app-realm.json}
existing=${2:-skip}
url=${KEYCLOAK_URL:-http://localhost:8080}
say() { echo "import-realm: $*" >&2; }

case $existing in
  skip | overwrite | fail) ;;
  *) say "'$existing' is none of skip, overwrite, fail"; exit 2 ;;
esac
[ -r "$file" ] || { say "cannot read $file"; exit 2; }
[ -n "${ADMIN_TOKEN:-}${KEYCLOAK_ADMIN_PASSWORD:-}" ] || { say "KEYCLOAK_ADMIN_PASSWORD is not set, nor ADMIN_TOKEN"; exit 2; }

# What is in it is secret: in a folder of this run that nobody else can read.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

pattern='\$\{(?<name>[A-Z][A-Z0-9_]*)(?<default>:[^}]*)?\}'
missing=$(jq -r --arg pattern "$pattern" '[del(.users, .federatedUsers) | .. | strings | capture($pattern; "g") | select(.default == null and (env[.name] // "") == "") | .name]
  | unique | join(", ")' "$file")
[ -z "$missing" ] || { say "these variables are used in $file and not set: $missing"; exit 2; }
# Not in users: what a person has typed must not be replaced by a secret.
jq --arg pattern "$pattern" 'with_entries(select(.key | IN("users", "federatedUsers") | not).value
  |= walk(if type == "string" then gsub($pattern; env[.name] // .default[1:]) else . end))' "$file" >"$work/realm.json"
realm=$(jq -er .realm "$work/realm.json") || { say "$file names no realm"; exit 2; }
path=/realms/$(jq -r '.realm | @uri' "$work/realm.json")

# Passwords and tokens come by files and standard input: a command line can be read by everybody on the machine.
token() {
  printf %s "$KEYCLOAK_ADMIN_PASSWORD" | curl -sS --max-time 60 -o "$work/token.json" -w '%{http_code}' \
    "$url/realms/master/protocol/openid-connect/token" -d grant_type=password -d client_id=admin-cli \
    --data-urlencode "username=${KEYCLOAK_ADMIN:-admin}" --data-urlencode password@-
}
# Before each import: a token lasts a minute, and a large import may take longer.
login() {
  if [ -n "${ADMIN_TOKEN:-}" ]; then
    jq -n '{access_token: env.ADMIN_TOKEN}' >"$work/token.json"
  else
    status=$(token) || { say "no Keycloak answers at $url"; exit 1; }
    [ "$status" = 200 ] || { say "the administrator is refused ($status): $(jq -r '.error_description // .error' "$work/token.json")"; exit 1; }
  fi
  jq -r '"header = \"Authorization: Bearer \(.access_token)\""' "$work/token.json" >"$work/curl"
}
login

# call METHOD PATH [FILE]: prints the status; the answer is in $work/answer
call() {
  local body=()
  [ -z "${3:-}" ] || body=(-H 'Content-Type: application/json' --data-binary "@$3")
  curl -sS --max-time 300 --config "$work/curl" -o "$work/answer" -w '%{http_code}' -X "$1" "$url/admin$2" "${body[@]}"
}
refused() { say "$1 is refused ($status): $(jq -r '.errorMessage // .error_description // .error // .' "$work/answer" 2>/dev/null || cat "$work/answer")"; exit 1; }

# partial FILTER WHAT: a partial import of what the filter takes from the file
partial() {
  jq --arg existing "${existing^^}" "$1 | del(.[] | nulls)" "$work/realm.json" >"$work/partial.json"
  status=$(call POST "$path/partialImport" "$work/partial.json")
  [ "$status" = 200 ] || refused "partial import into realm $realm"
  jq -r --arg what "realm $realm, $2" '"\($what): \(.added) added, \(.overwritten) overwritten, \(.skipped) skipped"' "$work/answer"
}

status=$(call GET "$path")
case $status in
  404)
    status=$(call POST /realms "$work/realm.json")
    [ "$status" = 201 ] || refused "realm $realm"
    echo "realm $realm: created"
    ;;
  200)
    partial '{ifResourceExists: $existing, clients}' clients
    # A partial import makes no service account, without which the client is refused: to ask for it makes it. A client
    # that is skipped may have been added by a run that ended before this.
    login
    for client in $(jq -r --slurpfile file "$work/realm.json" '[$file[0].clients[]? | select(.serviceAccountsEnabled).clientId] as $clients
      | .results[] | select(.resourceType == "CLIENT" and (.resourceName | IN($clients[]))).id' "$work/answer"); do
      status=$(call GET "$path/clients/$client/service-account-user")
      # 400: a client that is skipped, and has no service account on the server.
      [ "$status" = 200 ] || [ "$status" = 400 ] || refused "the service account of client $client"
    done
    login
    # Roles and identity providers that are there stay as they are: to overwrite one is to take it from every user who has it.
    partial '{ifResourceExists: "SKIP", roles, identityProviders}' "roles and identity providers"
    ;;
  *) refused "reading realm $realm" ;;
esac
