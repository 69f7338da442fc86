# app-realm.json for keycloak-config-cli, see docs/ci.md: placeholders in the form of that tool, and without the roles that Keycloak lets nobody change.
walk(
  if type == "string" then
    gsub(
      "\\$\\{(?<name>[A-Z][A-Z0-9_]*)(?<default>:[^}]*)?\\}";
      "$(env:" + .name + (if .default then ":-" + .default[1:] else "" end) + ")"
    )
  else . end
)
| del(.roles.client["realm-management"])
