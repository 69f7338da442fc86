package dev.bulwark.realm.diff;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** B13: what counts as drift; RealmDiffIT compares with a real server. */
class RealmDiffTest {

  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'enabled':true}                         | {'enabled':true,'sslRequired':'none'}",
        "{'verifyEmail':'true'}                   | {'verifyEmail':true}",
        "{'accessTokenLifespan':'900'}            | {'accessTokenLifespan':900}",
        "{'id':'1','users':[{'username':'ann'}]}  | {'id':'2'}",
        "{'smtpServer':{'user':''}}               | {'smtpServer':{}}",
        "{'smtpServer':null,'x':[],'y':{}}        | {}",
        "{'eventsListeners':['a','b']}            | {'eventsListeners':['b','a']}",
        "{'clients':[{'clientId':'a'},{'clientId':'b'}]}"
            + " | {'clients':[{'clientId':'b'},{'clientId':'account'},{'clientId':'a'}]}",
        "{'clients':[{'clientId':'a','secret':'x'}]}"
            + " | {'clients':[{'clientId':'a','secret':'**********'}]}",
        "{'identityProviders':[{'alias':'g','config':{'clientSecret':'x'}}]}"
            + " | {'identityProviders':[{'alias':'g','config':{'clientSecret':'**********'}}]}",
        "{'smtpServer':{'password':''}} | {'smtpServer':{'password':'**********'}}",
        "{'components':{'Profile':[{'providerId':'p','config':{'c':['{\\\"a\\\":[1,2]}']}}]}}"
            + " | {'components':{'Profile':[{'providerId':'p','id':'7',"
            + "'config':{'c':['{ \\\"b\\\":0,\\\"a\\\":[2,1] }']}}],'Key':[{'name':'rsa'}]}}",
        "{'roles':{'realm':[{'name':'r'}]}} |"
            + " {'roles':{'realm':[{'name':'r'},{'name':'default-roles-app'}],'client':{'c':[]}}}",
        "{'authenticationFlows':[]} | {'authenticationFlows':[{'alias':'browser','builtIn':true}]}",
        "{'authenticatorConfig':[{'alias':'own'}]}"
            + " | {'authenticatorConfig':[{'alias':'own'},{'alias':'review profile config'}]}",
        "{'authenticatorConfig':[{'alias':'a','config':{'secret.key':'x'}}]}"
            + " | {'authenticatorConfig':[{'alias':'a','config':{'secret.key':'**********'}}]}",
        // By the feature ssf.
        "{'clientScopes':[],'defaultOptionalClientScopes':['a']}"
            + " | {'clientScopes':[{'name':'ssf.read'},{'name':'ssf.manage'}],"
            + "'defaultOptionalClientScopes':['ssf.manage','a','ssf.read']}",
        // What the export of a running server leaves out, and kc.sh export does not.
        "{'organizations':[{'alias':'acme'}]} | {'organizationsEnabled':true}",
        "{'components':{'org.keycloak.keys.KeyProvider':[{'name':'rsa','providerId':'rsa-generated',"
            + "'config':{'privateKey':['x'],'certificate':['y'],'ecdsaPublicKey':['z'],"
            + "'priority':['100']}}]}} |"
            + " {'components':{'org.keycloak.keys.KeyProvider':[{'name':'rsa',"
            + "'providerId':'rsa-generated','config':{'priority':['100']}}]}}",
        "{'components':{'org.keycloak.storage.UserStorageProvider':[{'name':'ldap',"
            + "'config':{'lastSync':['1']}}]}}"
            + " | {'components':{'org.keycloak.storage.UserStorageProvider':[{'name':'ldap',"
            + "'config':{}}]}}",
        "{'requiredActions':[]}     | {'requiredActions':[{'alias':'NEW'}]}",
        "{'components':{'org.keycloak.keys.KeyProvider':[],"
            + "'org.keycloak.storage.UserStorageProvider':[]}}"
            + " | {'components':{'org.keycloak.keys.KeyProvider':["
            + "{'name':'rsa-generated','providerId':'rsa-generated'},"
            + "{'name':'rsa-enc-generated','providerId':'rsa-enc-generated'},"
            + "{'name':'hmac-generated-hs512','providerId':'hmac-generated'},"
            + "{'name':'aes-generated','providerId':'aes-generated'}]}}",
        "{'roles':{'client':{'account':[]}}} | {'roles':{'client':{'account':[{'name':'new'}]}}}",
        "{'roles':{'client':{}}} | {'roles':{'client':{'account':[{'name':'new'}],'own':[]}}}",
        "{'roles':{'realm':[{'name':'r','composites':{'client':{'a':['x']}}}]}}"
            + " | {'roles':{'realm':[{'name':'r','composites':{'realm':[],"
            + "'client':{'a':['x'],'b':[]}}}]}}",
        "{'clientScopeMappings':{}} | {'clientScopeMappings':{'account':"
            + "[{'client':'account-console','roles':['manage-account']}]}}",
        "{'clients':[{'clientId':'c','authorizationServicesEnabled':true}],"
            + "'roles':{'client':{'c':[{'name':'r'}]}}}"
            + " | {'clients':[{'clientId':'c','authorizationServicesEnabled':true}],"
            + "'roles':{'client':{'c':[{'name':'r'},{'name':'uma_protection'}]}}}",
        "{'roles':{'realm':[{'name':'default-roles-app','composites':{'realm':['a']}}]}}"
            + " | {'roles':{'realm':[{'name':'default-roles-app','composites':{'realm':['a'],"
            + "'client':{'account':['view-profile','manage-account']}}}]}}",
        "{'authenticationFlows':[{'alias':'f'}],'clients':[{'clientId':'c',"
            + "'authenticationFlowBindingOverrides':{'browser':'f'}}]}"
            + " | {'authenticationFlows':[{'alias':'f','id':'9'}],'clients':[{'clientId':'c',"
            + "'authenticationFlowBindingOverrides':{'browser':'9'}}]}",
      })
  void thisIsNoDrift(String file, String live) throws JsonProcessingException {
    assertThat(diff(file, live)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'enabled':true}  | {'enabled':false} | enabled | true | false",
        "{'loginTheme':'bulwark'}  | {} | loginTheme | \"bulwark\" | not set",
        "{'loginTheme':''} | {'loginTheme':'x'} | loginTheme | not set | \"x\"",
        "{'eventsListeners':['a']} | {'eventsListeners':['a','b']} | eventsListeners"
            + " | [\"a\"] | [\"a\",\"b\"]",
        "{'attributes':{'a.b':'1'}} | {'attributes':{'a.b':'2'}} | attributes.a.b | \"1\" | \"2\"",
        "{'clients':[{'clientId':'a','redirectUris':['x']}]}"
            + " | {'clients':[{'clientId':'a','redirectUris':['*']}]}"
            + " | clients[a].redirectUris | [\"x\"] | [\"*\"]",
        "{'clients':[{'clientId':'a'}]} | {'clients':[]} | clients[a] | present | missing",
        "{'clients':[]} | {'clients':[{'clientId':'a','secret':'s'}]}"
            + " | clients[a] | missing | present",
        "{'roles':{'realm':[]}} | {'roles':{'realm':[{'name':'r'}]}}"
            + " | roles.realm[r] | missing | present",
        "{'authenticationFlows':[]} | {'authenticationFlows':[{'alias':'f','builtIn':false}]}"
            + " | authenticationFlows[f] | missing | present",
        "{'authenticationFlows':[{'alias':'f','authenticationExecutions':["
            + "{'authenticator':'otp','priority':1},{'authenticator':'otp','priority':2}]}]}"
            + " | {'authenticationFlows':[{'alias':'f','authenticationExecutions':["
            + "{'authenticator':'otp','priority':1},{'authenticator':'otp','priority':3}]}]}"
            + " | authenticationFlows[f].authenticationExecutions[otp#2].priority | 2 | 3",
        "{'identityProviderMappers':[{'identityProviderAlias':'g','name':'m','config':{'k':'1'}}]}"
            + " | {'identityProviderMappers':[{'identityProviderAlias':'h','name':'m'},"
            + "{'identityProviderAlias':'g','name':'m','config':{'k':'2'}}]}"
            + " | identityProviderMappers[g/m].config.k | \"1\" | \"2\"",
        "{'clients':[{'clientId':'c','authenticationFlowBindingOverrides':{}}]}"
            + " | {'authenticationFlows':[{'alias':'f','id':'9'}],'clients':[{'clientId':'c',"
            + "'authenticationFlowBindingOverrides':{'browser':'9'}}]}"
            + " | clients[c].authenticationFlowBindingOverrides.browser | not set | \"f\"",
        "{'components':{'P':[{'providerId':'p','config':{'c':['{\\\"a\\\":1}']}}]}}"
            + " | {'components':{'P':[{'providerId':'p','config':{'c':['{\\\"a\\\":2}']}}]}}"
            + " | components.P[p].config.c.a | 1 | 2",
        "{'clientScopes':[]}"
            + " | {'clientScopes':[{'name':'ssf.read','protocolMappers':[{'name':'all-roles'}]}]}"
            + " | clientScopes[ssf.read] | missing | present",
        "{'defaultDefaultClientScopes':['a']}"
            + " | {'defaultDefaultClientScopes':['a','ssf.read']}"
            + " | defaultDefaultClientScopes | [\"a\"] | [\"a\",\"ssf.read\"]",
        "{'defaultOptionalClientScopes':['ssf.read']}"
            + " | {'defaultOptionalClientScopes':[]}"
            + " | defaultOptionalClientScopes | [\"ssf.read\"] | not set",
        // A validator without settings is one all the same.
        "{'components':{'P':[{'providerId':'p','config':{'c':['{\\\"validations\\\":{\\\"v\\\":{}}}']}}]}}"
            + " | {'components':{'P':[{'providerId':'p',"
            + "'config':{'c':['{\\\"validations\\\":{}}']}}]}} |"
            + " components.P[p].config.c.validations.v | present | missing",
        "{'components':{'P':[{'providerId':'p','config':{'c':['{\\\"validations\\\":{}}']}}]}}"
            + " | {'components':{'P':[{'providerId':'p',"
            + "'config':{'c':['{\\\"validations\\\":{\\\"v\\\":{}}}']}}]}}"
            + " | components.P[p].config.c.validations.v | missing | present",
        "{'requiredActions':[{'alias':'a','config':{}}]}"
            + " | {'requiredActions':[{'alias':'a','config':{'max_auth_age':'86400'}}]}"
            + " | requiredActions[a].config.max_auth_age | not set | \"86400\"",
        "{'authenticatorConfig':[{'alias':'a','config':{'k':'1'}}]}"
            + " | {'authenticatorConfig':[{'alias':'a','config':{'k':'1','negate':'true'}}]}"
            + " | authenticatorConfig[a].config.negate | not set | \"true\"",
        "{'clients':[{'clientId':'c','protocolMappers':[]}]}"
            + " | {'clients':[{'clientId':'c','protocolMappers':[{'name':'all-roles'}]}]}"
            + " | clients[c].protocolMappers[all-roles] | missing | present",
        "{'authenticatorConfig':[]} | {'authenticatorConfig':[{'alias':'other'}]}"
            + " | authenticatorConfig[other] | missing | present",
        "{'groups':[]} | {'groups':[{'name':'g','path':'/g'}]} | groups[g] | missing | present",
        "{'groups':[{'name':'g','clientRoles':{}}]}"
            + " | {'groups':[{'name':'g','clientRoles':{'realm-management':['realm-admin']}}]}"
            + " | groups[g].clientRoles.realm-management | not set | [\"realm-admin\"]",
        "{'roles':{'realm':[{'name':'r','composites':{'client':{'account':['p']}}}]}}"
            + " | {'roles':{'realm':[{'name':'r','composites':{'client':"
            + "{'account':['p'],'realm-management':['realm-admin']}}}]}}"
            + " | roles.realm[r].composites.client.realm-management"
            + " | not set | [\"realm-admin\"]",
        "{'roles':{'realm':[{'name':'r','composites':{'realm':['a']}}]}}"
            + " | {'roles':{'realm':[{'name':'r','composites':{'realm':['a'],'client':"
            + "{'realm-management':['realm-admin']}}}]}}"
            + " | roles.realm[r].composites.client.realm-management"
            + " | not set | [\"realm-admin\"]",
        "{'roles':{'realm':[{'name':'r','composites':{'client':{'account':['p']}}}]}}"
            + " | {'roles':{'realm':[{'name':'r','composites':{'realm':['admin'],'client':"
            + "{'account':['p']}}}]}}"
            + " | roles.realm[r].composites.realm | not set | [\"admin\"]",
        "{'clients':[{'clientId':'c'}],'roles':{'client':{'c':[]}}}"
            + " | {'clients':[{'clientId':'c'}],'roles':{'client':"
            + "{'c':[{'name':'uma_protection'}]}}}"
            + " | roles.client.c[uma_protection] | missing | present",
        // More than Keycloak gives, an empty list that says none, and a client that it leaves
        // alone.
        "{'roles':{'realm':[{'name':'default-roles-app','composites':{'realm':['a']}}]}}"
            + " | {'roles':{'realm':[{'name':'default-roles-app','composites':{'realm':['a'],"
            + "'client':{'account':['delete-account','manage-account','view-profile']}}}]}}"
            + " | roles.realm[default-roles-app].composites.client.account | not set"
            + " | [\"delete-account\",\"manage-account\",\"view-profile\"]",
        "{'roles':{'realm':[{'name':'default-roles-app','composites':{'client':{'account':[]}}}]}}"
            + " | {'roles':{'realm':[{'name':'default-roles-app','composites':{"
            + "'client':{'account':['manage-account','view-profile']}}}]}}"
            + " | roles.realm[default-roles-app].composites.client.account | not set"
            + " | [\"manage-account\",\"view-profile\"]",
        "{'clients':[{'clientId':'account'}],"
            + "'roles':{'realm':[{'name':'default-roles-app','composites':{'realm':['a']}}]}}"
            + " | {'clients':[{'clientId':'account'}],"
            + "'roles':{'realm':[{'name':'default-roles-app','composites':{'realm':['a'],"
            + "'client':{'account':['manage-account','view-profile']}}}]}}"
            + " | roles.realm[default-roles-app].composites.client.account | not set"
            + " | [\"manage-account\",\"view-profile\"]",
        // A role may have the name that a masked secret has.
        "{'roles':{'realm':[{'name':'r','composites':{'client':{'account':['p']}}}]}}"
            + " | {'roles':{'realm':[{'name':'r','composites':{'client':"
            + "{'account':['p'],'broker':['**********']}}}]}}"
            + " | roles.realm[r].composites.client.broker | not set | [\"**********\"]",
        "{'roles':{'realm':[{'name':'r','composite':false}]}}"
            + " | {'roles':{'realm':[{'name':'r','composite':true,'composites':{'client':"
            + "{'realm-management':['realm-admin']}}}]}}"
            + " | roles.realm[r].composite | false | true",
        "{'roles':{'client':{}}} | {'roles':{'client':{'own':[{'name':'r'}]}}}"
            + " | roles.client.own[r] | missing | present",
        // A client may have the name of a field that is not compared.
        "{'roles':{'client':{'users':[{'name':'r'}]}}} | {'roles':{'client':{}}}"
            + " | roles.client.users[r] | present | missing",
        "{'clientScopeMappings':{'account':[{'client':'account-console','roles':['x']}]}}"
            + " | {'clientScopeMappings':{'account':[{'client':'account-console','roles':['x']}],"
            + "'realm-management':[{'client':'c','roles':['realm-admin']}]}}"
            + " | clientScopeMappings.realm-management[c] | missing | present",
        "{'clientScopeMappings':{}} | {'clientScopeMappings':{'account':"
            + "[{'client':'c','roles':['manage-account']}]}}"
            + " | clientScopeMappings.account[c] | missing | present",
        "{'components':{'S':[{'name':'l','subComponents':{}}]}}"
            + " | {'components':{'S':[{'name':'l','subComponents':{'M':[{'name':'role'}]}}]}}"
            + " | components.S[l].subComponents.M[role] | missing | present",
        "{'components':{'org.keycloak.storage.UserStorageProvider':[]}}"
            + " | {'components':{'org.keycloak.storage.UserStorageProvider':"
            + "[{'name':'ldap','providerId':'ldap'}]}}"
            + " | components.org.keycloak.storage.UserStorageProvider[ldap] | missing | present",
        "{'components':{'org.keycloak.keys.KeyProvider':[]}}"
            + " | {'components':{'org.keycloak.keys.KeyProvider':"
            + "[{'name':'own','providerId':'rsa-generated'}]}}"
            + " | components.org.keycloak.keys.KeyProvider[own] | missing | present",
        "{'components':{'org.keycloak.keys.KeyProvider':[]}}"
            + " | {'components':{'org.keycloak.keys.KeyProvider':"
            + "[{'name':'rsa-generated','providerId':'rsa'}]}}"
            + " | components.org.keycloak.keys.KeyProvider[rsa-generated] | missing | present",
        "{'components':{'org.keycloak.keys.KeyProvider':[]}}"
            + " | {'components':{'org.keycloak.keys.KeyProvider':"
            + "[{'name':'rsa-generated','providerId':'rsa-generated'},"
            + "{'name':'rsa-generated','providerId':'rsa-generated'}]}}"
            + " | components.org.keycloak.keys.KeyProvider[rsa-generated#2] | missing | present",
      })
  void thisIs(String file, String live, String path, String wanted, String found)
      throws JsonProcessingException {
    List<Difference> differences = diff(file, live);
    assertThat(differences).contains(new Difference(path, wanted, found));
    assertThat(differences.size()).isEqualTo(path.startsWith("identityProviderMappers") ? 2 : 1);
  }

  /** Keycloak names it in lower case. */
  @Test
  void theDefaultRoleOfARealmWithCapitalsIsKeycloaksOwn() throws JsonProcessingException {
    assertThat(
            new RealmDiff("MyApp")
                .compare(
                    json("{'roles':{'realm':[{'name':'r'}]}}"),
                    json("{'roles':{'realm':[{'name':'r'},{'name':'default-roles-myapp'}]}}")))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "secret",
        "clientSecret",
        "password",
        "smtpPassword",
        "bindCredential",
        "client.secret",
        "saml.signing.private.key",
        "secret.key",
        "ecdsaPrivateKey",
        "registrationAccessToken"
      })
  void secretsAreNotShown(String field) throws JsonProcessingException {
    assertThat(diff("{'" + field + "':'in-the-file'}", "{'" + field + "':'on-the-server'}"))
        .containsExactly(new Difference(field, "a secret", "a secret"));
    assertThat(diff("{'" + field + "':'in-the-file'}", "{}"))
        .containsExactly(new Difference(field, "a secret", "not set"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"passwordPolicy", "resetPasswordAllowed", "client.secret.creation.time"})
  void othersAre(String field) throws JsonProcessingException {
    assertThat(diff("{'" + field + "':'a'}", "{'" + field + "':'b'}"))
        .containsExactly(new Difference(field, "\"a\"", "\"b\""));
  }

  /** The server has an object in place of a text: its fields may be secret. */
  @Test
  void anObjectInPlaceOfATextIsNotPrinted() throws JsonProcessingException {
    assertThat(diff("{'x':'text'}", "{'x':{'password':'hidden'}}").toString())
        .contains("an object")
        .doesNotContain("hidden");
  }

  private static List<Difference> diff(String file, String live) throws JsonProcessingException {
    return new RealmDiff("app").compare(json(file), json(live));
  }

  private static JsonNode json(String text) throws JsonProcessingException {
    return JSON.readTree(text.replace('\'', '"'));
  }
}
