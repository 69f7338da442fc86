# app-realm.json with flows of its own in place of the built-in flows whose steps it changes, see docs/ci.md: keycloak-config-cli and Terraform
# can add no step to a flow that Keycloak makes. Each such flow and its sub-flows get a name of their own, and the realm uses them.
# Each step of such a flow gets settings of its own, and the steps are numbered from 0: what creates a realm step by step cannot do otherwise.
def changed: ["browser", "direct grant", "reset credentials", "first broker login"];

(.authenticationFlows | map({key: .alias, value: .}) | from_entries) as $flows
| (.authenticatorConfig | map({key: .alias, value: .config}) | from_entries) as $configs
| def with_sub_flows: ., ($flows[.].authenticationExecutions[].flowAlias // empty | with_sub_flows);
[changed[] | with_sub_flows] as $moved
| def own_name: if IN($moved[]) then "bulwark " + . else . end;
def is_own: (.builtIn | not) or (.alias | IN($moved[]));
def numbered: sort_by(.priority) | to_entries | map(.value + {priority: .key});
def own_config($flow): if $flow | is_own then ($flow.alias | own_name) + " - " + . else . end;
.authenticatorConfig = [
  .authenticationFlows[] as $flow
  | $flow.authenticationExecutions[].authenticatorConfig // empty
  | {alias: own_config($flow), config: ($configs[.] | if has("flow_to_check") then .flow_to_check |= own_name else . end)}
]
| .authenticationFlows |= map(
  . as $flow
  | .alias |= own_name
  | .builtIn = ($flow | is_own | not)
  | .authenticationExecutions |= if $flow | is_own then numbered else . end
  | .authenticationExecutions |= map(
    if .flowAlias then .flowAlias |= own_name else . end
    | if .authenticatorConfig then .authenticatorConfig |= own_config($flow) else . end
  )
)
| (.browserFlow, .directGrantFlow, .resetCredentialsFlow, .firstBrokerLoginFlow) |= own_name
| .identityProviders[].firstBrokerLoginFlowAlias |= own_name
