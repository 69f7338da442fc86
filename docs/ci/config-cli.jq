# app-realm.json for keycloak-config-cli, see docs/ci.md: placeholders in the form of that tool, without the roles that Keycloak lets nobody change,
# and without the empty lists: to the tool an empty list says "delete what is there". Without users too, whose texts the tool would take for placeholders.
del(.users, .federatedUsers)
| walk(
  if type == "string" then
    gsub(
      "\\$\\{(?<name>[A-Z][A-Z0-9_]*)(?<default>:[^}]*)?\\}";
      "$(env:" + .name + (if .default then ":-" + .default[1:] else "" end) + ")"
    )
  else . end
)
| del(.roles.client["realm-management"])
| (.clients[], .clientScopes[]) |= if .protocolMappers == [] then del(.protocolMappers) else . end
| .components |= with_entries(select(.value != []))
| if .groups == [] then del(.groups) else . end
